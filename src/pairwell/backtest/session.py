"""The next item of a visit: after each step of held-out visits, every method is asked what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ibis
import msgspec
import numpy as np

from pairwell.backtest.onward import rank_next
from pairwell.backtest.splits import first_test_order
from pairwell.backtest.trial import DEPTH, ENGINE, Held, Ranked, Trial
from pairwell.clock import from_micros
from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Settings
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.errors import EvidenceError
from pairwell.learn.baskets import Baskets, slice_orders
from pairwell.learn.history import no_later_than, read_history
from pairwell.learn.mining.pairs import rank_pairs
from pairwell.learn.popularity import most_bought
from pairwell.learn.sessions.following import learn_following
from pairwell.learn.sessions.reading import Past, read_visits
from pairwell.learn.sessions.visits import CARTED, Visits, seen_together, slice_visits, visits_no_later_than
from pairwell.model.sessions import Onward, Orders
from pairwell.wording import counted

_MOST_VISITS = 2_000  # that are asked about
_SEED = 1
_TYPES = ("view", "add_to_cart", "add_to_cart")  # a purchase is not known before it happens


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A visit so far, and the item that came next; all by number."""

    so_far: list[tuple[str, int]]  # type of event and item, newest last
    barred: frozenset[int]  # in the cart, or looked at last
    following: int
    visitor: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is learned from, and the visits that are asked about; all by the same numbers."""

    visits: Visits
    baskets: Baskets
    asked: Visits


def pose_session(held: Held, settings: Settings, advance: Advance = unheard) -> Trial:
    """Learn from the older visits, and the orders before the others, and ask for each next item of the newer visits.

    Of more than 2,000 visits that many are asked about, chosen by lot. Raises `EvidenceError` where there are no
    events, or none in one of the parts.
    """
    told = _two(held, held.test, settings) if held.test else _split(held, settings)
    cases = find_cases(told.asked)
    _require(told, cases)
    advance(0.2)
    onward = _learn(told, settings)
    ids = told.visits.item_ids
    advance(0.5)
    answers = {ENGINE: _lead(onward, cases, DEPTH), **rank_next(told.visits, cases, DEPTH)}
    advance(1.0)
    visited = seen_together(told.visits).item_orders()
    return Trial(
        protocol="session",
        hidden="the next item after each step of the held-out visits",
        truths=[frozenset((ids[case.following],)) for case in cases],
        barred=[frozenset(ids[item] for item in case.barred) for case in cases],
        clusters=np.array([case.visitor for case in cases]),
        revenue=np.zeros(len(cases)),
        item_orders={ids[item]: int(visited[item]) for item in np.flatnonzero(visited).tolist()},
        trained_orders=told.visits.n_visits,
        trained_on="visits",
        answers={name: _named(ids, ranked) for name, ranked in answers.items()},
        ask_more=lambda places, n: _named(ids, _lead(onward, [cases[place] for place in places], n)),
    )


def find_cases(asked: Visits) -> list[Case]:
    """A case for each step but the first, of visits of two steps or more; what is in the cart already is none."""
    long = np.flatnonzero(asked.sizes > 1)
    if long.size > _MOST_VISITS:
        long = np.sort(np.random.Generator(np.random.PCG64(_SEED)).permutation(long)[:_MOST_VISITS])
    return [case for visit in long.tolist() for case in _cases_of(asked, visit)]


def _cases_of(asked: Visits, visit: int) -> list[Case]:
    row = slice(int(asked.offsets[visit]), int(asked.offsets[visit + 1]))
    items, kinds = asked.items[row].tolist(), asked.kinds[row].tolist()
    steps = [(_TYPES[kind], item) for item, kind in zip(items, kinds, strict=True)]
    cases: list[Case] = []
    cart: set[int] = set()
    for place, (item, kind) in enumerate(zip(items[:-1], kinds[:-1], strict=True)):
        cart |= {item} if kind >= CARTED else set()
        barred, following = frozenset(cart | {item}), items[place + 1]
        if following not in barred:
            visitor = int(asked.visitors[visit])
            cases.append(Case(so_far=steps[: place + 1], barred=barred, following=following, visitor=visitor))
    return cases


# --- what is learned from -------------------------------------------------------------------------


def _split(held: Held, settings: Settings) -> Told:
    assert held.split is not None, "held says either another dataset or a split"
    visits, baskets = _read(held.train, held.now, settings, _ids_of(held.train))
    if not visits.n_visits:
        raise _no_events()
    cut = first_test_order(visits.began_at, held.split, settings.shop.timezone, what="visit")
    before = int(np.searchsorted(baskets.placed_at, visits.began_at[cut]))
    return Told(
        visits=slice_visits(visits, 0, cut),
        baskets=slice_orders(baskets, 0, before),
        asked=slice_visits(visits, cut, visits.n_visits),
    )


def _two(held: Held, test: Dataset, settings: Settings) -> Told:
    ids = sorted({*_ids_of(held.train), *_ids_of(test)})
    visits, baskets = _read(held.train, held.now, settings, ids)
    return Told(visits=visits, baskets=baskets, asked=_read(test, held.now, settings, ids)[0])


def _ids_of(dataset: Dataset) -> list[str]:
    """Every item that was sold, listed or looked at, ascending."""
    with storage_failures():
        tables = [dataset.table(name).select("item_id") for name in ("items", "order_lines", "events")]
        ids = ibis.union(*tables, distinct=True)
        return [str(one) for one in ids.filter(ids.item_id.notnull()).order_by("item_id").to_pyarrow()[0].to_pylist()]


def _read(dataset: Dataset, now: datetime, settings: Settings, ids: Sequence[str]) -> tuple[Visits, Baskets]:
    snapshot = dataset.newest()
    baskets = no_later_than(read_history(dataset, snapshot), now).baskets
    places = np.searchsorted(np.array(ids), np.array(baskets.item_ids)) if len(baskets.item_ids) else np.empty(0)
    renumbered = msgspec.structs.replace(
        baskets, item_ids=list(ids), items=places.astype(np.int32)[baskets.items] if places.size else baskets.items
    )
    visits = read_visits(Past(dataset=dataset, snapshot=snapshot), ids, settings.learn)
    return visits_no_later_than(visits, now), renumbered


def _learn(told: Told, settings: Settings) -> Onward:
    baskets, learn = told.baskets, settings.learn
    orders = Orders(
        pairs=rank_pairs(baskets, learn),
        item_orders=baskets.item_orders(),
        n_orders=baskets.n_orders,
        popular=most_bought(baskets, learn),
    )
    return Onward(learn_following(told.visits, learn), orders, msgspec.to_builtins(learn))


def _lead(onward: Onward, cases: Sequence[Case], n: int) -> list[list[int]]:
    return [[item for item, _ in onward.lead(case.so_far, n)] for case in cases]


def _named(ids: Sequence[str], ranked: Sequence[Sequence[int]]) -> Ranked:
    return [[ids[item] for item in answer] for answer in ranked]


def _require(told: Told, cases: Sequence[Case]) -> None:
    if not told.visits.n_visits and not told.asked.n_visits:
        raise _no_events()
    if not told.visits.n_visits or not cases:
        until = from_micros(int(told.visits.began_at.max(initial=0)))
        last = f", the last on {until:%Y-%m-%d}," if told.visits.n_visits else ""
        raise EvidenceError(
            f"To learn from: {counted(told.visits.n_visits, 'visit')}{last} and to ask about: "
            f"{counted(len(cases), 'next item')}; both are needed.",
            hint="Choose other test days or another share, or ingest more events.",
        )


def _no_events() -> EvidenceError:
    return EvidenceError(
        "There are no visits: no event names an item and a customer or visitor.",
        hint="Run `pairwell ingest events FILE` with what shoppers viewed; orders alone do not say what comes next.",
    )
