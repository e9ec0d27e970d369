"""By what offers, answers, customers and purchases can be told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

import ibis
import msgspec
import numpy as np
import pyarrow as pa

from pairwell.config.explaining import name_neighbours
from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.errors import RequestError
from pairwell.events import items_named
from pairwell.measure.customers.attributes import UNSAID, name_segments
from pairwell.measure.customers.statements import find_statement, read_statements
from pairwell.measure.offers.estimates import Bools, Ints
from pairwell.measure.offers.reading import Read
from pairwell.measure.offers.rows import NEVER
from pairwell.said import phrase

Of = Literal["customer", "answer", "offer", "item"]
NEW, RETURNING, NOBODY, SEVERAL = "new", "returning", "(no customer named)", "(several)"
_OF_ANSWERS: Final = ("channel", "placement", "seller")
_OF_ITEMS: Final = ("brand", "category", "item")
_TIMES: Final = ("day", "week", "month")
_NAMED = "customer."


class Slices(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A place in `names` for every row; None where rows of that sort have no such property."""

    by: str
    of: Of
    names: Sequence[str]
    offers: Ints  # by row of the offers told
    decided: Ints | None  # by row of the decisions
    trial: Ints | None  # by row of the trial
    lines: Ints | None  # by line, whatever it is put down to
    late: int = 0  # triggered units of the trial in no slice, NEVER: what sorts them may have come of offers

    def attributed(self, read: Read) -> Ints:
        """By line the slice that it is put down to; NEVER: to no offer."""
        offer = read.attributed.offer
        ours = offer >= 0
        found = self.offers[np.maximum(offer, 0)] if len(self.offers) else np.full(len(offer), NEVER)
        return np.where(ours, found if self.lines is None else self.lines, NEVER)


