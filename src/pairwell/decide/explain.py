"""Why an offer is made: codes with their numbers, and a sentence a customer understands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from babel import Locale

from pairwell.decide import discreet, grounds, reminding, together
from pairwell.decide.compare import compare, price_difference
from pairwell.decide.scene import Scene
from pairwell.decide.texts import money, number, say
from pairwell.decide.worth import Valued
from pairwell.offer_words import Reason
from pairwell.records import Comparison, Looked

_WORTH_TELLING = 1.1  # times chance; less says nothing to a customer, as one cart in many holds a single item
MESSAGES = (
    "bought_together",
    "bought_together_plain",
    "curated",
    "curated_upgrade",
    "viewed_lately",
    "price_beside",
    "upgrade_better",
    "upgrade_dearer",
    "better_rating",
    "better_tier",
    *grounds.MESSAGES,
    *reminding.MESSAGES,
    *together.MESSAGES,
    *discreet.MESSAGES,
)


def explain_offer(valued: Valued, scene: Scene, locale: Locale) -> tuple[list[Reason], list[Comparison] | None]:
    """The reasons of an offer, strongest first, and for an upgrade its comparison."""
    table = compare(valued, scene, locale) if valued.candidate.kind == "upgrade" else None
    reasons = list(_reasons(valued, table or [], scene, locale))
    if not scene.settings.shop.tell_counts:
        named = partial(title_of, scene=scene)
        reasons = [discreet.speak_discreetly(one, valued.candidate, named, locale) for one in reasons]
    return reasons, table


def title_of(item_id: str, scene: Scene) -> str:
    """An item's title, else its id."""
    item = scene.items.get(item_id)
    return (item.title if item else None) or item_id


def _reasons(valued: Valued, table: Sequence[Comparison], scene: Scene, locale: Locale) -> Iterator[Reason]:
    if valued.candidate.pin is not None:
        yield _curated(valued, scene, locale)
    if valued.candidate.kind == "upgrade":
        yield _upgrade(valued, table, scene, locale)
        return
    if valued.candidate.bundle is not None:
        every = [*valued.candidate.bundle.beside, *valued.candidate.adds]
        yield from together.speak(valued.candidate, [title_of(one, scene) for one in every], scene, locale)
    if (ground := _ground(valued, scene, locale)) is not None:
        yield ground
    if scene.lines and scene.purchase.priced and valued.candidate.kind != "repeat":
        yield _price_beside(valued, scene, locale)


def _ground(valued: Valued, scene: Scene, locale: Locale) -> Reason | None:
    """What an add-on or a repeat rests on; None where only people vouch for it."""
    candidate = valued.candidate
    titles = title_of(candidate.anchor_id, scene), title_of(candidate.item_id, scene)
    if candidate.evidence is not None and candidate.evidence.above_floor:
        return _bought_together(valued, scene, locale)
    if candidate.borrowed is not None:
        return grounds.speak(candidate.borrowed, titles, locale)
    if candidate.looked is not None:
        return _viewed_lately(candidate.looked, titles[1], locale)
    if candidate.followed is not None:
        return reminding.speak_of_followers(candidate.followed, titles, locale)
    return None if candidate.repeat is None else reminding.speak_of_repeat(candidate.repeat, scene.inputs.now, locale)


def _bought_together(valued: Valued, scene: Scene, locale: Locale) -> Reason:
    evidence = valued.candidate.evidence
    assert evidence is not None, "asked only where there is evidence"
    values = {
        "together": number(evidence.together, locale),
        "anchor_orders": number(evidence.anchor_orders, locale),
        "lift": number(evidence.lift, locale),
        "anchor": title_of(valued.candidate.anchor_id, scene),
        "item": title_of(valued.candidate.item_id, scene),
    }
    message = "bought_together" if evidence.lift >= _WORTH_TELLING else "bought_together_plain"
    return Reason(
        code="bought_together",
        text=say(message, locale, values, number=evidence.anchor_orders),
        together=evidence.together,
        anchor_orders=evidence.anchor_orders,
        lift=evidence.lift,
    )


def _viewed_lately(looked: Looked, item: str, locale: Locale) -> Reason:
    values = {"carted": number(looked.carted, locale), "visits": number(looked.visits, locale), "item": item}
    return Reason(code="viewed_lately", text=say("viewed_lately", locale, values, number=looked.visits))


def _curated(valued: Valued, scene: Scene, locale: Locale) -> Reason:
    message = "curated_upgrade" if valued.candidate.kind == "upgrade" else "curated"
    return Reason(code="curated", text=say(message, locale, {"anchor": title_of(valued.candidate.anchor_id, scene)}))


def _price_beside(valued: Valued, scene: Scene, locale: Locale) -> Reason:
    currency = scene.settings.shop.currency
    values = {
        "price": money(valued.price_minor, currency, locale),
        "purchase": money(scene.purchase.total_minor, currency, locale),
    }
    return Reason(code="price_beside", text=say("price_beside", locale, values))


def _upgrade(valued: Valued, table: Sequence[Comparison], scene: Scene, locale: Locale) -> Reason:
    difference = money(price_difference(valued, scene), scene.settings.shop.currency, locale)
    points = [_point(row, locale) for row in table if row.better]
    if points:
        text = say("upgrade_better", locale, {"points": ", ".join(points), "difference": difference})
    else:
        anchor = title_of(valued.candidate.anchor_id, scene)
        text = say("upgrade_dearer", locale, {"anchor": anchor, "difference": difference})
    return Reason(code="upgrade", text=text)


def _point(row: Comparison, locale: Locale) -> str:
    return say(f"better_{row.attribute}", locale, {"anchor": row.anchor or "", "offer": row.offer or ""})
