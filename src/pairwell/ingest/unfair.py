"""Texts, titles and stories that come in and hold a dark pattern: they are taken, told of row by row, and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from pairwell.config.settings import Settings
from pairwell.facts.store import FactStore
from pairwell.fairness.check import where
from pairwell.fairness.finding import Finding, stops
from pairwell.fairness.texts import Terms, find_in_story, find_in_text, find_in_title, speaks_anywhere
from pairwell.offer_words import LONGEST, OfferText, place_of, words_of
from pairwell.records import Item

_TOLD = 20  # rows that get a sentence of their own
_READ = ("item_id", "kind", "placement", "locale", "variant", *LONGEST)


def find_unfair(
    incoming: Mapping[str, Path], settings: Settings, facts: FactStore, now: datetime
) -> list[list[Finding]]:
    """For each row that holds any, what it holds, by the item's price and the published caps and waivers."""
    if incoming.keys().isdisjoint(("offer_texts", "items", "stories")):
        return []
    base = _Base(facts.items(), settings, now)
    found = (*_of_texts(incoming, base), *_of_titles(incoming, base), *_of_stories(incoming, base))
    return [findings for findings in found if findings]


def count_unfair(found: Sequence[Sequence[Finding]]) -> dict[str, int]:
    """Rows by pattern; one of two patterns counts for both."""
    counted = Counter(code for findings in found for code in {one.pattern for one in findings})
    return dict(sorted(counted.items()))


def note_unfair(found: Sequence[Sequence[Finding]]) -> Iterator[str]:
    """A sentence on all, and one for each of the first rows."""
    if not found:
        return
    yield (
        f"Texts that hold a dark pattern: {len(found):,}. Taken all the same: `pairwell publish` refuses while they "
        "count, save for stories and what is less grave in titles, and `pairwell fairness` says how each is mended."
    )
    for findings in found[:_TOLD]:
        yield f"  {where(findings[0])}: {' '.join(one.said for one in findings)}"
    if len(found) > _TOLD:
        yield f"  and {len(found) - _TOLD:,} more"


def note_replaced(incoming: Mapping[str, Path], facts: FactStore) -> Iterator[str]:
    """A sentence on the texts that stand in the place of others, and one for each of the first."""
    items = facts.items() if "offer_texts" in incoming else {}
    rows = pq.read_table(incoming["offer_texts"], columns=list(_READ)).to_pylist() if items else []
    found = [told for row in sorted(rows, key=_place) if (told := _replaced(row, items))]
    if found:
        yield f"Texts that replace others: {len(found):,}."
        yield from found[:_TOLD]
    if len(found) > _TOLD:
        yield f"  and {len(found) - _TOLD:,} more"


def _replaced(row: Mapping[str, Any], items: Mapping[str, Item]) -> str:
    """What the row does to the text of its place; empty where there is none, or it says the same."""
    new, item_id = _text(row), row["item_id"]
    there = items[item_id].texts if item_id in items else []
    before = next((one for one in there if place_of(one) == place_of(new)), None)
    if before is None or words_of(before) == words_of(new):
        return ""
    place = ", ".join(word for word in place_of(new) if word)
    return f"  own text of {item_id}, {place}: replaces “{words_of(before)}”"


def _text(row: Mapping[str, Any]) -> OfferText:
    named = {name: row[name] or None for name in ("placement", "variant", *LONGEST)}
    return OfferText(kind=row["kind"], locale=row["locale"], **named)


class _Base(msgspec.Struct, frozen=True):
    """What rows are held against."""

    items: Mapping[str, Item]
    settings: Settings
    now: datetime

    def terms(self, item_id: str, title: str | None = None) -> Terms:
        item = self.items.get(item_id) or Item(item_id=item_id)
        return Terms(msgspec.structs.replace(item, title=title), self.settings, self.now)


def _of_texts(incoming: Mapping[str, Path], base: _Base) -> Iterator[list[Finding]]:
    for row in sorted(_rows(incoming, "offer_texts", _READ), key=_place):
        yield _find(row, base)


def _of_titles(incoming: Mapping[str, Path], base: _Base) -> Iterator[list[Finding]]:
    for row in _rows(incoming, "items", ("item_id", "title")):
        if row["title"] and speaks_anywhere(row["title"]):
            found = find_in_title(base.terms(row["item_id"], row["title"]))
            yield [one for one in found if one.waived is None]


def _of_stories(incoming: Mapping[str, Path], base: _Base) -> Iterator[list[Finding]]:
    for row in _rows(incoming, "stories", ("story_id", "text")):
        yield list(find_in_story(row["story_id"], row["text"], base.terms(row["story_id"])))


def _rows(incoming: Mapping[str, Path], table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    return pq.read_table(incoming[table], columns=list(columns)).to_pylist() if table in incoming else []


def _find(row: Mapping[str, Any], base: _Base) -> list[Finding]:
    item_id = row["item_id"]
    text = _text(row)
    return [one for one in find_in_text(text, base.terms(item_id)) if stops(one)]


def _place(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] or "" for name in ("item_id", "locale", "kind", "placement", "variant"))
