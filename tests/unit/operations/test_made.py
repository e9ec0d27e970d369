"""No empty journal takes the place of one that was there: it would know nothing of caps."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from pairwell.errors import JournalError
from pairwell.operations.database import await_database, open_database
from pairwell.operations.made import Made
from pairwell.operations.schema import epochs

_COUNT = sa.select(sa.func.count()).select_from(epochs)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "operations.made", "postgresql://${SECRET}@db/shop")


@pytest.fixture
def lost(database_url: str, made: Made) -> str:
    """The address of a database that was made, and is empty now."""
    opened = open_database(database_url, durability="process", made=made)
    if opened.engine.dialect.name == "postgresql":
        with opened.engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
    opened.close()
    for path in Path(opened.engine.url.database or "").parent.glob("operations.db*"):
        path.unlink()
    return database_url


def test_an_empty_one_in_its_place_is_refused_with_the_ways_out(lost: str, made: Made, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="holds no journal any more") as raised:
        open_database(lost, durability="process", made=made)
    assert "restore a backup" in (raised.value.hint or "")
    assert str(tmp_path / "operations.made") in (raised.value.hint or "")
    assert not (tmp_path / "operations.db").exists()


def test_who_deletes_the_note_begins_anew(lost: str, made: Made, tmp_path: Path) -> None:
    (tmp_path / "operations.made").unlink()
    for _ in range(2):
        open_database(lost, durability="process", made=made).close()
    assert made.known()


def test_a_database_at_another_address_is_another(lost: str, made: Made, tmp_path: Path) -> None:
    other = Made(tmp_path / "operations.made", "")
    assert made.known()
    assert not other.known()
    open_database(lost, durability="process", made=other).close()
    assert other.known()


def test_a_file_that_holds_nothing_is_no_journal(made: Made, tmp_path: Path) -> None:
    file = tmp_path / "operations.db"
    open_database(f"sqlite:///{file}", durability="process", made=made).close()
    file.write_bytes(b"")
    with pytest.raises(JournalError, match="holds no journal any more"):
        open_database(f"sqlite:///{file}", durability="process", made=made)


def test_who_waits_for_it_uses_it_once_it_is_back(made: Made, tmp_path: Path) -> None:
    file, away = tmp_path / "operations.db", tmp_path / "away"
    open_database(f"sqlite:///{file}", durability="process", made=made).close()
    file.rename(away)
    waiting = await_database(f"sqlite:///{file}", durability="process", made=made)
    for use in (waiting.read, waiting.write):
        with pytest.raises(JournalError, match="holds no journal any more"), use():
            pass
    assert not file.exists()
    away.rename(file)
    with waiting.read() as connection:
        assert connection.scalar(_COUNT)
    waiting.close()


def test_the_note_tells_no_address(made: Made, tmp_path: Path) -> None:
    made.note()
    made.note()
    assert len((tmp_path / "operations.made").read_text().split()) == 1
    assert "SECRET" not in (tmp_path / "operations.made").read_text()
