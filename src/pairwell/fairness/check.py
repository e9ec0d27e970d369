"""The whole check: settings and every own text, pattern by pattern."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from pairwell.config.settings import Settings
from pairwell.errors import UnfairError
from pairwell.fairness.finding import Checked, Fairness, Finding, stops
from pairwell.fairness.patterns import PATTERNS, WAIVABLE
from pairwell.fairness.settings import find_in_settings
from pairwell.fairness.texts import Terms, answers_for, find_in_text
from pairwell.records import Item

_LISTED = 20  # findings in one message


def check_fairness(settings: Settings, items: Mapping[str, Item] | None, *, now: datetime, text: str = "") -> Fairness:
    """Look settings and the items' own texts through; `text` is the settings' TOML, to name lines of.

    `items`: None where they cannot be read; then settings alone are judged.
    """
    telling = [] if items is None else [item for item in items.values() if item.texts]
    found = [*find_in_settings(settings, text), *_find_in_texts(settings, telling, now)]
    return Fairness(
        texts=None if items is None else sum(len(item.texts) for item in telling),
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


def require_fair(fairness: Fairness) -> None:
    """Raise `UnfairError` with every finding that keeps the settings from going live."""
    if not fairness.blocked:
        return
    blocking = fairness.blocking
    lines = [line for one in blocking[:_LISTED] for line in ("", *tell_finding(one))]
    more = [f"and {len(blocking) - _LISTED:,} more"] if len(blocking) > _LISTED else []
    raise UnfairError(
        "\n".join(("This holds dark patterns, and nothing was made live.", *lines, *more)),
        hint="Mend it; `pairwell fairness` lists all that is looked for, and how words that are true are waived.",
    )


def tell_finding(finding: Finding) -> Iterator[str]:
    """A finding in lines for a terminal: where and what, the sources, the mend."""
    yield f"{where(finding)}: {finding.said}"
    yield f"  against: {'; '.join(finding.sources)}"
    yield f"  waived: {finding.waived}" if finding.waived is not None else f"  mend: {finding.mend}"


def where(finding: Finding) -> str:
    """Where it stands, in words."""
    if finding.text is not None:
        text = finding.text
        beside = [
            f"{name} {value}" for name, value in (("placement", text.placement), ("variant", text.variant)) if value
        ]
        return ", ".join((f"own text of {text.item_id}", text.locale, text.kind.replace("_", " "), *beside, text.field))
    assert finding.setting is not None, "what is not of a text is of a setting"
    line = "" if finding.setting.line is None else f", line {finding.setting.line}"
    return f"pairwell.toml{line}, {finding.setting.name}"


def _find_in_texts(settings: Settings, items: Iterable[Item], now: datetime) -> Iterator[Finding]:
    for item in sorted(items, key=lambda item: item.item_id):
        terms = Terms(item, settings, now)
        for text in item.texts:
            yield from find_in_text(text, terms)
