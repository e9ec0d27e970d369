"""Whom to forget, written down until it is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from pairwell.config.durable import replace_synced
from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.config.workspace import Workspace
from pairwell.errors import RequestError

_NAME = "forgetting.json"
_LEAST_BYTES = 6  # of an id that is sought in raw bytes: shorter ones are everywhere by chance


class Whom(msgspec.Struct, frozen=True, kw_only=True):
    """Ids of customers and visitors, also their pseudonyms."""

    customer_ids: frozenset[str] = frozenset()
    visitor_ids: frozenset[str] = frozenset()

    def joined(self, other: Whom) -> Whom:
        return Whom(
            customer_ids=self.customer_ids | other.customer_ids, visitor_ids=self.visitor_ids | other.visitor_ids
        )

    def needles(self) -> list[bytes]:
        """The ids as bytes, without those too short to be sought by their bytes."""
        ids = sorted(self.customer_ids | self.visitor_ids)
        return [one.encode() for one in ids if len(one.encode()) >= _LEAST_BYTES]

    def names(self) -> Iterator[str]:
        """As people are called in the journal."""
        yield from (f"c:{one}" for one in sorted(self.customer_ids))
        yield from (f"v:{one}" for one in sorted(self.visitor_ids))


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
