"""What an account asks for, looks at and tries, and what of it is new."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from pairwell.advise.account import Voice
from pairwell.advise.advice import Signal
from pairwell.advise.billing.days import local_day
from pairwell.advise.billing.stays import Stretch
from pairwell.advise.billing.wording import titled
from pairwell.advise.notes import hears, names, normal
from pairwell.advise.signals.evidence import heard, holding, looked, needed, told
from pairwell.advise.signals.view import View
from pairwell.said import day, phrase, phrase_count

_READ: Final = frozenset({"note", "ticket_opened", "review"})
_PLACES: Final = ("region", "country", "countries", "city", "locations", "departments", "teams")
_PEOPLE: Final = ("employees", "size")
_MORE: Final = 1.25  # of people or seats: a fourth more is more than a few who came
_FEWEST_SEATS: Final = 3
_GUESSED: Final = 0.6  # strength of what nobody said in words
_NOON: Final = dt.time(12)


def find_interest(view: View) -> Iterator[Signal]:
    """Needs, features named in notes, looks and trials; new teams and regions."""
    yield from _needs(view)
    yield from _named(view)
    yield from _looks(view)
    yield from _trials(view)
    yield from _new_places(view)
    yield from _new_seats(view)
    yield from (
        view.signal("new_team", phrase("A note speaks of a new team or place."), voice.at, heard(voice))
        for voice in _notes(view)
        if hears("new_team", voice.text or "")
    )


def _needs(view: View) -> Iterator[Signal]:
    """Needs that something they lack serves, and nothing they hold."""
    serve = {normal(plan.purpose): plan.purpose for plan in view.lacked if plan.purpose}
    served = {normal(plan.purpose) for plan in view.held if plan.purpose}
    for need in view.account.needs:
        aim = serve.get(normal(need.need))
        if aim is not None and normal(aim) not in served:
            text = phrase("They need {need}, and nothing they have serves it.", need=need.need)
            sure = 1.0 if need.how == "said" else _GUESSED
            yield view.signal("feature_asked", text, need.since, needed(need), sure=sure, about=aim)


def _named(view: View) -> Iterator[Signal]:
    """Plans, add-ons and features not held that a note or a ticket names; the newest of each."""
    newest: dict[str, tuple[str, Voice]] = {}
    wanted = _nameable(view)
    for voice in _notes(view):
        newest.update({about: (title, voice) for title, about in wanted.items() if names(title, voice.text or "")})
    for about, (title, voice) in newest.items():
        text = phrase("They asked about {what}.", what=title)
        yield view.signal("feature_asked", text, voice.at, heard(voice), about=about)


def _nameable(view: View) -> dict[str, str]:
    """What can be named and is not held: by its title or name, what it is about."""
    held = {plan.plan_id for plan in view.held}
    has = {feature for plan in view.held for feature in plan.features}
    plans = [plan for plan in view.prices.plans if plan.plan_id not in held]
    features = {feature: feature for plan in plans for feature in plan.features if feature not in has}
    return features | {titled(plan): plan.plan_id for plan in plans}


def _looks(view: View) -> Iterator[Signal]:
    plans = {plan.plan_id: plan for plan in view.prices.plans} | {plan.plan_id: None for plan in view.held}
    moments: defaultdict[str, list[dt.datetime]] = defaultdict(list)
    for look in view.account.looks:
        moments[look.plan_id].append(look.at)
    for plan_id, seen in moments.items():
        if (plan := plans.get(plan_id)) is not None:
            last = local_day(seen[-1], view.prices.zone)
            text = phrase("They looked at {what} on {day}.", what=titled(plan), day=day(last))
            yield view.signal("feature_tried", text, seen[-1], looked(plan_id, seen), sure=_GUESSED, about=plan_id)


def _trials(view: View) -> Iterator[Signal]:
    """Trials that run, or were not followed by holding it."""
    held = {plan.plan_id for plan in view.held}
    for stay in view.stays:
        if stay.is_trial and stay.plan.plan_id not in held:
            text = phrase("They are trying {what}.", what=titled(stay.plan))
            if stay.until <= view.today:
                text = phrase("They tried {what} until {day}.", what=titled(stay.plan), day=day(stay.until))
            at = _at(min(stay.until, view.today))
            yield view.signal("feature_tried", text, at, holding(stay), about=stay.plan.plan_id)


def _new_places(view: View) -> Iterator[Signal]:
    """Attributes that say of another place, or of more people, than they did before."""
    for before, now in pairwise(view.account.told):
        for name in (*_PLACES, *_PEOPLE):
            old, new = before.attributes.get(name), now.attributes.get(name)
            if old and new and _is_new(name, old, new):
                text = phrase("{what} was {old} and is {new}.", what=name, old=old, new=new)
                yield view.signal("new_team", text, now.at, told(name, new, now.at), sure=_GUESSED, about=name)


def _is_new(name: str, old: str, new: str) -> bool:
    if (before := _number(old)) is not None and (after := _number(new)) is not None:
        return after >= before * (_MORE if name in _PEOPLE else 1) and after > before
    return name in _PLACES and normal(old) != normal(new)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _new_seats(view: View) -> Iterator[Signal]:
    for stay in view.now:
        grown = [pair for pair in pairwise(stay.stretches) if _is_more(*pair)]
        if grown and not stay.is_trial:
            before, after = grown[-1]
            text = phrase_count(
                "{plan} went from {before} to {count} seat on {day}.",
                "{plan} went from {before} to {count} seats on {day}.",
                after.seats,
                plan=titled(stay.plan),
                before=before.seats,
                day=day(after.since),
            )
            at, plan_id = _at(after.since), stay.plan.plan_id
            yield view.signal("new_team", text, at, holding(stay), sure=_GUESSED, about=plan_id)


def _is_more(before: Stretch, after: Stretch) -> bool:
    return after.seats >= max(before.seats * _MORE, before.seats + _FEWEST_SEATS)


def _notes(view: View) -> Sequence[Voice]:
    return [voice for voice in view.account.voices if voice.text and voice.kind in _READ]


def _at(one: dt.date) -> dt.datetime:
    return dt.datetime.combine(one, _NOON, dt.UTC)
