"""Other settings tried on what an open workspace has logged."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import tomli_w

from pairwell.backtest.whatif.again import Other, open_past
from pairwell.backtest.whatif.outcomes import Till
from pairwell.backtest.whatif.simulate import Asked, Logged, Simulated, simulate
from pairwell.config.document import compact_settings, parse_settings
from pairwell.config.progress import Advance
from pairwell.config.published import compare_settings, settings_hash
from pairwell.config.settings import Settings
from pairwell.decide.replay import Archive
from pairwell.errors import RequestError, SettingsError
from pairwell.facts.past import PastItems
from pairwell.journal.past import count_told, find_decisions, read_decisions
from pairwell.model.model import Model
from pairwell.model.store import load_model
from pairwell.operations.database import Database

if TYPE_CHECKING:
    from pairwell.shop.parts import Parts

_LIVE = "live"


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """An open workspace, with what of it nobody else asks for."""

    shop: Parts
    database: Database
    archive: Archive


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """Which logged requests are tried, and how their outcomes are counted."""

    since: datetime | None = None
    until: datetime | None = None
    newest: int | None = None  # of those in that time
    model: str | None = None  # "live", or the id of one; None: for each request that of then
    window_h: float = 24.0  # hours after a request in which an order is its outcome


def simulate_settings(opened: Opened, path: Path, asked: Simulation, *, now: datetime, advance: Advance) -> Simulated:
    """Try the settings of a file on logged requests. Raises `SettingsError`, `EvidenceError` or `NoModelError`."""
    shop = opened.shop
    if asked.window_h <= 0:
        raise RequestError(
            f"A window of {asked.window_h:g} hours holds no order.", hint="Write window_h=24.", field="window_h"
        )
    live = shop.published.settings
    settings = read_other(path, live)
    shop.keeping.compact()  # orders that events told of are outcomes
    database, items = opened.database, PastItems(opened.database)
    found = find_decisions(database, since=asked.since, until=asked.until, newest=asked.newest)
    return simulate(
        Logged(decisions=read_decisions(database, found), number=len(found), told=count_told(database, found)),
        Asked(
            other=Other(name=settings_hash(settings), settings=settings, model=_model(shop, asked.model)),
            changes=compare_settings(live, settings),
            past=open_past(opened.archive, items, shop.facts),
            till=Till(
                dataset=shop.dataset,
                database=database,
                items=items,
                shop=live.shop,
                window=timedelta(hours=asked.window_h),
                now=now,
            ),
        ),
        advance=advance,
    )


def read_other(path: Path, live: Settings) -> Settings:
    """The settings of a file; what it does not name is as in the live ones. Raises `SettingsError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.",
            hint="Name a TOML file such as pairwell.toml, whole or in part.",
        ) from error
    return lay_over(text, live, source=path.name)


def lay_over(text: str, live: Settings, *, source: str) -> Settings:
    """The settings that stand in `text`, laid over the live ones; `source` is what errors call it."""
    try:
        own = tomllib.loads(text)
        both = tomli_w.dumps(_laid_over(tomllib.loads(compact_settings(live)), own))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source} is not valid TOML: {error}.", hint="Mend that line.") from error
    try:
        return parse_settings(both, source=source)
    except SettingsError:
        parse_settings(text, source=source)  # where the mistake is in the file itself, it knows the line
        raise


def _laid_over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are laid over each other name by name; lists and values are replaced."""
    return dict(under) | {
        name: _laid_over(under[name], value) if isinstance(value, dict) and isinstance(under.get(name), dict) else value
        for name, value in over.items()
    }


def _model(shop: Parts, name: str | None) -> Model | None:
    if name is None:
        return None
    return load_model(shop.workspace.models, None if name == _LIVE else name)
