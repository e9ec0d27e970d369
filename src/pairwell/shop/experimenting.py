"""An experiment in a file: read, put together by unit, analysed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import ibis.expr.types as ir
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pairwell.config.progress import BytesRead, unheard
from pairwell.engines.engine import open_engine, open_parquet, storage_failures
from pairwell.errors import MappingError, RequestError, SourceError
from pairwell.ingest.formats import Sample, sample_file
from pairwell.ingest.lookups import as_text
from pairwell.ingest.numbers import by_distinct, is_text, parse_decimals
from pairwell.ingest.profiles import decimal_mark
from pairwell.ingest.sources import Limits, RefusedRow, read_batches
from pairwell.measure.comparing.analyze import analyze
from pairwell.measure.comparing.experiment import ROWS, Analysis, Design, Units
from pairwell.measure.comparing.fixed import check_fixed
from pairwell.measure.comparing.units import (
    ARM,
    LINE,
    OWNER,
    UNIT,
    copies_of,
    share_of_owners_with_several,
    share_of_repeating_owners,
    sum_by_unit,
    value_column,
)
from pairwell.wording import counted

_SUM = pa.decimal128(38, 12)
_MISSING = frozenset({"na", "n/a", "nan", "null", "none", "-", "nil", "#n/a"})
_YES_NO = {"true": "1", "false": "0", "yes": "1", "no": "0"}
_ENDS = r"([ _-]?(id|key|no|nr|number|num|code|ref|uuid|hash|email))?s?"
_ORDER = re.compile(
    rf"^(sales[ _-]?)?(order|invoice|receipt|basket|transaction|purchase|order[ _-]?line|line[ _-]?item|line){_ENDS}$",
    re.IGNORECASE,
)
_OWNER = re.compile(
    rf"^(customer|client|user|visitor|account|shopper|member|buyer|household|person){_ENDS}$", re.IGNORECASE
)
_MOST_MIXED = 0.1  # share of units in several arms that are left out; more are no units
_REPEATING = 0.01  # share of owners with several units from which on the units were not drawn one by one


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns of a file hold an experiment. Without `unit` each row is a unit."""

    arm: str
    unit: str | None = None


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """The columns that are read of a file, by what they are called where they are staged."""

    texts: Mapping[str, str]
    values: Sequence[str]
    counts_rows: bool = False  # ROWS is asked for, so that no column may be called so


def analyze_file(path: Path, columns: Columns, design: Design, *, advance: BytesRead = unheard) -> Analysis:
    """Analyse the experiment in a CSV, TSV, JSON or Parquet file.

    Lines of one unit are added up; what was before is taken once. Raises `SourceError` where the file cannot be read,
    `RequestError` where a column or an arm is named wrongly or the unit is an order, `MappingError` where a value is no
    number or what was before differs between lines of a unit, `EvidenceError` where there is nothing to compare.
    """
    asked = [name for metric in design.metrics for name in (metric.above, metric.below, metric.before) if name]
    values = [name for name in dict.fromkeys(asked) if name != ROWS]
    texts = {ARM: columns.arm} | ({} if columns.unit is None else {UNIT: columns.unit})
    staged = Staged(texts=texts, values=values, counts_rows=ROWS in asked)
    with staged_rows(path, staged, advance=advance) as (rows, owner):
        refuse_orders(rows, owner, columns.unit)
        copies = 0 if columns.unit is None else _count_copies(rows, path)
        before = {metric.before for metric in design.metrics if metric.before}
        check_fixed(rows, {value_column(place): name for place, name in enumerate(values) if name in before})
        units = sum_by_unit(rows, values, fixed=before)
    if columns.unit is not None:
        _check_drawn(units, columns.unit)
    return analyze(msgspec.structs.replace(units, copies=copies), design, unit=columns.unit)


