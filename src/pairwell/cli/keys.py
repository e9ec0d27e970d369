"""Commands for the keys of the online API: keys create, list, revoke, token."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines, print_table
from pairwell.clock import system_clock

if TYPE_CHECKING:
    from pairwell.operations.keys.store import ApiKey, NewKey
    from pairwell.operations.keys.text import KeyKind

_group = typer.Typer(help="Who may use the online API.", no_args_is_help=True)
KeyId = Annotated[str, typer.Argument(metavar="ID", help="Id of a key, as `keys list` shows it.")]


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's token, as `keys token --json` prints it."""

    token: str
    customer_id: str
    minutes: int


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.add_typer(_group, name="keys")


@_group.command()
def create(
    *,
    publishable: Annotated[
        bool, typer.Option("--publishable", help="For pages: decisions and behaviour, from its origins only.")
    ] = False,
    secret: Annotated[bool, typer.Option("--secret", help="For your servers: everything.")] = False,
    origin: Annotated[
        list[str] | None, typer.Option(help="Origin of pages, as https://shop.example; repeat it for more.")
    ] = None,
    name: Annotated[str, typer.Option(help="What it is for; only you see it.")] = "",
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Make a key for the online API, and show it this once."""
    from pairwell import open as open_workspace
    from pairwell.operations.keys.store import Wanted
    from pairwell.operations.keys.text import ENTROPY_BYTES

    wanted = Wanted(kind=_kind(publishable, secret), name=name, origins=origin or [])
    with open_workspace(workspace) as shop:
        made = shop.keys.create(wanted, now=system_clock(), entropy=os.urandom(ENTROPY_BYTES))
    if as_json:
        print_json(made)
        return
    _print_new(made)


@_group.command(name="list")
def list_keys(workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """List every key ever made, without its text."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.keys.list()
    if as_json:
        print_json({"keys": found})
    elif found:
        print_table(("id", "kind", "name", "origins", "made", "revoked"), [_row(key) for key in found])
    else:
        print_lines(["No keys yet: `pairwell serve` runs open, on this machine only."])


@_group.command()
def revoke(key_id: KeyId, workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Let a key count no longer, from the next request on."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        key = shop.keys.revoke(key_id, now=system_clock())
    if as_json:
        print_json(key)
        return
    print_lines([f"{key.key_id} counts no longer, since {key.revoked_at:%Y-%m-%d %H:%M} UTC."])


@_group.command()
def token(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Id of the customer it is for.")],
    minutes: Annotated[int, typer.Option(min=1, max=24 * 60, help="How long it is good for.")] = 60,
    key: Annotated[
        str | None, typer.Option(metavar="ID", help="Secret key to sign with; else the newest that counts.")
    ] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Sign a customer's token, to try what a page with a publishable key may do."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        until = system_clock() + timedelta(minutes=minutes)
        text = shop.keys.sign_customer(customer, until=until, key_id=key)
    if as_json:
        print_json(Token(token=text, customer_id=customer, minutes=minutes))
        return
    print_lines([text])


def _kind(publishable: bool, secret: bool) -> KeyKind:
    if publishable == secret:
        raise typer.BadParameter("Say which: --publishable with --origin, for pages, or --secret, for your servers.")
    return "publishable" if publishable else "secret"


def _print_new(made: NewKey) -> None:
    use = f"pages of {', '.join(made.key.origins)}" if made.key.origins else "your servers; never let it into a page"
    print_lines(
        [
            made.text,
            "",
            f"Keep it now: it is shown this once. It is for {use}.",
            f"Its id is {made.key.key_id}; `pairwell keys revoke {made.key.key_id}` ends it.",
            "It counts from the next request on; requests without a key are refused from then on, on this machine too.",
        ]
    )


def _row(key: ApiKey) -> tuple[object, ...]:
    made, revoked = (None if at is None else f"{at:%Y-%m-%d %H:%M}" for at in (key.created_at, key.revoked_at))
    return key.key_id, key.kind, key.name or None, " ".join(key.origins) or None, made, revoked
