"""Texts that the shop wrote for offers, as a table of the dataset and as facts of items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis

from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.ingest.lists import date_rows, judge_rows, shape_rows
from pairwell.ingest.outcome import Shaped, Staged
from pairwell.offer_words import KINDS, LONGEST, OfferText

_PLACE = ("kind", "placement", "locale", "variant")  # what two texts of an item differ in
LOCALE = r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$"
_ADDRESS = r"^(https://|http://|/)[^\s<>{}\x22]*$"
_MARKUP = r"[<>{}\x00-\x1f]"  # texts are shown as they are: no HTML, no formatting


def shape_offer_texts(staged: Staged, dataset: Dataset, now: datetime) -> Shaped:
    """Texts of offers; those of an item replace the ones that the same source gave before.

    One that is withdrawn is a text without words; a list that withdraws says so from `now`.
    """
    rows = dataset.engine.read_parquet(staged.rows).mutate(source=ibis.literal(staged.source))
    known = dataset.history("offer_texts").filter(lambda told: told.source == staged.source).select("item_id")
    withdrawing = rows.filter(rows.withdrawn.fill_null(False)).select("item_id")
    dated = date_rows(rows, known.union(withdrawing, distinct=True), ["item_id"], now)
    meant = dated.mutate(
        kind=dated.kind.re_replace(r"[- ]", "_"),
        locale=dated.locale.replace("_", "-"),
        placement=dated.placement.fill_null(""),
        variant=dated.variant.fill_null(""),
        withdrawn=dated.withdrawn.fill_null(False),
    )
    meant = meant.mutate({name: meant.withdrawn.ifelse(ibis.null("string"), meant[name]) for name in LONGEST})
    judged = judge_rows(meant, ["item_id", "valid_from", *_PLACE], _refusal(meant))
    return shape_rows(staged, dataset, judged, {"offer_texts": judged.filter(judged.verdict.isnull())}, {})


def _refusal(rows: ibis.Table) -> ibis.Value:
    spoken = [rows.title, rows.argument]
    return ibis.cases(
        (~rows.kind.isin(KINDS), "unknown_offer_kind"),
        (~rows.locale.re_search(LOCALE), "unknown_locale"),
        (~rows.withdrawn & ibis.and_(*(rows[name].isnull() for name in LONGEST)), "empty_text"),
        (ibis.or_(*((rows[name].length() > most).fill_null(False) for name, most in LONGEST.items())), "text_too_long"),
        (ibis.or_(*(text.re_search(_MARKUP).fill_null(False) for text in spoken)), "text_with_markup"),
        (~rows.image_url.re_search(_ADDRESS).fill_null(True), "bad_image_url"),
        else_=ibis.null("string"),
    )


def read_texts(dataset: Dataset, snapshot: Snapshot) -> Mapping[str, Sequence[OfferText]]:
    """The texts of every item that has any, in a fixed order; of several sources of one text the newest counts."""
    rows = dataset.table("offer_texts", snapshot=snapshot).order_by("item_id", *_PLACE, "valid_from", "source")
    found: defaultdict[str, dict[tuple[str, ...], OfferText]] = defaultdict(dict)
    for row in rows.to_pyarrow().to_pylist():
        found[row["item_id"]][tuple(row[name] for name in _PLACE)] = _text(row)
    return {item_id: [text for text in texts.values() if _says(text)] for item_id, texts in found.items()}


def _says(text: OfferText) -> bool:
    return any(getattr(text, name) for name in LONGEST)


def _text(row: Mapping[str, Any]) -> OfferText:
    named = {name: row[name] or None for name in ("placement", "variant", *LONGEST)}
    return OfferText(kind=row["kind"], locale=row["locale"], **named)
