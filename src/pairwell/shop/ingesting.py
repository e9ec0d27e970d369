"""Files into an open workspace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pairwell.config.progress import BytesRead
from pairwell.config.published import Published
from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.facts.store import FactStore
from pairwell.ingest.load import IngestOptions, IngestPlace, IngestReport, ingest_files
from pairwell.ingest.mapping import Mapping, load_mapping
from pairwell.shop.asking import read_path


class Open(Protocol):
    """The parts of an open workspace that files go into."""

    @property
    def workspace(self) -> Workspace: ...

    @property
    def published(self) -> Published: ...

    @property
    def dataset(self) -> Dataset: ...

    @property
    def facts(self) -> FactStore: ...


def ingest_paths(  # noqa: PLR0913 - what, where, how and when are different things
    shop: Open,
    table: str,
    paths: Sequence[Path],
    options: IngestOptions,
    *,
    now: datetime,
    advance: BytesRead,
) -> IngestReport:
    """Load one file, or the parts of one export, into `table`. Raises as `ingest_files` does."""
    place = IngestPlace(
        workspace=shop.workspace, settings=shop.published.settings, dataset=shop.dataset, facts=shop.facts
    )
    return ingest_files(table, paths, place=place, options=options, now=now, advance=advance)


def read_mapping(mapping: str | Path | Mapping | None) -> Mapping | None:
    """A mapping as it is given, or as its file has it."""
    if mapping is None or isinstance(mapping, Mapping):
        return mapping
    return load_mapping(read_path(mapping, "mapping", "mapping.toml"))
