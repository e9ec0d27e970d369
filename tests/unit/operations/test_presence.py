from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from pairwell.errors import JournalError
from pairwell.operations.database import Database, join_database, open_database
from pairwell.operations.schema import epochs


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "operations.db"


@pytest.fixture
def opened(file: Path) -> Database:
    return open_database(f"sqlite:///{file}", durability="process")


def _number(database: Database) -> int | None:
    with database.read() as connection:
        return connection.scalar(sa.select(epochs.c.number).where(epochs.c.name == "keys"))


def _write(database: Database, number: int) -> None:
    with database.write() as connection:
        connection.execute(epochs.update().values(number=number))


def test_nothing_is_written_to_a_file_that_was_deleted_and_no_empty_one_takes_its_place(
    opened: Database, file: Path
) -> None:
    file.unlink()
    for use in (_number, lambda database: _write(database, 7)):
        with pytest.raises(JournalError, match="is gone"):
            use(opened)
    assert not file.exists()
    opened.close()


def test_who_joins_makes_no_file_and_uses_the_one_that_another_process_makes(file: Path) -> None:
    joined = join_database(f"sqlite:///{file}", durability="process", hang_s=5.0)
    for use in (_number, lambda database: _write(database, 7)):
        with pytest.raises(JournalError, match="is not there"):
            use(joined)
    assert not file.exists()
    open_database(f"sqlite:///{file}", durability="process").close()
    _write(joined, 7)
    assert _number(joined) == 7
    joined.close()


def test_a_file_that_was_put_in_its_place_is_used_from_then_on(opened: Database, file: Path) -> None:
    shutil.copy(file, file.with_suffix(".copy"))
    _write(opened, 7)
    assert _number(opened) == 7
    for path in file.parent.glob("operations.db*"):
        path.unlink()
    file.with_suffix(".copy").rename(file)
    assert _number(opened) == 0
    _write(opened, 8)
    assert _number(opened) == 8
    opened.close()


def test_what_went_into_a_file_that_is_taken_away_meanwhile_is_not_said_to_be_durable(
    opened: Database, file: Path
) -> None:
    with pytest.raises(JournalError, match="was taken away"), opened.write() as connection:  # noqa: PT012
        connection.execute(epochs.update().values(number=7))
        file.rename(file.with_suffix(".away"))
    opened.close()
