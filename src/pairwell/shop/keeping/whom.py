"""Whom to forget, written down until it is done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import msgspec

from pairwell.config.durable import replace_synced
from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.config.workspace import Workspace
from pairwell.errors import RequestError

_NAME = "forgetting.json"
_LEAST_BYTES = 6


class Whom(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Ids of customers and visitors, also their pseudonyms, and those of their orders that hold one of these."""

    customer_ids: frozenset[str] = frozenset()
    visitor_ids: frozenset[str] = frozenset()
    order_ids: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        """What they are called, be it as customers or as visitors."""
        return self.customer_ids | self.visitor_ids

    def joined(self, other: Whom) -> Whom:
        return Whom(
            customer_ids=self.customer_ids | other.customer_ids,
            visitor_ids=self.visitor_ids | other.visitor_ids,
            order_ids=self.order_ids | other.order_ids,
        )

    def needles(self) -> list[bytes]:
        """The ids as bytes, without those too short to be sought by their bytes."""
        return [one.encode() for one in sorted(self.ids | self.order_ids) if is_long(one)]

    def is_named_by(self, order_id: str) -> bool:
        """Whether the id of an order of theirs tells whose it is.

        A long id tells it anywhere, as in `20260001`; a short one as a word only: 17 is in `c17-3`, not in `117`.
        """
        return any(one in order_id if is_long(one) else _word(one).search(order_id) for one in self.ids)

    def is_in(self, text: str) -> bool:
        """Whether a text that says nothing of what its words are holds one of the ids as a word."""
        return bool(self.ids) and self._words.search(text) is not None

    def without_short(self) -> Whom:
        """Only ids that are told by their letters."""
        return Whom(**{name: frozenset(filter(is_long, ids)) for name, ids in msgspec.structs.asdict(self).items()})

    @cached_property
    def _words(self) -> re.Pattern[str]:
        """No letter, digit or hyphen goes on with it: `c-1-2` is somebody else than `c-1`."""
        apart = (rf"(?<![\w-]){re.escape(one)}(?![\w-])" for one in sorted(self.ids | self.order_ids))
        return re.compile("|".join(apart), re.ASCII)

    def names(self) -> Iterator[str]:
        """As people are called in the journal."""
        yield from (f"c:{one}" for one in sorted(self.customer_ids))
        yield from (f"v:{one}" for one in sorted(self.visitor_ids))


def is_long(one_id: str) -> bool:
    """Whether an id is told by its letters alone; shorter ones are everywhere by chance."""
    return len(one_id.encode()) >= _LEAST_BYTES


def named(workspace: Workspace, one_id: str, *, visitor: bool) -> Whom:
    """A visitor, or a customer by the shop's own id together with the pseudonym that it may be kept under."""
    if not one_id:
        raise RequestError("No id is given.", hint="Name the customer as the shop does.", field="customer_id")
    if visitor:
        return Whom(visitor_ids=frozenset([one_id]))
    ids = {one_id}
    if workspace.pseudonym_key.exists():
        ids.add(pseudonym_of(read_secret(workspace), one_id))
    return Whom(customer_ids=frozenset(ids))


def left_over(workspace: Workspace) -> Whom:
    """Whom a run that was killed did not finish forgetting."""
    path = _plan(workspace)
    return msgspec.json.decode(path.read_bytes(), type=Whom) if path.exists() else Whom()


def write_down(workspace: Workspace, whom: Whom) -> None:
    """Remember `whom` until `finish`: what says whose a visitor is goes before all of that visitor has gone."""
    replace_synced(_plan(workspace), msgspec.json.encode(whom))


def finish(workspace: Workspace) -> None:
    """Everything of them is gone."""
    _plan(workspace).unlink(missing_ok=True)


def _plan(workspace: Workspace) -> Path:
    return workspace.hidden / _NAME


def _word(one_id: str) -> re.Pattern[str]:
    """The id where no letter goes on with its letters, and no digit with its digits."""
    before, after = (_kind(edge) for edge in (one_id[0], one_id[-1]))
    return re.compile(f"(?<!{before}){re.escape(one_id)}(?!{after})")


def _kind(letter: str) -> str:
    return r"\d" if letter.isdigit() else r"[^\W\d_]"
