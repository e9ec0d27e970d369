"""What the shop itself says of an offer, and which of several variants a unit sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pairwell.decide.scene import Scene
from pairwell.decide.texts import find_locale
from pairwell.experiments.assignment import draw_lot, unit_of
from pairwell.offer_words import OWN, OfferText, Reason
from pairwell.records import Candidate


def choose_text(candidate: Candidate, scene: Scene) -> OfferText | None:
    """The text for an offer of the candidate; None where the shop wrote none that fits.

    The nearest locale leads: the customer's, its language, then the language in which reasons are said. Of its texts
    one of this placement stands before one of any. Of several variants the unit's lot decides, the same one for ever
    unless a variant is added that takes the unit.
    """
    placement = scene.request.placement
    fitting = [
        text
        for text in scene.items[candidate.item_id].texts
        if text.kind == candidate.kind and text.placement in {None, placement}
    ]
    for locale in _nearest(scene.request.locale) if fitting else ():
        spoken = [text for text in fitting if text.locale.lower() == locale]
        if variants := [text for text in spoken if text.placement] or spoken:
            return _by_lot(candidate.item_id, variants, scene)
    return None


def own_reason(text: OfferText | None) -> list[Reason]:
    """The shop's argument; it leads what was learned."""
    return [Reason(code=OWN, text=text.argument)] if text and text.argument else []


def _nearest(locale: str) -> Iterator[str]:
    """As "ru-RU" gives "ru-ru", "ru"; "de" gives "de", "en", as reasons are said in English there."""
    parts = locale.replace("_", "-").lower().split("-")
    yield from ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    yield find_locale(locale).language


def _by_lot(item_id: str, variants: Sequence[OfferText], scene: Scene) -> OfferText:
    if len(variants) == 1:
        return variants[0]
    inputs, salt = scene.inputs, scene.settings.choice.salt
    # Who names nobody has no lot of their own: each decision is drawn for itself, and left out of comparisons.
    lot = inputs.lot or inputs.unit or unit_of(inputs.request) or inputs.decision_id
    named = {text.variant or "": text for text in variants}
    return named[max(sorted(named), key=lambda name: draw_lot(f"text {item_id}\x1f{name}", lot, salt=salt))]
