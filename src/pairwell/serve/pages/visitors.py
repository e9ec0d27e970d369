"""Whoever looks at the pages: by which name, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

from pairwell.operations.users.sessions import Holder
from pairwell.operations.users.store import Role
from pairwell.said import listed, phrase
from pairwell.serve.online.faults import Fault, Refused
from pairwell.serve.pages.speaking import sentence

Right = Literal["read", "curate", "experiment", "govern"]
_ALL: Final[frozenset[Right]] = frozenset(get_args(Right))
#: What each role may do: read everything but users and keys; say what goes with what; run experiments; all of it.
RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    "viewer": frozenset({"read"}),
    "merchandiser": frozenset({"read", "curate"}),
    "analyst": frozenset({"read", "experiment"}),
    "admin": _ALL,
}
_NEEDS: Final[Mapping[Right, str]] = {
    "read": "viewer",
    "curate": "merchandiser",
    "experiment": "analyst",
    "govern": "admin",
}


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. `token` is what their forms carry; None where nobody is signed in, or a program asks with a key."""

    name: str  # as logs have it
    rights: frozenset[Right]
    role: Role | None = None  # of a user
    token: str | None = None

    def may(self, right: Right) -> bool:
        """Whether they may do it."""
        return right in self.rights

    def require(self, right: Right) -> None:
        """Raise `Refused` (403) unless they may do it."""
        if not self.may(right):
            roles = listed(list(dict.fromkeys([_NEEDS[right], "admin"])), "or")
            message = phrase("{name} may not do this: it takes the role {roles}.", name=self.name, roles=roles)
            hint = phrase("Ask an admin to change the role on the page of users.")
            raise Refused(403, Fault(code="role_missing", message=message, hint=hint))


#: Where nobody has to say who they are.
ANYBODY: Final = Visitor(name=sentence("this machine"), rights=_ALL)
NOBODY: Final = Visitor(name="nobody", rights=frozenset())


def of_key(key_id: str, token: str | None = None) -> Visitor:
    """Whoever holds a secret key may do everything."""
    return Visitor(name=key_id, rights=_ALL, token=token)


def of_holder(holder: Holder, token: str) -> Visitor:
    """Whoever has signed in."""
    if holder.user is None:
        return of_key(holder.key_id or "", token)
    user = holder.user
    return Visitor(name=user.name, rights=RIGHTS[user.role], role=user.role, token=token)
