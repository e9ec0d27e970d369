"""What is stated of items, field by field: of each the newest word counts, whoever says it and whenever it arrives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from pairwell.facts.held import read_epoch
from pairwell.operations.schema import epochs, items
from pairwell.records import Item

_AT_A_TIME = 500
_encoder = msgspec.json.Encoder()
_item = msgspec.json.Decoder(Item)
_LATER = items.alias("later")
_NEWEST = sa.select(items.c.fact).where(
    items.c.item_id.in_(sa.bindparam("ids", expanding=True)),
    items.c.revision
    == sa.select(sa.func.max(_LATER.c.revision)).where(_LATER.c.item_id == items.c.item_id).scalar_subquery(),
)
_ADVANCE = epochs.update().where(epochs.c.name == "items").values(number=sa.bindparam("epoch"))


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of an item from a moment on; money net, in the shop's currency."""

    item_id: str
    at: int  # microseconds since 1970
    values: dict[str, Any]  # by field of `Item`


class Stated(NamedTuple):
    """What became of statements."""

    unheard: set[str]  # the items that nobody knew before
    outdated: Sequence[Mapping[str, int]]  # of each statement the fields that stay as they were said later, and when


def state_items(connection: sa.Connection, statements: Sequence[Statement]) -> Stated:
    """Put statements into effect in the transaction of `connection`.

    The order in which they come does not matter: an older word never takes the place of a newer one.
    """
    if not statements:
        return Stated(set(), [])
    epoch = read_epoch(connection, "items", lock=True) + 1
    known = _read(connection, sorted({one.item_id for one in statements}))
    after, outdated = dict(known), []
    for one in statements:
        before = after.get(one.item_id) or Item(item_id=one.item_id)
        outdated.append(_outdated(before, one))
        after[one.item_id] = _stated(before, one)
    changed = [item for item_id, item in after.items() if item != known.get(item_id)]
    if changed:
        connection.execute(items.insert(), [_row(item, epoch, statements) for item in changed])
        connection.execute(_ADVANCE, {"epoch": epoch})
    return Stated(after.keys() - known.keys(), outdated)


def with_statements(item: Item, before: Item | None) -> Item:
    """The item as a file tells it, with what was stated of it since; of what the file does not date any word counts."""
    if before is None:
        return item
    for field, at in before.stated_at.items():
        if at > item.stated_at.get(field, 0):
            stated_at = {**item.stated_at, field: at}
            item = msgspec.structs.replace(item, stated_at=stated_at, **{field: getattr(before, field)})
    return item


def _stated(item: Item, statement: Statement) -> Item:
    values: dict[str, Any] = {}
    stated_at = dict(item.stated_at)
    for field, value in statement.values.items():
        if _counts(field, item, statement):
            values[field] = value
            stated_at[field] = statement.at
    return msgspec.structs.replace(item, stated_at=stated_at, **values) if values else item


def _outdated(item: Item, statement: Statement) -> dict[str, int]:
    return {
        field: item.stated_at[field]
        for field, value in statement.values.items()
        if value != getattr(item, field) and not _counts(field, item, statement)
    }


def _counts(field: str, item: Item, statement: Statement) -> bool:
    """Whether the word of a field takes the place of what is known."""
    known_at = item.stated_at.get(field, -1)
    if known_at != statement.at:
        return known_at < statement.at
    return _more_careful(field, statement.values[field], getattr(item, field))


def _more_careful(field: str, one: Any, other: Any) -> bool:  # noqa: ANN401 - fields differ
    """Which of two words of one moment counts: less stock, a higher price or cost, not published."""
    if one is None or other is None:
        return other is None and one is not None
    return bool(one < other) if field in {"stock", "published"} else bool(one > other)


def _read(connection: sa.Connection, item_ids: Sequence[str]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for start in range(0, len(item_ids), _AT_A_TIME):
        facts = connection.scalars(_NEWEST, {"ids": item_ids[start : start + _AT_A_TIME]})
        found |= {item.item_id: item for item in map(_item.decode, facts)}
    return found


def _row(item: Item, epoch: int, statements: Iterable[Statement]) -> Mapping[str, Any]:
    after = msgspec.structs.replace(item, revision=item.revision + 1)
    at = max(one.at for one in statements if one.item_id == item.item_id)
    return {
        "item_id": item.item_id,
        "revision": after.revision,
        "epoch": epoch,
        "at": at,
        "fact": _encoder.encode(after),
    }
