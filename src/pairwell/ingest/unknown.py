"""What is said of rows that name something nobody knows yet. They are taken: what they name may come later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import ibis

from pairwell.config.settings import Placement
from pairwell.dataset.store import Dataset

_NAMED = 5  # ids in one sentence
_HISTORY = "personalisation"  # not a way to reach somebody, yet asked for


def note_unknown(dataset: Dataset, incoming: Mapping[str, Path], placements: Mapping[str, Placement]) -> Iterator[str]:
    """A sentence on what names items that nobody knows, and on placements and channels that are none."""
    if "relations" in incoming:
        yield from _of_relations(dataset, dataset.engine.read_parquet(incoming["relations"]))
    if "offer_texts" in incoming:
        yield from _of_texts(dataset, dataset.engine.read_parquet(incoming["offer_texts"]), placements)
    if "consents" in incoming:
        known = {placement.channel for placement in placements.values()}
        yield from _of_consents(dataset.engine.read_parquet(incoming["consents"]), known)
    if "subscriptions" in incoming:
        yield from _of_plans(dataset, dataset.engine.read_parquet(incoming["subscriptions"]))


def note_foreign(refused: Mapping[str, int], currency: str) -> Iterator[str]:
    """A sentence where money was refused that nobody can count in the shop's."""
    if refused.get("unknown_currency"):
        yield (
            f"Money that is not in {currency} and has no rate was refused. If the shop counts in another currency, set "
            "`[shop] currency`, else give its rate in `[currency.rates]`; then run `pairwell publish` and ingest again."
        )


def _of_relations(dataset: Dataset, relations: ibis.Table) -> Iterator[str]:
    known = dataset.history("items").select("item_id").distinct()
    named = ibis.union(
        relations.select("anchor_id", "item_id", unknown="anchor_id"),
        relations.select("anchor_id", "item_id", unknown="item_id"),
    )
    found = named.anti_join(known, [("unknown", "item_id")])
    number = _count(found.select("anchor_id", "item_id").distinct())
    if not number:
        return
    ids = found.select("unknown").distinct().order_by("unknown").to_pyarrow()["unknown"].to_pylist()
    yield (
        f"Relations of items that neither a catalogue nor an order knows: {number:,} ({_first(ids)}). "
        "Taken all the same: they offer nothing until those items are ingested."
    )


def _of_plans(dataset: Dataset, subscriptions: ibis.Table) -> Iterator[str]:
    known = dataset.history("items").select("item_id").distinct()
    plans = subscriptions.select(item_id="plan_id").distinct().anti_join(known, "item_id")
    ids = plans.order_by("item_id").to_pyarrow()["item_id"].to_pylist()
    if ids:
        yield (
            f"Plans that neither a price list, a catalogue nor an order knows: {len(ids):,} ({_first(ids)}). Taken all "
            "the same: they count as owned once `pairwell ingest plans FILE` or a catalogue tells of them."
        )


def _of_texts(dataset: Dataset, texts: ibis.Table, placements: Mapping[str, Placement]) -> Iterator[str]:
    known = dataset.history("items").select("item_id").distinct()
    lost = texts.anti_join(known, "item_id")
    if number := _count(lost):
        ids = lost.select("item_id").distinct().order_by("item_id").to_pyarrow()["item_id"].to_pylist()
        yield (
            f"Texts of items that neither a catalogue nor an order knows: {number:,} ({_first(ids)}). "
            "Taken all the same: they are shown once those items are ingested."
        )
    nowhere = texts.filter(~texts.placement.isin(["", *placements]))
    if number := _count(nowhere):
        names = nowhere.select("placement").distinct().order_by("placement").to_pyarrow()["placement"].to_pylist()
        yield (
            f"Texts for placements that the settings do not have: {number:,} ({_first(names)}). Taken all the same: "
            f"there are {', '.join(sorted(placements)) or 'none'}."
        )


def _of_consents(consents: ibis.Table, known: set[str]) -> Iterator[str]:
    found = consents.filter(~consents.channel.isin([*known, _HISTORY]))
    number = _count(found)
    if not number:
        return
    channels = found.select("channel").distinct().order_by("channel").to_pyarrow()["channel"].to_pylist()
    yield (
        f"Consents to channels that no placement has: {number:,} ({_first(channels)}). Taken all the same: "
        f"placements have {', '.join(sorted(known)) or 'none'}, and {_HISTORY} is known."
    )


def _first(names: Iterable[str]) -> str:
    named = [*names]
    more = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _count(rows: ibis.Table) -> int:
    return int(rows.count().to_pyarrow().as_py())