def _count_copies(rows: ir.Table, path: Path) -> int:
    """Lines that equal one before them; raises `MappingError` where a line is a unit, and some stand there twice."""
    copies = copies_of(rows)
    if copies.lines and copies.alone:
        raise MappingError(
            f"{path.name}: {counted(copies.lines, 'line')} stand there again, the same in every column, and no unit "
            "has two lines that differ: these are copies, and adding them up would count some units twice.",
            hint="Take the copies out. If they are purchases that look alike, add a column that tells them apart, such "
            "as their moment.",
            field="unit",
        )
    return copies.lines


def _check_drawn(units: Units, unit: str) -> None:
    """Raise `RequestError` where many units are in several arms, so that they are not what was drawn."""
    several = units.left_out.get("several_arms", 0)
    found = several + units.arm.size
    if several > _MOST_MIXED * found:
        raise RequestError(
            f"{unit!r} has {found:,} different values, and {several:,} of them are in several arms: "
            "arms were not drawn by it.",
            hint="Name by --unit the column by which arms were drawn, such as the customer; leave it out where each "
            "line is a unit. If it is that column, the lots went wrong.",
            field="unit",
        )


def refuse_orders(rows: ir.Table, owner: str | None, unit: str | None) -> None:
    """Raise `RequestError` where units are finer than what arms were drawn by, as orders of a customer are."""
    if unit is not None and _ORDER.match(unit):
        raise _per_order(f"{unit!r} names orders.", owner)
    if owner is not None and owner != unit and share_of_repeating_owners(rows) > _REPEATING:
        raise _per_order(f"Many of {owner!r} have several units, all in one arm: arms were drawn by it.", owner)


def refuse_to_plan_orders(rows: ir.Table, owner: str | None, unit: str) -> None:
    """Raise `RequestError` where `refuse_orders` would, were arms drawn by the customer, whose units these are."""
    if _ORDER.match(unit):
        raise _per_order(f"{unit!r} names orders.", owner)
    if owner is not None and owner != unit and share_of_owners_with_several(rows) > _REPEATING:
        raise RequestError(
            f"Many of {owner!r} have several of {unit!r}: where arms are drawn by {owner!r}, these are no units, and "
            "`experiment analyze` would refuse them.",
            hint=f"Plan by --unit {owner}; where arms will be drawn by {unit!r}, take {owner!r} out of the file.",
            field="unit",
        )


@contextmanager
def staged_rows(path: Path, staged: Staged, *, advance: BytesRead) -> Iterator[tuple[ir.Table, str | None]]:
    """The rows of a file as a table of the engine, and the column that names customers, staged as OWNER, if any."""
    sample = _with_named_columns(sample_file(path, limits=Limits()), [*staged.texts.values(), *staged.values])
    names = sample.table.column_names
    _check_columns(path, names, [*staged.texts.values(), *staged.values])
    if staged.counts_rows and ROWS in names:
        raise RequestError(
            f"{path.name} has a column {ROWS!r}, and as a metric {ROWS!r} counts the lines of a unit.",
            hint="Give the column another name.",
            field="metric",
        )
    owner = next((name for name in names if _OWNER.match(name) and name not in staged.values), None)
    texts = dict(staged.texts) if owner is None else {**staged.texts, OWNER: owner}
    mark = decimal_mark(sample.table)
    with TemporaryDirectory(prefix="pairwell-") as folder, storage_failures():
        target, writer = Path(folder) / "rows.parquet", None
        refused = _Refused()
        for batch in read_batches(path, sample.file, limits=Limits(), refuse=refused, advance=advance):
            _check_columns(path, batch.columns.column_names, [*texts.values(), *staged.values])
            parts = {name: as_text(batch.columns[column]) for name, column in texts.items()}
            parts.setdefault(UNIT, batch.lines.cast(pa.string()))
            parts[LINE] = _whole_line(batch.columns)
            for place, column in enumerate(staged.values):
                parts[value_column(place)] = _decimals(batch.columns[column], column, batch.lines, mark)
            table = pa.table(parts)
            writer = writer or pq.ParquetWriter(target, table.schema, compression="lz4")
            writer.write_table(table)
        if writer is None:
            raise MappingError(f"{path} holds no row.", hint="Export it again, with every unit of every arm.")
        writer.close()
        refused.check(path)
        yield open_parquet(open_engine(spill=Path(folder)), [target]), owner


