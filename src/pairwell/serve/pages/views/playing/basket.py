"""Items of a playground's request as its address holds them, and items found by a word of their title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote

import msgspec

from pairwell.errors import RequestError
from pairwell.records import Item
from pairwell.said import phrase

LONGEST: Final = 200  # characters of a parameter
_MARKS = re.compile(r"[%:\s]")
_LINE = re.compile(r"(?P<item>[^:\s]+)(:(?P<number>\d{1,4}))?")
_FOUND: Final = 12


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a request."""

    item_id: str
    quantity: int = 1


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An item as one looks for it."""

    item_id: str
    title: str | None


def write_lines(lines: Iterable[Line]) -> str:
    """Items in one text, "tent mat:2"; what would part them is written as %20 and the like."""
    return " ".join(f"{_escaped(one.item_id)}{f':{one.quantity}' if one.quantity > 1 else ''}" for one in lines)


def read_lines(text: str, field: str) -> list[Line]:
    """Items back from it. Raises `RequestError` naming the field."""
    return [_line(part, field) for part in text.split()]


def fitting(lines: Iterable[Line]) -> list[Line]:
    """The first of them, as many as an address holds."""
    kept: list[Line] = []
    for one in lines:
        if len(write_lines([*kept, one])) > LONGEST:
            break
        kept.append(one)
    return kept


def with_one(lines: list[Line], item_id: str, field: str) -> list[Line]:
    """The same with one more of an item. Raises `RequestError` where an address does not hold it."""
    more = [msgspec.structs.replace(one, quantity=one.quantity + 1) if one.item_id == item_id else one for one in lines]
    if more == lines:
        more.append(Line(item_id=item_id))
    if len(fitting(more)) < len(more):
        raise RequestError(
            phrase("The playground holds no more items than these."), hint=phrase("Remove one first."), field=field
        )
    return more


def find_items(text: str, items: Mapping[str, Item]) -> list[Found]:
    """Twelve items at most whose id or title holds all words; the one with this id first, then the shortest titles."""
    words = text.casefold().split()
    exact = [items[text]] if text in items else []
    like = (one for one in items.values() if one.item_id != text and _holds(one, words))
    ordered = [*exact, *sorted(like, key=lambda one: (len(one.title or ""), one.title or "", one.item_id))]
    return [Found(item_id=one.item_id, title=one.title) for one in ordered[:_FOUND]]


def _holds(item: Item, words: list[str]) -> bool:
    said = f"{item.item_id} {item.title or ''}".casefold()
    return all(word in said for word in words)


def _line(part: str, field: str) -> Line:
    found = _LINE.fullmatch(part)
    if found is None or found["number"] == "0":
        raise RequestError(
            phrase("`{field}` holds {part}; expected items such as tent or mat:2.", field=field, part=repr(part[:60])),
            hint=phrase("Write tent mat:2."),
            field=field,
        )
    try:
        item_id = unquote(found["item"], errors="strict")
    except UnicodeDecodeError as error:
        raise RequestError(
            phrase("`{field}` holds {part}, which is no text.", field=field, part=repr(part[:60])),
            hint=phrase("Write tent mat:2."),
            field=field,
        ) from error
    return Line(item_id=item_id, quantity=int(found["number"] or 1))


def _escaped(item_id: str) -> str:
    return _MARKS.sub(lambda mark: "".join(f"%{byte:02X}" for byte in mark[0].encode()), item_id)
