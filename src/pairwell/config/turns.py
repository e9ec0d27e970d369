"""Who may use the files of a workspace at the same time: many who read and add, or one who takes away."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pairwell.errors import StorageError

TURNS_NAME = "files.lock"


@contextmanager
def files_in_use(hidden: Path) -> Iterator[None]:
    """Nobody takes files of the workspace away meanwhile; `hidden` is its folder `.pairwell`.

    Others may use them too. Waits for whoever takes away. A kill gives the turn back.
    """
    with _locked(hidden, fcntl.LOCK_SH):
        yield


@contextmanager
def files_alone(hidden: Path, *, wait: bool = True) -> Iterator[bool]:
    """Nobody else uses the files of the workspace meanwhile. Not to `wait`: false where somebody does."""
    try:
        with _locked(hidden, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield True
    except BlockingIOError:
        yield False


@contextmanager
def _locked(hidden: Path, how: int) -> Iterator[None]:
    try:
        hidden.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(hidden / TURNS_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StorageError(f"{hidden} cannot be used: {error.strerror}.", hint="Mend the rights.") from error
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
