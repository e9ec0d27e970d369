"""How a file becomes a stream of text lines of bounded length, whatever its compression, encoding and line ends."""

from __future__ import annotations

import codecs
import gzip
import io
import stat
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO, cast

from pairwell.config.progress import BytesRead
from pairwell.errors import SourceError

RefuseLine = Callable[[int, str, str], None]  # line, reason, raw text

#: Stands in decoded text where bytes do not fit the encoding. No valid text holds a lone surrogate.
UNDECODABLE = "\udc80"
RAW_KEPT = 10_000  # characters of a refused row that are kept

_BUFFER = 1 << 18
_BLOCK_LINES = 8192
_BLOCK_SIZE = 1 << 20  # characters
_GZIP = b"\x1f\x8b"
_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel or Office document",
    b"%PDF": "a PDF document",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz",
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"SQLite format 3": "an SQLite database",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}

codecs.register_error("pairwell.mark", lambda error: (UNDECODABLE, cast("UnicodeDecodeError", error).end))


class _Counted(io.RawIOBase):
    """Tells how many bytes of the file have been read."""

    def __init__(self, inner: BinaryIO, advance: BytesRead) -> None:
        self._inner = inner
        self._advance = advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  (a writable buffer has no name in Python 3.11)
        size = cast("io.RawIOBase", self._inner).readinto(buffer) or 0
        self._advance(size)
        return size

    def close(self) -> None:
        self._inner.close()
        super().close()


class _Unzipped(io.RawIOBase):
    """Decompressed content; damage is a `SourceError`."""

    def __init__(self, inner: IO[bytes], path: Path) -> None:
        self._under = inner
        self._inner = gzip.GzipFile(fileobj=inner)
        self._path = path

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        try:
            return self._inner.readinto(buffer)
        except EOFError as error:
            raise SourceError(
                f"{self._path} ends in the middle of its compressed content: it was cut off. Nothing of it was taken.",
                hint="Copy or export the file again.",
            ) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise SourceError(
                f"{self._path} is damaged: its compressed content cannot be read ({error}). Nothing of it was taken.",
                hint="Copy or export the file again.",
            ) from error

    def close(self) -> None:
        self._inner.close()
        self._under.close()
        super().close()


def check_source(path: Path) -> None:
    """Raise `SourceError` unless `path` is a file with content that may be read."""
    try:
        status = path.stat()
        if not stat.S_ISDIR(status.st_mode):
            path.open("rb").close()
    except FileNotFoundError as error:
        raise SourceError(f"{path} does not exist.", hint="Check the path.") from error
    except PermissionError as error:
        raise SourceError(
            f"{path} may not be read: permission denied.", hint="Give yourself the right to read it."
        ) from error
    except OSError as error:
        raise SourceError(f"{path} cannot be opened: {error.strerror}.", hint="Check the path.") from error
    if stat.S_ISDIR(status.st_mode):
        raise SourceError(f"{path} is a folder; expected a file.", hint=f"Name the files in it, as {path}/*.csv.")
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{path} is no ordinary file.", hint="Write the content to a file first.")
    if status.st_size == 0:
        raise SourceError(f"{path} is empty.", hint="Export it again; the first row should name the columns.")


def is_gzip(path: Path) -> bool:
    """Whether the content, not the name, says gzip."""
    with path.open("rb") as stream:
        return stream.read(2) == _GZIP


def open_bytes(path: Path, *, advance: BytesRead) -> BinaryIO:
    """The decompressed content as a stream; `advance` gets the bytes read of the file itself."""
    check_source(path)
    raw = io.BufferedReader(_Counted(path.open("rb", buffering=0), advance), _BUFFER)
    if raw.peek(2)[:2] != _GZIP:
        return raw
    return io.BufferedReader(_Unzipped(raw, path), _BUFFER)


def check_content(path: Path, head: bytes) -> None:
    """Raise `SourceError` where the first bytes are those of a kind of file that is not read here."""
    for magic, kind in _FOREIGN.items():
        if head.startswith(magic):
            raise SourceError(
                f"{path} is {kind}; expected CSV, TSV, JSON, JSON lines, Parquet or a feed in XML, plain or gzipped.",
                hint="Save it as CSV (UTF-8) and try again.",
            )


def open_text(path: Path, encoding: str, *, advance: BytesRead) -> io.TextIOWrapper:
    """Decoded text in which every line ends alike; bytes that do not fit become `UNDECODABLE`."""
    name = "utf-8-sig" if encoding.lower().replace("_", "-") in {"utf-8", "utf8", "ascii"} else encoding
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise SourceError(
            f"{encoding!r} is not an encoding.", hint='Write for example "utf-8" or "windows-1251".'
        ) from error
    return io.TextIOWrapper(open_bytes(path, advance=advance), name, errors="pairwell.mark", newline=None)


class RecordTooLongError(Exception):
    """A quoted field runs on past the limit; handled where records are read."""


class Lines:
    """Physical lines, counted from 1; one that is too long is refused and skipped without being held.

    `held` are the lines since the last `begin`, `start` the number of the first of them; `again` puts lines back.
    """

    def __init__(self, text: TextIO, *, max_bytes: int, refuse: RefuseLine) -> None:
        self._text = text
        self._max = max_bytes
        self._refuse = refuse
        self._again: deque[tuple[int, str]] = deque()
        self._read = 0
        self._size = 0
        self.held: list[tuple[int, str]] = []
        self.taken = 0  # characters, ever

    @property
    def start(self) -> int:
        return self.held[0][0]

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        number, line = self._again.popleft() if self._again else self._next_line()
        self.held.append((number, line))
        self._size += len(line)
        self.taken += len(line)
        if self._size > self._max and len(self.held) > 1:
            raise RecordTooLongError
        return line

    @property
    def waiting(self) -> bool:
        """Whether lines that were put back are still to come."""
        return bool(self._again)

    def begin(self) -> None:
        self.held.clear()
        self._size = 0

    def again(self, lines: Iterable[tuple[int, str]]) -> None:
        self._again.extendleft(reversed(list(lines)))

    def block(self, most: int = _BLOCK_LINES) -> tuple[int, list[str]]:
        """Lines that follow each other, and the number of the first; none at the end. They are not held."""
        found: list[str] = []
        size = 0
        first = self._again[0][0] if self._again else self._read + 1
        while len(found) < most and size < _BLOCK_SIZE:
            try:
                number, line = self._again.popleft() if self._again else self._next_line()
            except StopIteration:
                break
            if number != first + len(found):
                if found:
                    self._again.appendleft((number, line))
                    break
                first = number  # behind lines that were too long
            found.append(line)
            size += len(line)
        self.taken += size
        return first, found

    def _next_line(self) -> tuple[int, str]:
        while True:
            line = self._text.readline(self._max + 1)
            if not line:
                raise StopIteration
            self._read += 1
            if len(line) <= self._max // 4 or self._fits(line):
                return self._read, line
            self._refuse(self._read, "line_too_long", line[:RAW_KEPT])
            while line and not line.endswith("\n"):
                line = self._text.readline(self._max)

    def _fits(self, line: str) -> bool:
        return len(line.rstrip("\n").encode(errors="surrogatepass")) <= self._max
