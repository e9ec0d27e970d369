"""The command that reckons a loyalty programme: loyalty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace
from pairwell.cli.reporting import Format, Language
from pairwell.cli.telling import AsFormat, Out, Since, Spoken, Until, Way, find, tell

if TYPE_CHECKING:
    from pairwell.advise.loyalty import ProgrammeSheet
    from pairwell.shop.face import Shop


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(loyalty)


def loyalty(
    *,
    bonus: Annotated[str, typer.Option(metavar="AMOUNT", help="What a bonus takes off the next purchase: 5.00.")],
    purchases: Annotated[int, typer.Option(min=1, max=1_000, help="So many purchases earn a bonus.")] = 5,
    least: Annotated[
        str, typer.Option(metavar="AMOUNT", help="A smaller purchase neither earns nor takes a bonus.")
    ] = "0",
    expires_days: Annotated[int, typer.Option(min=1, max=3_650, help="Days until a bonus expires.")] = 180,
    since: Since = None,
    until: Until = None,
    form: AsFormat = Format.table,
    language: Spoken = Language.en,
    out: Out = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """What a loyalty programme would have cost on your orders, and what it must bring to pay for itself."""
    way = Way(form, language, out, as_json=as_json)
    asked = {"bonus": bonus, "purchases": f"{purchases}", "least": least, "expires_days": f"{expires_days}"}

    def look(shop: Shop) -> ProgrammeSheet:
        from pairwell.shop.rewarding import read_programme

        programme = read_programme(asked, shop.published.settings.shop.currency)
        return shop.loyalty(programme, since, until)

    _tell(find(workspace, look), way)


def _tell(found: ProgrammeSheet, way: Way) -> None:
    from pairwell.report.loyalty import programme_report

    tell(found, way, programme_report)
