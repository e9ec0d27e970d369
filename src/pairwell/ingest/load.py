"""From files to the dataset and the facts, with an account of every row."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from pairwell.config.progress import BytesRead, unheard
from pairwell.config.pseudonyms import read_secret
from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.engines.duckdb import storage_failures
from pairwell.errors import MappingError, SourceError, StorageError
from pairwell.facts.store import FactStore
from pairwell.ingest.convert import Conversion, Converted, convert_batch
from pairwell.ingest.facts import are_current, write_facts
from pairwell.ingest.fields import read_fields
from pairwell.ingest.happened import shape_events
from pairwell.ingest.lists import shape_customers, shape_items, shape_relations
from pairwell.ingest.mapping import Composed, Goods, Mapping, check_mapping, render_mapping
from pairwell.ingest.money import money_of
from pairwell.ingest.naming_customers import with_pseudonyms, without_text
from pairwell.ingest.offer_texts import shape_offer_texts
from pairwell.ingest.outcome import Shaped, Staged, count_verdicts, refused_rows
from pairwell.ingest.quarantine import Quarantine
from pairwell.ingest.returned import shape_returns
from pairwell.ingest.returning import note_returning
from pairwell.ingest.rules import names
from pairwell.ingest.sales import shape_lines
from pairwell.ingest.sniff import Sniffed, sniff
from pairwell.ingest.sources import Batch, Limits
from pairwell.ingest.staging import Staging, staging_folder
from pairwell.ingest.told import TOLD, shape_told
from pairwell.ingest.unknown import note_unknown
from pairwell.ingest.vocabulary import fields_of


class IngestPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where files are loaded to."""

    workspace: Workspace
    settings: Settings
    dataset: Dataset
    facts: FactStore


class IngestOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How files are loaded."""

    mapping: Mapping | None = None  # None: found by looking at the files
    source: str | None = None  # None: the first file's name
    dry_run: bool = False  # read and check everything, store nothing
    pseudonyms: bool = False  # customers under names of our own, also where the settings do not ask for it


class IngestReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every row: read = taken + merged + refused."""

    table: str
    read: int
    taken: int
    merged: int
    refused: int
    changed: int  # of those taken
    refused_by_reason: dict[str, int]
    merged_by_rule: dict[str, int]
    changed_by_rule: dict[str, int]
    mapping: str | None  # path
    quarantine: str | None  # path
    stored: dict[str, int]  # rows new or different, by table of the dataset
    snapshot: int
    goods_excluded: list[str]  # item ids found to be no goods, for a person to confirm in the mapping
    confidence: dict[str, float]
    notes: list[str]
    columns: dict[str, str]  # field -> column


_USUAL = IngestOptions()
_CONVERTED_AHEAD = 2  # batches, by as many threads: pyarrow computes without the interpreter's lock


def ingest_files(  # noqa: PLR0913 - what, where, how and when are different things
    table: str,
    paths: Sequence[Path],
    *,
    place: IngestPlace,
    options: IngestOptions = _USUAL,
    now: datetime,
    advance: BytesRead = unheard,
) -> IngestReport:
    """Load the files of one export into `table`; the report accounts for every row.

    The same files again change nothing. Killed at any moment, the dataset is as before or complete; facts that a
    kill left behind are written by the next run. Raises `SourceError` where a file cannot be read, `MappingError`
    where its columns do not make the table, `StorageError` where writing fails; then nothing is stored.
    """
    fields_of(table)
    if not paths:
        raise SourceError("No file is named.", hint=f"Run `pairwell ingest {table} FILE`.")
    with staging_folder(place.workspace, table, now=now) as folder, storage_failures():
        run = _Run(table=table, paths=tuple(paths), place=place, options=options, folder=folder)
        chosen = _choose_mapping(run)
        with Quarantine(folder / "quarantine.csv", place.workspace.quarantine, table) as quarantine:
            return _load(run, chosen, quarantine, now=now, advance=advance)


