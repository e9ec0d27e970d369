"""One file that holds many, each with its checksum; written and read as a stream."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import msgspec

from pairwell.config.durable import sync_file, sync_folder
from pairwell.errors import SourceError, StorageError

FORMAT = 1
_MANIFEST = "manifest.json"
_BLOCK = 1 << 20
_FAST = 1  # most of it is compressed already
_MOST_MANIFEST = 1 << 28
_BROKEN = (tarfile.TarError, EOFError, zlib.error, msgspec.MsgspecError, KeyError, ValueError)


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an archive."""

    size: int
    blake2b: str


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. The manifest of the archive, its last file."""

    format: int = FORMAT
    version: str  # of Pairwell
    made_at: datetime
    operations_schema: str
    dataset_schema: int
    snapshot: int  # of the dataset
    secrets: bool
    models: list[str]
    rows: dict[str, int]  # of the operations database, by table
    files: dict[str, Stored] = {}


def write_archive(path: Path, files: Iterable[tuple[str, Path]], contents: Contents) -> Contents:
    """Write `files`, pairs of name and where it lies, to the archive `path`; it is there whole or not at all.

    Returns the contents with every file's size and checksum. Raises `StorageError`.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}")
    try:
        draft.touch(mode=0o600)  # it holds what is known of people
        with tarfile.open(draft, "w:gz", compresslevel=_FAST) as archive:
            stored = {name: _add(archive, name, source) for name, source in files}
            whole = msgspec.structs.replace(contents, files=stored)
            _add_bytes(archive, msgspec.json.format(msgspec.json.encode(whole), indent=1))
        sync_file(draft)
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StorageError(
            f"The backup {path} could not be written: {error.strerror or error}.",
            hint="Choose a folder that is there, with room, and that you may write to.",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return whole


def unpack_archive(path: Path, folder: Path) -> Contents:
    """Write every file of the archive `path` into the empty `folder`, and check all of them.

    Raises `SourceError` where it is no backup, a newer one, or damaged; `StorageError` where writing fails.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            return _unpack(archive, path, folder)
    except _BROKEN as error:
        raise _damaged(path, str(error) or "it ends too early") from error
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not path.exists():
            raise SourceError(f"There is no file {path}.", hint="Name a file that `pairwell backup` made.") from error
        if error.errno is None:  # gzip's own
            raise _damaged(path, str(error)) from error
        raise StorageError(
            f"The backup {path} could not be unpacked: {error.strerror}.", hint="What was there stays as it was."
        ) from error


def _unpack(archive: tarfile.TarFile, path: Path, folder: Path) -> Contents:
    found: dict[str, Stored] = {}
    for member in archive:
        content = archive.extractfile(member) if member.isreg() else None
        if content is None or not _is_safe(member.name):
            raise _damaged(path, f"it holds {member.name!r}, which no backup does")
        if member.name == _MANIFEST:
            contents = _read_manifest(content.read(_MOST_MANIFEST), path)
            _compare(contents.files, found, path)
            return contents
        target = folder / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            found[member.name] = _copy(content, out)
        sync_file(target)
    raise _damaged(path, "its manifest is missing")


def _read_manifest(content: bytes, path: Path) -> Contents:
    known = msgspec.json.decode(content, type=dict[str, Any])
    if known["format"] > FORMAT:
        raise SourceError(
            f"The backup {path} has format {known['format']}; this version reads up to {FORMAT}.",
            hint=f"Restore it with pairwell {known['version']} or newer.",
        )
    return msgspec.json.decode(content, type=Contents)


def _compare(told: dict[str, Stored], found: dict[str, Stored], path: Path) -> None:
    for name in sorted(told.keys() | found.keys()):
        if told.get(name) != found.get(name):
            raise _damaged(path, f"{name} is missing or has another checksum")


def _is_safe(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return not name.startswith("/") and ".." not in parts and bool(parts)


def _add(archive: tarfile.TarFile, name: str, source: Path) -> Stored:
    with source.open("rb") as content:
        entry = tarfile.TarInfo(name)
        entry.size = os.fstat(content.fileno()).st_size
        entry.mode = 0o600
        read = _Digesting(content)
        archive.addfile(entry, read)  # type: ignore[arg-type]
    return Stored(size=entry.size, blake2b=read.digest.hexdigest())


def _add_bytes(archive: tarfile.TarFile, content: bytes) -> None:
    entry = tarfile.TarInfo(_MANIFEST)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _copy(content: IO[bytes], out: IO[bytes]) -> Stored:
    read, size = _Digesting(content), 0
    while block := read.read(_BLOCK):
        size += out.write(block)
    return Stored(size=size, blake2b=read.digest.hexdigest())


class _Digesting:
    """Reads a file and makes its checksum on the way."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.digest = hashlib.blake2b(digest_size=16)

    def read(self, size: int) -> bytes:
        block = self._content.read(size)
        self.digest.update(block)
        return block


def _damaged(path: Path, why: str) -> SourceError:
    return SourceError(f"{path} is no whole backup: {why}.", hint="Use another backup; what is there stays as it was.")
