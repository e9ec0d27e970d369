"""Reports of an open workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from pairwell.config.explaining import name_neighbours
from pairwell.config.published import load_settings
from pairwell.config.turns import files_in_use
from pairwell.config.workspace import Workspace
from pairwell.dataset.sweeping import sweep_sums
from pairwell.engines.engine import storage_failures
from pairwell.errors import ModelBrokenError, NoModelError, NotFoundError, RequestError
from pairwell.ingest.quarantine import count_reasons
from pairwell.measure.sales.lines import History
from pairwell.measure.sales.orders import kept_orders
from pairwell.model.store import current_model, read_manifest
from pairwell.operations.database import Database
from pairwell.report.asking import Asked, Health
from pairwell.report.record import Report
from pairwell.report.reports import REPORTS
from pairwell.said import phrase
from pairwell.shop.asking import read_text
from pairwell.shop.fates import fate_beside

if TYPE_CHECKING:
    from pairwell.shop.parts import Parts


_NO_GOODS = "not_goods"  # why postage, fees and tips are refused: nobody sells them with anything


class Question(msgspec.Struct, frozen=True):
    """Which report of which period, and sliced by what; moments without a zone are of the shop's."""

    name: str
    since: datetime | None
    until: datetime | None
    by: str | None


def find_report(shop: Parts, database: Database, question: Question, *, now: datetime, carry: bool = True) -> Report:
    """The report asked for, from all that files and events told; without `carry` as of what is in the dataset already.

    Raises `NotFoundError` naming the reports there are, `RequestError` for a wrong period or segment.
    """
    name = read_text(question.name, "name", "overview")
    if name not in REPORTS:
        message = phrase("There is no report {name}.", name=repr(name[:80]))
        raise NotFoundError(message, hint=name_neighbours(name, REPORTS), field="name")
    settings = shop.published.settings
    since, until = (
        read_local(moment, field, settings.shop.timezone)
        for moment, field in ((question.since, "since"), (question.until, "until"))
    )
    by = None if question.by is None else read_text(question.by, "by", "channel")
    if carry:
        shop.keeping.compact()
    asked = Asked(
        dataset=shop.measured,
        database=database,
        settings=settings,
        now=now,
        since=since,
        until=until,
        by=by,
        settings_of=lambda name: load_settings(shop.workspace, name).settings,
        health=lambda: _health(shop.workspace),
        fate_of=lambda anchor_id, item_id: fate_beside(shop, anchor_id, item_id, now),
    )
    with files_in_use(shop.workspace.hidden):
        report = REPORTS[name](asked)
    sweep_sums(shop.workspace)
    return report


def keep_sums(shop: Parts) -> None:
    """Work out the sums of all orders, which reports of any period read sooner than orders, unless they are kept.

    Raises `StorageError`.
    """
    history = History(dataset=shop.measured, snapshot=shop.measured.newest(), shop=shop.published.settings.shop)
    if history.snapshot.tables.get("orders"):
        with files_in_use(shop.workspace.hidden), storage_failures():
            kept_orders(history, make=True)
        sweep_sums(shop.workspace)


def _health(workspace: Workspace) -> Health:
    learned_to, broken = None, None
    try:
        learned_to = read_manifest(workspace.models, current_model(workspace.models)).as_of
    except ModelBrokenError as error:
        broken = error.message
    except NoModelError:
        pass
    reasons = count_reasons(workspace)
    no_goods = reasons[_NO_GOODS]
    return Health(refused=reasons.total(), no_goods=no_goods, learned_to=learned_to, broken=broken)


def read_local(moment: object, field: str, zone: str) -> datetime | None:
    """A moment in UTC; of the shop's time zone where it names none. Raises `RequestError`."""
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        raise RequestError(
            f"`{field}` is of the type {type(moment).__name__}; expected a moment.",
            hint="Write datetime(2026, 1, 31).",
            field=field,
        )
    named = moment.replace(tzinfo=ZoneInfo(zone)) if moment.tzinfo is None else moment
    try:
        return named.astimezone(UTC)
    except OverflowError as error:
        raise RequestError(
            phrase("`{field}` lies beyond any calendar.", field=field), hint=phrase("Name a nearer year."), field=field
        ) from error
