"""Users and keys: who may do what, and who did it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pairwell.clock import system_clock
from pairwell.errors import RequestError
from pairwell.operations.keys.store import ApiKey
from pairwell.operations.users.audit import Change
from pairwell.operations.users.passwords import LEAST
from pairwell.operations.users.store import ROLES, NewUser, Role, User
from pairwell.said import phrase
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.view import Act, Done, Fields, View
from pairwell.serve.pages.visitors import Visitor

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_CHANGES = 50


class OwnAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A user's own account."""

    least: int = LEAST  # characters of a password


class UsersAndKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The users, the keys and the newest changes."""

    users: list[User]
    roles: tuple[Role, ...]
    keys: list[ApiKey]
    changes: list[Change]


def make_users(shop: Shop, _: Fields) -> UsersAndKeys:
    """Who may do what now."""
    changes = [change for _, change in shop.audit.newest(_CHANGES)]
    return UsersAndKeys(users=shop.users.list(), roles=ROLES, keys=shop.keys.list(), changes=changes)


def _add(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    wanted = NewUser(name=fields["name"], role=_role(fields["role"]), password=fields["password"])
    user = shop.users.add(wanted, author=visitor.name, now=system_clock())
    return Done(said=phrase("Added {name} as {role}.", name=user.name, role=user.role), to=USERS.path)


def _give_role(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    user = shop.users.give_role(fields["name"], _role(fields["role"]), author=visitor.name, now=system_clock())
    return Done(said=phrase("{name} is {role} now.", name=user.name, role=user.role), to=USERS.path)


def _remove(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    if fields["name"] == visitor.name:
        raise RequestError(phrase("Nobody removes themselves."), hint=phrase("Let another admin do it."), field="name")
    user = shop.users.remove(fields["name"], author=visitor.name, now=system_clock())
    return Done(said=phrase("Removed {name}.", name=user.name), to=USERS.path)


def _set_own_password(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    now = system_clock()
    if visitor.role is None or shop.users.sign_in(visitor.name, fields["password"], now=now) is None:
        raise RequestError(phrase("The present password is another."), field="password")
    shop.users.set_password(visitor.name, fields["new_password"], author=visitor.name, now=now)
    return Done(said=phrase("The password is changed. Sign in with it."), to="/sign-in")


def _revoke(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    now = system_clock()
    key = shop.keys.revoke(fields["key_id"], now=now)
    shop.audit.add(Change(at=now, author=visitor.name, action="key_revoked", subject=key.key_id))
    return Done(said=phrase("{key_id} counts no longer.", key_id=key.key_id), to=USERS.path)


def _role(text: str) -> Role:
    if text not in ROLES:
        raise RequestError(
            phrase("There is no role {text}; expected one of: {roles}.", text=repr(text[:50]), roles=", ".join(ROLES)),
            field="role",
        )
    return text


USERS = View(
    path="/users",
    label=sentence("Users and keys"),
    about=sentence("Who may do what, and who changed what."),
    group="setup",
    template="users.html",
    record=UsersAndKeys,
    make=make_users,
    right="govern",
)
ACCOUNT = View(
    path="/account",
    label=sentence("Your account"),
    about=sentence("Your password."),
    group="setup",
    template="account.html",
    record=OwnAccount,
    make=lambda _shop, _fields: OwnAccount(),
)
ACTS = (
    Act(path="/users/add", right="govern", fields=("name", "role", "password"), do=_add),
    Act(path="/users/role", right="govern", fields=("name", "role"), do=_give_role),
    Act(path="/users/remove", right="govern", fields=("name",), do=_remove),
    Act(path="/users/password", right="read", fields=("password", "new_password"), do=_set_own_password),
    Act(path="/keys/revoke", right="govern", fields=("key_id",), do=_revoke),
)
