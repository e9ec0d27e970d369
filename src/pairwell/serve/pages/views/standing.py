"""On which page each form stands, to show it there again where it was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from pairwell.serve.pages.views.changing import ALL
from pairwell.serve.pages.views.experiments import EXPERIMENT, EXPERIMENTS
from pairwell.serve.pages.views.models import MODELS
from pairwell.serve.pages.views.pairs import ITEM
from pairwell.serve.pages.views.settings import SETTINGS
from pairwell.serve.pages.views.users import ACCOUNT, USERS
from pairwell.serve.pages.views.view import Fields, View


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A page, and which field of the form each parameter of its address is."""

    view: View
    fields: Mapping[str, str] = {}

    def find(self, typed: Fields) -> tuple[View, dict[str, str]]:
        """The page of a form that was sent, and its parameters."""
        return self.view, {name: typed[field] for name, field in self.fields.items()}


_USERS, _SETTINGS, _MODELS = Place(view=USERS), Place(view=SETTINGS), Place(view=MODELS)
_OF_AN_ITEM = Place(view=ITEM, fields={"id": "item_id"})
_OF_AN_EXPERIMENT = Place(view=EXPERIMENT, fields={"name": "name"})
STANDS_ON: Final[Mapping[str, Place]] = {
    "/experiments/adopt": _OF_AN_EXPERIMENT,
    "/experiments/start": Place(view=EXPERIMENTS),
    "/experiments/stop": _OF_AN_EXPERIMENT,
    "/keys/revoke": _USERS,
    "/models/publish": _MODELS,
    "/models/rollback": _MODELS,
    "/models/withdraw": _MODELS,
    "/offers/off": _SETTINGS,
    "/offers/on": _SETTINGS,
    "/pairs/relate": Place(view=ITEM, fields={"id": "back"}),
    "/settings/change": Place(view=ALL, fields={"name": "name"}),
    "/settings/publish": _SETTINGS,
    "/settings/rollback": _SETTINGS,
    "/settings/withdraw": _SETTINGS,
    "/texts/withdraw": _OF_AN_ITEM,
    "/texts/write": _OF_AN_ITEM,
    "/users/add": _USERS,
    "/users/password": Place(view=ACCOUNT),
    "/users/remove": _USERS,
    "/users/role": _USERS,
}
"""By the path that the form sends to."""
