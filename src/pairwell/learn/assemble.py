"""From history to a model in memory."""

from __future__ import annotations

from concurrent.futures import Future
from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.clock import from_micros
from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Learn, Settings
from pairwell.config.version import engine_version
from pairwell.learn.backoff.borrow import learn_backoff
from pairwell.learn.baskets import Array, only_ordinary
from pairwell.learn.bought import Bought, list_bought
from pairwell.learn.history import History
from pairwell.learn.itemsets.bundles import learn_bundles
from pairwell.learn.listings.describe import Description, describe
from pairwell.learn.mining.affinity import shows_affinity
from pairwell.learn.mining.linear import no_linear
from pairwell.learn.mining.pairs import LearnedPairs, learn_pairs, rank_pairs
from pairwell.learn.popularity import most_bought
from pairwell.learn.relations.relate import follow_up_arrays, relation_arrays
from pairwell.learn.relations.upgrades import learn_upgrades
from pairwell.learn.returned import fit_kept
from pairwell.learn.sessions.following import learn_following
from pairwell.learn.stopwatch import Beside, Stopwatch
from pairwell.model.backoff import backoff_arrays
from pairwell.model.manifest import Manifest
from pairwell.model.model import ItemNames, Model
from pairwell.model.neighbours import Neighbours, from_arrays, no_neighbours, to_arrays
from pairwell.model.sessions import Followers, followers_to_arrays, no_followers


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is made of, before it is stored."""

    manifest: Manifest
    names: ItemNames
    arrays: dict[str, Array]  # none of the linear weights count yet, see `blend.py`
    pairs: Neighbours
    older: Neighbours | None  # pairs of the orders before the cut, for their validation


class Early(NamedTuple):
    """Steps that need no pairs: they run beside the counting of pairs, in this order."""

    watch: Stopwatch
    described: Future[list[Description]]
    bought: Future[Bought]
    popularity: Future[dict[str, Array]]
    follow_ups: Future[dict[str, Array]]
    followers: Future[dict[str, Array]]


def begin_early(history: History, settings: Settings, beside: Beside) -> Early:
    """Begin everything that `learn_parts` needs besides pairs."""
    bought = beside.begin("purchases", lambda: list_bought(history, settings))
    return Early(
        watch=beside.watch,
        described=beside.begin("listings", lambda: describe(history.listings)),
        bought=bought,
        popularity=beside.begin("popularity", lambda: _popularity(history, bought.result(), settings.learn)),
        follow_ups=beside.begin("follow-ups", lambda: follow_up_arrays(history, bought.result(), settings.learn)),
        followers=beside.begin("visits", lambda: followers_to_arrays(_followers(history, settings))),
    )


def learn_parts(history: History, settings: Settings) -> Parts:
    """Learn everything from `history`; the manifest does not know snapshot, inputs and validation yet."""
    with Beside() as beside:
        return finish_parts(history, settings, begin_early(history, settings, beside))


def finish_parts(
    history: History, settings: Settings, early: Early, advance: Advance = unheard, *, cut: int = 0
) -> Parts:
    """The same where the early steps have begun, and with the pairs of the first `cut` orders from the same pass."""
    baskets = history.baskets
    with early.watch.step("pairs"):
        pairs = learn_pairs(baskets, settings.learn, advance, cut=cut)
    kept = fit_kept(history.returned, baskets, history.listings, settings.learn)
    arrays = {**_arrays(history, settings, pairs, early), "kept": kept.of_items}
    names = ItemNames(ids=baskets.item_ids, titles=[listing.title for listing in history.listings])
    manifest = msgspec.structs.replace(
        _manifest(history, settings),
        pairs=int(pairs.neighbours.items.size),
        pairs_above_floor=int(pairs.neighbours.above_floor.sum()),
        thinned_orders=pairs.thinned_orders,
        offered_lines=0 if baskets.offered is None else int(baskets.offered.sum()),
        visits=0 if history.visits is None else history.visits.n_visits,
        returned_sales=int(history.returned.items.size),
        kept_share=kept.of_shop,
    )
    return Parts(manifest=manifest, names=names, arrays=arrays, pairs=pairs.neighbours, older=pairs.older)


def _arrays(history: History, settings: Settings, pairs: LearnedPairs, early: Early) -> dict[str, Array]:
    baskets, learn, watch = history.baskets, settings.learn, early.watch
    described = early.described.result()
    with watch.step("upgrades"):
        upgrades = learn_upgrades(described, baskets, pairs, settings)
    with watch.step("relations"):
        related = relation_arrays(history, described, pairs, learn)
    with watch.step("back-off"):
        apart = [from_arrays(related, name) for name in ("variant", "substitute")]
        borrowed = backoff_arrays(learn_backoff(described, baskets, pairs, learn, apart))
    with watch.step("bundles"):
        bundles = learn_bundles(history, pairs, apart, learn)
    own = {**to_arrays(pairs.neighbours, "pair"), **to_arrays(upgrades, "upgrade")}
    affinity = {"affinity": np.array([shows_affinity(pairs.ordinary)])}
    begun = {**early.popularity.result(), **early.follow_ups.result(), **early.followers.result()}
    return {**own, **affinity, **begun, **related, **borrowed, **bundles, **no_linear()}


def _popularity(history: History, bought: Bought, learn: Learn) -> dict[str, Array]:
    return {
        "orders": history.baskets.item_orders().astype(np.int64),
        "popular": most_bought(history.baskets, learn),
        "bought_once": bought.once,
    }


def completing_model(
    history: History, settings: Settings, pairs: Neighbours | None = None, linear: dict[str, Array] | None = None
) -> Model:
    """A model that only completes baskets, as the whole one would: scores without verdicts, no upgrades; not stored.

    `pairs` are those of `history` where they are known already; where nothing goes with anything none are asked for,
    as popularity ranks alone. `linear` are their linear weights, without which none count.
    """
    baskets, learn = history.baskets, settings.learn
    n_items, affinity = len(baskets.item_ids), shows_affinity(only_ordinary(baskets, learn.ordinary_basket))
    if pairs is None:
        pairs = rank_pairs(baskets, learn) if affinity else no_neighbours(n_items)
    arrays = {
        "orders": baskets.item_orders().astype(np.int64),
        "popular": most_bought(baskets, learn),
        "bought_once": np.zeros(n_items, dtype=bool),
        "kept": np.ones(n_items),
        "affinity": np.array([affinity]),
        **to_arrays(pairs, "pair"),
        **to_arrays(no_neighbours(n_items), "upgrade"),
        **(linear or no_linear()),
    }
    names = ItemNames(ids=baskets.item_ids, titles=[None] * n_items)
    return Model(_manifest(history, settings), names, arrays)


def _followers(history: History, settings: Settings) -> Followers:
    if history.visits is None or not history.visits.n_visits:
        return no_followers(len(history.baskets.item_ids))
    return learn_following(history.visits, settings.learn)


def _manifest(history: History, settings: Settings) -> Manifest:
    return Manifest(
        created_by=engine_version(),
        as_of=from_micros(int(history.baskets.placed_at.max(initial=0))),
        snapshot=0,
        inputs={},
        items=len(history.listings),
        orders=history.baskets.n_orders,
        pairs=0,
        pairs_above_floor=0,
        thinned_orders=0,
        settings={
            **msgspec.to_builtins(settings.learn),
            "upgrade_price_corridor": list(settings.guards.upgrade_price_corridor),
            "timezone": settings.shop.timezone,
        },
        validation=None,
        checksums={},
    )
