"""Why several things are offered at one price, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from babel import Locale
from babel.lists import format_list

from pairwell.decide.scene import Scene
from pairwell.decide.sets import price_set
from pairwell.decide.texts import money, number, say
from pairwell.offer_words import Reason
from pairwell.records import Candidate

MESSAGES = ("bundle", "bundle_item", "bundle_price")


def speak(candidate: Candidate, titles: Sequence[str], scene: Scene, locale: Locale) -> Iterator[Reason]:
    """How often all of the set was bought together, and what it saves; `titles` are of all of it."""
    bundle, priced = candidate.bundle, price_set(candidate, scene)
    assert bundle is not None, "only of a bundle is this asked"
    assert priced is not None, "the guards let no unpriced set pass"
    named = format_list([say("bundle_item", locale, {"item": title}) for title in titles], locale=locale)
    values = {"together": number(bundle.together, locale), "items": named}
    yield Reason(code="bundle", text=say("bundle", locale, values, number=bundle.together), together=bundle.together)
    if priced.discount_minor:
        prices = {"price": priced.price_minor, "list": priced.list_minor}
        shown = {name: money(minor, scene.settings.shop.currency, locale) for name, minor in prices.items()}
        yield Reason(code="bundle_price", text=say("bundle_price", locale, shown))
