"""Rows of a file put together to units of randomisation, by the engine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import ibis.expr.types as ir
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.measure.comparing.experiment import Units
from pairwell.measure.comparing.moments import Values
from pairwell.measure.comparing.skewed import lots_of

UNIT, ARM, OWNER, LINE = "unit", "arm", "owner", "line"


def value_column(place: int) -> str:
    """The name under which the column of values at `place` is staged."""
    return f"value_{place}"


def sum_by_unit(rows: ir.Table, columns: Sequence[str], *, fixed: Collection[str] = ()) -> Units:
    """One row a unit, in the order of their names; a unit without any value in a column has none there.

    `rows` holds UNIT, ARM (texts) and `value_column`s (exact decimals, so that no order of summing changes a sum).
    Of `fixed` columns a unit has one value (`fixed.check_fixed`), which is taken as it is.
    Left out, and counted: rows without a unit or an arm, units that were in several arms.
    """
    names = [value_column(place) for place in range(len(columns))]
    engine = rows.get_backend()
    read, no_unit, no_arm = _counted(
        rows.aggregate(
            read=rows.count(),
            no_unit=rows[UNIT].isnull().sum(),
            no_arm=(rows[UNIT].notnull() & rows[ARM].isnull()).sum(),
        )
    )
    whole = rows.filter(rows[UNIT].notnull(), rows[ARM].notnull())
    units = whole.group_by(UNIT).aggregate(
        arm=whole[ARM].min(), last=whole[ARM].max(), rows=whole.count(), **_taken(whole, columns, fixed)
    )
    several = units.filter(units.arm != units["last"]).count()
    clean = units.filter(units.arm == units["last"]).order_by(UNIT)
    table: pa.Table = engine.to_pyarrow(
        clean.select(UNIT, "arm", "rows", **{name: clean[name].cast("float64") for name in names})
    )
    coded = table["arm"].combine_chunks().dictionary_encode()
    arms, order = _by_name(coded)
    return Units(
        arms=arms,
        arm=order[np.asarray(coded.indices)] if len(table) else np.zeros(0, np.int64),
        rows=np.asarray(table["rows"]),
        values={column: _array(table[name]) for column, name in zip(columns, names, strict=True)},
        lots=lots_of(table[UNIT].to_pylist()),
        read=read,
        left_out=_some(no_unit=no_unit, no_arm=no_arm, several_arms=int(engine.to_pyarrow(several).as_py())),
    )


def _taken(rows: ir.Table, columns: Sequence[str], fixed: Collection[str]) -> dict[str, ir.Value]:
    values = {column: rows[value_column(place)] for place, column in enumerate(columns)}
    return {cells.get_name(): cells.max() if column in fixed else cells.sum() for column, cells in values.items()}


class Copies(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that equal one before them, of the same unit, in every column."""

    lines: int
    alone: bool  # no unit has two lines that differ, so that lines are units and not purchases


def copies_of(rows: ir.Table) -> Copies:
    """How many lines are copies; `rows` holds UNIT and LINE, what stands in all columns of a line."""
    whole = rows.filter(rows[UNIT].notnull())
    alike = whole.group_by([UNIT, whole[LINE].hash().name("content")]).aggregate(lines=whole.count())
    units = alike.group_by(UNIT).aggregate(contents=alike.count(), lines=alike.lines.sum())
    copies, most = _counted(units.aggregate(copies=(units.lines - units.contents).sum(), most=units.contents.max()))
    return Copies(lines=copies, alone=most == 1)


def share_of_owners_with_several(rows: ir.Table) -> float:
    """The share of owners that have several units, whatever their arms."""
    whole = rows.filter(rows[OWNER].notnull(), rows[UNIT].notnull())
    owners = whole.group_by(OWNER).aggregate(units=whole[UNIT].nunique())
    all_of_them, repeating = _counted(owners.aggregate(all=owners.count(), repeating=(owners.units > 1).sum()))
    return repeating / all_of_them if all_of_them else 0.0


def share_of_repeating_owners(rows: ir.Table) -> float:
    """The share of owners with several units, all of them in one arm: then the owner was drawn, not the unit.

    0 where owners have units in several arms as often as in one.
    """
    whole = rows.filter(rows[OWNER].notnull(), rows[ARM].notnull())
    owners = whole.group_by(OWNER).aggregate(units=whole[UNIT].nunique(), arms=whole[ARM].nunique())
    all_of_them, repeating, mixed = _counted(
        owners.aggregate(
            all=owners.count(), repeating=(owners.units > 1).sum(), mixed=((owners.units > 1) & (owners.arms > 1)).sum()
        )
    )
    # Of two drawn by lot for themselves, half would be in one arm at most.
    return repeating / all_of_them if all_of_them and mixed * 10 < repeating else 0.0


def _counted(expression: ir.Table) -> list[int]:
    table = expression.get_backend().to_pyarrow(expression)
    return [int(column[0].as_py() or 0) for column in table.columns]


def _by_name(coded: pa.DictionaryArray) -> tuple[list[str], np.ndarray[Any, Any]]:
    """The arms in order of their names, and the place of each code among them."""
    order = np.asarray(pc.sort_indices(coded.dictionary))
    places = np.empty(order.size, np.int64)
    places[order] = np.arange(order.size)
    return [str(coded.dictionary[int(place)].as_py()) for place in order], places


def _array(column: pa.ChunkedArray) -> Values:
    return np.asarray(pc.fill_null(column, float("nan")), dtype=np.float64)


def _some(**counts: int) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
