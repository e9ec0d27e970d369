"""What a check finds: one thing each, where it stands, what it rests on and how it is mended."""

from __future__ import annotations

from typing import Literal

import msgspec

from pairwell.config.waiving import WaivedPattern

Code = Literal[WaivedPattern, "beyond_guard", "nagging", "contact_without_consent", "hidden_decline"]


class OfText(msgspec.Struct, frozen=True, kw_only=True):
    """Which text of which item something stands in, and the words."""

    item_id: str
    of: Literal["own text", "title", "story"] = "own text"  # a title is that of the catalogue
    locale: str | None = None  # this and the next three are of own texts
    kind: str | None = None  # of the offer
    placement: str | None = None
    variant: str | None = None
    field: str  # "title", "argument", or "title and argument": words that go from one into the other
    words: str  # as they stand there


class OfSetting(msgspec.Struct, frozen=True, kw_only=True):
    """Which setting something stands in."""

    name: str  # dotted
    line: int | None  # of pairwell.toml, from 1; None: it stands there by default, or in another way


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One dark pattern in one place."""

    pattern: Code
    blocks: bool  # False: it is told, and may go live
    said: str  # what was found
    mend: str
    sources: tuple[str, ...]  # laws and guidelines that it rests on
    text: OfText | None = None  # of text and setting there is one
    setting: OfSetting | None = None
    waived: str | None = None  # why a person answers for it; it blocks nothing then


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """One pattern that was looked for, and where it was found."""

    pattern: Code
    label: str
    about: str  # what is looked for
    mend: str
    sources: tuple[str, ...]
    waivable: bool
    findings: list[Finding]


class Fairness(msgspec.Struct, frozen=True, kw_only=True):
    """Every pattern that settings and own texts were looked through for."""

    texts: int | None  # own texts that were read; None: they cannot be read now
    blocked: bool  # these settings cannot be published
    patterns: list[Checked]
    idle: list[str]  # names of waivers that no words need any more

    @property
    def blocking(self) -> list[Finding]:
        """What keeps the settings from going live."""
        return [one for pattern in self.patterns for one in pattern.findings if stops(one)]

    @property
    def told(self) -> list[Finding]:
        """What may go live and should be known: concerns, and what somebody answers for."""
        return [one for pattern in self.patterns for one in pattern.findings if not stops(one)]


def stops(finding: Finding) -> bool:
    """Whether the finding keeps settings, or a text, from going live."""
    return finding.blocks and finding.waived is None