class Sliced(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What is cut, and where its properties are told."""

    read: Read
    dataset: Dataset
    settings: Settings


def find_slices(cut: Sliced, by: str) -> Slices:
    """The slices by placement, channel, seller, kind, by the offered item's category, brand or itself, or of customers.

    Those are by new_or_returning or by an attribute, `NAME` or `customer.NAME`. Raises `RequestError` naming all there
    are.
    """
    if by in _OF_ANSWERS:
        return _of_answers(cut, by)
    if by == "kind":
        names, offers = cut.read.told.names.kinds, cut.read.told.offers.kind
        return Slices(by=by, of="offer", names=names, offers=offers, decided=None, trial=None, lines=None)
    if by in _OF_ITEMS:
        return _of_items(cut, by)
    if by == "new_or_returning":
        return slice_customers(cut.read, by, new_or_returning(cut))
    if by in _TIMES:
        raise RequestError(
            f"Offers are not sliced by {by}: what is seen on one day may be bought on another.",
            hint="Name a period with `--since` and `--until`, and compare it with another one.",
            field="by",
        )
    return _of_attribute(cut, by)


def slice_customers(read: Read, by: str, of_unit: Sequence[str], late: Bools | None = None) -> Slices:
    """By what each unit is called, in the order of the names of units. `late`: those called so only after they met."""
    names = sorted({*of_unit})
    places = {name: place for place, name in enumerate(names)}
    every = np.array([*(places[name] for name in of_unit), len(names)], dtype=np.int64)  # the last: nobody is named
    told = read.told
    units = told.slates.unit[told.offers.slate]
    found = [every[np.where(rows >= 0, rows, -1)] for rows in (units, told.decided.unit, read.trial.unit)]
    if any((rows == len(names)).any() for rows in found):
        names = [*names, NOBODY]
    out = np.zeros(len(read.trial.unit), dtype=np.bool_) if late is None else late[read.trial.unit]
    return Slices(
        by=by,
        of="customer",
        names=names,
        offers=found[0],
        decided=found[1],
        trial=np.where(out, NEVER, found[2]),
        lines=every[read.lines.unit],
        late=int((out & read.trial.triggered).sum()),
    )


def new_or_returning(cut: Sliced) -> list[str]:
    """Of each unit whether it had ordered before the first decision about it that is known."""
    orders = cut.dataset.table("orders")
    named = orders.filter(orders.customer_id.notnull())
    first = named.group_by("customer_id").aggregate(at=named.placed_at.min())
    with storage_failures():
        rows = first.select("customer_id", at=first.at.cast("timestamp('UTC', 6)")).to_pyarrow()
    at = rows["at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_pylist()
    bought = {f"c:{name}": moment for name, moment in zip(rows["customer_id"].to_pylist(), at, strict=True)}
    return [
        RETURNING if bought.get(name, np.inf) < met else NEW
        for name, met in zip(cut.read.units, cut.read.met.tolist(), strict=True)
    ]


def _of_answers(cut: Sliced, by: str) -> Slices:
    told, trial = cut.read.told, cut.read.trial
    if by == "seller":
        names = [*told.names.sellers, UNSAID]
        slates, decided = (
            np.where(rows >= 0, rows, len(names) - 1) for rows in (told.slates.seller, told.decided.seller)
        )
        if not (slates == len(names) - 1).any() and not (decided == len(names) - 1).any():
            names = names[:-1]
        return Slices(
            by=by, of="answer", names=names, offers=slates[told.offers.slate], decided=decided, trial=None, lines=None
        )
    called = _channel_of(cut.settings) if by == "channel" else str
    names = sorted({called(place) for place in (*told.names.placements, *trial.placements)})
    of_told, of_trial = (
        np.array([names.index(called(place)) for place in places], dtype=np.int64)
        for places in (told.names.placements, trial.placements)
    )
    return Slices(
        by=by,
        of="answer",
        names=names,
        offers=of_told[told.slates.placement[told.offers.slate]],
        decided=of_told[told.decided.placement],
        trial=of_trial[trial.placement],
        lines=None,
    )


def _channel_of(settings: Settings) -> Callable[[str], str]:
    """The channel of a placement, as the settings of today say."""
    placements = settings.placements
    return lambda name: placements[name].channel if name in placements else UNSAID


def _of_items(cut: Sliced, by: str) -> Slices:
    told, lines = cut.read.told, cut.read.lines
    offered = [items_named(name) for name in told.names.offers]
    ids = sorted({*lines.items, *(item for some in offered for item in some)})
    called = dict(zip(ids, ids, strict=True)) if by == "item" else _said_of_items(cut.dataset, ids, by)
    parts = [{called[one] for one in some} for some in offered]
    whole = [next(iter(some)) if len(some) == 1 else SEVERAL for some in parts]
    names = sorted({*whole, *(called[item] for item in lines.items)})
    places = {name: place for place, name in enumerate(names)}
    by_name = np.array([places[name] for name in whole], dtype=np.int64)
    by_item = np.array([places[called[item]] for item in lines.items], dtype=np.int64)
    return Slices(
        by=by,
        of="item",
        names=names,
        offers=by_name[told.offers.name] if len(by_name) else np.empty(0, dtype=np.int64),
        decided=None,
        trial=None,
        lines=by_item[lines.item] if len(by_item) else np.empty(0, dtype=np.int64),
    )


def _said_of_items(dataset: Dataset, ids: Sequence[str], what: str) -> dict[str, str]:
    items = dataset.table("items")
    wanted = ibis.memtable(pa.table({"item_id": pa.array(ids, pa.string())}))
    with storage_failures():
        rows = items.semi_join(wanted, "item_id").select("item_id", said=what).to_pyarrow().to_pylist()
    known = {row["item_id"]: row["said"] for row in rows if row["said"]}
    return {one: known.get(one, UNSAID) for one in ids}


def _of_attribute(cut: Sliced, by: str) -> Slices:
    stated, wanted = read_statements(cut.dataset), by.removeprefix(_NAMED)
    named = {name for one in stated.values() for said in one for name in said.attributes}
    if wanted not in named:
        known = sorted([*_OF_ANSWERS, *_OF_ITEMS, "kind", "new_or_returning", *named])
        raise RequestError(
            phrase("There is no segment {name} in this shop.", name=repr(by[:80])),
            hint=name_neighbours(by, known),
            field="by",
        )
    units, met = cut.read.units, cut.read.met.tolist()
    every = [stated.get(unit.removeprefix("c:"), []) if unit.startswith("c:") else [] for unit in units]
    found = [find_statement(one, moment) for one, moment in zip(every, met, strict=True)]
    unsaid = np.array([one is None or one.by > at for one, at in zip(found, met, strict=True)], dtype=np.bool_)
    # Who is listed at all may itself come of offers: of nobody but those is anything said later.
    later = any(one is not None and one.by > at for one, at in zip(found, met, strict=True))
    values = {
        unit: one.attributes[wanted] for unit, one in zip(units, found, strict=True) if one and wanted in one.attributes
    }
    return slice_customers(cut.read, wanted, name_segments([values.get(unit) for unit in units]), unsaid & later)


def name_units(units: Sequence[str], of_customer: Mapping[str, str]) -> list[str]:
    """What an attribute says of each unit; the rarest of many values put together."""
    return name_segments(
        [of_customer.get(unit.removeprefix("c:")) if unit.startswith("c:") else None for unit in units]
    )
