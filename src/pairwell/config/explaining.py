"""Which field of what was read is wrong, and what was expected there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

import msgspec

from pairwell.errors import RequestError
from pairwell.said import joined, phrase

_PLACED = re.compile(r"(?P<what>.*?)(?: - at (?:`key` in )?`\$?\.?(?P<path>[^`]*)`)?", re.DOTALL)
_NAMED = re.compile(r"Object (?P<how>missing required|contains unknown) field `(?P<name>[^`]*)`")
_CHOSEN = re.compile(r"Invalid enum value (?P<value>'.*'|\".*\")", re.DOTALL)
_EXPECTED = re.compile(r"Expected (?P<expected>`[^`]*`[^,]*)(?:, got (?P<got>`[^`]*`))?")
_STEPS = re.compile(r"\[[^\]]*\]|[^.\[\]]+")
_MOST_NEIGHBOURS = 3
_MOST_COMPARED = 64  # letters of a name that anybody may have sent
_ALIKE = 0.5  # from 0, nothing in common, to 1, equal
_AS_NEAR = 0.15  # names this much less alike than the nearest one are neighbours too


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. `field` is its dotted path, `None` where the whole is of another kind."""

    field: str | None
    said: str  # a sentence without its stop
    hint: str | None
    unknown: bool = False  # there is no such field


def explain(
    error: msgspec.ValidationError,
    kind: type,
    *,
    beside: Sequence[str] = (),
    named: Callable[[str], str] = str,
) -> Mistake:
    """What msgspec found wrong when it read a `kind`; `[...]` in the path stands for a key that it does not tell.

    A misspelt field of the whole may stand for one of `beside`, too; a path is told as it is `named`.
    """
    found = _PLACED.fullmatch(str(error))
    what, path = (found["what"], found["path"] or "") if found else (str(error), "")
    lacking, chosen = _NAMED.fullmatch(what), _CHOSEN.fullmatch(what)
    if chosen is not None and path and (values := _values_at(kind, path)):
        field, known = named(path), ", ".join(values)
        said = phrase("`{field}` is {value}; expected one of {known}", field=field, value=chosen["value"], known=known)
        return Mistake(field=field, said=said, hint=name_nearest(chosen["value"][1:-1], values))
    if lacking is None:
        wrong = _wrong_kind(what)
        if not path:
            return Mistake(field=None, said=wrong, hint=None)
        said = phrase("`{field}` is not valid: {what}", field=named(path), what=wrong)
        return Mistake(field=named(path), said=said, hint=None)
    field = named(f"{path}.{lacking['name']}" if path else lacking["name"])
    if lacking["how"].startswith("missing"):
        return Mistake(field=field, said=phrase("`{field}` is missing", field=field), hint=phrase("Add it."))
    hint = name_neighbours(lacking["name"], [*_fields_at(kind, path), *(() if path else beside)])
    return Mistake(field=field, said=phrase("`{field}` is not a field here", field=field), hint=hint, unknown=True)


def _wrong_kind(what: str) -> str:
    """What msgspec says of a value, put together anew as far as it is known how it says so."""
    found = _EXPECTED.fullmatch(what)
    if found is None:
        return what
    if found["got"] is None:
        return phrase("Expected {expected}", expected=found["expected"])
    return phrase("Expected {expected}, got {got}", expected=found["expected"], got=found["got"])


def require_storable(found: object, place: str = "") -> None:
    """Raise `RequestError` naming the first text in `found` that no database keeps; `place` is that of the whole."""
    path = _path_to_nul(found)
    if path is None:
        return
    field = f"{place}{path}" if place else path.removeprefix(".")
    raise RequestError(
        phrase("`{field}` holds the character U+0000, which no database keeps.", field=field),
        field=field,
        hint=phrase("Send it without."),
    )


def name_neighbours(name: str, known: Iterable[str]) -> str:
    """A hint: those of the `known` names that `name` may stand for, or all of them."""
    names = sorted(known)
    return name_nearest(name, names) or phrase("Known here: {names}.", names=", ".join(names))


def name_nearest(name: str, known: Iterable[str]) -> str | None:
    """A hint: those of the `known` names that `name` may stand for; None where it is like none of them."""
    near = near_names(name, known)
    if not near:
        return None
    names = joined(*(f"`{one}`" for one in near), between=phrase(" or "))
    return phrase("Did you mean {names}?", names=names)


def near_names(name: str, known: Iterable[str]) -> list[str]:
    """Up to three of the `known` names that `name` may stand for, the likest first."""
    return _nearest(name[:_MOST_COMPARED], tuple(sorted(known)))


@lru_cache(maxsize=256)
def _nearest(name: str, known: tuple[str, ...]) -> list[str]:
    plain = name.casefold()
    alike = {one: SequenceMatcher(None, one.casefold(), plain).ratio() for one in known}
    least = max(_ALIKE, max(alike.values(), default=0.0) - _AS_NEAR)
    return sorted((one for one in alike if alike[one] >= least), key=lambda one: -alike[one])[:_MOST_NEIGHBOURS]


def _path_to_nul(found: object) -> str | None:
    if isinstance(found, str):
        return "" if "\0" in found else None
    for step, inside in _steps_into(found):
        path = _path_to_nul(inside)
        if path is not None:
            return f"[{step}]{path}" if isinstance(step, int) else f"{step}{path}"
    return None


def _steps_into(found: object) -> Iterator[tuple[int | str, object]]:
    if isinstance(found, msgspec.Struct):
        for name, encoded in zip(found.__struct_fields__, found.__struct_encode_fields__, strict=True):
            yield f".{encoded}", getattr(found, name)
    elif isinstance(found, Mapping):
        for key, value in found.items():
            yield from (("[...]", key), ("[...]", value))
    elif isinstance(found, list | tuple):
        yield from enumerate(found)


def _fields_at(kind: type, path: str) -> list[str]:
    structs = [one for one in _kinds_at(kind, path) if isinstance(one, msgspec.inspect.StructType)]
    return [field.encode_name for struct in structs for field in struct.fields]


def _values_at(kind: type, path: str) -> list[str]:
    """The only texts that may stand there; none where any may."""
    literals = [one for one in _kinds_at(kind, path) if isinstance(one, msgspec.inspect.LiteralType)]
    return [str(value) for literal in literals for value in literal.values]


def _kinds_at(kind: type, path: str) -> list[msgspec.inspect.Type]:
    kinds = [_shape_of(kind)]
    for step in _STEPS.findall(path):
        kinds = [inner for outer in kinds for plain in _plain(outer) for inner in _inside(plain, step)]
    return [plain for one in kinds for plain in _plain(one)]


@lru_cache(maxsize=64)
def _shape_of(kind: type) -> msgspec.inspect.Type:
    return msgspec.inspect.type_info(kind)


def _plain(kind: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    """`kind` without its description; of a union every part."""
    if isinstance(kind, msgspec.inspect.Metadata):
        yield from _plain(kind.type)
    elif isinstance(kind, msgspec.inspect.UnionType):
        for part in kind.types:
            yield from _plain(part)
    else:
        yield kind


def _inside(kind: msgspec.inspect.Type, step: str) -> Iterator[msgspec.inspect.Type]:
    if isinstance(kind, msgspec.inspect.StructType):
        yield from (field.type for field in kind.fields if field.encode_name == step)
    elif isinstance(kind, msgspec.inspect.DictType):
        yield kind.value_type
    elif isinstance(kind, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
        yield kind.item_type
