"""Files made by hand from the vendors' documented columns, and their pieces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.ingest.conftest import Loader

from pairwell.config.workspace import Workspace, create_workspace
from pairwell.ingest.load import IngestOptions, IngestReport, ingest_files
from pairwell.ingest.mapping import Mapping

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILES = Path(__file__).parent / "files"


class Importer(Loader):
    """Loads exports of vendors as they are."""

    def take(self, table: str, *names: str | Path, source: str | None = None, **said: Any) -> IngestReport:
        """Load files of this folder, or others, without a mapping unless one is given."""
        mapping: Mapping | None = said.pop("mapping", None)
        options = IngestOptions(mapping=mapping, source=source, dry_run=said.pop("dry_run", False), **said)
        paths = [FILES / name for name in names]
        report = ingest_files(table, paths, place=self.place, options=options, now=NOW)
        for told in (report, *report.beside):
            assert told.read == told.taken + told.merged + told.refused
        return report

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        """A file with this text."""
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path


class Filled:
    """A workspace into which some files of one vendor were taken, for tests that only look."""

    def __init__(self, importer: Importer, reports: dict[str, IngestReport]) -> None:
        self.importer = importer
        self.rows = importer.rows
        self.reports = reports


@contextmanager
def filled(folder: Path, *files: tuple[str, str], currency: str = "EUR") -> Iterator[Filled]:
    """A workspace with these files, each for its table; prices include a tax of 20 percent."""
    importer = Importer(create_workspace(folder / "shop"), folder)
    importer.settle(shop={"tax_rate": 0.2, "prices_include_tax": True, "currency": currency})
    yield Filled(importer, {table: importer.take(table, name) for table, name in files})
    importer.database.close()


@pytest.fixture
def importer(workspace: Workspace, tmp_path: Path) -> Iterator[Importer]:
    """A new workspace that vendors' exports are loaded into."""
    made = Importer(workspace, tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def beside() -> Callable[[IngestReport], dict[str, Counter[str]]]:
    """What was counted of the tables beside, by table."""

    def read(report: IngestReport) -> dict[str, Counter[str]]:
        return {
            told.table: Counter(taken=told.taken, merged=told.merged, refused=told.refused) for told in report.beside
        }

    return read
