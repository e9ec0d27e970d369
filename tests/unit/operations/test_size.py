from __future__ import annotations

from pathlib import Path

import pytest

from pairwell.errors import JournalError
from pairwell.operations import schema
from pairwell.operations.database import Database, open_database
from pairwell.operations.size import read_size


def test_the_size_grows_with_what_is_written(database: Database) -> None:
    before = read_size(database)
    with database.write() as connection:
        connection.execute(schema.owned.insert(), {"customer_id": "c", "purchases": b"x" * 2_000_000})
    assert read_size(database) - before > 0


def test_what_is_gone_has_no_size(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/gone.db", durability="process")
    database.close()
    (tmp_path / "gone.db").unlink()
    with pytest.raises(JournalError):
        read_size(database)
