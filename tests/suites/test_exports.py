"""The sniffing, judged by exports that were made without knowing it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pairwell.ingest.mapping import Composed, Mapping
from pairwell.ingest.sniff import sniff
from pairwell.ingest.sources import Limits

_FOLDERS = [Path(__file__).with_name(name) for name in ("exports", "exports_unseen")]
_LIMITS = Limits(batch_rows=100_000, max_line_bytes=16_000_000)
_EXPORTS = sorted(path for folder in _FOLDERS for path in folder.iterdir() if path.suffix not in (".toml", ".md"))


def expected_of(export: Path) -> dict[str, Any]:
    stem = export.name.split(".", 1)[0]
    return tomllib.loads((export.parent / f"{stem}.expected.toml").read_text(encoding="utf-8"))


def chosen(mapping: Mapping) -> dict[str, list[str]]:
    """The columns taken for each field."""
    return {field: list(_columns(column)) for field, column in mapping.columns.items()}


def _columns(column: str | Composed) -> tuple[str, ...]:
    return (column,) if isinstance(column, str) else tuple(column.join or ())


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_there_are_twenty_in_each_folder() -> None:
    assert len(_EXPORTS) == 40


@pytest.mark.parametrize("export", _EXPORTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_field_is_found(export: Path) -> None:
    expected = expected_of(export)
    found = chosen(sniff("orders", [export], limits=_LIMITS).mapping)
    wrong = {
        field: (found.get(field), listed(column))
        for field, column in expected["columns"].items()
        if found.get(field) != listed(column)
    }
    assert not wrong, "field: (found, expected)"


@pytest.mark.parametrize("export", _EXPORTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_no_column_is_taken_for_what_it_is_not(export: Path) -> None:
    expected = expected_of(export)
    found = chosen(sniff("orders", [export], limits=_LIMITS).mapping)
    forbidden = {
        field: set(columns) & set(found.get(field, [])) for field, columns in expected.get("never", {}).items()
    }
    assert not {field: columns for field, columns in forbidden.items() if columns}


@pytest.mark.parametrize("export", _EXPORTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_numbers_and_dates_are_read_as_they_are_written(export: Path) -> None:
    expected = expected_of(export)
    mapping = sniff("orders", [export], limits=_LIMITS).mapping
    assert mapping.decimal == expected.get("decimal", mapping.decimal)
    if "day_first" in expected and mapping.dates:
        day, month = mapping.dates.find("%d"), mapping.dates.find("%m")
        assert (day < month) == expected["day_first"]
