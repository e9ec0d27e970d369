from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairwell.engines.duckdb import FILE_COLUMN, open_engine, open_parquet, storage_failures
from pairwell.errors import StorageError


def _setting(engine: ibis.BaseBackend, name: str) -> str:
    return str(engine.con.sql("SELECT current_setting($name)", params={"name": name}).fetchall()[0][0])


def test_moments_are_utc() -> None:
    assert _setting(open_engine(), "TimeZone") == "UTC"


def test_nothing_is_fetched_from_elsewhere() -> None:
    engine = open_engine()
    assert _setting(engine, "autoinstall_known_extensions") == "False"
    assert _setting(engine, "autoload_known_extensions") == "False"


def test_threads_and_memory_are_bounded() -> None:
    engine = open_engine(threads=1, memory_limit_mb=64)
    assert _setting(engine, "threads") == "1"
    assert _setting(engine, "memory_limit") == "61.0 MiB"


def test_two_engines_never_spill_into_one_folder(tmp_path: Path) -> None:
    folders = {_setting(open_engine(spill=tmp_path), "temp_directory") for _ in range(2)}
    assert len(folders) == 2
    assert {Path(folder).parent for folder in folders} == {tmp_path}


def test_opening_leaves_no_trace(tmp_path: Path) -> None:
    open_engine(spill=tmp_path / "spill").create_table("few", pa.table({"n": [1]}), temp=True).to_pyarrow()
    assert not (tmp_path / "spill").exists()


def _many_rows(engine: ibis.BaseBackend) -> ibis.Table:
    numbers = ibis.range(1_500_000).unnest().name("n").as_table()
    spread = numbers.mutate(text=(numbers.n * 7919 % 1_500_000).cast("string").lpad(60, "-"))
    return engine.create_table("many", spread.order_by("text"), temp=True)


def test_what_exceeds_the_memory_spills_to_disk(tmp_path: Path) -> None:
    engine = open_engine(memory_limit_mb=100, spill=tmp_path)
    with storage_failures():
        rows = _many_rows(engine)
    assert list(tmp_path.iterdir())
    assert rows.count().to_pyarrow().as_py() == 1_500_000
    engine.disconnect()
    assert not list(tmp_path.iterdir())


def test_without_a_folder_too_much_is_an_error_of_storage() -> None:
    engine = open_engine(memory_limit_mb=64)
    with pytest.raises(StorageError, match="could not be computed"), storage_failures():
        _many_rows(engine)


def test_only_the_files_that_are_named_are_read(tmp_path: Path) -> None:
    for name in ("a*.parquet", "ab.parquet"):
        pq.write_table(pa.table({"n": [1]}), tmp_path / name)
    path = tmp_path / "a*.parquet"
    assert open_parquet(open_engine(), [path]).to_pyarrow().to_pylist() == [{"n": 1, FILE_COLUMN: str(path)}]


def test_a_lost_file_is_an_error_of_storage(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"absent\.parquet"), storage_failures():
        open_engine().read_parquet(str(tmp_path / "absent.parquet"))


@pytest.mark.parametrize("content", [b"", b"PAR1 and then nothing", b"PAR1" + bytes(1000) + b"PAR1"])
def test_a_damaged_file_is_an_error_of_storage(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.parquet"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"damaged\.parquet"), storage_failures():
        open_engine().read_parquet(str(path)).to_pyarrow()


def test_a_mistake_of_ours_is_not_disguised() -> None:
    with pytest.raises(TypeError), storage_failures():
        raise TypeError
