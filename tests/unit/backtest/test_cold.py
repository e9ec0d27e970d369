from __future__ import annotations

import pytest

from pairwell.backtest.cold import cold_start, without
from pairwell.backtest.told import history_of
from pairwell.config.settings import Settings
from pairwell.errors import EvidenceError
from pairwell.simulate.size import ShopSize
from pairwell.simulate.world import make_shop


@pytest.mark.slow
def test_unsold_items_find_most_of_what_was_planted_with_them() -> None:
    found = cold_start([make_shop(21, size=ShopSize(items=200, orders=12_000))], Settings())

    assert found.items >= 8
    assert found.backoff > 0.6
    assert found.backoff_ci[0] > found.popularity_ci[1]


def test_hidden_items_are_in_no_order_and_keep_their_listing() -> None:
    history = history_of(make_shop(3, size=ShopSize(items=60, customers=300, orders=500, days=400)))
    hidden = set(history.baskets.item_ids[:5])

    cut = without(history, hidden)

    assert not cut.baskets.item_orders()[:5].any()
    assert cut.baskets.item_orders()[5:].tolist() == history.baskets.item_orders()[5:].tolist()
    assert (cut.baskets.n_orders, cut.listings) == (history.baskets.n_orders, history.listings)


def test_nothing_planted_is_refused() -> None:
    with pytest.raises(EvidenceError):
        cold_start([], Settings())
