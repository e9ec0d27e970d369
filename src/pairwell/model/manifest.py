"""What a model says of itself."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

SCHEMA = 1


class StoredFile(msgspec.Struct, frozen=True):
    """Size in bytes and BLAKE2b digest of one file of a model."""

    size: int
    blake2b: str


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What learning read of the journal."""

    events: int = 0
    last_at: datetime | None = None
    digest: str | None = None  # of the ids of the events, in order


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything needed to trust a model and to make it again; no clock in it, so equal inputs give equal ids."""

    id: str = ""  # hash of all the rest
    schema: int = SCHEMA
    created_by: str  # engine version
    as_of: datetime  # nothing later was read
    snapshot: int
    inputs: dict[str, list[str]]  # table -> its files, named by their content
    items: int
    orders: int
    pairs: int
    pairs_above_floor: int
    thinned_orders: int  # orders too large to count whole
    offered_lines: int = 0  # items of orders that came from offers of our own
    visits: int = 0  # that were learned from
    returned_sales: int = 0  # items of orders that came back, in part or whole
    kept_share: float = 1.0  # of sales, as far as returns tell
    heard: Heard = Heard()
    linear_share: float = 0.0  # what the linear weights count when a basket is completed, as found at this learning
    settings: dict[str, Any]
    validation: dict[str, Any] | None
    retuned: dict[str, Any] | None = None  # the search that led to these settings, where one was asked for
    checksums: dict[str, StoredFile]


def seal(manifest: Manifest) -> Manifest:
    """The same manifest with the id that its content has."""
    unsigned = msgspec.structs.replace(manifest, id="")
    digest = hashlib.blake2b(encode(unsigned), digest_size=12).hexdigest()
    return msgspec.structs.replace(unsigned, id=digest)


def encode(manifest: Manifest) -> bytes:
    """The manifest as JSON; equal manifests give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=1)


def decode(content: bytes) -> Manifest:
    """Undo `encode`; raises `msgspec.DecodeError` where it is no manifest."""
    return msgspec.json.decode(content, type=Manifest)
