from __future__ import annotations

import msgspec

from pairwell.backtest.earned import SIZE, try_shop
from pairwell.measure.offers.estimates import Estimate

_SEEDS = 16


def test_the_holdouts_interval_covers_what_offers_truly_earned() -> None:
    """Of sixteen shops; five missed come by chance once in a thousand times. `bench/incremental.py` has 300."""
    size = msgspec.structs.replace(SIZE, customers=400)
    shops = [try_shop(seed, size=size, days=20, holdout=0.4) for seed in range(_SEEDS)]
    for name in ("revenue", "margin"):
        told = [
            (one, getattr(shop, name)) for shop in shops if isinstance(one := getattr(shop.effects, name), Estimate)
        ]
        assert len(told) > _SEEDS // 2
        assert sum(not one.low <= truth <= one.high for one, truth in told) <= 4, name
    assert all(shop.effects.attributed_margin > 0 for shop in shops)
