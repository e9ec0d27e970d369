"""Files that are there whole or not at all."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from pairwell.errors import StorageError

_OWN = 0o600  # for the eyes of who wrote it alone


@contextmanager
def writing(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """A stream into `path`, which is replaced when all is written; two that write at once do not mix.

    `private`: nobody else may read the file. Raises `StorageError` where the disk refuses.
    """
    draft = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".draft", dir=path.parent)
        draft = Path(name)
        with os.fdopen(handle, "wb") as stream:
            yield stream
        draft.chmod(_OWN if private else 0o666 & ~_mask())
        draft.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.", hint="Name another file.") from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def _mask() -> int:
    """What new files are closed to, as the process has it; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@contextmanager
def as_text(stream: BinaryIO) -> Iterator[TextIO]:
    """The stream for text in UTF-8, whose line ends stay as they are written."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield text
        text.flush()
    finally:
        text.detach()
