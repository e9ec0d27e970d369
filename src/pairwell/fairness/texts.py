"""Dark patterns in the shop's own texts of an item."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Final

import msgspec

from pairwell.config.settings import Cap, Settings
from pairwell.config.waiving import Waived
from pairwell.fairness.finding import Code, Finding, OfText
from pairwell.fairness.patterns import PATTERNS
from pairwell.fairness.prices import find_prices
from pairwell.fairness.wordings import COUNTDOWN, SAVINGS, SCARCITY, URGENCY, WORDS
from pairwell.fairness.words import Found, find_words, same_words, speaks, unite
from pairwell.offer_words import OfferText
from pairwell.prices import customer_price
from pairwell.records import Item
from pairwell.said import amount, phrase

_DAY = timedelta(days=1)
MOST_LEFT: Final = 100  # more is not little
MOST_DAYS: Final = 7  # longer is no hurry
_RATED = (
    r"\b(?:rated|rating(?: of)?) (?P<tenths>\d(?:[.,]\d)?)\b(?! ?(?:[°%a-z]|[.,]?\d))",
    r"\brated (?P<tenths>\d(?:[.,]\d)?)(?= (?:by|out of|of 5|from)\b)",
    r"\bрейтинг(?:ом)? (?P<tenths>\d(?:[.,]\d)?)\b",
    r"\bocen\w+ (?:na )?(?P<tenths>\d(?:[.,]\d)?)\b",
    r"(?P<tenths>\d(?:[.,]\d)?) ?(?:stars?|/ ?5|out of 5|звезд\w*|из 5|gwiazd\w*|na 5)(?!\w| [a-zа-я])",
)
#: What keeps settings from going live even in a title.
GRAVEST: Final[frozenset[Code]] = frozenset(("fake_scarcity", "fake_urgency", "false_free", "guilt"))
Said = tuple[str, str]  # the words, and what is said of them


class Terms(msgspec.Struct, frozen=True):
    """What an item's texts are held against."""

    item: Item
    settings: Settings
    now: datetime

    @property
    def totals(self) -> list[Cap]:
        """The caps that limit the item's offers on every channel, and have not ended."""
        return [
            one
            for one in self.settings.caps
            if one.scope == "offer"
            and self.item.item_id in one.items
            and not one.channels
            and (one.until is None or one.until > self.now)
        ]

    @property
    def limits(self) -> set[int]:
        """How many there are in all, by caps; one that counts back some hours only begins anew."""
        return {one.limit for one in self.totals if one.limit is not None and one.window_h is None}


def find_in_text(text: OfferText, terms: Terms) -> Iterator[Finding]:
    """Everything in one text of an item that speaks of a dark pattern; what is waived says so."""
    for field, words, code, said in _look_through(text, terms):
        place = OfText(
            item_id=terms.item.item_id,
            locale=text.locale,
            kind=text.kind,
            placement=text.placement,
            variant=text.variant,
            field=field,
            words=words,
        )
        yield _finding(code, place, said, terms)


def find_in_title(terms: Terms) -> Iterator[Finding]:
    """What the item's title in the catalogue speaks of: an offer without a title of its own shows that one.

    Only the gravest stops a publication, as titles are mended in another system.
    """
    for words, code, said in _look_for_words(terms.item.title or "", terms):
        place = OfText(item_id=terms.item.item_id, of="title", field="title", words=words)
        yield _finding(code, place, said, terms, blocks=code in GRAVEST)


def find_in_story(story_id: str, text: str, terms: Terms) -> Iterator[Finding]:
    """What a customer's story speaks of; it stops nothing, as sellers tell it and no offer shows it."""
    for words, code, said in _look_for_words(text, terms):
        place = OfText(item_id=story_id, of="story", field="text", words=words)
        yield _finding(code, place, said, terms, blocks=False)


@lru_cache(maxsize=1 << 17)  # titles of a large catalogue, which pages ask for again and again
def speaks_anywhere(text: str) -> bool:
    """Whether any list of words may speak in a text: quick, and true more often than something is found."""
    return speaks(text, _union())


def answers_for(waived: Waived, finding: Finding) -> bool:
    """Whether a waiver is of just these words of this item."""
    text = finding.text
    return (
        text is not None
        and (waived.pattern, waived.item) == (finding.pattern, text.item_id)
        and same_words(waived.words, text.words)
    )


def _look_through(text: OfferText, terms: Terms) -> Iterator[tuple[str, str, Code, str]]:
    """Field, words, pattern and what is said of them: of each field, and of words that go from one into the other."""
    fields = [(field, told) for field in ("title", "argument") if (told := getattr(text, field))]
    for field, told in fields:
        yield from ((field, *found) for found in _look(told, terms))
    if len(fields) > 1:
        for words, code, said in _look(" ".join(told for _, told in fields), terms):
            if not any(words in told for _, told in fields):
                yield "title and argument", words, code, said


def _look(text: str, terms: Terms) -> Iterator[tuple[str, Code, str]]:
    yield from _look_for_words(text, terms)
    yield from ((words, "hidden_total", said) for words, said in _find_prices(text, terms))


