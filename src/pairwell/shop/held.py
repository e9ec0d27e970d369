"""What is in a workspace, where it came from, how columns were read, and what was refused: records."""

from __future__ import annotations

from datetime import datetime

import msgspec

from pairwell.dataset.holdings import Holdings
from pairwell.ingest.quarantine import RefusedFile


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """Files, or a journal, that were taken in at once."""

    name: str
    files: tuple[str, ...]
    at: datetime
    rows: dict[str, int]  # new or changed, by table


class KeptMapping(msgspec.Struct, frozen=True, kw_only=True):
    """Which column of a file is which field, as ingest found it or a person wrote it: TOML."""

    name: str
    text: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a workspace, and where it came from."""

    timezone: str
    holdings: Holdings
    taken: list[Taken]  # newest first
    taken_more: int  # older ones
    mappings: list[KeptMapping]
    refused: list[RefusedFile]  # newest first
