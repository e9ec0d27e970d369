"""Files that are there whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from pairwell.errors import StorageError


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A stream into `path`, which is replaced when all is written. Raises `StorageError` where the disk refuses."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("wb") as stream:
            yield stream
        draft.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.", hint="Name another file.") from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def as_text(stream: BinaryIO) -> Iterator[TextIO]:
    """The stream for text in UTF-8, whose line ends stay as they are written."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield text
        text.flush()
    finally:
        text.detach()
