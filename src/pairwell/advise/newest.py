"""What is known newest of an account: an attribute with its age, a note that speaks of something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from pairwell.advise.account import Account, Voice
from pairwell.advise.notes import Theme, hears


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute, since when it has this value, and when it was told last."""

    name: str
    value: str
    since: dt.datetime
    until: dt.datetime


def find_attribute(account: Account, names: Sequence[str]) -> Known | None:
    """The first of these attributes that is told."""
    name = next((one for one in names if account.attributes.get(one)), None)
    if name is None:
        return None
    value, since, until = account.attributes[name], account.as_of, account.as_of
    for place, told in enumerate(reversed(account.told)):
        if told.attributes.get(name) != value:
            break
        since, until = told.at, until if place else told.at
    return Known(name=name, value=value, since=since, until=until)


def newest_note(account: Account, themes: Sequence[Theme], within: dt.timedelta) -> tuple[Theme, Voice] | None:
    """The newest note, not older than that, that speaks of one of the themes; of two in one note the later one."""
    for voice in reversed(account.voices):
        if voice.kind == "note" and voice.text and account.as_of - voice.at <= within:
            heard = [theme for theme in themes if hears(theme, voice.text)]
            if heard:
                return heard[-1], voice
    return None
