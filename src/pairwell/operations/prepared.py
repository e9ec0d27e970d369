"""Statements compiled once and handed to the driver as they are.

SQLAlchemy takes several times as long over a short statement as SQLite does, and every decision waits for some ten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

Parameters = Mapping[str, Any]
Row = tuple[Any, ...]
_Processor = Callable[[Any], Any] | None


class Prepared:
    """A statement of SQLAlchemy Core for any of our databases; failures surface as those of SQLAlchemy do.

    Lists among its parameters must be such as of `among`: one that is expanded would change its text. Nothing that it
    writes is known to SQLAlchemy, so it is for transactions that have begun, and for reading.
    """

    def __init__(self, statement: sa.Executable, *, columns: Sequence[str] = ()) -> None:
        """`columns`: of an insert, those that are given; none: all of the table."""
        self._statement = statement
        self._columns = list(columns) or None
        self._forms: dict[str, _Form] = {}

    def rows(self, connection: sa.Connection, parameters: Parameters) -> list[Row]:
        """What the statement finds."""
        form = self._form(connection)
        try:
            found = _driver(connection).execute(form.text, form.bound(parameters)).fetchall()
        except form.errors as error:
            raise form.told(error) from error
        return form.read(found)

    def run_all(self, connection: sa.Connection, rows: Iterable[Parameters]) -> None:
        """Run the statement once for each of `rows`."""
        form = self._form(connection)
        try:
            _driver(connection).cursor().executemany(form.text, [form.bound(row) for row in rows])
        except form.errors as error:
            raise form.told(error) from error

    def _form(self, connection: sa.Connection) -> _Form:
        dialect = connection.dialect
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _Form(self._statement, dialect, self._columns)
        return form


class _Form:
    """A statement in the words of one database."""

    def __init__(self, statement: sa.Executable, dialect: sa.Dialect, columns: list[str] | None) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)  # type: ignore[attr-defined]  # all ours are
        assert dialect.loaded_dbapi is not None, "the dialect of an engine has its driver"
        self.text = str(compiled)
        self.errors: type[Exception] = dialect.loaded_dbapi.Error
        self._dialect = dialect
        self._places: list[str] | None = compiled.positiontup
        self._own = {
            name: value for name, value in compiled.construct_params(_check=False).items() if value is not None
        }
        self._bound = {
            name: processor
            for parameter, name in compiled.bind_names.items()
            if (processor := parameter.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        self._read = _processors(statement, dialect)

    def bound(self, parameters: Parameters) -> Sequence[Any] | Parameters:
        """Parameters as the driver takes them."""
        given = {**self._own, **parameters} if self._own else parameters
        if self._bound:
            given = {**given, **{name: processor(given[name]) for name, processor in self._bound.items()}}
        return given if self._places is None else [given[name] for name in self._places]

    def read(self, rows: list[Row]) -> list[Row]:
        """Rows with the values that their columns hold."""
        if not (rows and self._read):
            return rows
        return [
            tuple([value if one is None else one(value) for value, one in zip(row, self._read, strict=True)])
            for row in rows
        ]

    def told(self, error: Exception) -> sa.exc.DBAPIError:
        """The failure as SQLAlchemy tells of it, without the parameters, which may name people."""
        found = sa.exc.DBAPIError.instance(
            self.text, None, error, self.errors, hide_parameters=True, dialect=self._dialect
        )
        assert isinstance(found, sa.exc.DBAPIError)
        return found


def _processors(statement: sa.Executable, dialect: sa.Dialect) -> list[_Processor]:
    """How each column of what is found is read; none where all are as the driver gives them."""
    columns = getattr(statement, "selected_columns", ())
    found = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return found if any(found) else []


def _driver(connection: sa.Connection) -> Any:  # noqa: ANN401  (the driver's own, sqlite3 or psycopg)
    return connection.connection.dbapi_connection
