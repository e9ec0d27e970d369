"""From files to the dataset and the facts, with an account of every row."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
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
from pairwell.engines.engine import storage_failures
from pairwell.errors import MappingError, SourceError, StorageError
from pairwell.facts.store import FactStore
from pairwell.ingest.ahead import note_ahead
from pairwell.ingest.convert import Conversion, Converted, convert_batch
from pairwell.ingest.facts import are_current, write_facts
from pairwell.ingest.fields import read_fields
from pairwell.ingest.formats import Sample, sample_file
from pairwell.ingest.happened import shape_events
from pairwell.ingest.lists import shape_accounts, shape_customers, shape_items, shape_relations
from pairwell.ingest.mapping import Composed, Goods, Mapping, as_firms, check_mapping, render_mapping
from pairwell.ingest.money import money_of
from pairwell.ingest.naming_customers import with_pseudonyms, without_text
from pairwell.ingest.offer_texts import shape_offer_texts
from pairwell.ingest.outcome import Shaped, Staged, count_verdicts, refused_rows
from pairwell.ingest.pricing import shape_plans
from pairwell.ingest.quarantine import Quarantine
from pairwell.ingest.returned import shape_returns
from pairwell.ingest.returning import note_returning
from pairwell.ingest.rules import names
from pairwell.ingest.sales import shape_lines
from pairwell.ingest.selling import SELLING, shape_selling
from pairwell.ingest.sniff import sniff_samples
from pairwell.ingest.sources import Batch, Limits
from pairwell.ingest.staging import Staging, staging_folder
from pairwell.ingest.subscribed import shape_subscriptions
from pairwell.ingest.told import TOLD, shape_told
from pairwell.ingest.unfair import count_unfair, find_unfair, note_replaced, note_unfair
from pairwell.ingest.unknown import note_foreign, note_unknown
from pairwell.ingest.unpivot import with_made_fields
from pairwell.ingest.used import shape_usage
from pairwell.ingest.vendors.choosing import mapping_of, named_by, recognise
from pairwell.ingest.vendors.deals import note_unwon
from pairwell.ingest.vendors.reading import Recognised, Sink, read_export
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
    keep_refused: bool = True  # rows that are refused, for those who mend the file; False: whoever sent them is told
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
    recognised: str | None = None  # the vendor whose export this is
    beside: list[IngestReport] = []  # what the same files filled beside the table
    warned_by_rule: dict[str, int] = {}  # rows that were taken, and keep settings from going live


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
    run = _Run(table=table, paths=tuple(paths), place=place, options=options)
    chosen = _choose_mapping(run)
    report = _load_table(run, chosen, now=now, advance=advance)
    if chosen.recognised is None or not chosen.recognised.export.beside:
        return report
    return _with_beside(run, chosen.recognised, report, now=now)


def _with_beside(run: _Run, recognised: Recognised, report: IngestReport, *, now: datetime) -> IngestReport:
    """What a vendor's export fills beside its own table; a dry run does not, since it needs what that one stores."""
    tables = recognised.export.beside
    if run.options.dry_run:
        told = f"The same files tell of {' and '.join(tables)} too; a dry run looks at {report.table} alone."
        return msgspec.structs.replace(report, notes=[*report.notes, told])
    options = msgspec.structs.replace(run.options, mapping=None)
    beside = []
    for table in tables:
        other = msgspec.structs.replace(run, table=table, options=options)
        chosen = _Chosen(mapping=mapping_of(recognised, table), recognised=recognised)
        beside.append(_load_table(other, chosen, now=now, advance=unheard))
    newest = max(beside, key=lambda told: told.snapshot).snapshot
    filled = [told for told in beside if told.read]
    return msgspec.structs.replace(report, snapshot=max(report.snapshot, newest), beside=filled)


def _load_table(run: _Run, chosen: _Chosen, *, now: datetime, advance: BytesRead) -> IngestReport:
    workspace = run.place.workspace
    with staging_folder(workspace, run.table, now=now) as folder, storage_failures():
        run = msgspec.structs.replace(run, folder=folder, source=run.options.source or chosen.source)
        with Quarantine(folder / "quarantine.csv", workspace.quarantine, run.table) as quarantine:
            return _load(run, chosen, quarantine, now=now, advance=advance)


