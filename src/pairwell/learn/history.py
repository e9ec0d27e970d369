"""Reading one snapshot: orders as arrays, the catalogue as listings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, overload

import msgspec
import pyarrow as pa

from pairwell.clock import to_micros
from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.learn.baskets import Array, Baskets
from pairwell.learn.compiled import THREADS
from pairwell.learn.days import clamped
from pairwell.learn.encoded.files import TEXT
from pairwell.learn.encoded.kept import KeptFiles
from pairwell.learn.encoded.merged import merge_files
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.returned import Returned, no_returns, read_returned
from pairwell.learn.sessions.visits import Visits, visits_no_later_than

_FACTS = (
    "title",
    "kind",
    "category",
    "brand",
    "family",
    "tier",
    "price_minor",
    "rating",
    "attributes",
    "purpose",
    "requires",
)
_AT_A_TIME = 65_536


class Texts(Sequence[str]):
    """Texts that become Python's only where they are asked for; millions of them stay where they lie."""

    def __init__(self, array: pa.LargeStringArray) -> None:
        self._array = array

    def __len__(self) -> int:
        return len(self._array)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Texts: ...
    def __getitem__(self, place: int | slice) -> str | Texts:
        if isinstance(place, slice):
            return Texts(self._array[place])
        return str(self._array[place].as_py())

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self._array), _AT_A_TIME):
            yield from self._array[start : start + _AT_A_TIME].to_pylist()


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that learning reads.

    `order_ids` and `customers` go with the orders of `baskets`; a customer is a place in `customer_ids`, -1 where
    nobody is named. `listings` go with `baskets.item_ids`; so do the items of `visits`, None where they were not read.
    `returned` is what came back of the orders.
    """

    baskets: Baskets
    order_ids: Sequence[str]
    customers: Array
    listings: list[Listing]
    customer_ids: Sequence[str] = ()  # ascending
    visits: Visits | None = None
    returned: Returned = msgspec.field(default_factory=no_returns)


def read_history(dataset: Dataset, snapshot: Snapshot, *, as_of: datetime | None = None) -> History:
    """The orders that hold anything and every item, as they were at `as_of`.

    Files read before are taken from the workspace's `learning` folder, as numbers; what is missing or damaged there
    is read anew. Raises `StorageError` where a file of the snapshot is gone or damaged.
    """
    kept = _kept(dataset)
    with ThreadPoolExecutor(THREADS) as pool:
        lines = pool.map(kept.lines, _files(dataset, snapshot, "order_lines"))
        heads = pool.map(kept.heads, _files(dataset, snapshot, "orders"))
        with storage_failures():
            listed = _listed(dataset, snapshot, as_of)
            cancelled = dataset.cancelled(snapshot=snapshot, as_of=as_of).to_pyarrow()["order_id"].cast(TEXT)
    orders = merge_files(
        list(heads),
        list(lines),
        listed=pa.array(listed, TEXT),
        until=None if as_of is None else to_micros(as_of),
        cancelled=cancelled.combine_chunks(),
    )
    return History(
        baskets=orders.baskets,
        order_ids=Texts(orders.order_ids),
        customers=orders.customers,
        customer_ids=Texts(orders.customer_ids),
        listings=[listed.get(item_id) or Listing(item_id=item_id) for item_id in orders.baskets.item_ids],
        returned=_returned(dataset, snapshot, as_of, orders.baskets.item_ids),
    )


def _returned(dataset: Dataset, snapshot: Snapshot, as_of: datetime | None, item_ids: Sequence[str]) -> Returned:
    if not snapshot.tables.get("returns"):
        return no_returns()
    with storage_failures():
        return read_returned(lambda name: dataset.table(name, snapshot=snapshot, as_of=as_of), item_ids)


def _files(dataset: Dataset, snapshot: Snapshot, table: str) -> list[Path]:
    return [dataset.file(name) for name in sorted(snapshot.tables.get(table, ()))]


def no_later_than(history: History, now: datetime) -> History:
    """The same orders and visits, those dated after `now` as if they were of the moment of the newest others."""
    baskets = msgspec.structs.replace(history.baskets, placed_at=clamped(history.baskets.placed_at, now))
    visits = history.visits and visits_no_later_than(history.visits, now)
    return msgspec.structs.replace(history, baskets=baskets, visits=visits)


def forget_files(dataset: Dataset, snapshot: Snapshot) -> None:
    """Remove what was kept of files that `snapshot` no longer has."""
    tables = snapshot.tables
    _kept(dataset).sweep([*tables.get("orders", ()), *tables.get("order_lines", ())])


def _kept(dataset: Dataset) -> KeptFiles:
    return KeptFiles(dataset.folder_for("learning"))


def _listed(dataset: Dataset, snapshot: Snapshot, as_of: datetime | None) -> dict[str, Listing]:
    items = dataset.table("items", snapshot=snapshot, as_of=as_of).select("item_id", *_FACTS)
    rows: list[dict[str, Any]] = items.to_pyarrow().to_pylist()
    return {row["item_id"]: Listing(**{**row, "attributes": _attributes(row["attributes"])}) for row in rows}


def _attributes(text: str | None) -> dict[str, str]:
    stated = msgspec.json.decode(text) if text else {}
    return {str(name): str(value) for name, value in stated.items() if value is not None}
