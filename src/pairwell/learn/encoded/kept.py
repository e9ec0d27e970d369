"""Encoded files, kept on disk between runs of learning.

Everything here follows from files of the dataset, which never change: it may be deleted at any time. A file holds an
Arrow table and, after it, a checksum keyed with the name of the file that was encoded.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from pairwell.learn.encoded.files import EncodedHeads, EncodedLines, encode_heads, encode_lines

_SCHEMA_VERSION = 1
_SUFFIX = f".v{_SCHEMA_VERSION}.arrow"
_DIGEST_BYTES = 32
_LEFT_S = 3_600  # a draft as old as this was left by a run that was killed
_log = logging.getLogger(__name__)
_Encoded = TypeVar("_Encoded")


class KeptFiles:
    """Encodes each file of the dataset once, and keeps the result in `folder`.

    What is missing there or damaged is encoded anew; where nothing can be written, nothing is kept. Both are logged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def heads(self, path: Path) -> EncodedHeads:
        """The orders of the stored file `path`. Raises `StorageError` where it must be read and cannot be."""
        return self._encoded(path, encode_heads, _heads_table, _as_heads)

    def lines(self, path: Path) -> EncodedLines:
        """The baskets of the stored file `path`. Raises `StorageError` where it must be read and cannot be."""
        return self._encoded(path, encode_lines, _lines_table, _as_lines)

    def sweep(self, names: Collection[str]) -> None:
        """Remove all but what was made of the stored files called `names`."""
        wanted = {_kept_name(name) for name in names}
        try:
            for path in self._folder.iterdir() if self._folder.is_dir() else ():
                draft = path.suffix == ".draft" and path.stat().st_mtime > time.time() - _LEFT_S
                if path.name not in wanted and not draft:
                    path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("What learning no longer needs in %s could not be removed: %s", self._folder, error)

    def _encoded(
        self,
        path: Path,
        encode: Callable[[Path], _Encoded],
        to_table: Callable[[_Encoded], pa.Table],
        from_table: Callable[[pa.Table], _Encoded],
    ) -> _Encoded:
        kept = self._read(path.name)
        if kept is not None:
            return from_table(kept)
        encoded = encode(path)
        self._write(path.name, to_table(encoded))
        return encoded

    def _read(self, name: str) -> pa.Table | None:
        path = self._folder / _kept_name(name)
        try:
            with pa.memory_map(str(path)) as mapped:
                whole = mapped.read_buffer()
            body, digest = whole[:-_DIGEST_BYTES], whole[-_DIGEST_BYTES:]
            if _digest(name, body) == digest.to_pybytes():
                return pa.ipc.open_file(body).read_all()
        except FileNotFoundError:
            return None
        except (OSError, pa.ArrowException) as error:
            _log.warning("%s cannot be read and is made anew: %s", path, error)
            return None
        _log.warning("%s is damaged and is made anew.", path)
        return None

    def _write(self, name: str, table: pa.Table) -> None:
        draft = self._folder / f"{name}-{os.getpid()}-{os.urandom(4).hex()}.draft"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with pa.OSFile(str(draft), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
                writer.write_table(table)
            with pa.memory_map(str(draft)) as mapped:
                digest = _digest(name, mapped.read_buffer())
            with draft.open("ab") as file:
                file.write(digest)
            draft.replace(self._folder / _kept_name(name))
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            _log.warning("%s could not be kept for the next run of learning: %s", name, error)


def _kept_name(name: str) -> str:
    return name.removesuffix(".parquet") + _SUFFIX


def _digest(name: str, body: pa.Buffer) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST_BYTES, key=name.encode()[-64:]).digest()


def _heads_table(heads: EncodedHeads) -> pa.Table:
    columns = {
        "order_id": heads.order_ids,
        "placed_at": pa.array(heads.placed_at),
        "customer": _named(heads.customers, heads.customer_ids),
    }
    return pa.table(columns)


def _as_heads(table: pa.Table) -> EncodedHeads:
    order_ids, placed_at, customers = (_column(table, place) for place in range(3))
    return EncodedHeads(
        order_ids=order_ids,
        placed_at=placed_at.to_numpy(),
        customers=customers.indices.fill_null(-1).to_numpy(),
        customer_ids=customers.dictionary,
    )


def _lines_table(lines: EncodedLines) -> pa.Table:
    offsets = pa.array(np.concatenate(([0], np.cumsum(lines.sizes, dtype=np.int64))))
    columns = {
        "order_id": lines.order_ids,
        "items": pa.LargeListArray.from_arrays(offsets, _named(lines.items, lines.item_ids)),
        "offered": pa.LargeListArray.from_arrays(offsets, pa.array(lines.offered)),
    }
    return pa.table(columns)


def _as_lines(table: pa.Table) -> EncodedLines:
    order_ids, items, offered = (_column(table, place) for place in range(3))
    return EncodedLines(
        order_ids=order_ids,
        sizes=np.diff(items.offsets.to_numpy()).astype(np.int32),
        items=items.values.indices.to_numpy(),
        offered=offered.values.to_numpy(zero_copy_only=False),
        item_ids=items.values.dictionary,
    )


def _named(codes: np.ndarray, names: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), names)


def _column(table: pa.Table, place: int) -> pa.Array:
    column = table.column(place)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
