"""Dark patterns: every one that is looked for, what was found, the law it rests on and the mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pairwell.errors import RequestError
from pairwell.fairness.finding import Fairness
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.view import Fields, View

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_LIVE = "live"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked through, and what came of it."""

    of: str  # "draft" or "live"
    fairness: Fairness


def make_fairness(shop: Shop, fields: Fields) -> Checked:
    """What the draft, or what is live, holds with the own texts. Raises `SettingsError` where it cannot be read."""
    of = fields.get("of") or "draft"
    if of not in {"draft", _LIVE}:
        raise RequestError(f"`of` is {of[:20]!r}; expected draft or live.", field="of")
    return Checked(of=of, fairness=shop.fairness(live=of == _LIVE))


FAIRNESS = View(
    path="/fairness",
    label=sentence("Fairness"),
    about=sentence("Dark patterns in settings and own texts: what is looked for, what was found, and the mend."),
    group="setup",
    template="fairness.html",
    record=Checked,
    make=make_fairness,
    parameters=("of",),
)
