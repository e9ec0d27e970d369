"""Work that counts only if the keys, by which it was let in, are still the same when it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from pairwell.errors import JournalError
from pairwell.operations.keys.store import KeyStore
from pairwell.serve.online.access.keyring import KeysUnreadError

J = TypeVar("J")
R = TypeVar("R")


class KeysMovedError(Exception):
    """The keys have changed since the request was let in: whether it may still come in is to be looked at anew."""


class LetIn(NamedTuple, Generic[J]):
    """A job, and the epoch of the keys by which it was let in."""

    job: J
    epoch: int


def by_current_keys(
    store: KeyStore, work: Callable[[Sequence[J]], Sequence[R | Exception]]
) -> Callable[[Sequence[LetIn[J]]], list[R | Exception]]:
    """`work` for those of a group whose keys are still the same, `KeysMovedError` for the others.

    One look for a group, on the thread that does the work: a look of its own for each request would cost a change of
    threads. Raises `KeysUnreadError`, and what `work` raises.
    """

    def run(group: Sequence[LetIn[J]]) -> list[R | Exception]:
        try:
            epoch = store.read_epoch()
        except JournalError as error:
            raise KeysUnreadError from error
        current = [one.job for one in group if one.epoch == epoch]
        done = iter(work(current) if current else ())
        return [next(done) if one.epoch == epoch else KeysMovedError() for one in group]

    return run
