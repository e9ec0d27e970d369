"""What rules, guards and caps held back lately, and what the draft would have decided instead."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from pairwell.backtest.whatif.held import Memory
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.slow import NUMBERS, alone, read_newest
from pairwell.serve.pages.views.view import Fields, View
from pairwell.shop.held_back import HeldBack
from pairwell.shop.trying_draft import DraftTried

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_COUNTING_S, _TRYING_S = 3.0, 5.0
_MEMORY = Memory(2 * max(NUMBERS))


def make_limits(shop: Shop, fields: Fields) -> HeldBack:
    """What was held back in the newest decisions."""
    newest = read_newest(fields)
    with alone() if newest > NUMBERS[0] else nullcontext():
        return shop.held_back(newest, seconds=_COUNTING_S, memory=_MEMORY)


def make_trial(shop: Shop, fields: Fields) -> DraftTried:
    """What the draft would have decided. Raises `SettingsError` where it cannot be read."""
    newest = read_newest(fields)
    with alone():
        return shop.try_draft(newest, seconds=_TRYING_S)


LIMITS = View(
    path="/limits",
    label=sentence("Rules and limits"),
    about=sentence("Why candidates were not offered lately, rule by rule and limit by limit."),
    group="setup",
    template="limits.html",
    record=HeldBack,
    make=make_limits,
    parameters=("newest",),
)
TRIAL = View(
    path="/trial",
    label=sentence("Trial of the draft"),
    about=sentence("What the draft would have decided on the newest requests."),
    group="setup",
    template="trial.html",
    record=DraftTried,
    make=make_trial,
    parameters=("newest",),
    right="experiment",
)
