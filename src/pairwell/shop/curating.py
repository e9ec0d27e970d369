"""What people say of items one at a time, through the same door as files: what goes with what, and texts of offers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.clock import Clock
from pairwell.config.explaining import require_storable
from pairwell.config.settings import OfferKind
from pairwell.errors import NotFoundError, RequestError
from pairwell.ingest.lists import NOTHING
from pairwell.ingest.load import IngestOptions, IngestReport
from pairwell.ingest.mapping import FileFormat
from pairwell.ingest.mapping import Mapping as ColumnMapping
from pairwell.ingest.rules import BY_NAME
from pairwell.ingest.staging import staging_folder, writing_to
from pairwell.offer_words import OfferText, place_of, words_of
from pairwell.operations.users.audit import AuditLog, Change
from pairwell.records import CuratedRelation
from pairwell.said import phrase
from pairwell.shop.asking import read_text
from pairwell.shop.fairness import refuse_text
from pairwell.shop.ingesting import Open, ingest_paths
from pairwell.shop.named import name_items
from pairwell.shop.said import LAST_RANK, WORDS, Said, Word, Written
from pairwell.shop.today import Live, ask_today_of

_PLACELESS = ("never", NOTHING)
_PINS: Final[Mapping[Word, OfferKind]] = {"complement": "cross_sell", "upgrade": "upgrade"}
_BY_HAND = "by hand"
_MOMENT = pa.timestamp("us", "UTC")
_RELATIONS = pa.schema(
    [
        ("anchor_id", pa.string()),
        ("item_id", pa.string()),
        ("relation", pa.string()),
        ("rank", pa.int64()),
        ("valid_from", _MOMENT),
    ]
)
_TEXTS = pa.schema(
    [
        *((name, pa.string()) for name in (*OfferText.__struct_fields__, "item_id")),
        ("withdrawn", pa.bool_()),
        ("valid_from", _MOMENT),
    ]
)


class Place(Open, Live, Protocol):
    """The parts of an open workspace that people's words go into."""

    @property
    def audit(self) -> AuditLog: ...