class _Run(msgspec.Struct, frozen=True, kw_only=True):
    table: str
    paths: tuple[Path, ...]
    place: IngestPlace
    options: IngestOptions
    folder: Path

    @property
    def limits(self) -> Limits:
        ingest = self.place.settings.ingest
        return Limits(batch_rows=ingest.batch_rows, max_line_bytes=int(ingest.max_line_mb * 1_000_000))

    @property
    def source(self) -> str:
        return self.options.source or self.paths[0].name


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    snapshot: int
    stored: dict[str, int]
    mapping: Path | None
    quarantine: Path | None


def _choose_mapping(run: _Run) -> Sniffed:
    given = run.options.mapping
    if given is None:
        return sniff(run.table, run.paths, limits=run.limits)
    if given.table != run.table:
        raise MappingError(
            f"The mapping is for the table {given.table!r}, not for {run.table!r}.",
            hint=f"Run `pairwell ingest {given.table}`, or write table = {run.table!r} in the mapping.",
            field="table",
        )
    check_mapping(given)
    return Sniffed(mapping=given, confidence={}, notes=[])


def _load(run: _Run, chosen: Sniffed, quarantine: Quarantine, *, now: datetime, advance: BytesRead) -> IngestReport:
    staged = _stage(run, chosen.mapping, quarantine, advance)
    shaped = _shape(staged, run.place.dataset, now)
    returning = list(note_returning(run.place.dataset, shaped.tables))
    unknown = list(note_unknown(run.place.dataset, shaped.tables, run.place.settings.placements))
    counts = count_verdicts(shaped.verdicts)
    rows = run.place.dataset.engine.read_parquet(staged.rows)
    read = staged.n_rows + quarantine.reasons.total()
    quarantine.add_all(refused_rows(rows, shaped.verdicts))
    mapping = _with_goods(chosen.mapping, shaped)
    final = Sniffed(mapping=mapping, confidence=chosen.confidence, notes=chosen.notes)
    stored = _store(run, final, shaped, quarantine, now=now)
    merged = {rule: n for rule, n in counts.items() if rule in names("merges")}
    refused = quarantine.reasons.total()
    return IngestReport(
        table=run.table,
        read=read,
        taken=read - sum(merged.values()) - refused,
        merged=sum(merged.values()),
        refused=refused,
        changed=shaped.changed,
        refused_by_reason=dict(sorted(quarantine.reasons.items())),
        merged_by_rule=merged,
        changed_by_rule=shaped.changed_by_rule,
        mapping=str(stored.mapping) if stored.mapping else None,
        quarantine=str(stored.quarantine) if stored.quarantine else None,
        stored=stored.stored,
        snapshot=stored.snapshot,
        goods_excluded=list(shaped.goods),
        confidence=chosen.confidence,
        notes=[*chosen.notes, *shaped.notes, *returning, *unknown],
        columns={field: _column(column) for field, column in mapping.columns.items()},
    )


def _stage(run: _Run, mapping: Mapping, quarantine: Quarantine, advance: BytesRead) -> Staged:
    settings = run.place.settings
    conversion = Conversion(
        table=run.table,
        decimal=mapping.decimal,
        dates=mapping.dates,
        timezone=settings.shop.timezone,
        money=money_of(settings),
    )
    path = run.folder / "rows.parquet"
    batches = _read(run, mapping, quarantine, advance)
    with Staging(path, run.table, frozenset(mapping.columns)) as staging:
        for converted in _converted(batches, conversion):
            quarantine.add_all(converted.refused)
            staging.append(converted.rows)
    return Staged(
        table=run.table,
        rows=path,
        n_rows=staging.rows,
        mapping=mapping,
        confirmed=run.options.mapping is not None,
        source=run.source,
        timezone=settings.shop.timezone,
    )