class _Run(msgspec.Struct, frozen=True, kw_only=True):
    table: str
    paths: tuple[Path, ...]
    place: IngestPlace
    options: IngestOptions
    folder: Path = Path()  # of the run, once there is one
    source: str | None = None  # what the files are called that rows come from; None: the first one's name

    @property
    def limits(self) -> Limits:
        ingest = self.place.settings.ingest
        return Limits(batch_rows=ingest.batch_rows, max_line_bytes=int(ingest.max_line_mb * 1_000_000))

    @property
    def origin(self) -> str:
        return self.source or self.paths[0].name


class _Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """How the files are read, and what a person should know of it."""

    mapping: Mapping
    confidence: dict[str, float] = {}
    notes: list[str] = []
    recognised: Recognised | None = None

    @property
    def source(self) -> str | None:
        return None if self.recognised is None else self.recognised.export.source


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    snapshot: int
    stored: dict[str, int]
    mapping: Path | None
    quarantine: Path | None


def _choose_mapping(run: _Run) -> _Chosen:
    given = run.options.mapping
    if given is None:
        return _find_mapping(run)
    if given.table != run.table:
        raise MappingError(
            f"The mapping is for the table {given.table!r}, not for {run.table!r}.",
            hint=f"Run `pairwell ingest {given.table}`, or write table = {run.table!r} in the mapping.",
            field="table",
        )
    check_mapping(given)
    if given.source is None:
        return _Chosen(mapping=as_firms(with_made_fields(given)))
    return _Chosen(mapping=given, recognised=named_by(given, _samples(run)))


def _find_mapping(run: _Run) -> _Chosen:
    samples = _samples(run)
    recognised = recognise(run.table, samples, run.options.source)
    if recognised is None:
        found = sniff_samples(run.table, samples, limits=run.limits)
        return _Chosen(mapping=found.mapping, confidence=found.confidence, notes=found.notes)
    export = recognised.export
    told = f"Read as {export.title} ({export.page}, {export.seen})."
    return _Chosen(mapping=mapping_of(recognised, run.table), notes=[told], recognised=recognised)


def _samples(run: _Run) -> list[Sample]:
    return [sample_file(path, limits=run.limits) for path in run.paths]


def _load(run: _Run, chosen: _Chosen, quarantine: Quarantine, *, now: datetime, advance: BytesRead) -> IngestReport:
    aside: Counter[str] = Counter()  # rows merged into others as they were reshaped
    staged = _stage(run, chosen, Sink(refuse=quarantine.add, merged=aside), advance)
    shaped = _shape(staged, run.place.dataset, now)
    returning = list(note_returning(run.place.dataset, shaped.tables))
    unknown = list(note_unknown(run.place.dataset, shaped.tables, run.place.settings.placements))
    ahead = list(note_ahead(run.place.dataset, shaped.tables, now))
    unfair = find_unfair(shaped.tables, run.place.settings, run.place.facts, now)
    told = [*note_unfair(unfair), *note_replaced(shaped.tables, run.place.facts)]
    counts = count_verdicts(shaped.verdicts)
    rows = run.place.dataset.engine.read_parquet(staged.rows)
    read = staged.n_rows + quarantine.reasons.total() + aside.total()
    quarantine.add_all(refused_rows(rows, shaped.verdicts))
    mapping = _with_goods(chosen.mapping, shaped)
    stored = _store(run, msgspec.structs.replace(chosen, mapping=mapping), shaped, quarantine, now=now)
    merged = {rule: n for rule, n in counts.items() if rule in names("merges")} | dict(sorted(aside.items()))
    refused = quarantine.reasons.total()
    taken = read - sum(merged.values()) - refused
    lost = [*note_unwon(quarantine.reasons, taken), *note_foreign(quarantine.reasons, run.place.settings.shop.currency)]
    return IngestReport(
        table=run.table,
        read=read,
        taken=taken,
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
        notes=[*chosen.notes, *shaped.notes, *lost, *returning, *unknown, *ahead, *told],
        columns=_columns(mapping, chosen.recognised),
        recognised=chosen.source,
        warned_by_rule=count_unfair(unfair),
    )


