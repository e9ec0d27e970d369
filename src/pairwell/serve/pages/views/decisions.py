"""Decisions: the newest ones, and one of them explained and computed again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, get_args

import msgspec

from pairwell.decide.account import Account
from pairwell.decide.replay import Replay
from pairwell.errors import RequestError
from pairwell.journal.recent import RecentAsked, RecentDecision
from pairwell.records import SilenceReason
from pairwell.said import phrase
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.playing.basket import Line, fitting, write_lines
from pairwell.serve.pages.views.view import Fields, View
from pairwell.shop.playing.told import PlayedLeft, Weighed, tell_weighed, tell_withheld

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_SHOWN = 50


class Decisions(msgspec.Struct, frozen=True, kw_only=True):
    """A leaf of the list of decisions, newest first."""

    timezone: str
    currency: str
    placements: list[str]
    outcomes: list[str]
    asked: RecentAsked
    decisions: list[RecentDecision]
    titles: dict[str, str]  # of what carts held, as far as it has one
    next_before: datetime | None  # where older ones begin; None: there are none


class OneDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision explained, in figures and in words; `replay` where it was asked for."""

    account: Account
    lines: list[str]
    who: str
    outcome: str  # in a sentence or two
    weighed: list[list[Weighed]]  # of each offer
    withheld: list[PlayedLeft]  # the nearest to being shown first
    decided_by: list[str]  # what was known, and the versions
    play: dict[str, str]  # the parameters of a playground with the same request of somebody unknown
    replay: Replay | None = None


def make_decisions(shop: Shop, fields: Fields) -> Decisions:
    """The newest decisions that are asked for."""
    settings = shop.published.settings
    asked = RecentAsked(
        limit=_SHOWN,
        placement=fields.get("placement"),
        outcome=fields.get("outcome"),
        before=_moment(fields["before"]) if "before" in fields else None,
    )
    found = shop.recent_decisions(asked)
    return Decisions(
        timezone=settings.shop.timezone,
        currency=settings.shop.currency,
        placements=sorted(settings.placements),
        outcomes=["offered", *get_args(SilenceReason)],
        asked=asked,
        decisions=found,
        titles=shop.titles({item_id for one in found for item_id in one.cart}),
        next_before=found[-1].at if len(found) == _SHOWN else None,
    )


def make_decision(shop: Shop, fields: Fields) -> OneDecision:
    """One decision. Raises `NotFoundError`, `ForgottenError`, `ReplayError`."""
    decision_id = fields.get("id", "")
    if not decision_id:
        raise RequestError(
            phrase("`id` is missing: whose account is wanted?"), hint=phrase("Open one of /decisions."), field="id"
        )
    account = shop.explain(decision_id)
    replay = shop.replay(decision_id) if fields.get("replay") else None
    return OneDecision(
        account=account,
        lines=account.lines(every=True),
        who=account.who(),
        outcome=account.outcome(),
        weighed=[tell_weighed(one, account) for one in account.offers],
        withheld=tell_withheld(account),
        decided_by=list[str](account.decided_by()),
        play=_play(account),
        replay=replay,
    )


def _play(account: Account) -> dict[str, str]:
    cart = (Line(item_id=thing.item_id, quantity=thing.quantity) for thing in account.things if thing.quantity)
    viewed = (Line(item_id=thing.item_id) for thing in account.things if not thing.quantity)
    return {
        "placement": account.placement,
        "cart": write_lines(fitting(cart)),
        "viewed": write_lines(fitting(viewed)),
    }


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise RequestError(
            phrase("`before` is {text}; expected a moment with its zone.", text=repr(text[:40])),
            hint=phrase("Write 2026-01-31T09:30:00+00:00."),
            field="before",
        )
    return moment


DECISIONS = View(
    path="/decisions",
    label=sentence("Decisions"),
    about=sentence("What was offered lately, to whom, and why not more."),
    group="offers",
    template="decisions.html",
    record=Decisions,
    make=make_decisions,
    parameters=("placement", "outcome", "before"),
)
DECISION = View(
    path="/decision",
    label=sentence("Decision"),
    about=sentence("How one decision came about."),
    group="offers",
    template="decision.html",
    record=OneDecision,
    make=make_decision,
    parameters=("id", "replay"),
)
