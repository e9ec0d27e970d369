"""Spark, through Ibis: the same expressions, with the same results to the last bit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
from ibis.formats.pyarrow import PyArrowData

from pairwell.config.storing import Engine
from pairwell.engines.duckdb import FILE_COLUMN
from pairwell.engines.java import check_java
from pairwell.errors import MissingExtraError

try:
    from ibis.backends.pyspark import Backend
    from pyspark.errors import AnalysisException, ArithmeticException, ParseException
    from pyspark.sql import functions

    from pairwell.engines.session import open_session
except ModuleNotFoundError as error:
    if error.name not in ("pyspark", "py4j", "pandas"):
        raise
    raise MissingExtraError("spark") from error

from pairwell.engines.spark_sql import SparkCompiler

_FIELD = "from_json(document, 'map<string,string>')[replace(replace(substring(pointer, 2), '~1', '/'), '~0', '~')]"
_FUNCTIONS: Final = (
    "timezone(zone STRING, moment TIMESTAMP) RETURNS TIMESTAMP RETURN from_utc_timestamp(moment, zone)",
    "epoch_us(moment TIMESTAMP) RETURNS BIGINT RETURN unix_micros(moment)",
    f"json_extract_string(document STRING, pointer STRING) RETURNS STRING RETURN {_FIELD}",
)
"""What `engines.functions` asks of every engine."""


class SparkEngine(Backend):  # type: ignore[misc]
    """Ibis' Spark, without pandas on the way: whole numbers stay whole where some are null, moments stay exact."""

    compiler = SparkCompiler()

    def open_files(self, paths: Sequence[Path]) -> ibis.Table:
        """The rows of exactly these Parquet files, each with the path of its file in `FILE_COLUMN`."""
        rows = self._session.read.parquet(*(_escape(path) for path in paths))
        # Spark tells of files as addresses, "file:///shop%20old/a.parquet".
        path = functions.regexp_replace(functions.col("_metadata.file_path"), "^file:/*", "/")
        plain = functions.url_decode(functions.replace(path, functions.lit("+"), functions.lit("%2B")))
        return self._name(rows.withColumn(FILE_COLUMN, plain), "files")

    def create_table(self, name: str, /, obj: Any = None, *, temp: bool | None = None, **options: Any) -> ibis.Table:
        """As Ibis' own, and also temporary tables of Arrow's rows."""
        if temp and isinstance(obj, pa.Table):
            return self._name(self._from_arrow(obj), name)
        return super().create_table(name, obj, temp=temp, **options)

    def get_schema(self, table_name: str, **place: Any) -> ibis.Schema:
        """As Ibis' own, but moments are of UTC, as they are stored."""
        found = super().get_schema(table_name, **place)
        return ibis.schema({name: _MOMENT if kind.is_timestamp() else kind for name, kind in found.items()})

    def to_pyarrow(self, expr: ibis.Expr, /, *, params: Any = None, limit: Any = None, **options: Any) -> Any:
        """The result, by Arrow all the way."""
        self._run_pre_execute_hooks(expr)
        table = expr.as_table()
        rows = self._session.sql(self.compile(table, params=params, limit=limit, **options)).toArrow()
        return expr.__pyarrow_result__(PyArrowData.convert_table(rows, table.schema()))

    def _create_cached_table(self, name: str, expr: ibis.Table) -> ibis.Table:
        self._run_pre_execute_hooks(expr)
        return super()._create_cached_table(name, expr)

    def _finalize_cached_table(self, name: str) -> None:
        if self._session.sparkContext._jsc is not None:  # else it ended, and its tables with it
            super()._finalize_cached_table(name)

    def _register_in_memory_table(self, op: Any) -> None:
        self._from_arrow(op.data.to_pyarrow(op.schema)).createOrReplaceTempView(op.name)

    def _from_arrow(self, rows: pa.Table) -> Any:
        plain = rows.cast(pa.schema([pa.field(field.name, field.type) for field in rows.schema]))
        return self._session.createDataFrame(plain)

    def _name(self, rows: Any, purpose: str) -> ibis.Table:
        name = ibis.util.gen_name(purpose)
        rows.createOrReplaceTempView(name)
        return self.table(name)


_MOMENT = dt.Timestamp(timezone="UTC", scale=6)


def open_spark(choice: Engine, *, spill: Path | None = None) -> ibis.BaseBackend:
    """Open Spark. A process has one: asked again it is the same, whatever is chosen then.

    Raises `EngineError` where Java is missing or of the wrong version, or the cluster does not answer.
    """
    check_java()
    session = open_session(choice, spill=spill)
    for function in _FUNCTIONS:
        session.sql(f"CREATE OR REPLACE TEMPORARY FUNCTION {function}")
    SparkEngine.register_options()  # the compiler reads them
    return SparkEngine().connect(session)


def complaint_of(error: Exception) -> str | None:
    """What failed on the machine, in a line; None where the expression itself is at fault, which is ours."""
    lost = isinstance(error, AnalysisException) and error.getCondition() == "PATH_NOT_FOUND"
    if isinstance(error, AnalysisException | ArithmeticException | ParseException) and not lost:
        return None
    return str(error).partition("\n")[0]


def _escape(path: Path) -> str:
    """Spark takes paths for patterns; a folder may well be called "shop [old]"."""
    return "".join(f"\\{letter}" if letter in "\\[]{}*?" else letter for letter in str(path))
