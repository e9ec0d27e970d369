"""A list that is one parameter of a statement, so that this is compiled once, however long the list."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_encoder = msgspec.json.Encoder()


class _Listed(sa.types.TypeDecorator[list[Any]]):
    """A list as a parameter: an array where the database has them, else JSON."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, of: sa.types.TypeEngine[Any]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        own = postgresql.ARRAY(self.of) if dialect.name == "postgresql" else sa.Text()
        return dialect.type_descriptor(own)

    def process_bind_param(self, value: list[Any] | None, dialect: sa.Dialect) -> Any:  # noqa: ANN401 - the driver's
        return value if dialect.name == "postgresql" else _encoder.encode(value).decode()


class _Among(FunctionElement[bool]):
    type = sa.Boolean()
    inherit_cache = True
    _is_implicitly_boolean = True  # else SQLite is asked whether it `= 1`, and finds no index for that


def among(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether `column` is in the list given as the parameter `name`."""
    return _Among(column, sa.bindparam(name, type_=_Listed(column.type)))


class _Each(FunctionElement[Any]):
    inherit_cache = True


def each_of(name: str, kind: sa.types.TypeEngine[Any]) -> sa.TableValuedAlias:
    """A table of one column `value`: the list of `kind` given as the parameter `name`."""
    # PostgreSQL calls the column as the table is called.
    return _Each(sa.bindparam(name, type_=_Listed(kind))).table_valued(sa.column("value", kind), name="value")


@compiles(_Among, "sqlite")
def _in_sqlite(element: _Among, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401 - the compiler's own
    column, listed = (compiler.process(clause, **words) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({listed}))"  # noqa: S608  (both were rendered by the compiler)


@compiles(_Among, "postgresql")
def _in_postgresql(element: _Among, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401 - as above
    column, listed = (compiler.process(clause, **words) for clause in element.clauses)
    return f"{column} = ANY ({listed})"


@compiles(_Each, "sqlite")
def _each_in_sqlite(element: _Each, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401 - as above
    return f"json_each({compiler.process(element.clauses, **words)})"


@compiles(_Each, "postgresql")
def _each_in_postgresql(element: _Each, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401 - as above
    return f"unnest({compiler.process(element.clauses, **words)})"
