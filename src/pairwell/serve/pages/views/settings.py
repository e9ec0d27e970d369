"""Settings: what is live and for whom, what the draft would change, and whether offers are made at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pairwell.said import phrase
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.reasons import read_reason, read_whom, tell_whom
from pairwell.serve.pages.views.view import Act, Done, Fields, View
from pairwell.serve.pages.visitors import Visitor
from pairwell.shop.asking import require_seen
from pairwell.shop.setup import Setup

if TYPE_CHECKING:
    from pairwell.shop.face import Shop


def make_settings(shop: Shop, _: Fields) -> Setup:
    """What is set now. Raises `SettingsError`."""
    return shop.setup()


def _publish(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    reason, share = read_reason(fields), read_whom(fields)
    made = shop.publish(share, author=visitor.name, reason=reason, seen=fields["draft"])
    return Done(
        said=phrase("Live: settings {settings}, for {whom}.", settings=made.settings, whom=tell_whom(share)),
        to=SETTINGS.path,
    )


def _withdraw(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    reason, underway = read_reason(fields), shop.setup().underway
    require_seen("settings", fields["settings"], None if underway is None else underway.settings)
    stands = shop.rollout.withdraw_settings(visitor.name, reason)
    return Done(said=phrase("Live: settings {live}, for everybody.", live=stands.live), to=SETTINGS.path)


def _roll_back(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    reason = read_reason(fields)
    require_seen("settings", fields["settings"], shop.setup().live)
    stands = shop.rollout.roll_back_settings(visitor.name, reason)
    return Done(said=phrase("Back: settings {live} are live for everybody.", live=stands.live), to=SETTINGS.path)


def _offers_off(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    turned = shop.rollout.offers_off(visitor.name, read_reason(fields))
    return Done(
        said=phrase("They were off already.") if turned is None else phrase("Nobody gets offers now."), to=SETTINGS.path
    )


def _offers_on(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    turned = shop.rollout.offers_on(visitor.name, read_reason(fields))
    return Done(
        said=phrase("They were on already.") if turned is None else phrase("Offers are made again."), to=SETTINGS.path
    )


SETTINGS = View(
    path="/settings",
    label=sentence("Settings"),
    about=sentence("What is live and for whom, and what the draft would change."),
    group="setup",
    template="settings.html",
    record=Setup,
    make=make_settings,
)
ACTS = (
    Act(path="/settings/publish", right="govern", fields=("draft", "share", "reason"), do=_publish),
    Act(path="/settings/withdraw", right="govern", fields=("settings", "reason"), do=_withdraw),
    Act(path="/settings/rollback", right="govern", fields=("settings", "reason"), do=_roll_back),
    Act(path="/offers/off", right="govern", fields=("reason",), do=_offers_off),
    Act(path="/offers/on", right="govern", fields=("reason",), do=_offers_on),
)