def _read(run: _Run, mapping: Mapping, quarantine: Quarantine, advance: BytesRead) -> Iterator[Batch]:
    if not (run.options.pseudonyms or run.place.settings.ingest.pseudonyms):
        return read_fields(run.paths, mapping, limits=run.limits, refuse=quarantine.add, advance=advance)
    secret, refuse = read_secret(run.place.workspace), without_text(quarantine.add)
    batches = read_fields(run.paths, mapping, limits=run.limits, refuse=refuse, advance=advance)
    return with_pseudonyms(batches, mapping, secret)


def _converted(batches: Iterable[Batch], conversion: Conversion) -> Iterator[Converted]:
    """The batches converted, in their order, a few ahead of whoever writes them."""
    waiting: deque[Future[Converted]] = deque()
    with ThreadPoolExecutor(_CONVERTED_AHEAD) as threads:
        for batch in batches:
            waiting.append(threads.submit(convert_batch, batch, conversion))
            if len(waiting) > _CONVERTED_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _shape(staged: Staged, dataset: Dataset, now: datetime) -> Shaped:
    if staged.table in _STATED:
        return _STATED[staged.table](staged, dataset, now)
    if staged.table == "returns":
        return shape_returns(staged, dataset)
    return shape_lines(staged, dataset)


_STATED: dict[str, Callable[[Staged, Dataset, datetime], Shaped]] = {
    "items": shape_items,
    "customers": shape_customers,
    "relations": shape_relations,
    "offer_texts": shape_offer_texts,
    "events": shape_events,
    **dict.fromkeys(TOLD, shape_told),
}


def _with_goods(mapping: Mapping, shaped: Shaped) -> Mapping:
    return msgspec.structs.replace(mapping, goods=Goods(include=mapping.goods.include, exclude=shaped.goods))


def _store(run: _Run, chosen: Sniffed, shaped: Shaped, quarantine: Quarantine, *, now: datetime) -> _Stored:
    """The refused rows are kept first, the dataset is the one moment, facts and mapping follow from it."""
    place = run.place
    if run.options.dry_run:
        return _Stored(snapshot=place.dataset.newest().number, stored={}, mapping=None, quarantine=None)
    kept = quarantine.keep()
    mapping = _save_mapping(place.workspace.mappings, chosen)
    rows = {name: int(pq.read_metadata(path).num_rows) for name, path in shaped.tables.items()}
    source = Source(name=run.source, files=tuple(path.name for path in run.paths), at=now, rows=rows)
    merged = place.dataset.merge(shaped.tables, source=source, now=now, cancelled=shaped.cancelled)
    if shaped.stocks or not are_current(place.dataset, place.facts):
        timezone = place.settings.shop.timezone
        write_facts(place.dataset, place.facts, timezone=timezone, now=now, stocks=shaped.stocks)
    return _Stored(snapshot=merged.snapshot, stored=merged.stored, mapping=mapping, quarantine=kept)


def _save_mapping(folder: Path, chosen: Sniffed) -> Path:
    """Save the mapping under a name made of its content; one that a person has edited since is never overwritten."""
    text = render_mapping(chosen.mapping, chosen.confidence)
    content = render_mapping(chosen.mapping).encode()
    name = f"{chosen.mapping.table}-{hashlib.blake2b(content, digest_size=6).hexdigest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in (folder / f"{name}{suffix}.toml" for suffix in ("", *(f"-{n}" for n in range(2, 1000)))):
            if not path.exists():
                path.write_text(text, encoding="utf-8")
                return path
            if path.read_text(encoding="utf-8") == text:
                return path
    except OSError as error:
        raise StorageError(
            f"The mapping cannot be saved in {folder}: {error.strerror}.",
            hint="Check that the disk has room and that you may write there; nothing was stored.",
        ) from error
    raise StorageError(f"{folder} holds a thousand edited copies of one mapping.", hint="Delete some of them.")


def _column(column: str | Composed) -> str:
    if isinstance(column, str):
        return column
    return " + ".join(column.join) if column.join else f'"{column.constant}"'
