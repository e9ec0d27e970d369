"""Commands for the people who use the pages: users add, list, role, password, remove, log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines, print_table, when
from pairwell.cli.rollout import Author, author_of
from pairwell.clock import system_clock
from pairwell.errors import UserError

if TYPE_CHECKING:
    from datetime import datetime

    from pairwell.operations.users.store import Role, User

_group = typer.Typer(help="Who may use the pages, and as what.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the user; an e-mail address will do.")]
AsRole = Annotated[str, typer.Option("--role", help="viewer, merchandiser, analyst or admin.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, for scripts.")
]
_UNKNOWN = "command line"  # who did it where the machine does not know


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.add_typer(_group, name="users")


@_group.command()
def add(
    name: Name,
    role: AsRole = "viewer",
    *,
    password_stdin: FromStdin = False,
    author: Author = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Add a user, who signs in to the pages with a password."""
    from pairwell import open as open_workspace
    from pairwell.operations.users.store import NewUser

    wanted = NewUser(name=name, role=_role(role), password=_password(from_stdin=password_stdin))
    with open_workspace(workspace) as shop:
        first = not shop.users.list()
        user = shop.users.add(wanted, author=_by(author), now=system_clock())
    lines = [f"Added {user.name} as {user.role}."]
    if first:
        lines.append("From now on the pages ask everybody to sign in, on this machine too.")
    _tell(user, lines, as_json)


@_group.command(name="list")
def list_users(workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """List the users."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.users.list()
    if as_json:
        print_json({"users": found})
    elif found:
        print_table(
            ("name", "role", "added", "last signed in", "locked until"),
            [
                (one.name, one.role, when(one.created_at), _when(one.signed_in_at), _when(one.locked_until))
                for one in found
            ],
        )
    else:
        print_lines(["No users yet: the pages are open on this machine, unless there are keys."])


@_group.command()
def role(
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="viewer, merchandiser, analyst or admin.")],
    author: Author = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Let a user be something else, from the next request on."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        user = shop.users.give_role(name, _role(role), author=_by(author), now=system_clock())
    _tell(user, [f"{user.name} is {user.role}."], as_json)


@_group.command()
def password(
    name: Name,
    *,
    password_stdin: FromStdin = False,
    author: Author = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Give a user another password; it opens a locked name and signs all their browsers out."""
    from pairwell import open as open_workspace

    wanted = _password(from_stdin=password_stdin)
    with open_workspace(workspace) as shop:
        user = shop.users.set_password(name, wanted, author=_by(author), now=system_clock())
    _tell(user, [f"{user.name} has another password; their browsers are signed out."], as_json)


@_group.command()
def remove(name: Name, author: Author = None, workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Let a user in no more, from the next request on."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        user = shop.users.remove(name, author=_by(author), now=system_clock())
        left = shop.users.list()
    lines = [f"Removed {user.name}."]
    if not left:
        lines.append("No users are left: without keys the pages are open again on this machine.")
    _tell(user, lines, as_json)


@_group.command()
def log(
    limit: Annotated[int, typer.Option("-n", min=1, max=10_000, help="How many of the newest.")] = 50,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Show who changed what, newest first."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = [change for _, change in shop.audit.newest(limit)]
    if as_json:
        print_json({"changes": found})
    elif found:
        rows = [
            (when(one.at), one.author, one.action.replace("_", " "), one.subject, one.detail or None) for one in found
        ]
        print_table(("when", "who", "did", "to", "more"), rows)
    else:
        print_lines(["Nothing was changed yet."])


def _role(text: str) -> Role:
    from pairwell.operations.users.store import ROLES

    for one in ROLES:
        if one == text:
            return one
    raise UserError(f"There is no role {text!r}.", hint=f"Expected one of: {', '.join(ROLES)}.", field="role")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().removesuffix("\n")
    if not sys.stdin.isatty():
        raise UserError("There is no terminal to ask for the password.", hint="Pipe it in with --password-stdin.")
    text: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return text


def _by(author: str | None) -> str:
    return author_of(author) or _UNKNOWN


def _when(at: datetime | None) -> str | None:
    return None if at is None else when(at)


def _tell(user: User, lines: list[str], as_json: bool) -> None:
    if as_json:
        print_json(user)
    else:
        print_lines(lines)
