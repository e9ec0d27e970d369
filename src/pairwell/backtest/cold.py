"""What is found for items that nobody has bought yet, in a shop whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.backtest.told import history_of, learn_world
from pairwell.config.settings import Settings
from pairwell.errors import EvidenceError
from pairwell.learn.baskets import Array, make_baskets
from pairwell.learn.history import History
from pairwell.measure.interval import Interval
from pairwell.measure.intervals import Resampling, bootstrap_ratios
from pairwell.model.model import Model
from pairwell.simulate.world import World

_FIRST = 10
_HIDDEN = 0.1  # of the anchors with something planted


class ColdStart(msgspec.Struct, frozen=True, kw_only=True):
    """Share of an unsold item's planted complements among the first ten, with 95 % intervals over items."""

    items: int
    backoff: float
    backoff_ci: tuple[float, float]
    popularity: float
    popularity_ci: tuple[float, float]


def cold_start(worlds: Sequence[World], settings: Settings) -> ColdStart:
    """Take all lines of a tenth of the anchors out of each world's orders, learn, and ask for their complements.

    Which anchors, is drawn by the number of the world. Planted complements that were hidden too, or are no longer
    bought together at the end of the history, are not asked for. Raises `EvidenceError` where nothing was planted.
    """
    shares = [row for seed, world in enumerate(worlds) for row in _ask(world, settings, seed)]
    if not shares:
        raise EvidenceError("Nothing is planted in these shops.", hint="Make larger ones.")
    found = np.array(shares)
    intervals = bootstrap_ratios(found, np.ones(found.shape), Resampling())
    ends = [(each.low, each.high) for each in intervals if isinstance(each, Interval)]
    return ColdStart(
        items=len(shares),
        backoff=float(found[:, 0].mean()),
        backoff_ci=ends[0],
        popularity=float(found[:, 1].mean()),
        popularity_ci=ends[1],
    )


def _ask(world: World, settings: Settings, seed: int) -> list[tuple[float, float]]:
    history, planted = history_of(world), _planted(world)
    anchors = sorted(planted)
    lots = np.random.default_rng(seed).permutation(len(anchors))
    hidden = {anchors[place] for place in lots[: max(1, round(len(anchors) * _HIDDEN))].tolist()} if anchors else set()
    model = learn_world(without(history, hidden), settings)
    popular = set(model.popular(_FIRST))
    asked = [(anchor, planted[anchor] - hidden) for anchor in sorted(hidden) if planted[anchor] - hidden]
    return [(_share(truth, _backoff(model, anchor)), _share(truth, popular)) for anchor, truth in asked]


def without(history: History, hidden: set[str]) -> History:
    """The same history without any line of `hidden`; their listings stay, as those of new items would."""
    baskets = history.baskets
    kept: Array = ~np.isin(np.array(baskets.item_ids), sorted(hidden))[baskets.items]
    orders = np.repeat(np.arange(baskets.n_orders), baskets.sizes)
    cut = make_baskets(baskets.item_ids, orders[kept], baskets.items[kept], baskets.placed_at)
    return msgspec.structs.replace(history, baskets=cut)


def _planted(world: World) -> dict[str, set[str]]:
    planted = {
        item.item_id: {each.item_id for each in world.truth.complements(item.item_id) if each.alive(world.history_end)}
        for item in world.items
    }
    return {anchor: add_ons for anchor, add_ons in planted.items() if add_ons}


def _backoff(model: Model, anchor: str) -> set[str]:
    return {borrowed.item_id for borrowed in model.backoff(anchor, n=_FIRST)}


def _share(truth: set[str], found: set[str]) -> float:
    return len(truth & found) / len(truth)