def _look_for_words(text: str, terms: Terms) -> Iterator[tuple[str, Code, str]]:
    if speaks_anywhere(text):
        for code, look in _LOOKS.items():
            yield from ((words, code, said) for words, said in look(text, terms))


@cache
def _union() -> re.Pattern[str]:
    return unite(one for listed in (SCARCITY, URGENCY, COUNTDOWN, _RATED, *WORDS.values()) for one in listed)


def _finding(code: Code, text: OfText, said: str, terms: Terms, *, blocks: bool = True) -> Finding:
    pattern = PATTERNS[code]
    found = Finding(pattern=code, blocks=blocks, said=said, mend=pattern.mend, sources=pattern.sources, text=text)
    reason = next((one.reason for one in terms.settings.waived if answers_for(one, found)), None)
    return found if reason is None else msgspec.structs.replace(found, waived=reason)


# --- what is looked for -------------------------------------------------------------------------


def _find_pre_ticked(text: str, _: Terms) -> Iterator[Said]:
    for found in find_words(text, WORDS["pre_ticked"]):
        yield found.words, phrase("“{words}” says that it is added without asking.", words=found.words)


def _find_scarcity(text: str, terms: Terms) -> Iterator[Said]:
    limits = terms.limits
    for found in find_words(text, SCARCITY):
        if found.number is not None and found.number not in limits:
            yield found.words, _of_number(found, limits)
        elif min(limits, default=MOST_LEFT + 1) > MOST_LEFT:
            yield (
                found.words,
                phrase(
                    "“{words}” speaks of little being left, and no cap limits it to {most} or fewer.",
                    words=found.words,
                    most=MOST_LEFT,
                ),
            )


def _of_number(found: Found, limits: set[int]) -> str:
    if not limits:
        return phrase(
            "“{words}” names the number {number}, and no cap limits the offer to that.",
            words=found.words,
            number=found.number,
        )
    return phrase(
        "“{words}” names the number {number}, and its cap allows {limit}.",
        words=found.words,
        number=found.number,
        limit=max(limits),
    )


def _find_urgency(text: str, terms: Terms) -> Iterator[Said]:
    ends = min((one.until for one in terms.totals if one.until is not None), default=None)
    for found in find_words(text, COUNTDOWN):
        if ends is None or ends > terms.now + _DAY:
            yield (
                found.words,
                phrase("“{words}” says that it ends within a day, and no cap ends it then.", words=found.words),
            )
    if ends is None or ends > terms.now + MOST_DAYS * _DAY:
        for found in find_words(text, URGENCY):
            yield (
                found.words,
                phrase(
                    "“{words}” presses for time, and no cap ends the offer within {days} days.",
                    words=found.words,
                    days=MOST_DAYS,
                ),
            )


def _find_guilt(text: str, _: Terms) -> Iterator[Said]:
    for found in find_words(text, WORDS["guilt"]):
        yield found.words, phrase("“{words}” shames whoever says no.", words=found.words)


def _find_prices(text: str, terms: Terms) -> Iterator[Said]:
    price, currency = customer_price(terms.item, terms.settings.shop), terms.settings.shop.currency
    for claim in find_words(text, SAVINGS):
        yield claim.words, phrase("“{words}” claims a saving, and nothing here shows one.", words=claim.words)
    for found in find_prices(text, currency):
        if price is None:
            yield (
                found.words,
                phrase("“{words}” names a price, and the item has none that is known.", words=found.words),
            )
        elif (found.minor, found.currency) != (price, currency):
            yield (
                found.words,
                phrase(
                    "“{words}” names a price, and the item costs {price}.",
                    words=found.words,
                    price=amount(price, currency, symbol=True),
                ),
            )


def _find_free(text: str, terms: Terms) -> Iterator[Said]:
    price, currency = customer_price(terms.item, terms.settings.shop), terms.settings.shop.currency
    if price == 0:
        return
    for found in find_words(text, WORDS["false_free"]):
        if price is None:
            yield found.words, phrase("“{words}” says it is free, and its price is not known.", words=found.words)
        else:
            cost = amount(price, currency, symbol=True)
            yield found.words, phrase("“{words}” says it is free, and it costs {price}.", words=found.words, price=cost)


def _find_social_proof(text: str, terms: Terms) -> Iterator[Said]:
    for found in find_words(text, WORDS["false_social_proof"]):
        yield found.words, phrase("“{words}” tells of a crowd that nothing here counted.", words=found.words)
    rated = None if terms.item.rating is None else round(terms.item.rating, 1)
    for found in find_words(text, _RATED):
        if found.decimal != rated:
            yield found.words, phrase("“{words}” is not how the item is rated in the catalogue.", words=found.words)


def _find_disguise(text: str, _: Terms) -> Iterator[Said]:
    for found in find_words(text, WORDS["disguised_advertising"]):
        yield found.words, phrase("“{words}” gives it for the word of somebody else.", words=found.words)


_LOOKS: Final[dict[Code, Callable[[str, Terms], Iterator[Said]]]] = {
    "pre_ticked": _find_pre_ticked,
    "fake_scarcity": _find_scarcity,
    "fake_urgency": _find_urgency,
    "guilt": _find_guilt,
    "false_free": _find_free,
    "false_social_proof": _find_social_proof,
    "disguised_advertising": _find_disguise,
}
