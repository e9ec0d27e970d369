"""Functions of values that every engine knows by the same name, and Ibis does not know."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


def local_time(zone: str, moment: ir.Value) -> ir.Value:
    """What the clocks of `zone`, an IANA name, show at `moment`: a timestamp without a zone."""
    return _timezone(zone, moment)


def field_of(document: ir.Value, name: str) -> ir.Value:
    """The field `name` of a JSON object as text; null where it has none or the text is no JSON."""
    return _field_of(document, "/" + name.replace("~", "~0").replace("/", "~1"))


# The names and arguments are DuckDB's; other engines define functions of these names (`engines.spark`).
@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp('UTC', 6)"), "timestamp(6)"))  # type: ignore[untyped-decorator]
def _timezone(zone: str, moment: ir.Value) -> ir.Value: ...


@ibis.udf.scalar.builtin(name="epoch_us", signature=(("timestamp('UTC', 6)",), "int64"))  # type: ignore[untyped-decorator]
def micros(moment: ir.Value) -> ir.Value:
    """Microseconds since 1970, as whole numbers."""


@ibis.udf.scalar.builtin(name="json_extract_string", signature=(("string", "string"), "string"))  # type: ignore[untyped-decorator]
def _field_of(document: ir.Value, pointer: ir.Value) -> ir.Value: ...
