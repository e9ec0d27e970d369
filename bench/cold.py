"""What is found for items that nobody has bought yet: what was planted in simulated shops, or a workspace's pairs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import msgspec
import numpy as np

import pairwell
from pairwell.backtest.cold import cold_start, without
from pairwell.backtest.told import learn_world
from pairwell.config.settings import Settings
from pairwell.learn.history import read_history
from pairwell.measure.intervals import Interval, Resampling, bootstrap_ratios
from pairwell.model.backoff import ENOUGH
from pairwell.model.model import Model
from pairwell.simulate.world import make_shop

_FIRST = 10


def main() -> None:
    """Print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13, 14], help="of shops, or of lots of items")
    parser.add_argument("--workspace", type=Path, help="hide items of this workspace instead")
    asked = parser.parse_args()
    if asked.workspace is None:
        found = msgspec.to_builtins(cold_start([make_shop(seed) for seed in asked.seeds], Settings()))
    else:
        found = _hide_in(asked.workspace, asked.seeds)
    print(json.dumps({"seeds": asked.seeds, **found}))


def _hide_in(workspace: Path, seeds: list[int]) -> dict[str, object]:
    """Take all lines of a tenth of the items with pairs out of the orders; what all orders say is the truth."""
    with pairwell.open(workspace) as shop:
        history, settings = read_history(shop.dataset, shop.dataset.newest()), shop.published.settings
    whole = learn_world(history, settings)
    pairs = {item_id: _above(whole, item_id) for item_id in whole.item_ids}
    able = [item_id for item_id, found in pairs.items() if len(found) >= ENOUGH]
    rows = []
    for seed in seeds:
        lots = np.random.default_rng(seed).permutation(len(able))[: max(1, len(able) // 10)]
        hidden = {able[place] for place in lots.tolist()}
        model = learn_world(without(history, hidden), settings)
        popular = set(model.popular(_FIRST))
        for item_id in sorted(hidden):
            truth = [add_on for add_on in pairs[item_id] if add_on not in hidden][:_FIRST]
            lent = {borrowed.item_id for borrowed in model.backoff(item_id, n=_FIRST)}
            if truth:
                rows.append([len(lent & set(truth)) / len(truth), len(popular & set(truth)) / len(truth), bool(lent)])
    found = np.array(rows, dtype=np.float64)
    intervals = bootstrap_ratios(found, np.ones(found.shape), Resampling())
    ends = [(each.low, each.high) for each in intervals if isinstance(each, Interval)]
    names = ("backoff", "popularity", "answered")
    return {"items": len(rows), **{n: (m, e) for n, m, e in zip(names, found.mean(axis=0).tolist(), ends, strict=True)}}


def _above(model: Model, item_id: str) -> list[str]:
    return [pair.item_id for pair in model.pairs(item_id, n=1_000, above_floor=True)]


if __name__ == "__main__":
    main()
