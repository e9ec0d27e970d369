"""Due dates on online retail: what is said on one day, held against what the following weeks brought.

Judged are windows that end within the weeks held out, so that each is known to have come true or not.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pairwell.config.settings import Settings
from pairwell.learn.baskets import Array, make_baskets
from pairwell.learn.days import local_days
from pairwell.learn.history import History
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.taste.days import find_visits
from pairwell.learn.taste.due import Due, learn_due
from pairwell.learn.validation import before

pytestmark = pytest.mark.slow

_WEEKS = 39  # days in which windows must end
_LIKELY = 0.3


@pytest.fixture(scope="module")
def history(data_dir: Path) -> History:
    """Goods that were sold to customers with a number."""
    table = pq.read_table(data_dir / "online_retail" / "online_retail.parquet")
    invoices = table["InvoiceNo"].cast(pa.string())
    clean = pc.and_(pc.greater(table["Quantity"], 0), pc.greater(table["UnitPrice"], 0))
    clean = pc.and_(clean, pc.invert(pc.starts_with(invoices, "C")))
    clean = pc.and_(clean, pc.is_valid(table["CustomerID"]))
    clean = pc.fill_null(pc.and_(clean, pc.match_substring_regex(table["StockCode"], r"^\d{5}")), False)
    sold = table.filter(clean)
    customer_ids, customers = _numbered(sold["CustomerID"].cast(pa.string()))
    item_ids, items = _numbered(sold["StockCode"])
    _, numbers = _numbered(sold["InvoiceNo"].cast(pa.string()))
    moments = sold["InvoiceDate"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
    _, first = np.unique(numbers, return_index=True)
    oldest_first = np.argsort(moments[first], kind="stable")
    places = np.empty_like(oldest_first)
    places[oldest_first] = np.arange(oldest_first.size)
    return History(
        baskets=make_baskets(item_ids, places[numbers], items, moments[first][oldest_first]),
        order_ids=[str(order) for order in range(first.size)],
        customers=customers[first][oldest_first],
        listings=[Listing(item_id=item_id) for item_id in item_ids],
        customer_ids=customer_ids,
    )


@pytest.mark.parametrize(
    ("held_out", "judged", "foretold", "came"),
    [(_WEEKS, 719, 0.345, 0.360), (2 * _WEEKS, 671, 0.343, 0.340), (3 * _WEEKS, 620, 0.331, 0.365)],
)
def test_as_many_come_back_within_their_window_as_foretold(
    history: History, held_out: int, judged: int, foretold: float, came: float
) -> None:
    days = local_days(history.baskets.placed_at, "UTC")
    today = int(days.max()) - held_out
    due = learn_due(before(history, int((days <= today).sum())), Settings())

    ends = due.late <= today + _WEEKS
    back = _came(history, due, days, today)

    assert int(ends.sum()) == judged
    assert float(due.probability[ends].mean()) == pytest.approx(foretold, abs=0.0005)
    assert float(back[ends].mean()) == pytest.approx(came, abs=0.0005)
    likely = due.probability >= _LIKELY
    assert back[ends & likely].mean() > back[ends & ~likely].mean() + 0.1


def _numbered(column: pa.ChunkedArray) -> tuple[list[str], Array]:
    names, numbers = np.unique(np.array(column.to_pylist(), dtype=str), return_inverse=True)
    return names.tolist(), numbers


def _came(history: History, due: Due, days: Array, today: int) -> Array:
    """Whether the next purchase after `today` fell into the window."""
    wanted = np.ones(len(history.baskets.item_ids), dtype=bool)
    later = find_visits(history.baskets, history.customers, np.where(days > today, days, -1), wanted)
    first = later.number == 0
    next_day = dict(
        zip(
            zip(later.customers[first].tolist(), later.items[first].tolist(), strict=True),
            later.days[first].tolist(),
            strict=True,
        )
    )
    owners = np.repeat(np.arange(due.offsets.size - 1), np.diff(due.offsets))
    found = [next_day.get(key, -1) for key in zip(owners.tolist(), due.items.tolist(), strict=True)]
    return (np.array(found) >= due.early) & (np.array(found) <= due.late)
