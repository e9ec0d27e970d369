"""The person who wanted it, and the contract that comes to its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from pairwell.advise.advice import Signal
from pairwell.advise.billing.days import contract_year, months_on
from pairwell.advise.billing.stays import Stay
from pairwell.advise.billing.wording import titled
from pairwell.advise.newest import find_attribute, newest_note
from pairwell.advise.notes import normal
from pairwell.advise.signals.evidence import heard, holding, told
from pairwell.advise.signals.view import View
from pairwell.said import day, phrase

_CONTACTS: Final = ("champion", "contact", "main_contact", "key_contact", "sponsor")
_LEFT: Final = frozenset({"left", "gone", "resigned", "ушел", "ушла", "уволился", "уволилась", "odszedł", "odeszła"})
_RENEWALS: Final = ("renewal", "renewal_date", "renews_at", "contract_end", "contract_until")
_FAR: Final = 0.5  # strength of a renewal on the first day on which it is near


def find_ties(view: View) -> Iterator[Signal]:
    """A contact that left, where nobody followed; a renewal or the end of a term that is near."""
    if left := _contact_left(view):
        yield left
    dates = [one for one in (_renewal_told(view), *(_end_of(view, stay) for stay in view.now)) if one is not None]
    near = [one for one in dates if 0 <= (one[0] - view.today).days <= view.settings.renewal_days]
    if near:
        yield _renewal(view, *min(near, key=lambda one: one[0]))


def _contact_left(view: View) -> Signal | None:
    """What the newest of attribute and notes says."""
    account = view.account
    known = find_attribute(account, _CONTACTS)
    note = newest_note(account, ("contact_left", "contact_new"), dt.timedelta(days=view.settings.note_days))
    if known is not None and (note is None or note[1].at <= known.until):
        if normal(known.value) not in _LEFT:
            return None
        text = phrase("The contact of {name} has left.", name=account.name)
        return view.signal("contact_left", text, known.since, told(known.name, known.value, known.until))
    if note is None or note[0] != "contact_left":
        return None
    text = phrase("A note says that the contact of {name} has left.", name=account.name)
    return view.signal("contact_left", text, note[1].at, heard(note[1]))


def _renewal_told(view: View) -> tuple[dt.date, Stay | None] | None:
    known = find_attribute(view.account, _RENEWALS)
    try:
        return None if known is None else (dt.date.fromisoformat(known.value[:10]), None)
    except ValueError:
        return None


def _end_of(view: View, stay: Stay) -> tuple[dt.date, Stay | None] | None:
    """The end of a year paid for, or of a minimum term."""
    if stay.is_trial or stay.plan.kind != "plan":
        return None
    if stay.plan.period == "year":
        return contract_year(stay.since, view.today)[1], stay
    return (months_on(stay.since, stay.plan.min_term_months), stay) if stay.plan.min_term_months else None


def _renewal(view: View, end: dt.date, stay: Stay | None) -> Signal:
    days = (end - view.today).days
    sure = 1 - (1 - _FAR) * days / max(view.settings.renewal_days, 1)
    if stay is not None:
        text = phrase("The term of {plan} ends on {day}.", plan=titled(stay.plan), day=day(end))
        return view.signal("renewal_near", text, view.account.as_of, holding(stay), sure=sure, about=stay.plan.plan_id)
    known = find_attribute(view.account, _RENEWALS)
    rows = [] if known is None else [told(known.name, known.value, known.until)]
    text = phrase("The contract renews on {day}.", day=day(end))
    return view.signal("renewal_near", text, view.account.as_of, *rows, sure=sure)
