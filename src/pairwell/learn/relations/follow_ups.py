"""What the same customers come back for on a later day: the next size, the refill, the next step of life."""

from __future__ import annotations

import msgspec
import numpy as np
from scipy import special

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets, thin
from pairwell.learn.mining.chance import sure_effect, tail
from pairwell.learn.relations.counted import count_together
from pairwell.learn.relations.directed import Directed
from pairwell.learn.relations.first_purchases import FirstPurchases
from pairwell.learn.relations.sequences import FEWEST, Sequences, count_sequences, measure_lags
from pairwell.model.neighbours import make_neighbours
from pairwell.model.related import FollowUps
from pairwell.several import adjust_array

_MOST = 20  # follow-ups kept for one item
_SPANS = 64  # of time, with equally many first purchases each
_PIECE = 100_000


class _Tested(msgspec.Struct, frozen=True, kw_only=True):
    """Directed pairs that go together over time, and whether in this order."""

    pairs: Directed
    followers: Array
    preceders: Array
    effect: Array
    p_adjusted: Array

    def only(self, chosen: Array, p_adjusted: Array) -> _Tested:
        """Those `chosen`, with `p_adjusted` of all."""
        return _Tested(
            pairs=self.pairs.only(chosen),
            followers=self.followers[chosen],
            preceders=self.preceders[chosen],
            effect=self.effect[chosen],
            p_adjusted=p_adjusted[chosen],
        )


def learn_follow_ups(bought: FirstPurchases, baskets: Baskets, learn: Learn) -> FollowUps:
    """Up to 20 items for each that its buyers bought first on a later day, surely, and surely in this order.

    First the pairs whose two items more customers bought on different days than chance expects of the items' buyers
    and the customers' shelves (Poisson), corrected over all pairs there could be. Of these, the directions that more
    customers took than the times at which both sold let expect (binomial), corrected over both directions of them
    all. Given how many bought both, who bought which first says nothing of how many they are, so that choosing by
    the one does not favour the other (Bourgon, Gentleman and Huber 2010).
    """
    counted = count_sequences(bought)
    expected = _expected(bought, counted.pairs)
    n_sold = int((bought.buyers() > 0).sum())
    p_both = adjust_array(tail(counted.later + counted.earlier, expected), among=n_sold * (n_sold - 1) / 2)
    linked = np.flatnonzero(p_both <= learn.false_discovery_rate)
    tested = _test_order(bought, counted, linked, expected[linked])
    p = np.maximum(tested.p_adjusted, np.tile(p_both[linked], 2))
    shown = (p <= learn.false_discovery_rate) & (tested.effect > learn.min_effect) & (tested.followers >= FEWEST)
    best = _best(bought, tested, np.flatnonzero(shown), learn)
    return _publish(bought, tested.only(best, p), baskets, learn)


def _test_order(bought: FirstPurchases, counted: Sequences, linked: Array, expected: Array) -> _Tested:
    """Both directions of the pairs that are `linked`, forward ones first."""
    pairs, later, earlier = counted.pairs.only(linked), counted.later[linked], counted.earlier[linked]
    forward = _order_by_time(bought, pairs)
    share = np.concatenate((forward, 1 - forward))
    followers, preceders = np.concatenate((later, earlier)), np.concatenate((earlier, later))
    p = special.betainc(np.maximum(followers, 1), preceders + 1, share)
    return _Tested(
        pairs=Directed(
            n_items=pairs.n_items,
            anchors=np.concatenate((pairs.anchors, pairs.targets)),
            targets=np.concatenate((pairs.targets, pairs.anchors)),
        ),
        followers=followers,
        preceders=preceders,
        effect=sure_effect(followers, np.tile(expected, 2) * share),
        p_adjusted=adjust_array(np.where(followers > 0, p, 1.0)),
    )


def _expected(bought: FirstPurchases, pairs: Directed) -> Array:
    """Customers with both on different days by chance: each keeps the days of the shelf and draws items by buyers."""
    buyers = bought.buyers().astype(np.float64)
    different = 2 * float(_pairs_on_different_days(bought).sum()) / max(1, bought.items.size) ** 2
    expected: Array = buyers[pairs.anchors] * buyers[pairs.targets] * different
    return expected


def _pairs_on_different_days(bought: FirstPurchases) -> Array:
    """For each customer the unordered pairs of first purchases on different days."""
    sizes = np.diff(bought.offsets)
    span = int(bought.days.max(initial=0)) + 1
    keys = np.sort(bought.customers * span + bought.days)
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    visits, together = keys[starts], np.diff(starts, append=keys.size)
    same = np.bincount(visits // span, weights=together * (together - 1) / 2, minlength=sizes.size)
    pairs: Array = sizes * (sizes - 1) / 2 - same
    return pairs


def _order_by_time(bought: FirstPurchases, pairs: Directed) -> Array:
    """P(target after anchor) for purchases drawn from all of each: a late arrival follows everything by itself."""
    bounds = np.quantile(bought.days, np.linspace(0, 1, _SPANS + 1)[1:-1]) if bought.days.size else np.empty(0)
    spans = np.searchsorted(bounds, np.arange(int(bought.days.max(initial=0)) + 1), side="right")
    span = spans[bought.days]
    table = np.bincount(bought.items * _SPANS + span, minlength=bought.n_items * _SPANS)
    share = table.reshape(-1, _SPANS) / np.maximum(bought.buyers(), 1)[:, None]
    after = 1 - np.cumsum(share, axis=1) + share / 2  # one of the same span is as likely before as after
    parts = [
        np.einsum("ps,ps->p", share[pairs.anchors[piece]], after[pairs.targets[piece]])
        for piece in (slice(start, start + _PIECE) for start in range(0, pairs.anchors.size, _PIECE))
    ]
    return np.clip(np.concatenate(parts) if parts else np.empty(0), 1e-9, 1 - 1e-9)


def _best(bought: FirstPurchases, tested: _Tested, shown: Array, learn: Learn) -> Array:
    """Which of those `shown` are published, by item and score; ties by item id."""
    anchors, targets = tested.pairs.anchors[shown], tested.pairs.targets[shown]
    order = np.lexsort((targets, -_score(bought, tested, learn)[shown], anchors))
    place = np.arange(order.size) - np.searchsorted(anchors[order], anchors[order])
    best: Array = shown[order[place < _MOST]]
    return best


def _score(bought: FirstPurchases, tested: _Tested, learn: Learn) -> Array:
    buyers, pairs = bought.buyers().astype(np.float64), tested.pairs
    usual = buyers[pairs.anchors] ** learn.anchor_exponent * buyers[pairs.targets] ** learn.add_on_exponent
    score: Array = tested.followers / (usual + learn.score_damping)
    return score


def _publish(bought: FirstPurchases, best: _Tested, baskets: Baskets, learn: Learn) -> FollowUps:
    lags = measure_lags(bought, best.pairs, best.followers)
    return FollowUps(
        neighbours=make_neighbours(
            offsets=best.pairs.offsets,
            items=best.pairs.targets,
            score=_score(bought, best, learn),
            together=count_together(thin(baskets)[0], best.pairs),
            effect=best.effect,
            p_adjusted=best.p_adjusted,
            above_floor=np.ones(best.followers.size),
            share=best.followers / bought.buyers()[best.pairs.anchors],
        ),
        followers=best.followers,
        preceders=best.preceders,
        low=lags[:, 0],
        median=lags[:, 1],
        high=lags[:, 2],
    )
