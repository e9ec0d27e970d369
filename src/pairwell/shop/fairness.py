"""Whether what is drafted, live or about to be tried holds dark patterns: settings, and own texts as they are now."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pairwell.advise.vouched import read_stories
from pairwell.config.published import Published
from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace, parse_draft, read_draft_text
from pairwell.dataset.store import Dataset
from pairwell.errors import JournalError, SettingsError, UnfairError
from pairwell.facts.store import FactStore
from pairwell.fairness.check import Goods, check_fairness
from pairwell.fairness.finding import Fairness, Finding, stops
from pairwell.fairness.texts import Terms, find_in_text
from pairwell.offer_words import OfferText
from pairwell.said import joined, phrase


class Open(Protocol):
    """The parts of an open workspace that hold settings and texts."""

    @property
    def workspace(self) -> Workspace: ...

    @property
    def published(self) -> Published: ...

    @property
    def dataset(self) -> Dataset: ...

    @property
    def facts(self) -> FactStore: ...


def check_draft(shop: Open, now: datetime) -> Fairness:
    """What `pairwell.toml` and the own texts hold. Raises `SettingsError` where it cannot be read."""
    text = read_draft_text(shop.workspace)
    return check_settings(shop, parse_draft(text), now, text=text)


def check_settings(shop: Open, settings: Settings, now: datetime, *, text: str = "") -> Fairness:
    """What these settings and the own texts hold; `text` is the settings' TOML, to name lines of."""
    return check_fairness(settings, _goods(shop), now=now, text=text)


def refuse_text(shop: Open, item_id: str, text: OfferText, now: datetime) -> None:
    """Raise `UnfairError` where a text of an item must not be shown: the first reason, the law, the mend."""
    terms = Terms(shop.facts.items()[item_id], shop.published.settings, now)
    for one in find_in_text(text, terms):
        if stops(one):
            raise _unfair(one)


def _unfair(finding: Finding) -> UnfairError:
    against = "; ".join(finding.sources)
    field = None if finding.text is None else finding.text.field
    return UnfairError(
        joined(phrase("This was not stored:"), finding.said, phrase("Against: {sources}.", sources=against)),
        hint=joined(finding.mend, phrase("Words that are true are waived in pairwell.toml: see docs/fairness.md.")),
        field=field,
    )


def _goods(shop: Open) -> Goods | None:
    """What is told of goods; None where it cannot be read, so that settings can be published that mend just that."""
    try:
        stories = [(one.story_id, one.text) for one in read_stories(shop.dataset)]
        return Goods(list(shop.facts.items().values()), stories)
    except (JournalError, SettingsError):
        return None
