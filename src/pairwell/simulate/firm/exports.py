"""The files that such a firm would export, in the words of `pairwell ingest`: one for each table."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from pairwell.errors import StorageError
from pairwell.plans import Plan
from pairwell.simulate.firm.accounts import INDUSTRIES, REGIONS, REPS
from pairwell.simulate.firm.contracts import contracts, signed_up
from pairwell.simulate.firm.metering import usage
from pairwell.simulate.firm.price_list import PRICE_LIST
from pairwell.simulate.firm.renewing import renewal_month, renews_soon, review_month
from pairwell.simulate.firm.stories import BENEFITS, STORIES
from pairwell.simulate.firm.temper import LATER
from pairwell.simulate.firm.truth import Truth
from pairwell.simulate.firm.voices import feedback, looks, needs
from pairwell.simulate.firm.world import Firm

_LISTED = "2023-01-01"  # since when the price list holds
_BANDS = ((10, "1-10"), (50, "11-50"), (200, "51-200"), (1_000, "201-1000"))
_LARGEST = "1001+"
_HEADERS = {
    "items": ("item_id", "title", "kind", "category", "family", "tier", "price", "cost", "purpose"),
    "plans": (
        "plan_id", "valid_from", "kind", "family", "tier", "title", "fee", "period", "seats_included", "seats_max",
        "seat_price", "meters", "features", "min_term_months", "prorated", "purpose", "requires", "cost",
    ),
    "accounts": (
        "account_id", "valid_from", "industry", "employees", "size", "region", "countries", "owner", "stage", "payment",
        "champion", "last_answer", "later_until", "signed_up", "next_review", "renewal",
    ),
    "subscriptions": ("subscription_id", "account_id", "plan_id", "started_at", "ended_at", "seats", "is_trial"),
    "usage": ("account_id", "meter", "at", "quantity"),
    "needs": ("customer_id", "need", "since", "how"),
    "feedback": ("customer_id", "kind", "at", "score", "text"),
    "events": ("at", "type", "item_id", "customer_id"),
    "benefits": ("feature", "meter", "minutes", "money", "text"),
    "stories": ("story_id", "locale", "industry", "need", "use", "text"),
}  # fmt: skip


def write_firm(firm: Firm, folder: Path) -> dict[str, Path]:
    """Write a CSV file for each table into `folder`, which is made where it is missing; the files by table.

    They stand in the order in which they are best taken in. Money is in whole units, net; moments are UTC.
    `StorageError` where the folder cannot be written.
    """
    paths = {table: folder / f"{table}.csv" for table in _HEADERS}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table, path in paths.items():
            _write(path, _HEADERS[table], _ROWS[table](firm))
    except OSError as error:
        raise StorageError(
            f"The simulated firm cannot be written to {folder}: {error.strerror}.",
            hint="Choose a folder you may write to.",
        ) from error
    return paths


def write_truth(truth: Truth, path: Path) -> None:
    """Write what is right for each account as JSON, a list. `StorageError` where the file cannot be written."""
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(list(truth.accounts.values())), indent=1))
    except OSError as error:
        raise StorageError(f"The truth cannot be written to {path}: {error.strerror}.") from error


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _usage(firm: Firm) -> Iterator[tuple[object, ...]]:
    return ((one.account_id, one.meter, _moment(one.at), one.quantity) for one in usage(firm))


def _needs(firm: Firm) -> Iterator[tuple[object, ...]]:
    return ((one.account_id, one.need, _moment(one.since), "said") for one in needs(firm))


def _feedback(firm: Firm) -> Iterator[tuple[object, ...]]:
    return ((*one[:2], _moment(one.at), _or_empty(one.score), one.text) for one in feedback(firm))


def _events(firm: Firm) -> Iterator[tuple[object, ...]]:
    return ((_moment(one.at), "view", one.plan_id, one.account_id) for one in looks(firm))


def _benefits(_: Firm) -> Iterator[tuple[object, ...]]:
    return ((*one[:2], _or_empty(one.minutes), _money(one.money_minor), one.text) for one in BENEFITS)


def _plans(_: Firm) -> Iterator[tuple[object, ...]]:
    return (_plan(plan) for plan in PRICE_LIST)


def _items(_: Firm) -> Iterator[tuple[object, ...]]:
    """The price list as a catalogue: what is subscribed to is something that can be offered."""
    for plan in PRICE_LIST:
        category = "Add-ons" if plan.kind == "add_on" else "Plans"
        fee, cost = _money(plan.fee_minor), _money(plan.cost_minor)
        yield plan.plan_id, plan.title, "plan", category, plan.family, plan.tier, fee, cost, plan.purpose


def _plan(plan: Plan) -> tuple[object, ...]:
    return (
        plan.plan_id, _LISTED, plan.kind, plan.family, plan.tier, plan.title, _money(plan.fee_minor), plan.period,
        _or_empty(plan.seats_included), _or_empty(plan.seats_max), _money(plan.seat_minor), _json(plan.meters),
        _json(plan.features), plan.min_term_months, "yes" if plan.prorated else "no", plan.purpose,
        _json(plan.requires), _money(plan.cost_minor),
    )  # fmt: skip


def _subscriptions(firm: Firm) -> Iterator[tuple[object, ...]]:
    for number, one in enumerate(contracts(firm), start=1):
        ended = "" if one.ended_at is None else _moment(one.ended_at)
        trial = "yes" if one.is_trial else "no"
        yield f"S{number:06d}", *one[:2], _moment(one.started_at), ended, _or_empty(one.seats), trial


def _accounts(firm: Firm) -> Iterator[tuple[object, ...]]:
    renewals, reviews = renewal_month(firm), review_month(firm)
    told = f"{firm.size.history_end - timedelta(days=1):%Y-%m-%d}"
    for place in np.flatnonzero(firm.holding.there.any(axis=0)).tolist():
        who = firm.accounts
        yield (
            who.ids[place], told, INDUSTRIES[who.industry[place]].name,
            who.employees[place], _band(who.employees[place]),
            REGIONS[who.region[place]], who.countries[place], REPS[who.owner[place]], _stage(firm, place),
            "late" if firm.temper.late[-1, place] else "on time",
            "left" if firm.temper.gone[-1, place] else "there", *_last_answer(firm, place),
            f"{signed_up(firm, place):%Y-%m-%d}",
            *(f"{firm.size.month_start(int(month[place])):%Y-%m-%d}" for month in (reviews, renewals)),
        )  # fmt: skip


def _stage(firm: Firm, place: int) -> str:
    if place not in firm.customers:
        return "closed"
    if firm.temper.onboarding[-1, place]:
        return "onboarding"
    return "renewing" if renews_soon(firm)[place] else "live"


def _last_answer(firm: Firm, place: int) -> tuple[str, str]:
    """The last "later", and the day until which."""
    said = np.flatnonzero(firm.temper.said_later[:, place] & firm.holding.there[:, place])
    return ("later", f"{firm.size.month_start(int(said[-1]) + 1 + LATER):%Y-%m-%d}") if said.size else ("", "")


def _band(employees: int) -> str:
    return next((name for most, name in _BANDS if employees <= most), _LARGEST)


def _stories(_: Firm) -> Iterator[tuple[object, ...]]:
    for number, one in enumerate(STORIES, start=1):
        for locale, text in (("en", one.en), ("ru", one.ru), ("pl", one.pl)):
            yield f"story-{number}", locale, one.industry, one.need, one.use, text


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _money(minor: int | None) -> str:
    return "" if minor is None else f"{minor // 100}.{minor % 100:02d}"


def _or_empty(value: float | None) -> object:
    return "" if value is None else value


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


_ROWS: dict[str, Callable[[Firm], Iterator[tuple[object, ...]]]] = {
    "items": _items,
    "plans": _plans,
    "accounts": _accounts,
    "subscriptions": _subscriptions,
    "usage": _usage,
    "needs": _needs,
    "feedback": _feedback,
    "events": _events,
    "benefits": _benefits,
    "stories": _stories,
}
