"""What would have had to be otherwise for a candidate that left, everything else equal.

Every answer is tried with the functions that decide: a price, a purchase or a moment is told only where the candidate
comes through there, and does not one step nearer to how things were.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from pairwell.decide.bounds import most
from pairwell.decide.caps import cap
from pairwell.decide.choose import Course, lead_through
from pairwell.decide.money import margin, net_price
from pairwell.decide.rules.built_in import not_suitable
from pairwell.decide.scene import Scene
from pairwell.decide.telling.parts import Goal, Hint
from pairwell.decide.terms import open_terms
from pairwell.decide.worth import Valued, worthwhile
from pairwell.prices import customer_price
from pairwell.records import Candidate, Withheld

_STEPS = 32  # prices tried on the way to either end of what the shop could take, before the last step is halved down
_HIGHEST_MINOR = 10**12
_DEARER = 2  # times its price that the shop might ask at most
_GUARDED = frozenset({"add_on_price_share", "upgrade_price_corridor", "margin_floor_minor"})
_DECLINED = frozenset({"declined", "declined_variant", "declined_substitute", "declined_often"})
_TOWARDS: Mapping[str, Goal] = {
    "worth_not_positive": "worth_its_cost",
    "worth_below_its_cost": "worth_its_cost",
    "slate_not_worth_its_cost": "slate_worth_its_cost",
    "not_drawn": "best_score",
    "clashes_with_slate": "best_score",
}
_Reached = Callable[[Valued], bool]


def find_hints(withheld: Withheld, course: Course) -> list[Hint]:
    """The smallest changes that would have kept the candidate in; empty where none is known.

    Of prices those count, in whole minor units, that are within the guards and at most twice the item's own. Where the
    worth goes up and down with the price more than once within a thirtieth of that span, a nearer price may be
    overlooked.
    """
    candidate = _find(withheld, course)
    if candidate is None:
        return []
    if withheld.reason in _GUARDED:
        return [*_guarded(candidate, course), *_larger_purchase(withheld, course.scene)]
    if withheld.reason in _TOWARDS:
        return _worthier(candidate, withheld, course)
    if withheld.reason in _DECLINED:
        return _again(candidate, course.scene, _ends_of_quiet(course.scene), _is_suitable)
    if withheld.reason in {"contacts", "repeats"}:
        return _again(candidate, course.scene, _ends_of_windows(withheld, course.scene), _is_uncapped)
    return []


def _find(withheld: Withheld, course: Course) -> Candidate | None:
    wanted = withheld.item_id, withheld.kind, withheld.factors.get("anchor_id")
    return next((one for one in course.proposal.candidates if (one.item_id, one.kind, one.anchor_id) == wanted), None)


# --- at another price -------------------------------------------------------------------------------


def _guarded(candidate: Candidate, course: Course) -> list[Hint]:
    """At which price it would have been worth showing within the guards, or else within them at all."""
    found = _at_price(candidate, course.scene, "worth_its_cost", _always)
    return found or _at_price(candidate, course.scene, "within_the_guards", None)


def _worthier(candidate: Candidate, withheld: Withheld, course: Course) -> list[Hint]:
    goal = _TOWARDS[withheld.reason]
    reached = {"slate_worth_its_cost": _slate_pays, "best_score": _leads}.get(goal, lambda _, __: _always)
    if found := _at_price(candidate, course.scene, goal, reached(candidate, course)):
        return found
    factors = withheld.factors
    if goal == "best_score" or factors["persuasion"] <= 0 or factors["worth_minor"] <= 0:
        return []
    needed = factors["cost_minor"]
    if goal == "slate_worth_its_cost":
        needed = course.cost_minor - (course.worth_minor - factors["worth_minor"])
    return [Hint(goal=goal, margin_times=needed / factors["worth_minor"])]


def _always(_: Valued) -> bool:
    return True


def _slate_pays(candidate: Candidate, course: Course) -> _Reached:
    """Whether the slate that was drawn would have been worth its cost with the candidate at another worth."""
    others = [slot.drawn.worth_minor for slot in course.drawn if slot.drawn.candidate is not candidate]
    return lambda valued: sum((*others, valued.worth_minor)) > course.cost_minor


def _leads(candidate: Candidate, course: Course) -> _Reached:
    """Whether the candidate would have had the best score of all that were drawn from."""
    worthwhile = [*(slot.drawn for slot in course.drawn), *course.undrawn]
    rivals = [one.score for one in worthwhile if one.candidate is not candidate and one.candidate.pin is None]
    best = max(rivals, default=0.0)
    return lambda valued: valued.score > best


def _at_price(candidate: Candidate, scene: Scene, goal: Goal, reached: _Reached | None) -> list[Hint]:
    """The nearest price at which the candidate is `reached` once it is worthwhile; None: only passes the guards."""
    item = scene.items[candidate.item_id]
    span = _span(candidate, scene)
    if item.price_minor is None or span is None or candidate.bundle is not None:
        return []  # a bundle has as many prices as parts

    def passes(net_minor: int) -> bool:
        other = _priced(scene, candidate.item_id, net_minor)
        if reached is not None and not worthwhile([candidate], other)[0]:
            return False  # the last stage is asked first, as it is the cheapest
        led = lead_through([candidate], other)
        if reached is None:
            return bool(led.valued) or led.left[0].stage in {"caps", "worth"}
        return bool(led.valued) and reached(led.valued[0])

    now = item.price_minor
    start = min(max(now, span[0]), span[1])
    found = [price for end in span if (price := _first_to_pass(start, end, passes)) is not None]
    if not found or now in found:
        return []
    nearest = min(found, key=lambda price: (abs(price - now), price))
    shown = _priced(scene, candidate.item_id, nearest).price_of(candidate.item_id)
    if nearest < now:
        return [Hint(goal=goal, price_at_most_minor=shown)]
    return [Hint(goal=goal, price_at_least_minor=shown)]


def _first_to_pass(start: int, end: int, passes: Callable[[int], bool]) -> int | None:
    """On the way from `start` to `end` the first price that passes."""
    step = max(1, -(-abs(end - start) // _STEPS))
    way: list[int] = [*range(start, end, step if end > start else -step), end]
    if passes(way[0]):
        return way[0]
    for failing, passing in pairwise(way):
        if passes(passing):
            between = range(failing, passing, 1 if passing > failing else -1)
            place = bisect_left(between, True, key=passes)
            return between[place] if place < len(between) else passing
    return None


def _span(candidate: Candidate, scene: Scene) -> tuple[int, int] | None:
    """The least and the highest net price within the guards; None where there is none."""
    shop, bounds = scene.settings.shop, scene.bounds
    item = scene.items[candidate.item_id]
    price = scene.price_of(candidate.item_id) or 0
    least, highest = 0, bounds.add_on_minor
    if candidate.kind == "upgrade":
        corridor = bounds.corridor(candidate.anchor_id)
        if corridor is None:
            return None
        least, highest = corridor
    elif bounds.breach(candidate.kind, candidate.anchor_id, _HIGHEST_MINOR, math.inf) is None:
        highest = _HIGHEST_MINOR  # no guard binds it
    highest = min(highest, _DEARER * price)

    def asked(net_minor: int) -> int:
        return customer_price(msgspec.structs.replace(item, price_minor=net_minor), shop) or 0

    def high_enough(net_minor: int) -> bool:
        paid = asked(net_minor)
        return paid >= least and margin(net_price(paid, shop), item, shop) >= bounds.margin_minor

    prices = range(1, min(highest, _HIGHEST_MINOR) + 1)
    low = 1 + bisect_left(prices, True, key=high_enough)
    high = bisect_left(prices, True, key=lambda net_minor: asked(net_minor) > highest)
    return (low, high) if low <= high else None


def _priced(scene: Scene, item_id: str, net_minor: int) -> Scene:
    """The scene with another price of an item that is not part of the purchase."""
    changed = msgspec.structs.replace(scene.items[item_id], price_minor=net_minor)
    other = copy(scene)
    other.items = {**scene.items, item_id: changed}
    other.terms = {**scene.terms, **open_terms(scene.settings).of({item_id: changed})}
    return other


def _larger_purchase(withheld: Withheld, scene: Scene) -> list[Hint]:
    """Beside which purchase the price of an add-on would have been within the guards."""
    share, price = scene.settings.guards.add_on_price_share, withheld.factors.get("price_minor")
    if withheld.reason != "add_on_price_share" or not share or price is None:
        return []
    totals = range(_HIGHEST_MINOR)
    place = bisect_left(totals, price, key=lambda total: most(share, total))
    return [Hint(purchase_at_least_minor=place)] if place < len(totals) else []


# --- at another moment ------------------------------------------------------------------------------


def _again(
    candidate: Candidate, scene: Scene, moments: Iterable[datetime], passes: Callable[[Candidate, Scene], bool]
) -> list[Hint]:
    """The first of the moments at which the candidate passes."""
    later = sorted({moment for moment in moments if moment > scene.inputs.now})
    found = next((moment for moment in later if passes(candidate, _at(scene, moment))), None)
    return [] if found is None else [Hint(again_from=found)]


def _at(scene: Scene, moment: datetime) -> Scene:
    return Scene(
        msgspec.structs.replace(scene.inputs, now=moment),
        model=scene.model,
        items=scene.items,
        settings=scene.settings,
        posterior=scene.posterior,
    )


def _ends_of_quiet(scene: Scene) -> list[datetime]:
    quiet = timedelta(days=min(scene.settings.decline.quiet_days, 36_500.0))
    return [decline.at + quiet for decline in scene.inputs.declines]


def _ends_of_windows(withheld: Withheld, scene: Scene) -> list[datetime]:
    """When what a cap counts lapses or leaves its window."""
    counting = next(one for one in scene.settings.caps if one.name == withheld.factors["cap"])
    counted = [
        contact
        for contact in scene.inputs.contacts
        if withheld.reason == "contacts" or withheld.item_id in contact.item_ids
    ]
    lapses = [contact.lapses_at for contact in counted]
    if counting.window_h is None:
        return lapses
    window = timedelta(hours=min(counting.window_h, 36_500.0 * 24))
    return [*lapses, *(contact.at + window for contact in counted)]


def _is_suitable(candidate: Candidate, scene: Scene) -> bool:
    return not_suitable(candidate, scene) is None


def _is_uncapped(candidate: Candidate, scene: Scene) -> bool:
    return bool(cap([candidate], scene)[0])
