"""Customers by what the shop says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.errors import RequestError
from pairwell.measure.customers.visits import Array, Visits
from pairwell.measure.interval import Interval
from pairwell.measure.intervals import FEWEST_FOR_MONEY, mean_interval

_MOST_VALUES = 10  # of an attribute; the rest are put together
_SPLIT_AT_MOST = 0.5  # values a customer: an attribute that is different for everybody makes no segments
OTHERS = "(others)"
UNSAID = "(unknown)"
_NAMED = "customer."


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """Customers of one kind, with 95 % intervals where they are enough (`measure.intervals`)."""

    name: str
    customers: int
    purchases: float  # days with a purchase, a customer
    purchases_interval: Interval | None
    value: float  # minor units a customer
    value_interval: Interval | None
    revenue_share: float
    came_back: int


def read_attributes(dataset: Dataset, visits: Visits) -> dict[str, list[str | None]]:
    """By attribute, the value of each of the visits' customers, by place; None where nothing is said.

    Left out are attributes with one value alone, or with a value of its own for most customers.
    """
    stated = read_stated(dataset)
    columns = {name: [said.get(customer) for customer in visits.customer_ids] for name, said in stated.items()}
    return {name: column for name, column in columns.items() if _parts(column)}


def read_stated(dataset: Dataset) -> dict[str, dict[str, str]]:
    """By attribute, in order of its name, what the shop says of each customer; who has none is missing."""
    with storage_failures():
        rows = dataset.table("customers").select("customer_id", "attributes").to_pyarrow().to_pylist()
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        for name, value in (msgspec.json.decode(row["attributes"]) if row["attributes"] else {}).items():
            if value is not None and value != "":
                found.setdefault(name, {})[row["customer_id"]] = str(value)
    return dict(sorted(found.items()))


def find_attribute(dataset: Dataset, visits: Visits, name: str, *, beside: Sequence[str] = ()) -> tuple[str, list[str]]:
    """The attribute called `name` or `customer.NAME`, and each customer's segment by it.

    Raises `RequestError` naming the attributes that make segments, and what may be asked for `beside` them.
    """
    attributes, wanted = read_attributes(dataset, visits), name.removeprefix(_NAMED)
    if wanted in attributes:
        return wanted, name_segments(attributes[wanted])
    raise RequestError(
        f"Customers have no attribute {name[:80]!r} that makes segments.",
        hint=f"There are: {', '.join([*beside, *attributes])}."
        if attributes or beside
        else "Ingest customers with columns such as `attributes.region`, of a few values each.",
        field="by",
    )


def name_segments(column: Sequence[str | None]) -> list[str]:
    """The value of each customer, the rarest put together as others."""
    counts = Counter(value for value in column if value is not None)
    kept = {value for value, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_VALUES]}
    return [UNSAID if value is None else value if value in kept else OTHERS for value in column]


def measure_segments(visits: Visits, names: Mapping[int, str]) -> list[Segment]:
    """Segments of the customers that came, most revenue first. `names`: the segment of each, by place."""
    customers, starts, counts = np.unique(visits.customers, return_index=True, return_counts=True)
    values = np.add.reduceat(visits.values, starts)
    of = np.array([names[place] for place in customers.tolist()], dtype=object)
    total = max(float(values.sum()), 1.0)
    segments = [_measure(name, counts[of == name], values[of == name], total) for name in sorted(set(of.tolist()))]
    return sorted(segments, key=lambda segment: (-segment.revenue_share, segment.name))


def _measure(name: str, counts: Array, values: Array, total: float) -> Segment:
    return Segment(
        name=name,
        customers=counts.size,
        purchases=float(counts.mean()),
        purchases_interval=mean_interval(counts),
        value=float(values.mean()),
        value_interval=mean_interval(values, fewest=FEWEST_FOR_MONEY),
        revenue_share=float(values.sum()) / total,
        came_back=int((counts > 1).sum()),
    )


def _parts(column: Sequence[str | None]) -> bool:
    said = [value for value in column if value is not None]
    return 1 < len(set(said)) <= max(_SPLIT_AT_MOST * len(said), 2)
