"""The dark patterns that are looked for: what each is, the laws and guidelines against it, and the mend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

import msgspec

from pairwell.config.waiving import WaivedPattern
from pairwell.fairness.finding import Code
from pairwell.said import phrase

_UCPD = "Directive 2005/29/EC (unfair commercial practices)"
_CRD = "Directive 2011/83/EU (consumer rights)"
_DSA = "Regulation (EU) 2022/2065 (digital services), Article 25"
_EDPB = "EDPB, Guidelines 03/2022 on deceptive design patterns"
_FTC = "FTC, Bringing Dark Patterns to Light (2022)"
_OECD = "OECD, Dark commercial patterns (2022)"
_POLISH = "Ustawa z 23.08.2007 o przeciwdziałaniu nieuczciwym praktykom rynkowym"
_RUSSIAN = "Закон РФ «О защите прав потребителей»"

WAIVABLE: Final = frozenset(get_args(WaivedPattern))


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """A dark pattern, in words for people."""

    label: str
    about: str  # what is looked for
    mend: str
    sources: tuple[str, ...]


PATTERNS: Final[Mapping[Code, Pattern]] = {
    "pre_ticked": Pattern(
        label=phrase("Added without asking"),
        about=phrase(
            "Texts that say an add-on is in the cart already, or stays unless it is taken out. "
            "No setting, rule or relation can add anything: an offer enters a cart where a customer takes it."
        ),
        mend=phrase("Ask: say what it is for, and let the customer add it."),
        sources=(f"{_CRD}, Article 22", f"{_UCPD}, Annex I, point 29", f"{_RUSSIAN}, статья 16", _FTC),
    ),
    "fake_scarcity": Pattern(
        label=phrase("Scarcity that is not true"),
        about=phrase("Texts that say little is left, or name a number, where no cap with that `limit` is counted."),
        mend=phrase(
            'Take the words out, or limit the offer truly: `[[caps]]` with `scope = "offer"`, the item and its `limit`.'
        ),
        sources=(f"{_UCPD}, Annex I, points 7 and 18", f"{_POLISH}, art. 7 pkt 7", _FTC, _OECD),
    ),
    "fake_urgency": Pattern(
        label=phrase("Urgency that is not true"),
        about=phrase("Texts that press for time, or count down, where no cap ends the offer at that time."),
        mend=phrase(
            'Take the words out, or end the offer truly: `[[caps]]` with `scope = "offer"`, the item and its `until`.'
        ),
        sources=(f"{_UCPD}, Annex I, point 7", f"{_POLISH}, art. 7 pkt 7", _FTC, _OECD),
    ),
    "guilt": Pattern(
        label=phrase("Shame and guilt"),
        about=phrase("Texts that make a no shameful or foolish, or play on fear."),
        mend=phrase("Say what the item does. A no needs no comment."),
        sources=(f"{_UCPD}, Articles 8 and 9", _DSA, _EDPB, _OECD),
    ),
    "hidden_total": Pattern(
        label=phrase("A price that is not the price"),
        about=phrase(
            "Texts that name a price which is not what the customer pays for the item, with its currency or without, "
            "and savings that nothing here shows."
        ),
        mend=phrase("Take the price out of the text: the price of the moment is shown beside every offer."),
        sources=(
            f"{_UCPD}, Article 6(1)(d) and Article 7(4)(c)",
            f"{_CRD}, Article 8(2)",
            f"{_RUSSIAN}, статья 10",
            _FTC,
        ),
    ),
    "false_free": Pattern(
        label=phrase("“Free” that costs"),
        about=phrase("Texts that call an item free, or a gift, that has a price or whose price is not known."),
        mend=phrase("Say what it costs, or give it for nothing: price 0."),
        sources=(f"{_UCPD}, Annex I, point 20", _FTC),
    ),
    "false_social_proof": Pattern(
        label=phrase("A crowd that nobody counted"),
        about=phrase(
            "Texts that say how many buy, love or look at an item, or how it is rated, other than its rating is."
        ),
        mend=phrase("Take the claim out: what was counted is said by the reasons of the offer itself."),
        sources=(f"{_UCPD}, Article 6(1)", f"{_UCPD}, Annex I, points 23b and 23c", _FTC, _OECD),
    ),
    "disguised_advertising": Pattern(
        label=phrase("Advertising in disguise"),
        about=phrase("Texts that give your own words for those of editors, experts or tests."),
        mend=phrase("Say it as your own words, or name in a waiver who said so and where."),
        sources=(f"{_UCPD}, Annex I, points 4, 11 and 22", _FTC, _OECD),
    ),
    "beyond_guard": Pattern(
        label=phrase("More than the guard"),
        about=phrase("Guards so wide that an add-on, an upgrade or a discount is none any more."),
        mend=phrase("Set the guard within the limit, or name your industry in `shop.industry`."),
        sources=(f"{_UCPD}, Articles 5 and 7", f"{_RUSSIAN}, статья 16", _OECD),
    ),
    "nagging": Pattern(
        label=phrase("Nagging"),
        about=phrase("Settings by which a no is not obeyed, or contacts that come unasked have no limit."),
        mend=phrase("Let a no count for a while, and limit contacts by `[[caps]]`."),
        sources=(f"{_UCPD}, Annex I, point 26", f"{_POLISH}, art. 9 pkt 3", _DSA, _EDPB, _OECD),
    ),
    "contact_without_consent": Pattern(
        label=phrase("Contact without a yes"),
        about=phrase(
            "Placements on e-mail, call, SMS or push that are said not to interrupt, so that nobody is asked."
        ),
        mend=phrase("Write `interrupts = true`, unless the customer began the contact, as with a receipt."),
        sources=(
            "Directive 2002/58/EC (privacy in electronic communications), Article 13",
            f"{_UCPD}, Annex I, point 26",
        ),
    ),
    "hidden_decline": Pattern(
        label=phrase("A no that cannot be found"),
        about=phrase("No setting can hide the button that declines: the widget shows it beside every offer."),
        mend=phrase("Show it too where your shop draws offers itself."),
        sources=(_DSA, _EDPB, _OECD),
    ),
}
