from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from tests.unit.learn.mining.by_hand import ByHand, as_found

from pairwell.config.settings import Learn
from pairwell.learn.baskets import Array, Baskets, make_baskets, slice_orders
from pairwell.learn.mining.mine import Asked, Mined, mine
from pairwell.learn.mining.tails import BINS_A_NAT

_SEEDS = st.integers(min_value=0, max_value=2**32)
_DAY = 86_400_000_000
_LARGEST = 0.35  # a larger tail can be that of a pair together no more often than expected


def _drawn(seed: int) -> tuple[Baskets, Learn, Asked]:
    """Orders of every kind: none, empty, single, equal, huge ones among small; some lines offered, some heavier."""
    rng = np.random.default_rng(seed)
    n_items, n_orders = int(rng.integers(1, 30)), int(rng.integers(0, 60))
    sizes = np.minimum(rng.choice([0, 1, 2, 3, 5, 8, 30], n_orders), n_items)
    kind = rng.random()
    orders, items = [], []
    for order, size in enumerate(sizes.tolist()):
        held = np.arange(size) if kind < 0.1 else rng.choice(n_items, size, replace=False)
        orders += [order] * size
        items += held.tolist()
    placed_at = np.sort(rng.integers(0, 200, n_orders)) * _DAY
    names = [f"i{number:02}" for number in range(n_items)]
    baskets = make_baskets(names, np.array(orders, dtype=np.int64), np.array(items, dtype=np.int64), placed_at)
    if rng.random() < 0.4:
        baskets = msgspec.structs.replace(baskets, offered=rng.random(baskets.items.size) < rng.choice([0.0, 0.2]))
    heavier = rng.integers(1, 4, baskets.items.size) if rng.random() < 0.3 else None
    learn = Learn(
        neighbours=int(rng.choice([1, 2, 5, 100])),
        ordinary_basket=int(rng.choice([2, 6, 40])),
        half_life_days=float(rng.choice([10.0, 1e9])),
        size_exponent=float(rng.choice([0.0, 0.5])),
    )
    return baskets, learn, Asked(line_weights=heavier, threads=1)


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(_SEEDS)
def test_everything_kept_is_what_counting_one_by_one_finds(seed: int) -> None:
    baskets, learn, asked = _drawn(seed)

    kept = mine(baskets, learn, asked).kept

    found = as_found(kept.offsets, kept.add_ons, kept.score, kept.together, kept.proof)
    assert found == ByHand(baskets, learn, asked).best()


def test_ranks_beyond_sixteen_bits_are_counted_as_well() -> None:
    rng = np.random.default_rng(1)
    n_items = 69_000  # all bought, so that ranks reach beyond 65,535
    items = np.concatenate((rng.permutation(n_items), rng.integers(0, n_items, 6_000), rng.integers(0, 50, 6_000)))
    orders = np.arange(items.size) // 3
    orders[-6_000:] = rng.integers(0, n_items // 3, 6_000)  # some sell well, beside all others
    names = [f"i{number:05}" for number in range(n_items)]
    baskets = make_baskets(names, orders, items, np.arange(int(orders.max()) + 1))

    kept = mine(baskets, Learn(), Asked(line_weights=None, threads=2)).kept

    found = as_found(kept.offsets, kept.add_ons, kept.score, kept.together, kept.proof)
    assert found == ByHand(baskets, Learn(), Asked(line_weights=None, threads=1)).best()
    ranked = np.argsort(-baskets.item_orders(), kind="stable")
    assert all(found[item] for item in ranked[1 << 16 :].tolist())


@settings(max_examples=150, derandomize=True, deadline=None, database=None)
@given(_SEEDS)
def test_every_tail_is_counted_in_its_bin_or_the_next_larger(seed: int) -> None:
    baskets, learn, asked = _drawn(seed)

    mined = mine(baskets, learn, asked)

    exact = _tails(mined, ByHand(baskets, learn, asked))
    edges = np.exp(-np.flatnonzero(mined.bins) / BINS_A_NAT)
    counted = np.sort(np.repeat(edges, mined.bins[mined.bins > 0]))[: exact.size]
    assert counted.size == exact.size
    assert np.all(counted >= exact)
    assert np.all(counted <= exact * math.exp(1 / BINS_A_NAT + 0.0013))


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(_SEEDS)
def test_the_number_of_threads_changes_no_byte(seed: int) -> None:
    baskets, learn, asked = _drawn(seed)
    cut = baskets.n_orders // 2

    one, two = (mine(baskets, learn, msgspec.structs.replace(asked, cut=cut, threads=threads)) for threads in (1, 2))

    assert _bytes(one) == _bytes(two)


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(_SEEDS)
def test_a_cut_keeps_what_the_older_orders_alone_give(seed: int) -> None:
    baskets, learn, _ = _drawn(seed)
    baskets = msgspec.structs.replace(baskets, placed_at=np.zeros_like(baskets.placed_at), offered=None)
    cut = baskets.n_orders * 9 // 10

    both = mine(baskets, learn, Asked(cut=cut))
    alone = mine(slice_orders(baskets, 0, cut), learn, Asked())

    if cut:
        assert both.older is not None
        assert both.older.add_ons.tolist() == alone.kept.add_ons.tolist()
        assert both.older.score.tolist() == pytest.approx(alone.kept.score.tolist(), rel=1e-5)
        assert both.older.together.tolist() == alone.kept.together.tolist()
    whole = mine(baskets, learn, Asked()).kept
    assert both.kept.score.tobytes() == whole.score.tobytes()


def test_tails_are_not_counted_where_nobody_asks() -> None:
    baskets, learn, _ = _drawn(3)

    assert not mine(baskets, learn, Asked(judged=False)).bins.any()


def _tails(mined: Mined, by_hand: ByHand) -> Array:
    """Those that are counted for sure: no larger than what can matter, of pairs more often together than expected."""
    pairs = [(one, other) for (one, other), proof in by_hand.proof.items() if one < other and proof]
    if not pairs:
        return np.empty(0)
    one, other = np.array(pairs).T
    proof = np.array([by_hand.proof[pair] for pair in pairs])
    expected = mined.chance.expected(one, other)
    tails = special.gammainc(proof, expected)
    return np.sort(tails[tails <= min(_LARGEST, mined.chance.seen_at_most / mined.chance.possible * 0.98)])


def _bytes(mined: Mined) -> list[bytes]:
    kept = [mined.kept] + ([mined.older] if mined.older is not None else [])
    arrays = [getattr(one, name) for one in kept for name in one.__struct_fields__]
    return [array.tobytes() for array in [*arrays, mined.bins]]
