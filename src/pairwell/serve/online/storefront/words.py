"""The words of the storefront, from the catalogues in which reasons are said."""

from __future__ import annotations

from functools import cache
from typing import Final

from babel import Locale
from babel.core import get_global

from pairwell.catalogues import LANGUAGES
from pairwell.decide.texts import say

NAMES: Final = (
    "heading", "add", "switch", "add_set", "buy_again", "no_thanks", "why", "have_it", "too_dear", "not_for_me",
    "later", "no_answer", "added", "switched", "declined", "failed", "hide", "hidden", "compare", "feature", "yours",
    "this_one", "price", "rating", "tier", "better",
)  # fmt: skip
COUNTED: Final = ("count",)
MESSAGES: Final = tuple(f"storefront_{name}" for name in (*NAMES, *COUNTED))
_USUAL_DIGITS = 2
_NUMBERS = range(101)  # hold every form that whole numbers take in these languages


class _Blanks(dict[str, str]):
    """Leaves every blank of a sentence as it is."""

    def __missing__(self, name: str) -> str:
        return f"%({name})s"


def word(name: str, locale: Locale) -> str:
    """One of `NAMES`, its blanks unfilled."""
    return say(f"storefront_{name}", locale, _Blanks())


@cache
def words_by_language() -> dict[str, dict[str, str | dict[str, str]]]:
    """Each language's words; of what is counted a sentence for each plural category of CLDR."""
    found: dict[str, dict[str, str | dict[str, str]]] = {}
    for language in LANGUAGES:
        locale = Locale(language)
        said: dict[str, str | dict[str, str]] = {name: word(name, locale) for name in NAMES}
        found[language] = said | {name: _forms(name, locale) for name in COUNTED}
    return found


@cache
def unusual_digits() -> dict[str, int]:
    """Currencies whose minor unit is no hundredth, with their decimals as prices are written with them here."""
    digits = {currency: fraction[0] for currency, fraction in get_global("currency_fractions").items()}
    return {name: number for name, number in sorted(digits.items()) if number != _USUAL_DIGITS and len(name) == 3}  # noqa: PLR2004


def _forms(name: str, locale: Locale) -> dict[str, str]:
    forms = {
        locale.plural_form(number): say(f"storefront_{name}", locale, _Blanks(), number=number) for number in _NUMBERS
    }
    return {"other": next(reversed(forms.values())), **forms}
