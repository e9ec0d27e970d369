"""Whether a rule can be relied on: it is read, and tried on made-up customers, items and requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor, isfinite
from typing import Any

import msgspec

from pairwell.config.explaining import name_nearest, name_neighbours
from pairwell.config.rules.comparisons import Comparison, find_comparisons
from pairwell.config.rules.conditions import (
    Reference,
    Token,
    find_references,
    find_roots,
    flatten,
    read_tokens,
    split_leaves,
)
from pairwell.config.rules.engine import ConditionError, Program, compile_condition, make_context, run, work_out
from pairwell.config.rules.fields import ALL_RECORDS, SCOPES, Field, Places, field_of, inner_kind, seen_by, values_of
from pairwell.config.rules.lever import Lever
from pairwell.config.rules.rule import Rule
from pairwell.config.rules.samples import Samples
from pairwell.config.rules.trigger import Trigger

_PLACE = re.compile(r":(\d+):(\d+): (?:Syntax error: )?(.*)")
_TRIALS = 24  # of a condition that reads nothing that may be null or missing, and as many for each that may
_MOST_TRIALS = 240
_LEAF_TRIALS = 8
_OTHER_TONGUES = {"and": "&&", "or": "||", "not": "!", "None": "null", "True": "true", "False": "false"}
_FUNCTIONS = (
    *("all", "contains", "double", "duration", "endsWith", "exists", "exists_one", "filter", "has", "int", "map"),
    *("matches", "max", "min", "size", "startsWith", "string", "timestamp", "uint"),
)
_OF_MOMENTS = (
    *("getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours", "getMilliseconds"),
    *("getMinutes", "getMonth", "getSeconds"),
)
_EQUALITIES = ("==", "!=", "in")
_GIVEN: dict[type, str] = {bool: "true or false", int: "a number", float: "a number", str: "a text", bytes: "bytes"}
_TAKES = {
    "bool": "true or false",
    "int": "a number",
    "double": "a number",
    "string": "a text",
    "timestamp": "a moment",
    "list": "a list of texts",
    "map": "a map",
}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a condition, and where in its text."""

    said: str  # a sentence without its stop
    hint: str | None
    at: int = 0


@lru_cache(maxsize=1_024)
def find_fault(rule: Rule | Lever | Trigger, places: Places | None = None) -> Fault | None:
    """The first thing that is wrong with the condition of a rule, lever or trigger; None where it can be relied on.

    Without `places` any placement and channel is taken to exist.
    """
    return next(_faults(rule, places), None)


def _faults(rule: Rule | Lever | Trigger, places: Places | None) -> Iterator[Fault]:
    tokens = read_tokens(rule.when)
    yield from _unreadable(rule.when, tokens)
    for place in find_roots(tokens):
        yield from _wrong_root(tokens, place, rule)
    yield from _wrong_functions(tokens)
    yield from _wrong_comparisons(tokens, places)
    yield from _wrong_keys(rule.when, tokens)
    yield from _failing_leaves(rule.when)
    yield from _failing(rule.when)


def _unreadable(source: str, tokens: list[Token]) -> Iterator[Fault]:
    try:
        compile_condition(source)
    except ValueError as error:
        for token in tokens:
            if token.kind == "name" and token.text in _OTHER_TONGUES:
                said = f"`{token.text}` means nothing in CEL"
                yield Fault(said=said, hint=f"Write `{_OTHER_TONGUES[token.text]}`.", at=token.start)
        found = _PLACE.search(str(error))
        line, column, what = (int(found[1]), int(found[2]), found[3]) if found else (1, 1, str(error))
        starts = [0, *(m.end() for m in re.finditer("\n", source))]
        place = min(starts[min(line, len(starts)) - 1] + column - 1, len(source))
        what = what.split(" expecting {")[0].replace("'<EOF>'", "its end")
        hint = "Mend it there: `&&` is and, `||` or, `!` not, `==` equal; texts stand in quotes."
        yield Fault(said=f"the condition is not valid CEL: {what}", hint=hint, at=place)


