"""What a failure that nobody foresaw prints, and where its trace is kept."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from pairwell import __version__
from pairwell.config.workspace import find_workspace
from pairwell.errors import PairwellError

DEBUG_NAME = "PAIRWELL_DEBUG"
_OPTION = "--workspace"


def tell_unforeseen(
    error: Exception, now: datetime, words: Sequence[str], environment: Mapping[str, str] = os.environ
) -> Iterator[str]:
    """Keep the trace of `error` and say in a line that it is a fault of ours, in another where the trace is.

    It is kept in the workspace that `words` and `environment` name, else among the machine's temporary files; where
    neither can be written, or `PAIRWELL_DEBUG` is set, the trace itself is said. `words` are those of the command.
    """
    said = "".join(traceback.format_exception_only(error)).strip().splitlines()[0]
    kept = _keep(error, now, _folders(words, environment))
    yield f"Error: Pairwell itself failed; neither your data nor your command is to blame: {said}"
    if kept is None or environment.get(DEBUG_NAME):
        yield _trace(error)
    if kept is None:
        yield "  Please report it with the trace above: it could not be written to any file."
    else:
        yield f"  Please report it with the trace in {kept} (read it first: it may name things of your shop)."


def _folders(words: Sequence[str], environment: Mapping[str, str]) -> Iterator[Path]:
    with suppress(PairwellError, OSError):  # without a workspace the next folder keeps it
        yield find_workspace(_named(words), environment).faults
    yield Path(tempfile.gettempdir())


def _named(words: Sequence[str]) -> Path | None:
    for place, word in enumerate(words):
        if word == _OPTION and place + 1 < len(words):
            return Path(words[place + 1])
        if word.startswith(f"{_OPTION}="):
            return Path(word.removeprefix(f"{_OPTION}="))
    return None


def _keep(error: Exception, now: datetime, folders: Iterator[Path]) -> Path | None:
    """The first file that could be written."""
    for folder in folders:
        path = folder / f"pairwell-{now:%Y%m%d-%H%M%S}-{os.getpid()}.txt"
        try:
            folder.mkdir(exist_ok=True)
            path.write_text(_trace(error), encoding="utf-8")
        except OSError:
            continue
        return path
    return None


def _trace(error: Exception) -> str:
    made_with = f"pairwell {__version__}, Python {platform.python_version()}, {sys.platform}"
    return f"{made_with}\n\n{''.join(traceback.format_exception(error))}"
