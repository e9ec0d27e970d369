"""Files into an open workspace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import msgspec

from pairwell.config.progress import BytesRead, unheard
from pairwell.config.published import Published, compare_settings
from pairwell.config.workspace import SETTINGS_NAME, Workspace, read_draft
from pairwell.dataset.store import Dataset
from pairwell.errors import SettingsError
from pairwell.facts.store import FactStore
from pairwell.ingest.load import IngestOptions, IngestPlace, IngestReport, ingest_files
from pairwell.ingest.mapping import Mapping, load_mapping
from pairwell.shop.asking import read_path

_READ_BY: Final = ("shop.currency", "shop.prices_include_tax", "shop.tax_rate", "shop.timezone", "currency.", "ingest.")
_NAMED = 5  # settings in one sentence


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
    advance: BytesRead = unheard,
) -> IngestReport:
    """Load one file, or the parts of one export, into `table`, by the published settings. Raises as `ingest_files`."""
    place = IngestPlace(
        workspace=shop.workspace, settings=shop.published.settings, dataset=shop.dataset, facts=shop.facts
    )
    report = ingest_files(table, paths, place=place, options=options, now=now, advance=advance)
    return msgspec.structs.replace(report, notes=[*_note_unpublished(shop), *report.notes])


def _note_unpublished(shop: Open) -> Iterator[str]:
    """What is stored by settings that somebody already took back would be wrong for good, and nobody would see it."""
    try:
        drift = compare_settings(shop.published.settings, read_draft(shop.workspace))
    except SettingsError:  # `pairwell status` and `publish` tell of it; it was not read by
        return
    changed = [one for one in drift if one.name.startswith(_READ_BY)]
    if changed:
        named = ", ".join(f"`{one.name}` ({one.before!r} -> {one.after!r})" for one in changed[:_NAMED])
        yield (
            f"{SETTINGS_NAME} says otherwise how files are read than what is published: {named}. "
            "Read as published: run `pairwell publish`, then ingest this again."
        )


def read_mapping(mapping: str | Path | Mapping | None) -> Mapping | None:
    """A mapping as it is given, or as its file has it."""
    if mapping is None or isinstance(mapping, Mapping):
        return mapping
    return load_mapping(read_path(mapping, "mapping", "mapping.toml"))
