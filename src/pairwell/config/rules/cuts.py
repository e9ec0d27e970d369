"""Where a number makes a difference to a condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pairwell.config.rules.conditions import Token, find_references, read_tokens
from pairwell.config.rules.fields import field_of

_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
_BOUNDARIES = frozenset({"", "(", ")", "&&", "||", "?", ":"})


def find_cuts(source: str) -> Mapping[str, tuple[float, ...]]:
    """The numbers that each numeric field is compared with, by its variable, ascending.

    Between two neighbours among them the condition says the same of every value. Only fields that are read in no
    other way than `field < number` are here; comparing with null cuts nothing.
    """
    tokens = read_tokens(source)
    places = {token.start: i for i, token in enumerate(tokens)}
    found: dict[str, set[float] | None] = {}
    for reference in find_references(source):
        if field_of(reference.record, reference.name).type in ("int", "double"):
            number = _compared(tokens, places[reference.start])
            known = found.setdefault(reference.variable, set())
            found[reference.variable] = None if known is None or number is None else known | number
    return {variable: tuple(sorted(numbers)) for variable, numbers in found.items() if numbers is not None}


def _compared(tokens: Sequence[Token], place: int) -> set[float] | None:
    """The number that the field at `place` is compared with, alone; none for null, None for any other reading."""
    before, sign = _text(tokens, place - 1), _text(tokens, place + 3)  # record . name sign
    if before not in _BOUNDARIES or sign not in _COMPARISONS:
        return None
    negative = _text(tokens, place + 4) == "-"
    literal = place + 4 + negative
    if _text(tokens, literal + 1) not in _BOUNDARIES:
        return None
    if _text(tokens, literal) == "null":
        return None if negative else set()
    return _number(tokens[literal], negative=negative) if literal < len(tokens) else None


def _number(token: Token, *, negative: bool) -> set[float] | None:
    if token.kind != "number" or token.text[:2] in {"0x", "0X"}:
        return None
    number = float(token.text.rstrip("uU"))
    return {-number if negative else number}


def _text(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].text if 0 <= i < len(tokens) else ""