def _wrong_root(tokens: list[Token], place: int, rule: Rule | Lever | Trigger) -> Iterator[Fault]:
    root, known = tokens[place], seen_by(rule.scope)
    if root.text in _OTHER_TONGUES:
        yield Fault(
            said=f"`{root.text}` means nothing in CEL", hint=f"Write `{_OTHER_TONGUES[root.text]}`.", at=root.start
        )
    elif root.text not in (*SCOPES["offer"], *known):
        yield Fault(said=f"there is no `{root.text}`", hint=name_neighbours(root.text, known), at=root.start)
    elif root.text not in known:
        seen = " and ".join(f"`{name}`" for name in known)
        of_event = isinstance(rule, Trigger)
        what = f"a trigger on `{rule.scope}`" if of_event else f"a rule of scope `{rule.scope}`"
        hint = 'Give it `scope = "offer"`, which sees all.'
        said = f"{what} cannot see `{root.text}`, only {seen}"
        yield Fault(said=said, hint=name_neighbours(root.text, known) if of_event else hint, at=root.start)
    elif root.text != "now":
        yield from _wrong_field(tokens, place)


def _wrong_field(tokens: list[Token], place: int) -> Iterator[Fault]:
    root, fields = tokens[place], ALL_RECORDS[tokens[place].text]
    after = tokens[place + 1 : place + 3]
    if len(after) < 2 or after[0].text != "." or after[1].kind != "name":  # noqa: PLR2004 - the dot and the name
        said = f"`{root.text}` alone says nothing"
        yield Fault(said=said, hint=f"Name one of its fields: {', '.join(fields)}.", at=root.start)
    elif after[1].text not in fields:
        near = get_close_matches(after[1].text, fields, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(f'`{root.text}.{name}`' for name in near)}?" if near else None
        if hint is None and "attributes" in fields:
            hint = (
                f"What the shop says itself is `{root.text}.attributes.{after[1].text}`. Fields: {', '.join(fields)}."
            )
        yield Fault(
            said=f"`{root.text}.{after[1].text}` is not a field of `{root.text}`",
            hint=hint or f"Known here: {', '.join(fields)}.",
            at=after[1].start,
        )


def _wrong_functions(tokens: list[Token]) -> Iterator[Fault]:
    for i, (token, after) in enumerate(pairwise(tokens)):
        if token.kind != "name" or after.text != "(":
            continue
        if token.text not in (*_FUNCTIONS, *_OF_MOMENTS, "in"):
            hint = name_neighbours(token.text, (*_FUNCTIONS, *_OF_MOMENTS))
            yield Fault(said=f"there is no function `{token.text}`", hint=hint, at=token.start)
        elif token.text in _OF_MOMENTS and tokens[i + 2].text != ")":
            said = f"`{token.text}` takes no time zone: moments are in UTC here"
            hint = f"Write `{token.text}()`; `request.hour` and `request.weekday` are in the shop's time zone."
            yield Fault(said=said, hint=hint, at=tokens[i + 2].start)


def _wrong_comparisons(tokens: list[Token], places: Places | None) -> Iterator[Fault]:
    """CEL says nothing where a field can never be what it is compared with; whoever wrote it meant something else."""
    for comparison in find_comparisons(tokens):
        known = comparison.field.values or values_of(comparison.reading, places)
        found = _other_type(comparison) or _none_of(comparison, known) or _out_of_range(comparison)
        if found is not None:
            yield found


def _other_type(comparison: Comparison) -> Fault | None:
    takes, given = _TAKES[comparison.kind.split(" of ")[0]], _GIVEN[type(comparison.literal)]
    if takes == given or comparison.sign not in _EQUALITIES:
        return None
    said = f"`{comparison.reading}` is {takes}, and is never equal to {given}"
    return Fault(said=said, hint=f"Compare it with {takes}.", at=comparison.at)


def _none_of(comparison: Comparison, known: tuple[str, ...]) -> Fault | None:
    literal = comparison.literal
    if not known or not isinstance(literal, str) or literal in known or comparison.sign not in _EQUALITIES:
        return None
    said = f"`{comparison.reading}` is {_listed(known)}, and never {comparison.written}"
    return Fault(said=said, hint=name_nearest(literal, known), at=comparison.at)


def _out_of_range(comparison: Comparison) -> Fault | None:
    number, field = comparison.literal, comparison.field
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    whole, equality = comparison.kind == "int", comparison.sign in _EQUALITIES
    if not _can_hold(comparison.sign, number, field, edge=float(whole)):
        least, most = f"{field.least:g}", f"{field.most:g}"
        reach = f"from {least} to {most}" if isfinite(field.most) else f"of at least {least}"
        sign = "" if equality else f"{comparison.sign} "
        said = f"`{comparison.reading}` is a {'whole ' * whole}number {reach}, and never {sign}{comparison.written}"
        nearest = min(max(number, field.least), field.most)
        return Fault(said=said, hint=f"The nearest that it can be is {nearest:g}: {field.meaning}", at=comparison.at)
    if whole and equality and number != floor(number):
        said = f"`{comparison.reading}` is a whole number, and never {comparison.written}"
        return Fault(said=said, hint=f"The nearest are {floor(number)} and {ceil(number)}.", at=comparison.at)
    return None