def _with_named_columns(sample: Sample, wanted: Sequence[str]) -> Sample:
    """The sample with its first line as the header where that holds every column that is asked for.

    Raises `SourceError` where there is no other line.
    """
    file, table = sample.file, sample.table
    first = [column[0].as_py() for column in table.columns]
    if file.header or file.format != "csv" or not set(wanted) <= set(first) or len(set(first)) < len(first):
        return sample
    if len(table) == 1:
        raise SourceError(f"{sample.path} holds the columns {', '.join(first)} and no row.", hint="Export it again.")
    headed = msgspec.structs.replace(file, header=True, columns=())
    return msgspec.structs.replace(sample, file=headed, table=table.slice(1).rename_columns(first))


def _whole_line(columns: pa.Table) -> pa.ChunkedArray:
    """What stands in every column of each line, as one text."""
    texts = [pc.fill_null(_as_one_text(column), "\x00") for column in columns.columns]
    # \x1f keeps ("ab", "c") and ("a", "bc") apart.
    return pc.binary_join_element_wise(*texts, "\x1f")


def _as_one_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return (
        pa.chunked_array([list(map(str, column.to_pylist()))]) if pa.types.is_nested(column.type) else as_text(column)
    )


def _check_columns(path: Path, names: Sequence[str], wanted: Sequence[str]) -> None:
    if missing := [name for name in wanted if name not in names]:
        raise RequestError(
            f"{path.name} has no column {', '.join(map(repr, missing))}. Its columns: {', '.join(names)}.",
            hint="Write the names as they stand in the first line of the file.",
            field="metric",
        )


class _Refused:
    """The rows that cannot be read: how many, and the first."""

    def __init__(self) -> None:
        self._count = 0
        self._first: RefusedRow | None = None

    def __call__(self, row: RefusedRow) -> None:
        self._count += 1
        self._first = self._first or row

    def check(self, path: Path) -> None:
        """Raise `MappingError` where there is any: a row left out in silence might be one arm's alone."""
        if self._first is not None:
            raise MappingError(
                f"{path.name}: {counted(self._count, 'row')} cannot be read; "
                f"line {self._first.line} is the first ({self._first.reason}).",
                hint="Mend them or take them out: an experiment with rows missing may say anything.",
            )


def _decimals(column: pa.ChunkedArray, name: str, lines: pa.Array, mark: str) -> pa.ChunkedArray:
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    found = by_distinct(values, lambda distinct: _parse(distinct, mark))
    lost = pc.and_(pc.is_null(found), pc.is_valid(values))
    if is_text(values.type):
        lost = pc.and_(lost, pc.invert(pc.is_in(pc.utf8_lower(values), pa.array(sorted(_MISSING)))))
    if pc.any(lost).as_py():
        place = pc.index(lost, value=True).as_py()
        raise MappingError(
            f"Column {name!r}, line {lines[place].as_py():,}: {values[place].as_py()!r} is no number.",
            hint="Leave a cell empty, or write NA, where nothing is known; write 0 where nothing was spent.",
            field="metric",
        )
    return found.cast(_SUM)


def _parse(values: pa.Array, mark: str) -> pa.Array:
    if is_text(values.type):
        lower = pc.utf8_lower(values)
        for word, digit in _YES_NO.items():
            values = pc.if_else(pc.equal(lower, word), digit, values)
    return parse_decimals(values, decimal="," if mark == "," else ".")


def _per_order(found: str, owner: str | None) -> RequestError:
    unit = owner or "customer_id"
    return RequestError(
        f"{found} Orders of one customer are alike, so that a test by order takes that likeness for an effect: "
        "it raises a false alarm four times as often as it should.",
        hint=f"Give the column by which arms were drawn, as --unit {unit}; for the value of an order, "
        f"--metric revenue/{ROWS} counts the lines of each unit.",
        field="unit",
    )
