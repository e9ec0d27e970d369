"""What the engine does today with one item beside another."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pairwell.decide.account import Account
from pairwell.decide.telling.left import nearest_first, say_left
from pairwell.records import CartLine, DecisionRequest
from pairwell.report.asking import Fate
from pairwell.said import Said, joined, phrase
from pairwell.shop.playing.play import Play, decide_unkept

if TYPE_CHECKING:
    from pairwell.shop.parts import Parts

_CART = "cart"
_OFFERED = phrase("Offered beside it.")
_UNKNOWN = phrase("No candidate: what was learned does not name it beside the other. Run `pairwell learn`.")


def fate_beside(shop: Parts, anchor_id: str, item_id: str, now: datetime) -> Fate | None:
    """Of the item, the anchor alone in a cart, by a decision that nobody keeps; None without a model or a cart."""
    model, live = shop.model_or_none(), shop.published
    if model is None or _CART not in live.settings.placements:
        return None
    request = DecisionRequest(placement=_CART, cart=[CartLine(item_id=anchor_id)])
    _, account = decide_unkept(shop, model, live, Play(request=request, at=now))
    return tell_fate(account, item_id)


def tell_fate(account: Account, item_id: str) -> Fate:
    """Of that item by itself, at the stage that it came nearest to being shown."""
    if any(one.item_id == item_id and not one.item_ids for one in account.offers):
        return Fate(stage="offered", said=_OFFERED)
    left = (one for one in nearest_first(account.withheld) if one.item_id == item_id and one.kind != "bundle")
    one = next(left, None)
    if one is None:
        return Fate(stage="unknown", said=_UNKNOWN)
    why, more = say_left(one, account.words)
    return Fate(stage=one.stage, reason=one.reason, said=_sentence(why, more))


def _sentence(why: str, more: str) -> Said:
    return joined(why, more, between=": ") if more else joined(why)
