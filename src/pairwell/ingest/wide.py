"""Price lists and usage with a column for each meter, and what else their headers leave unsaid."""

from __future__ import annotations

from typing import Final

from pairwell.ingest.drafting import Draft
from pairwell.ingest.mapping import Composed, Unpivot
from pairwell.ingest.words import currency_of, tokens

_SURE = 0.6
_NUMBERS = 0.4  # share of a column's cells, since others may say "unlimited"
_MARKS: Final = {
    "included": "included incl includes allowance quota limit включено входит лимит wliczone wliczono",
    "price": """
        price overage extra additional per over each fee цена сверх доп дополнительный дополнительная дополнительно
        cena ponad dodatkowy dodatkowa dodatkowe
    """,
    "block": "block pack блок пакетами blok pakietami",
    "cap": "cap maximum потолок максимум maks",
}
_PARTS: Final = {word: part for part, words in _MARKS.items() for word in words.split()}
_WORDS: Final = {
    "clear": "overage extra additional per сверх доп дополнительный дополнительная ponad dodatkowy dodatkowa",
    "beside": "in of for the a one unit month monthly limit в за на шт лимита w za na limitu mies miesiac",
    "noise": "used usage count number total использовано кол всего zuzyto liczba razem no",
}
_CLEAR, _BESIDE, _NOISE = (frozenset(words.split()) for words in _WORDS.values())
_STEM = 4  # letters in which the forms of a word agree


def complete_wide(draft: Draft) -> None:
    """Find the meters that a price list or a file of usage has columns of."""
    if draft.table == "plans":
        _name_by_title(draft)
        _price_meters(draft)
    if draft.table == "usage":
        _take_meters_apart(draft)
    if draft.table == "stories" and "locale" not in draft.columns:
        draft.set("locale", Composed(constant="en"), _SURE)
        draft.notes.append(
            'No column says the language: stories are in English. Else write locale = { constant = "pl" }.'
        )


def _name_by_title(draft: Draft) -> None:
    if "plan_id" not in draft.columns and "title" in draft.columns:
        draft.set("plan_id", draft.columns["title"], 0.9 * draft.confidence["title"])
        draft.notes.append("Plans have no id: their titles stand in for it.")


def _price_meters(draft: Draft) -> None:
    """Columns such as `included_messages` and `price_messages`."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    clear = set[tuple[str, ...]]()
    names: dict[tuple[str, ...], str] = {}
    for column in draft.free():
        words = [word for word in tokens(column.name) if currency_of(word) is None]
        part = next((_PARTS[word] for word in words if word in _PARTS), None)
        of = [word for word in words if word not in _PARTS and word not in _BESIDE]
        if part is None or not of or not column.rows:
            continue
        stems = tuple(word[:_STEM] for word in of)
        found.setdefault(stems, {}).setdefault(part, column.name)
        if part == "included" or _CLEAR & set(words):
            clear.add(stems)
        if part == "included" or stems not in names:
            names[stems] = "_".join(of)
    for stems in clear:
        for part, column_name in found[stems].items():
            draft.set(f"meters.{names[stems]}.{part}", column_name, _SURE)


def _take_meters_apart(draft: Draft) -> None:
    """A column for each meter, where no column names the meter."""
    if {"meter", "quantity"} & (set(draft.columns) | set(draft.profiles)) or "account_id" not in draft.columns:
        return
    columns = tuple(column.name for column in draft.free() if column.number >= _NUMBERS)
    if not columns:
        return
    called = {name: " ".join(word for word in tokens(name) if word not in _NOISE) for name in columns}
    names = {name: short for name, short in called.items() if short and short != " ".join(tokens(name))}
    draft.unpivot = Unpivot(columns=columns, into="meter", value="quantity", names=names)
    for field in ("meter", "quantity"):
        draft.set(field, field, _SURE)
    draft.notes.append(f"Each of {', '.join(columns)} is taken for a meter: a row becomes one for each of them.")
