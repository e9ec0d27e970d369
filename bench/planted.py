"""Relations planted in simulated shops, told apart: by orders, by seed, with and without a catalogue."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from pairwell.backtest.told import Told, history_of, learn_world, relations_told
from pairwell.config.settings import Settings
from pairwell.simulate.size import ShopSize
from pairwell.simulate.world import World, make_shop

_SETTINGS = Settings()


def main() -> None:
    """Print a table, and with --json the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(101, 106)))
    parser.add_argument("--orders", type=int, nargs="+", default=[10_000, 50_000, 200_000])
    parser.add_argument("--small", type=int, default=100, help="seeds of shops with 200 orders, from 1 on")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = [row for orders in asked.orders for seed in asked.seeds for row in _measure(orders, seed, quiet=asked.json)]
    false = [seed for seed in range(1, asked.small + 1) if _absent_pairs(seed)]
    if asked.json:
        print(json.dumps({"shops": rows, "small_shops": asked.small, "small_shops_with_false_pairs": false}))
        return
    print(f"of {asked.small} shops with 200 orders, with a pair above the floor that was not planted: {len(false)}")


def _measure(orders: int, seed: int, *, quiet: bool) -> Iterator[dict[str, object]]:
    world = make_shop(seed, size=ShopSize(orders=orders))
    for bare in (False, True):
        told = _tell(world, bare=bare)
        row = {"orders": orders, "seed": seed, "catalogue": not bare, **_figures(told)}
        print(row, file=sys.stderr if quiet else sys.stdout, flush=True)
        yield row


def _tell(world: World, *, bare: bool = False) -> Told:
    model = learn_world(history_of(world, bare=bare), _SETTINGS)
    return relations_told(world.truth, model, _SETTINGS.guards.upgrade_price_corridor)


def _figures(told: Told) -> dict[str, object]:
    relations = {name: getattr(told, name) for name in ("complements", "substitutes", "variants", "upgrades")}
    by_relation = {
        f"{name}_{figure}": round(getattr(found, figure), 4)
        for name, found in relations.items()
        for figure in ("planted", "recall", "precision")
    }
    return {
        "told_apart": round(told.told_apart, 4),
        "r_precision": round(told.r_precision, 4),
        "complements_as_substitutes": told.complements_as_substitutes,
        "substitutes_as_complements": told.substitutes_as_complements,
        **by_relation,
    }


def _absent_pairs(seed: int) -> bool:
    world = make_shop(seed, size=ShopSize(orders=200))
    told = _tell(world)
    return told.complements.right < told.complements.listed


if __name__ == "__main__":
    main()
