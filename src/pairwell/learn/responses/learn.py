"""Learning from the outcomes of offers: from the journal to what the next decision reads."""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from pairwell.clock import from_micros, to_micros
from pairwell.config.settings import Persuasion, Settings
from pairwell.dataset.store import Dataset
from pairwell.facts.posteriors import PosteriorStore
from pairwell.journal.opportunities import read_opportunities
from pairwell.learn.responses.beliefs import Believed, Interval, KindLearned, believe, effect_of
from pairwell.learn.responses.friction import Friction, find_frictions
from pairwell.learn.responses.gathering import ChoiceOf, Gathered, Gathering, Window, gather
from pairwell.learn.responses.purchases import Span, read_purchases
from pairwell.operations.database import Database
from pairwell.posterior import Posterior

MOST = 200_000  # decisions; the newest
FEWEST = 100
_NORMAL = 1.959963984540054
_LATELY = timedelta(days=30)
_MICROS = timedelta(microseconds=1)


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Where decisions and their outcomes are, and under which settings each was made."""

    dataset: Dataset
    database: Database
    choice_of: ChoiceOf
    posteriors: PosteriorStore


class Trials(msgspec.Struct, frozen=True, kw_only=True):
    """What learning cost: the expected losses of slates that were shown to learn of their offers."""

    slates: int
    lost_minor: float
    lately_minor: float  # of that in the last 30 days
    since: datetime  # the oldest decision that was read


class FrictionLearned(msgspec.Struct, frozen=True, kw_only=True):
    """Chance that one offer costs the checkout, by placement; beside a cart, one slate of a unit within a window."""

    placement: str
    shown: int
    not_shown: int
    ordered_shown: int
    ordered_not_shown: int
    prior: float
    friction: Interval | None  # None: too few, the prior holds


class OffersLearned(msgspec.Struct, frozen=True, kw_only=True, tag="learned"):
    """What the outcomes of offers taught."""

    epoch: int
    news: bool  # False: nothing has changed since it was learned
    learned_at: datetime
    until: datetime  # the newest decision whose outcome is known
    window_h: float
    decisions: int
    shown: int
    not_shown: int  # by lot
    left_out: int  # under settings that are gone
    kinds: list[KindLearned]
    friction: list[FrictionLearned]
    trials: Trials
    currency: str
    seconds: float


class _Learned(NamedTuple):
    """What is learned, and the prior that it corrects."""

    prior: Persuasion
    kinds: dict[str, Believed]
    frictions: list[Friction]


class TooFewOpportunities(msgspec.Struct, frozen=True, kw_only=True, tag="too_few_opportunities"):
    """Nothing was learned, and what is live stays."""

    decisions: int
    needed: int = FEWEST


def learn_responses(sources: Sources, settings: Settings, *, now: datetime) -> OffersLearned | TooFewOpportunities:
    """Learn anew from the newest decisions whose outcome is known by `now`, and let the next decisions read it.

    The same journal, orders and settings give the same posterior; where that is the live one, nothing is published.
    """
    started = time.perf_counter()
    window = Window(timedelta(hours=settings.attribution.window_h) // _MICROS, to_micros(now))
    opportunities = read_opportunities(sources.database, until=now, most=MOST)
    gathering = gather(opportunities, sources.choice_of, window, settings.persuasion)
    if len(gathering) < FEWEST:
        return TooFewOpportunities(decisions=len(gathering))
    span = Span(gathering.oldest, now)
    gathered = gathering.close(read_purchases(sources.dataset, sources.database, gathering.units, span))
    believed = {kind: believe(kind, offers, gathered.slates) for kind, offers in gathered.offers.items()}
    priors = {name: placement.friction for name, placement in settings.placements.items()}
    frictions = list(find_frictions(gathered.slates, gathered.carts, priors))
    learned = _Learned(prior=settings.persuasion, kinds=believed, frictions=frictions)
    posterior, news = _publish(sources.posteriors, _posterior(gathered, learned, now))
    return OffersLearned(
        epoch=posterior.epoch,
        news=news,
        learned_at=posterior.learned_at,
        until=posterior.until,
        window_h=settings.attribution.window_h,
        decisions=len(gathering),
        shown=int((gathered.slates.shown & gathered.slates.closed).sum()),
        not_shown=int((gathered.slates.by_lot & gathered.slates.closed).sum()),
        left_out=gathered.left_out,
        kinds=[one.summary for one in believed.values()],
        friction=[_told(one) for one in frictions],
        trials=_trials(gathering, now),
        currency=settings.shop.currency,
        seconds=time.perf_counter() - started,
    )


def _trials(gathering: Gathering, now: datetime) -> Trials:
    lately = to_micros(now - _LATELY)
    return Trials(
        slates=len(gathering.trials),
        lost_minor=math.fsum(trial.lost_minor for trial in gathering.trials),
        lately_minor=math.fsum(trial.lost_minor for trial in gathering.trials if trial.at >= lately),
        since=gathering.oldest,
    )


def _posterior(gathered: Gathered, learned: _Learned, now: datetime) -> Posterior:
    """It holds no customer: names of effects and items, and numbers."""
    return Posterior(
        epoch=0,
        learned_at=from_micros(to_micros(now)),
        until=gathered.newest,
        decisions=int(gathered.slates.closed.sum()),
        prior=learned.prior,
        quiet={kind: one.quiet for kind, one in learned.kinds.items()},
        showing={kind: one.showing for kind, one in learned.kinds.items()},
        friction={one.placement: one.learned for one in learned.frictions if one.learned is not None},
        effects={kind: effect_of(one.summary) for kind, one in learned.kinds.items()},
    )


def _publish(store: PosteriorStore, found: Posterior) -> tuple[Posterior, bool]:
    live = store.newest()
    if live is not None and live == msgspec.structs.replace(found, epoch=live.epoch, learned_at=live.learned_at):
        return live, False
    return store.publish(lambda epoch: msgspec.structs.replace(found, epoch=epoch)), True


def _told(friction: Friction) -> FrictionLearned:
    learned = friction.learned
    half = 0.0 if learned is None else _NORMAL * learned.sd
    return FrictionLearned(
        **{name: getattr(friction, name) for name in Friction.__struct_fields__ if name != "learned"},
        friction=None
        if learned is None
        else Interval(value=learned.mean, low=max(0.0, learned.mean - half), high=learned.mean + half),
    )
