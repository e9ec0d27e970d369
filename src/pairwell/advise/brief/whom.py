"""Whom to ask for at an account, as far as anybody is known there."""

from __future__ import annotations

from typing import Final

import msgspec

from pairwell.advise.account import Account, Contact
from pairwell.advise.newest import find_attribute
from pairwell.advise.notes import normal

_NAMED_BY: Final = ("champion", "contact", "main_contact", "key_contact", "sponsor", "decision_maker")
# What such an attribute may say instead of a name.
_NO_NAMES: Final = frozenset(
    {"there", "here", "known", "yes", "no", "none", "unknown", "left", "gone", "resigned", "new", "-", "да", "нет"}
    | {"есть", "ушел", "ушла", "уволился", "уволилась", "tak", "nie", "jest", "brak", "odszedł", "odeszła"}
)
_MOST: Final = 3


class Whom(msgspec.Struct, frozen=True, kw_only=True):
    """Who can be asked for, and who must not be called."""

    named: str | None  # by the attributes of the account
    contacts: tuple[Contact, ...]  # those who agreed to the channel first
    refused: tuple[Contact, ...]  # who said no to the channel


def find_whom(account: Account, channel: str) -> Whom:
    """The person whom the account's attributes name, and the contacts that are kept of it."""
    said = {one.who: one.given for one in account.consents if one.channel == channel}
    may = [one for one in account.contacts if said.get(one.customer_id) is not False]
    may.sort(key=lambda one: (not said.get(one.customer_id), one.role is None, one.customer_id))
    return Whom(
        named=_named(account),
        contacts=tuple(may[:_MOST]),
        refused=tuple(one for one in account.contacts if said.get(one.customer_id) is False)[:_MOST],
    )


def _named(account: Account) -> str | None:
    told = find_attribute(account, _NAMED_BY)
    return None if told is None or normal(told.value) in _NO_NAMES else told.value
