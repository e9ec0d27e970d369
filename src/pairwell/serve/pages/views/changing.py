"""Every setting with what it is for, found by words, and a form that writes another value into the draft."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from pairwell.errors import RequestError, SettingsError
from pairwell.said import phrase
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.settings import SETTINGS
from pairwell.serve.pages.views.view import Act, Done, Fields, View
from pairwell.serve.pages.visitors import Visitor
from pairwell.shop.drafting import Drafted, Setting

if TYPE_CHECKING:
    from pairwell.shop.face import Shop


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one table of `pairwell.toml`."""

    name: str
    settings: list[Setting]


class AllSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that were looked for, and the one that is to be changed."""

    find: str
    drafted: Drafted
    sections: list[Section]
    chosen: Setting | None
    value: str  # that stands in its form


def make_all(shop: Shop, fields: Fields) -> AllSettings:
    """What was looked for. Raises `SettingsError`, and `RequestError` where `name` is none of the settings."""
    find, name = fields.get("find", ""), fields.get("name", "")
    drafted = shop.list_settings(find)
    chosen = _chosen(shop, name) if name else None
    return AllSettings(
        find=find,
        drafted=drafted,
        sections=[Section(name=key, settings=list(some)) for key, some in groupby(drafted.settings, _section)],
        chosen=chosen,
        value=fields.get("value", "") or (chosen.draft if chosen else ""),
    )


def _chosen(shop: Shop, name: str) -> Setting:
    found = next((one for one in shop.list_settings(name).settings if one.name == name), None)
    if found is None:
        raise RequestError(
            phrase("`name` is {name}, which is no setting that is changed here.", name=repr(name[:100])),
            hint=phrase("Look for it on /settings/all."),
            field="name",
        )
    return found


def _section(setting: Setting) -> str:
    return setting.name.rpartition(".")[0]


def _change(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    try:
        made = shop.change_setting(fields["name"], fields["value"].strip(), author=visitor.name, seen=fields["seen"])
    except SettingsError as error:
        raise RequestError(error.message, hint=error.hint, field="value") from error
    said = phrase("In the draft: {name} = {value}. It counts once it is published.", name=made.name, value=made.draft)
    return Done(said=said, to=SETTINGS.path)


ALL = View(
    path="/settings/all",
    label=sentence("All settings"),
    about=sentence("What each setting is for, what is live, and another value for the draft."),
    group="setup",
    template="all_settings.html",
    record=AllSettings,
    make=make_all,
    parameters=("find", "name", "value"),
)
ACTS = (Act(path="/settings/change", right="govern", fields=("name", "value", "seen"), do=_change),)
