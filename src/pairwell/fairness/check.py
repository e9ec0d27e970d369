"""The whole check: settings and every own text, pattern by pattern."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import msgspec

from pairwell.config.settings import Settings
from pairwell.errors import UnfairError
from pairwell.fairness.finding import Checked, Fairness, Finding, OfText, stops
from pairwell.fairness.patterns import PATTERNS, WAIVABLE
from pairwell.fairness.settings import find_in_settings
from pairwell.fairness.texts import Terms, answers_for, find_in_story, find_in_text, find_in_title
from pairwell.records import Item
from pairwell.said import joined, phrase, phrase_count

_LISTED = 20  # findings in one message
_KINDS = {
    "cross_sell": phrase("cross sell"),
    "upgrade": phrase("upgrade"),
    "bundle": phrase("bundle"),
    "plan": phrase("plan"),
    "trial": phrase("trial"),
    "repeat": phrase("repeat"),
}
_FIELDS = {"title": phrase("title"), "argument": phrase("argument"), "title and argument": phrase("title and argument")}


class Goods(msgspec.Struct, frozen=True):
    """What is told of: items with their titles and own texts, and stories of customers by id."""

    items: Collection[Item]
    stories: Collection[tuple[str, str]] = ()


def check_fairness(settings: Settings, goods: Goods | None, *, now: datetime, text: str = "") -> Fairness:
    """Look settings and what is told of goods through; `text` is the settings' TOML, to name lines of.

    `goods`: None where they cannot be read; then settings alone are judged.
    """
    told = goods or Goods(())
    found = [*find_in_settings(settings, text), *_find_in_texts(settings, told, now)]
    return Fairness(
        texts=None if goods is None else sum(len(item.texts) for item in told.items),
        blocked=any(map(stops, found)),
        patterns=[
            Checked(
                pattern=code,
                label=pattern.label,
                about=pattern.about,
                mend=pattern.mend,
                sources=pattern.sources,
                waivable=code in WAIVABLE,
                findings=[one for one in found if one.pattern == code],
            )
            for code, pattern in PATTERNS.items()
        ],
        idle=[one.name for one in settings.waived if not any(answers_for(one, finding) for finding in found)],
    )


def require_fair(fairness: Fairness, source: str = "pairwell.toml") -> None:
    """Raise `UnfairError` with every finding that keeps the settings from going live; `source`: what they are of."""
    if not fairness.blocked:
        return
    blocking = fairness.blocking
    told = [joined(*tell_finding(one, source), between="\n") for one in blocking[:_LISTED]]
    left = len(blocking) - _LISTED
    more = [phrase_count("and {count} more", "and {count} more", left)] if left > 0 else []
    raise UnfairError(
        joined(phrase("This holds dark patterns, and nothing was made live."), *told, *more, between="\n\n"),
        hint=phrase(
            "Mend it; `pairwell fairness` lists all that is looked for, and how words that are true are waived."
        ),
    )


def tell_finding(finding: Finding, source: str = "pairwell.toml") -> Iterator[str]:
    """A finding in lines for a terminal: where and what, the sources, the mend; `source`: what its setting is of."""
    yield joined(where(finding, source), finding.said, between=": ")
    yield phrase("  against: {sources}", sources="; ".join(finding.sources))
    if finding.waived is not None:
        yield phrase("  waived: {reason}", reason=finding.waived)
    else:
        yield phrase("  mend: {mend}", mend=finding.mend)


def where(finding: Finding, source: str = "pairwell.toml") -> str:
    """Where it stands, in words; `source`: what a setting is of."""
    if finding.text is not None:
        return _where_in_text(finding.text)
    assert finding.setting is not None, "what is not of a text is of a setting"
    line = finding.setting.line
    return joined(source, "" if line is None else phrase("line {line}", line=line), finding.setting.name, between=", ")


def _where_in_text(text: OfText) -> str:
    if text.of == "title":
        return phrase("title of {item} in the catalogue", item=text.item_id)
    if text.of == "story":
        return phrase("story of {item}", item=text.item_id)
    return joined(
        phrase("own text of {item}", item=text.item_id),
        text.locale or "",
        _KINDS.get(text.kind or "", ""),
        phrase("placement {name}", name=text.placement) if text.placement else "",
        phrase("variant {name}", name=text.variant) if text.variant else "",
        _FIELDS[text.field],
        between=", ",
    )


def _find_in_texts(settings: Settings, goods: Goods, now: datetime) -> Iterator[Finding]:
    for item in sorted(goods.items, key=lambda item: item.item_id):
        terms = Terms(item, settings, now)
        yield from find_in_title(terms)
        for text in item.texts:
            yield from find_in_text(text, terms)
    for story_id, told in goods.stories:
        yield from find_in_story(story_id, told, Terms(Item(item_id=story_id), settings, now))
