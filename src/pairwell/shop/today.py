"""Whether an item would be offered beside another right now, and what holds it back where not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol, get_args

import msgspec

from pairwell.config.settings import OfferKind, Settings
from pairwell.decide.telling.reasons import reason_of_all
from pairwell.records import CartLine, DecisionRequest, Stage, Withheld
from pairwell.said import phrase
from pairwell.shop.playing.play import Decides, Play, decide_alone

if TYPE_CHECKING:
    from pairwell.config.published import Published
    from pairwell.model.model import Model

_PLACES: Final = ("product", "cart")  # where it is asked: the first that the settings have and that offers the kind
_STAGES: Final[tuple[Stage, ...]] = get_args(Stage)


class Live(Decides, Protocol):
    """The parts of an open workspace that decide as published."""

    @property
    def published(self) -> Published: ...

    def model_or_none(self) -> Model | None: ...


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """What a visitor of whom nothing is known would see of an item beside another now, holdout or not."""

    placement: str
    place: int | None  # on the slate, from 1; None: it is not shown
    reason: str | None  # why not: its code
    why: str | None  # and in words


def ask_today(shop: Live, anchor_id: str, now: datetime, kind: OfferKind | None = None) -> dict[str, Today]:
    """By item what became of it beside the anchor: everything that was considered as an add-on or an upgrade.

    One decision that nobody keeps, on the page of the anchor, else in the cart. Empty where there is no such placement.
    """
    placement = _find_placement(shop.published.settings, kind)
    if placement is None:
        return {}
    cart, viewed = ([], [anchor_id]) if placement == "product" else ([CartLine(item_id=anchor_id)], [])
    request = DecisionRequest(placement=placement, cart=cart, viewed=viewed, explain=True)
    decision = decide_alone(shop, shop.model_or_none(), shop.published, Play(request=request, at=now))
    left = sorted(decision.withheld, key=lambda one: _STAGES.index(one.stage))
    found = {one.item_id: _held(one, placement) for one in left if one.kind in {"cross_sell", "upgrade"}}
    return found | {
        one.item_id: Today(placement=placement, place=one.offer_no + 1, reason=None, why=None)
        for one in decision.slate
        if one.kind in {"cross_sell", "upgrade"}
    }


def ask_today_of(shop: Live, anchor_id: str, item_id: str, now: datetime, kind: OfferKind) -> Today | None:
    """What becomes of one item; None where no placement offers its kind beside an item."""
    placement = _find_placement(shop.published.settings, kind)
    if placement is None:
        return None
    unknown = Today(placement=placement, place=None, reason="not_considered", why=phrase("It is not considered here"))
    return ask_today(shop, anchor_id, now, kind).get(item_id, unknown)


def _find_placement(settings: Settings, kind: OfferKind | None) -> str | None:
    fitting = (name for name in _PLACES if name in settings.placements)
    return next((name for name in fitting if kind is None or kind in settings.placements[name].kinds), None)


def _held(one: Withheld, placement: str) -> Today:
    return Today(placement=placement, place=None, reason=one.reason, why=reason_of_all(one))
