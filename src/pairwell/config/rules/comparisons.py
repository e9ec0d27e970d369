"""What a condition compares its fields with: every literal beside a field, whichever of them stands first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from pairwell.config.rules.conditions import WORDS, Token, find_roots
from pairwell.config.rules.engine import ConditionError, compile_condition, make_context, work_out
from pairwell.config.rules.fields import ALL_RECORDS, Field, field_of, inner_kind

_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_BOUNDARIES = frozenset({"", "(", ")", "[", "]", "{", "}", ",", "&&", "||", "?", ":"})
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A field, or what a map or list has inside, and one literal that it is compared with."""

    reading: str  # as the condition writes it
    field: Field
    kind: str  # the type of what is compared
    sign: str  # as if the field stood first; "in" of each literal of a list
    literal: object
    written: str
    at: int


class _Literal(msgspec.Struct, frozen=True, kw_only=True):
    value: object
    written: str
    at: int


class _Operand(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens of one reading, brackets around it included."""

    reading: str
    field: Field
    kind: str
    first: int
    last: int


def find_comparisons(tokens: Sequence[Token]) -> Iterator[Comparison]:
    """Every field that stands alone on one side of a comparison, with each literal of the other."""
    for place in find_roots(tokens):
        operand = _operand(tokens, place)
        if operand is None:
            continue
        for sign, literal in (*_after(tokens, operand), *_before(tokens, operand)):
            yield Comparison(
                reading=operand.reading,
                field=operand.field,
                kind=operand.kind,
                sign=sign,
                literal=literal.value,
                written=literal.written,
                at=literal.at,
            )


def _operand(tokens: Sequence[Token], place: int) -> _Operand | None:
    record, last = tokens[place].text, place
    if record in ALL_RECORDS:
        last = place + 2
        if _text(tokens, place + 1) != "." or _text(tokens, last) not in ALL_RECORDS[record]:
            return None
    elif record != "now":
        return None
    field = field_of(record, _text(tokens, last))
    kind: str = field.type
    if " of " in kind and (end := _end_of_step(tokens, last)) is not None:
        kind, last = inner_kind(kind), end
    reading, first = "".join(token.text for token in tokens[place : last + 1]), place
    while _text(tokens, first - 1) == "(" and _text(tokens, last + 1) == ")" and not _is_call(tokens, first - 1):
        first, last = first - 1, last + 1
    return _Operand(reading=reading, field=field, kind=kind, first=first, last=last)


def _end_of_step(tokens: Sequence[Token], last: int) -> int | None:
    """Where `.key` or `[...]` behind a field ends; None where there is none."""
    if _text(tokens, last + 1) == "." and _text(tokens, last + 3) != "(":
        return last + 2
    return _closing(tokens, last + 1) if _text(tokens, last + 1) == "[" else None


def _closing(tokens: Sequence[Token], opening: int) -> int | None:
    """Where the bracket closes that opens there."""
    depth = 0
    for i in range(opening, len(tokens)):
        if tokens[i].kind == "sign":
            depth += (tokens[i].text in _OPENING) - (tokens[i].text in _CLOSING)
        if depth == 0:
            return i
    return None


def _is_call(tokens: Sequence[Token], bracket: int) -> bool:
    return bracket > 0 and tokens[bracket - 1].kind == "name" and tokens[bracket - 1].text not in WORDS


def _after(tokens: Sequence[Token], operand: _Operand) -> Iterator[tuple[str, _Literal]]:
    if _text(tokens, operand.first - 1) not in _BOUNDARIES:
        return
    sign, start = _text(tokens, operand.last + 1), operand.last + 2
    if sign in _TURNED:
        literal, end = _literal(tokens, start)
        if literal is not None and _text(tokens, end + 1) in _BOUNDARIES:
            yield sign, literal
    elif sign == "in" and _text(tokens, start) == "[":
        end = _closing(tokens, start) or start
        if _text(tokens, end + 1) in _BOUNDARIES:
            yield from (("in", literal) for literal in _members(tokens, start, end))


def _before(tokens: Sequence[Token], operand: _Operand) -> Iterator[tuple[str, _Literal]]:
    sign, end = _text(tokens, operand.first - 1), operand.first - 2
    if sign not in _TURNED or _text(tokens, operand.last + 1) not in _BOUNDARIES:
        return
    start = end - (_text(tokens, end - 1) == "-")
    literal, found = _literal(tokens, start)
    if literal is not None and found == end and _text(tokens, start - 1) in _BOUNDARIES:
        yield _TURNED[sign], literal


def _members(tokens: Sequence[Token], opening: int, closing: int) -> Iterator[_Literal]:
    """The literals of a list that stand alone between its commas."""
    for i in range(opening + 1, closing):
        literal, end = _literal(tokens, i)
        if literal is not None and _text(tokens, i - 1) in ("[", ",") and _text(tokens, end + 1) in (",", "]"):
            yield literal


def _literal(tokens: Sequence[Token], start: int) -> tuple[_Literal | None, int]:
    """The literal that begins there, with its sign, and where it ends; null is none."""
    end = start + (_text(tokens, start) == "-")
    if not 0 <= start <= end < len(tokens):
        return None, end
    if tokens[end].kind not in ("string", "number") and tokens[end].text not in ("true", "false"):
        return None, end
    written = "".join(token.text for token in tokens[start : end + 1])
    try:
        value = work_out(compile_condition(written), make_context({}))
    except ConditionError:
        return None, end
    return _Literal(value=value, written=written, at=tokens[start].start), end


def _text(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].text if 0 <= i < len(tokens) else ""
