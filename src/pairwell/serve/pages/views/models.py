"""Models: what was learned, which one is live and for whom, and how well each guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pairwell.errors import RequestError
from pairwell.said import joined, phrase
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.reasons import read_reason, read_whom, tell_whom
from pairwell.serve.pages.views.slow import alone
from pairwell.serve.pages.views.view import Act, Done, Fields, View
from pairwell.serve.pages.visitors import Visitor
from pairwell.shop.kept_models import KeptModels

if TYPE_CHECKING:
    from pairwell.shop.face import Shop


def make_models(shop: Shop, _: Fields) -> KeptModels:
    """The kept models now."""
    return shop.kept_models()


def _publish(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    reason, share = read_reason(fields), read_whom(fields)
    _require_seen(shop, fields)
    with alone():  # the gate asks both models about up to 2,000 orders
        made = shop.use_model(fields["model"], share, author=visitor.name, reason=reason)
    compared = "" if made.admission.live is None else phrase("Compared: {why}.", why=made.admission.why)
    live = phrase("Live: model {model}, for {whom}.", model=made.model, whom=tell_whom(share))
    return Done(said=joined(live, compared), to=MODELS.path)


def _withdraw(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    reason = read_reason(fields)
    _require_seen(shop, fields)
    stands = shop.rollout.withdraw_model(visitor.name, reason)
    return Done(said=phrase("Live: model {live}, for everybody.", live=stands.live), to=MODELS.path)


def _roll_back(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    reason = read_reason(fields)
    _require_seen(shop, fields)
    stands = shop.rollout.roll_back_model(visitor.name, reason)
    return Done(said=phrase("Back: model {live} is live for everybody.", live=stands.live), to=MODELS.path)


def _require_seen(shop: Shop, fields: Fields) -> None:
    """Raise `RequestError` where another model is live than whoever sent the form was looking at."""
    stands = shop.kept_models().standing
    if stands is None or fields["live"] != stands.live:
        raise RequestError(
            phrase("Another model is live now than this page showed: nothing was done."),
            hint=phrase("Open /models again, and send the form from there."),
            field="live",
        )


MODELS = View(
    path="/models",
    label=sentence("Models"),
    about=sentence("What was learned and when, which model is live, and how well each guesses."),
    group="setup",
    template="models.html",
    record=KeptModels,
    make=make_models,
)
ACTS = (
    Act(path="/models/publish", right="govern", fields=("live", "model", "share", "reason"), do=_publish),
    Act(path="/models/withdraw", right="govern", fields=("live", "reason"), do=_withdraw),
    Act(path="/models/rollback", right="govern", fields=("live", "reason"), do=_roll_back),
)
