"""Columns of which a unit has one value, on however many lines it stands, such as what was before an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import ibis.expr.types as ir

from pairwell.errors import MappingError
from pairwell.measure.comparing.units import ARM, UNIT
from pairwell.wording import counted


def check_fixed(rows: ir.Table, columns: Mapping[str, str]) -> None:
    """Raise `MappingError` where lines of one unit differ in a column; empty cells differ from nothing.

    `rows` holds UNIT, ARM and the keys of `columns`, of which the values are what the file calls them. Units in several
    arms are not looked at, as they are left out anyway.
    """
    whole = rows.filter(rows[UNIT].notnull(), rows[ARM].notnull())
    for name, column in columns.items():
        units = whole.group_by(UNIT).aggregate(arms=whole[ARM].nunique(), low=whole[name].min(), high=whole[name].max())
        apart = units.filter(units.arms == 1, units.low != units.high)
        first = rows.get_backend().to_pyarrow(apart.order_by(UNIT).limit(1)).to_pylist()
        if first:
            count = int(rows.get_backend().to_pyarrow(apart.count()).as_py())
            low, high = (_shown(first[0][end]) for end in ("low", "high"))
            raise MappingError(
                f"Column {column!r} differs between lines of one unit, in {counted(count, 'unit')}: "
                f"{first[0][UNIT]!r} has {low} and {high}. Known before the experiment, it has one value a unit.",
                hint="Write that value on each line of the unit, or on one and leave the others empty.",
                field="before",
            )


def _shown(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else repr(value)