def _can_hold(sign: str, number: float, field: Field, *, edge: float) -> bool:
    """Whether the field may be so; `< 24` may be said of an hour, `edge` beyond its range, as it always holds."""
    if sign in _EQUALITIES:
        return field.least <= number <= field.most
    holds = {
        "<": field.least < number,
        "<=": field.least <= number,
        ">": field.most > number,
        ">=": field.most >= number,
    }
    return holds[sign] and field.least - edge <= number <= field.most + edge


def _wrong_keys(source: str, tokens: list[Token]) -> Iterator[Fault]:
    """A key that a map never has is missing for good, and CEL says nothing of it."""
    for reference in find_references(source):
        keys, key = field_of(reference.record, reference.name).keys, reference.key
        if keys and key is not None and key not in keys:
            said = f"`{reference.record}.{reference.name}` has no key `{key}`, only {_listed(keys)}"
            at = next(token.start for token in tokens if key in (token.text, token.text.strip("rR'\"")))
            yield Fault(said=said, hint=name_nearest(key, keys), at=at)


def _listed(values: tuple[str, ...]) -> str:
    *others, last = (f"'{value}'" for value in values)
    return f"{', '.join(others)} or {last}" if others else last


def _failing_leaves(source: str) -> Iterator[Fault]:
    """What fails whatever the values are, wherever it stands."""
    for at, leaf in split_leaves(source):
        samples, program = Samples(source, find_references(leaf)), compile_condition(flatten(leaf))
        errors = [_failure(program, samples.draw(whole=True)) for _ in range(_LEAF_TRIALS)]
        if all(errors):
            yield Fault(said=f"`{leaf}` cannot be worked out: {errors[0]}", hint=_type_hint(leaf), at=at)


def _failure(program: Program, values: dict[str, Any]) -> str | None:
    try:
        work_out(program, make_context(values))
    except ConditionError as error:
        return str(error)
    return None


def _type_hint(leaf: str) -> str | None:
    fields = sorted({reference.path: reference for reference in find_references(leaf)}.items())
    kinds = [f"`{path}` is of type {_type_of(reference)}" for path, reference in fields]
    mixed = (
        " Whole numbers and doubles do not mix in sums: write 2.0, or double(x)." if re.search(r"[-+*/%]", leaf) else ""
    )
    return f"{'; '.join(kinds)}.{mixed}" if kinds else None


def _type_of(reference: Reference) -> str:
    kind: str = field_of(reference.record, reference.name).type
    return kind if reference.key is None else inner_kind(kind)


def _failing(source: str) -> Iterator[Fault]:
    references = find_references(source)
    samples, program = Samples(source, references), compile_condition(flatten(source))
    unsure = sum(_may_lack(reference) for reference in references)
    for _ in range(min(_TRIALS * (1 + unsure), _MOST_TRIALS)):
        values = samples.draw(whole=False)
        try:
            run(program, make_context(values))
        except ConditionError as error:
            yield Fault(said=f"the condition fails where {_told(values)}: {error}", hint=_null_hint(source, values))
            return


def _may_lack(reference: Reference) -> bool:
    return reference.key is not None or field_of(reference.record, reference.name).null is not None


def _told(values: dict[str, object]) -> str:
    told = (f"{name.replace('__', '.')} is {_shown(value)}" for name, value in sorted(values.items()))
    return " and ".join(told) or "nothing is read"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return f"a map with {', '.join(map(repr, value))}" if value else "an empty map"
    return "null" if value is None else repr(value)


def _null_hint(source: str, values: dict[str, Any]) -> str:
    for reference in find_references(source):
        field, value = field_of(reference.record, reference.name), values[reference.variable]
        if isinstance(value, dict) and reference.key is not None and reference.key not in value:
            place = f"{reference.record}.{reference.name}"
            return f"A key may be missing; write `'{reference.key}' in {place} && ...`."
        if value is None:
            return f"`{reference.path}` is null {field.null}; write `{reference.path} != null && ...`."
    return "A condition is true or false, whatever it reads."