def _stage(run: _Run, chosen: _Chosen, sink: Sink, advance: BytesRead) -> Staged:
    settings, mapping = run.place.settings, chosen.mapping
    conversion = Conversion(
        table=run.table,
        decimal="." if chosen.recognised and chosen.recognised.export.numbers else mapping.decimal,
        dates=mapping.dates,
        timezone=settings.shop.timezone,
        money=money_of(settings, net=mapping.net, taxed=mapping.taxed),
    )
    path = run.folder / "rows.parquet"
    batches = _read(run, chosen, sink, advance)
    with Staging(path, run.table, frozenset(mapping.columns)) as staging:
        for converted in _converted(batches, conversion):
            for row in converted.refused:
                sink.refuse(row)
            staging.append(converted.rows)
    return Staged(
        table=run.table,
        rows=path,
        n_rows=staging.rows,
        mapping=mapping,
        confirmed=run.options.mapping is not None,
        source=run.origin,
        timezone=settings.shop.timezone,
    )


def _read(run: _Run, chosen: _Chosen, sink: Sink, advance: BytesRead) -> Iterator[Batch]:
    if not (run.options.pseudonyms or run.place.settings.ingest.pseudonyms):
        return _read_rows(run, chosen, sink, advance)
    secret = read_secret(run.place.workspace)
    bare = Sink(refuse=without_text(sink.refuse), merged=sink.merged)
    return with_pseudonyms(_read_rows(run, chosen, bare, advance), chosen.mapping, secret)


def _read_rows(run: _Run, chosen: _Chosen, sink: Sink, advance: BytesRead) -> Iterator[Batch]:
    if chosen.recognised is None:
        return read_fields(run.paths, chosen.mapping, limits=run.limits, refuse=sink.refuse, advance=advance)
    return read_export(chosen.recognised, chosen.mapping, limits=run.limits, sink=sink, advance=advance)


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
    "subscriptions": shape_subscriptions,
    "accounts": shape_accounts,
    "plans": shape_plans,
    "usage": shape_usage,
    **dict.fromkeys(SELLING, shape_selling),
    **dict.fromkeys(TOLD, shape_told),
}


def _with_goods(mapping: Mapping, shaped: Shaped) -> Mapping:
    return msgspec.structs.replace(mapping, goods=Goods(include=mapping.goods.include, exclude=shaped.goods))


def _store(run: _Run, chosen: _Chosen, shaped: Shaped, quarantine: Quarantine, *, now: datetime) -> _Stored:
    """The refused rows are kept first, the dataset is the one moment, facts and mapping follow from it."""
    place = run.place
    if run.options.dry_run:
        return _Stored(snapshot=place.dataset.newest().number, stored={}, mapping=None, quarantine=None)
    kept = quarantine.keep() if run.options.keep_refused else None
    mapping = _save_mapping(place.workspace.mappings, chosen)
    rows = {name: int(pq.read_metadata(path).num_rows) for name, path in shaped.tables.items()}
    source = Source(name=run.origin, files=tuple(path.name for path in run.paths), at=now, rows=rows)
    merged = place.dataset.merge(shaped.tables, source=source, now=now, cancelled=shaped.cancelled)
    if shaped.stocks or not are_current(place.dataset, place.facts):
        timezone = place.settings.shop.timezone
        write_facts(place.dataset, place.facts, timezone=timezone, now=now, stocks=shaped.stocks)
    return _Stored(snapshot=merged.snapshot, stored=merged.stored, mapping=mapping, quarantine=kept)


def _save_mapping(folder: Path, chosen: _Chosen) -> Path:
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


def _columns(mapping: Mapping, recognised: Recognised | None) -> dict[str, str]:
    """Field -> column; of a vendor's export, where in it the field comes from."""
    told = {} if recognised is None else recognised.export.fields.get(mapping.table, {})
    return {field: told.get(field) or _column(column) for field, column in mapping.columns.items()}


def _column(column: str | Composed) -> str:
    if isinstance(column, str):
        return column
    return " + ".join(column.join) if column.join else f'"{column.constant}"'
