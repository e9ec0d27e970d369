"""What is live of things published in a folder, what a share of the customers gets first, and how that came about."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from pairwell.config.durable import replace_synced

CURRENT = "current"  # the name of what is live; below it, in JSON, how that came about
LOG = "log.jsonl"  # what stood before, oldest first
Did = Literal["published", "shared", "withdrawn", "rolled_back"]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Who changed something, when and why, as far as that was said."""

    at: datetime | None = None
    author: str | None = None
    reason: str | None = None


UNSAID = Act()


class Experiment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a share of the customers gets something for: to be compared with the others."""

    name: str
    metrics: Sequence[str]
    ends: datetime | None = None  # as planned


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What everybody gets, what a share of the customers gets first, and what was done last."""

    live: str
    before: str | None = None  # what was live before
    canary: str | None = None  # what the share gets
    share: float = 0.0
    did: Did = "published"
    what: str | None = None  # what it was done with
    at: datetime | None = None
    author: str | None = None
    reason: str | None = None
    experiment: Experiment | None = None  # for which the share gets it; until the next entry of the log


def read_standing(folder: Path) -> Standing | None:
    """How things stand; None before the first was published. Raises `OSError` and `UnicodeDecodeError`."""
    try:
        text = (folder / CURRENT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    name, _, told = text.partition("\n")
    known = _decoded(told)
    # Where somebody wrote another name by hand, that counts, and nothing is known of it.
    return known if known is not None and known.live == name.strip() else Standing(live=name.strip())


def change_standing(folder: Path, change: Callable[[Standing | None], Standing]) -> Standing:
    """Let `change` say what stands next, while nobody else does; whole or not at all, whatever happens.

    Where nothing changes nothing is written. Raises `OSError`, and what `change` raises.
    """
    with _alone(folder):
        before = read_standing(folder)
        after = change(before)
        if before is not None and _state(before) == _state(after):
            return before
        if before is not None and (log := _read_log(folder))[-1:] != [before]:
            # First: a kill between the two leaves what stands in the log already, and that is seen then.
            replace_synced(folder / LOG, b"".join(map(_line, (*log, before))), draft=_new_draft(folder))
        replace_synced(folder / CURRENT, f"{after.live}\n".encode() + _line(after), draft=_new_draft(folder))
        return after


def read_log(folder: Path) -> list[Standing]:
    """Everything that was done, oldest first; the last is what stands now. Raises `OSError`."""
    log, now = _read_log(folder), read_standing(folder)
    return log if now is None or log[-1:] == [now] else [*log, now]


def put_live(before: Standing | None, name: str, act: Act, *, keep_canary: bool = False) -> Standing:
    """`name` for everybody. A roll-out of it is over; of something else only where it shall not be kept."""
    if before is None:
        return Standing(live=name, what=name, **_said(act))
    kept = keep_canary and before.canary not in {None, name}
    return Standing(
        live=name,
        before=before.before if before.live == name else before.live,
        canary=before.canary if kept else None,
        share=before.share if kept else 0.0,
        what=name,
        **_said(act),
    )


def put_first(before: Standing, name: str, share: float, act: Act, *, experiment: Experiment | None = None) -> Standing:
    """`name` for a share of the customers."""
    stays = Standing(live=before.live, before=before.before, canary=name, share=share, **_said(act))
    return msgspec.structs.replace(stays, did="shared", what=name, experiment=experiment)


def withdraw(before: Standing, act: Act) -> Standing:
    """What is live for everybody."""
    stays = Standing(live=before.live, before=before.before, **_said(act))
    return msgspec.structs.replace(stays, did="withdrawn", what=before.canary)


def roll_back(before: Standing, act: Act) -> Standing:
    """What was live before; a second time undoes the first."""
    assert before.before is not None, "the caller says what that means where there was nothing"
    back = Standing(live=before.before, before=before.live, **_said(act))
    return msgspec.structs.replace(back, did="rolled_back", what=before.before)


def _said(act: Act) -> dict[str, Any]:
    return msgspec.structs.asdict(act)


def _state(standing: Standing) -> tuple[str, str | None, str | None, float]:
    return standing.live, standing.before, standing.canary, standing.share


def _read_log(folder: Path) -> list[Standing]:
    try:
        text = (folder / LOG).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [known for line in text.splitlines() if (known := _decoded(line)) is not None]


def _decoded(line: str) -> Standing | None:
    try:
        return msgspec.json.decode(line, type=Standing)
    except msgspec.DecodeError:
        return None


def _line(standing: Standing) -> bytes:
    return msgspec.json.encode(standing) + b"\n"


def _new_draft(folder: Path) -> Path:
    return folder / f".draft-{os.getpid()}-{os.urandom(8).hex()}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
