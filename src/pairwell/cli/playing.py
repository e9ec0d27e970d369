"""The command that decides a request only to look at it: playground."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from pairwell.cli.output import AsJson, InWorkspace, print_json, print_lines
from pairwell.clock import system_clock

_MINUTE = "%Y-%m-%dT%H:%M"


def register(app: typer.Typer) -> None:
    """Add this file's command to `app`."""
    app.command()(playground)


def playground(
    *,
    placement: Annotated[str, typer.Option(help="Where the offers would appear: product, cart, checkout, …")] = "cart",
    item: Annotated[
        list[str] | None, typer.Option(help="An item in the cart, or looked at; repeat it for more.")
    ] = None,
    customer: Annotated[str | None, typer.Option(help="Who would ask.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, max=50, help="Offers at most.")] = None,
    locale: Annotated[str, typer.Option(help="Language of the reasons: en, ru, pl.")] = "en",
    at: Annotated[
        datetime | None, typer.Option(formats=[_MINUTE], help="A minute in the shop's time; else now.")
    ] = None,
    draw: Annotated[int, typer.Option(min=1, help="Another number draws the places anew.")] = 1,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another value of a setting; repeat it for more."),
    ] = None,
    rule_off: Annotated[list[str] | None, typer.Option(help="The name of a rule that is left out.")] = None,
    cap_off: Annotated[list[str] | None, typer.Option(help="The name of a cap that is left out.")] = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Decide a request without keeping anything of it, and say what changed settings would do to it."""
    from pairwell import open as open_workspace
    from pairwell.records import DecisionRequest
    from pairwell.shop.asking import read_asked
    from pairwell.shop.playing.changes import Wanted
    from pairwell.shop.playing.play import Play

    wanted = Wanted(settings=dict(map(_change, change or [])), rules_off=rule_off or [], caps_off=cap_off or [])
    asked = {"placement": placement, "customer_id": customer, "locale": locale, "limit": limit}
    request = read_asked({**asked, **_items(item or [], placement)}, DecisionRequest)
    with open_workspace(workspace) as shop:
        moment = _moment(at, shop.published.settings.shop.timezone)
        played = shop.play(Play(request=request, at=moment, draw=draw, wanted=wanted))
    print_json(played) if as_json else print_lines(played.lines())


def _items(items: list[str], placement: str) -> dict[str, object]:
    """What is looked at on the page of an item; elsewhere it is in the cart."""
    return {"viewed": items} if placement == "product" else {"cart": [{"item_id": one} for one in items]}


def _moment(at: datetime | None, timezone: str) -> datetime:
    if at is None:
        return system_clock().replace(second=0, microsecond=0)
    return at.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def _change(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.strip() and equals):
        raise typer.BadParameter(f"{text!r} is no NAME=VALUE, such as guards.add_on_price_share=0.6.")
    return name.strip(), value.strip()