class Curating:
    """What people say of items. It is kept in the dataset and noted in the log of changes."""

    def __init__(self, shop: Place, clock: Clock) -> None:
        self._shop = shop
        self._clock = clock

    def relate(self, anchor_id: str, item_id: str, relation: str, rank: int | None = None, *, author: str) -> Said:
        """Say what `item_id` is to `anchor_id`, instead of whatever was said before; `nothing` takes that back.

        `rank`: its place in the list, 0 first; None: where it is, else behind all others. Raises `RequestError`, and
        `NotFoundError` for an item nobody knows.
        """
        anchor, item = read_text(anchor_id, "anchor_id", "tent"), read_text(item_id, "item_id", "mat")
        word = _read_word(relation)
        self._require_related(anchor, item, word)
        place = _read_rank(rank, word) if rank is not None else self._place(anchor, item, word)
        now = self._clock()
        before = self._between(anchor, item)
        rows = [_row(anchor, item, NOTHING, None, now)]
        if word != NOTHING:
            rows.append(_row(anchor, item, word, place, now))
        report = self._write("relations", pa.Table.from_pylist(rows, schema=_RELATIONS), f"{_BY_HAND}: {item}", now)
        stored = bool(report.stored["relations"])
        if stored:
            self._note(now, author, "relation_said", f"{anchor} > {item}", word)
        counts = self._between(anchor, item)
        kind = _PINS.get(word)
        today = None if kind is None else ask_today_of(self._shop, anchor, item, now, kind)
        gone = [one.relation for one in before if one.relation not in {still.relation for still in counts}]
        return Said(
            anchor_id=anchor, item_id=item, relation=word, stored=stored, counts=counts, replaced=gone, today=today
        )

    def write_text(self, item_id: str, text: OfferText, *, author: str) -> Written:
        """Say `text` wherever the item is offered in its place; one without words takes back what was said there.

        Raises `RequestError` with the rule that the text breaks, `UnfairError` where
        it holds a dark pattern, `NotFoundError`.
        """
        item, now = read_text(item_id, "item_id", "mat"), self._clock()
        self._require_known(item)
        told = {name: value or None for name, value in msgspec.structs.asdict(text).items()}
        require_storable(told)
        refuse_text(self._shop, item, text, now)
        before = next((one for one in self._shop.facts.items()[item].texts if place_of(one) == place_of(text)), None)
        withdrawn = not (text.title or text.argument or text.image_url)
        row = {**told, "item_id": item, "withdrawn": withdrawn, "valid_from": now}
        place = place_of(text)
        source = f"{_BY_HAND}: {' / '.join(place)}"
        report = self._write("offer_texts", pa.Table.from_pylist([row], schema=_TEXTS), source, now)
        stored = bool(report.stored["offer_texts"])
        if stored:
            action = "text_withdrawn" if withdrawn else "text_written"
            self._note(now, author, action, item, " / ".join(word for word in place if word))
        other = before if stored and before is not None and words_of(before) != words_of(text) else None
        return Written(stored=stored, replaced=other)

    def _between(self, anchor: str, item: str) -> list[CuratedRelation]:
        return [one for one in self._shop.facts.relations_of([anchor]) if one.item_id == item]

    def _require_related(self, anchor: str, item: str, word: Word) -> None:
        if anchor == item:
            raise RequestError(
                phrase("{item} cannot be related to itself.", item=repr(item)),
                hint=phrase("Name another item as ITEM."),
                field="item_id",
            )
        said = {(one.anchor_id, one.item_id) for one in self._shop.facts.relations_of([anchor])}
        if word == NOTHING and (anchor, item) in said:
            return  # lists may name items that nobody knows
        for one in (anchor, item):
            self._require_known(one)

    def _require_known(self, item: str) -> None:
        known = self._shop.facts.items()
        if item not in known:
            raise NotFoundError(
                phrase("Item {item} is not in the catalogue, nor in any order.", item=repr(item)),
                hint=name_items(item, known),
            )

    def _place(self, anchor: str, item: str, word: Word) -> int | None:
        if word in _PLACELESS:
            return None
        alike = {one.item_id: one.rank for one in self._shop.facts.relations_of([anchor]) if one.relation == word}
        return alike[item] if item in alike else min(max(alike.values(), default=-1) + 1, LAST_RANK)

    def _write(self, table: str, rows: pa.Table, source: str, now: datetime) -> IngestReport:
        """Take the rows in as a file of their own. Raises `RequestError` with the rule that refuses one."""
        mapping = ColumnMapping(
            table=table, file=FileFormat(format="parquet"), columns={name: name for name in rows.column_names}
        )
        options = IngestOptions(mapping=mapping, source=source, keep_refused=False)
        with staging_folder(self._shop.workspace, "by-hand", now=now) as folder:
            path = folder / "by-hand.parquet"
            with writing_to(path):
                pq.write_table(rows, path)
            report = ingest_paths(self._shop, table, [path], options, now=now)
        for rule in report.refused_by_reason:
            raise RequestError(
                phrase("This was not stored: {sentence}", sentence=BY_NAME[rule].sentence),
                hint=phrase("Mend it and say it again."),
            )
        return report

    def _note(self, now: datetime, author: str, action: str, subject: str, detail: str) -> None:
        self._shop.audit.add(Change(at=now, author=author, action=action, subject=subject, detail=detail))


def _row(anchor: str, item: str, relation: str, rank: int | None, now: datetime) -> Mapping[str, Any]:
    return {"anchor_id": anchor, "item_id": item, "relation": relation, "rank": rank, "valid_from": now}


def _read_word(relation: object) -> Word:
    if relation not in WORDS:
        raise RequestError(
            phrase("{relation} is nothing that can be said of two items.", relation=repr(relation)),
            hint=phrase("Say one of: {words}.", words=", ".join(WORDS)),
            field="relation",
        )
    return relation


def _read_rank(rank: object, word: Word) -> int:
    if type(rank) is not int or not 0 <= rank <= LAST_RANK:
        raise RequestError(
            phrase(
                "The place is {rank}; expected a whole number from 0, the first, to {last}.",
                rank=repr(rank),
                last=LAST_RANK,
            ),
            field="rank",
        )
    if word in _PLACELESS:
        raise RequestError(
            phrase("{word} has no place in a list.", word=repr(word)), hint=phrase("Leave the place out."), field="rank"
        )
    return rank
