"""What expressions mean, on every engine: answers that are known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairwell.engines.engine import FILE_COLUMN, open_parquet, storage_failures
from pairwell.engines.functions import field_of, local_time, micros
from pairwell.errors import StorageError

_MOMENT = pa.timestamp("us", "UTC")
_GREAT = 2**53 + 1  # no float holds it


def _table(engine: ibis.BaseBackend, **columns: Sequence[Any] | pa.Array) -> ibis.Table:
    return engine.create_table(
        "known", pa.table({name: pa.array(values) for name, values in columns.items()}), temp=True
    )


def _column(table: ibis.Table, name: str) -> list[Any]:
    return table.to_pyarrow()[name].to_pylist()  # type: ignore[no-any-return]


def _moments(*moments: datetime) -> pa.Array:
    return pa.array(moments, _MOMENT)


def test_clocks_of_a_zone_are_shown_when_they_change(engine: ibis.BaseBackend) -> None:
    spring, autumn = datetime(2024, 3, 31, 0, 59, 59, 999_999, UTC), datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    hour = timedelta(hours=1)
    table = _table(engine, at=_moments(spring, spring + hour, autumn, autumn + hour, datetime(1960, 1, 1, tzinfo=UTC)))
    shown = local_time("Europe/Berlin", table["at"])
    found = table.select(shown=shown.cast("string"), day=shown.date(), hour=shown.hour(), at=table["at"]).order_by("at")
    assert _column(found, "hour") == [1, 1, 3, 2, 2]
    assert _column(found, "day")[1:] == [date(2024, 3, 31)] * 2 + [date(2024, 10, 27)] * 2


def test_moments_are_counted_to_the_microsecond(engine: ibis.BaseBackend) -> None:
    told = [datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), datetime(2024, 5, 1, 0, 0, 0, 1, UTC)]
    table = _table(engine, at=_moments(*told))
    assert sorted(_column(table.select(n=micros(table["at"])), "n")) == [-1, 1_714_521_600_000_001]
    assert sorted(value.astimezone(UTC) for value in _column(table, "at")) == told


def test_days_weeks_and_months_begin_where_they_should(engine: ibis.BaseBackend) -> None:
    table = _table(engine, day=pa.array([date(2024, 3, 3), date(2024, 3, 4), date(2024, 12, 31)], pa.date32()))
    found = table.select("day", week=table.day.truncate("W"), month=table.day.truncate("M")).order_by("day")
    assert _column(found, "week") == [date(2024, 2, 26), date(2024, 3, 4), date(2024, 12, 30)]
    assert _column(found, "month") == [date(2024, 3, 1), date(2024, 3, 1), date(2024, 12, 1)]


@pytest.mark.parametrize(
    ("document", "name", "said"),
    [
        ('{"a": "x"}', "a", "x"),
        ('{"a/b~c": "x", "a": 1}', "a/b~c", "x"),
        ('{"a": {"b": "x"}}', "a/b", None),
        ('{"ä b": "日本"}', "ä b", "日本"),
        ('{"a": null}', "a", None),
        ('{"a": "x"}', "A", None),
        ('{"a": 17}', "a", "17"),
        ('{"a": true}', "a", "true"),
        ("{}", "a", None),
        (None, "a", None),
    ],
)
def test_a_field_of_a_document_is_read(engine: ibis.BaseBackend, document: str, name: str, said: str) -> None:
    table = _table(engine, document=pa.array([document], pa.string()))
    assert _column(table.select(said=field_of(table.document, name)), "said") == [said]


def test_whole_numbers_stay_whole_beside_nulls(engine: ibis.BaseBackend) -> None:
    table = _table(engine, n=pa.array([_GREAT, None], pa.int64()))
    assert sorted(_column(table, "n"), key=str) == [_GREAT, None]
    found = table.aggregate(total=table.n.sum(), known=table.n.count(), every=table.count()).to_pyarrow().to_pylist()
    assert found == [{"total": _GREAT, "known": 1, "every": 2}]


def test_tables_of_memory_are_joined_as_they_are(engine: ibis.BaseBackend) -> None:
    table = _table(engine, name=["a", "ä", "b"], n=[1, 2, 3])
    mine = ibis.memtable(pa.table({"name": pa.array(["ä", None], pa.string()), "m": pa.array([_GREAT, None])}))
    assert _column(table.inner_join(mine, "name"), "m") == [_GREAT]
    nobody = ibis.memtable(pa.table({"name": pa.array([], pa.string())}))
    assert _column(table.semi_join(nobody, "name"), "n") == []


def test_names_are_ordered_by_their_bytes_and_nulls_come_last(engine: ibis.BaseBackend) -> None:
    names = ["a", "A", "ä", "z", "ß", "\U0001f9e6", "\ufffd", "a\u0301", "ab", "a b", None]
    table = _table(engine, name=pa.array(names, pa.string()))
    expected = sorted((name for name in names if name is not None), key=lambda name: name.encode())
    assert _column(table.order_by("name"), "name") == [*expected, None]
    assert _column(table.order_by(ibis.desc("name")), "name") == [*reversed(expected), None]
    ends = table.aggregate(least=table.name.min(), most=table.name.max()).to_pyarrow().to_pylist()
    assert ends == [{"least": expected[0], "most": expected[-1]}]
    assert table.name.nunique().to_pyarrow().as_py() == len(expected)


def test_halves_are_rounded_away_from_zero(engine: ibis.BaseBackend) -> None:
    told = [-2.5, -0.5, 0.49999999999999994, 0.5, 1.5, 2.5, 4503599627370495.5]
    table = _table(engine, x=told)
    found = table.select("x", whole=table.x.round().cast("int64")).order_by("x")
    assert _column(found, "whole") == [-3, -1, 0, 1, 2, 3, 4503599627370496]


def test_division_is_of_real_numbers(engine: ibis.BaseBackend) -> None:
    table = _table(engine, a=[7, -7, 1], b=[2, 2, 0])
    found = table.select("a", share=table.a / table.b.nullif(0)).order_by("a")
    assert _column(found, "share") == [-3.5, None, 3.5]


def test_words_are_parted_and_trimmed(engine: ibis.BaseBackend) -> None:
    table = _table(engine, path=["\t Möbel \n > Stühle", "Licht", ""])
    found = table.select(top=table.path.split(">")[0].strip())
    assert sorted(_column(found, "top")) == ["", "Licht", "Möbel"]


def test_the_last_value_that_is_known_stands(engine: ibis.BaseBackend) -> None:
    derived = [False, False, True, True]
    table = _table(engine, key=["k"] * 4, derived=derived, at=[1, 2, 3, 4], x=["old", None, "guessed", "guess"])
    order = [table.derived.desc(), table["at"].asc()]
    last = table.group_by("key").aggregate(x=table.x.last(order_by=order), flag=table.derived.last(order_by=order))
    assert last.to_pyarrow().to_pylist() == [{"key": "k", "x": "old", "flag": False}]


def test_what_stands_at_the_least_or_the_most_is_found_even_if_it_is_unknown(engine: ibis.BaseBackend) -> None:
    table = _table(engine, rank=[2, 1, 3], x=pa.array([5.0, None, 7.0]))
    found = table.aggregate(least=table.x.argmin(table["rank"]), most=table.x.argmax(table["rank"]))
    assert found.to_pyarrow().to_pylist() == [{"least": None, "most": 7.0}]


def test_nothing_is_counted_as_nothing(engine: ibis.BaseBackend) -> None:
    table = _table(engine, n=[1, 2]).filter(lambda rows: rows.n > 5)
    found = table.aggregate(n=table.count(where=table.n > 1), total=table.n.sum(), more=(table.n > 1).sum())
    assert found.to_pyarrow().to_pylist() == [{"n": 0, "total": None, "more": None}]


def test_rows_of_a_moment_are_peers(engine: ibis.BaseBackend) -> None:
    table = _table(engine, at=[1, 1, 2], n=[1, 1, 1])
    running = ibis.range_window(order_by=["at"], preceding=None, following=0)
    assert sorted(_column(table.select(n=table.n.sum().over(running)), "n")) == [2, 2, 3]


def test_only_the_files_named_are_read_each_row_with_its_own(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    folder = tmp_path / "shop [old] 100% ä+b {x}"
    folder.mkdir()
    paths = [folder / f"{name}.parquet" for name in ("a*", "ab", "a?")]
    for number, path in enumerate(paths):
        pq.write_table(pa.table({"n": [number], "at": _moments(datetime(2024, 1, 1, tzinfo=UTC))}), path)
    rows = open_parquet(engine, [paths[0], paths[2]])
    assert rows.schema()["at"] == ibis.expr.datatypes.Timestamp("UTC", 6)
    found = rows.to_pyarrow().to_pylist()
    assert {(row["n"], row[FILE_COLUMN]) for row in found} == {(0, str(paths[0])), (2, str(paths[2]))}


def test_a_lost_file_is_a_storage_failure(engine: ibis.BaseBackend, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"n": list(range(1000))}), path)
    rows = open_parquet(engine, [path])
    path.unlink()
    with pytest.raises(StorageError, match="could not be computed"), storage_failures():
        rows.aggregate(n=rows.n.sum()).to_pyarrow()


def test_our_own_mistakes_are_not_the_machines(engine: ibis.BaseBackend) -> None:
    with pytest.raises(Exception, match=r"(?i)nonsense") as raised, storage_failures():
        engine.raw_sql("SELECT nonsense FROM known_to_nobody")
    assert not isinstance(raised.value, StorageError)
