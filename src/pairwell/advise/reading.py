"""Reads accounts from the dataset, each as of a moment."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import ibis
import msgspec

from pairwell.advise.account import Account, Consent, Contact, Look, Need, Told, Voice
from pairwell.advise.billing.ledger import Held, Ledger, Use
from pairwell.dataset.snapshots import Snapshot
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import storage_failures
from pairwell.engines.functions import local_time
from pairwell.facts.heard import share_of

_ROLES = ("role", "position", "job_title", "job", "function", "department")
FIRM = "firm"  # the attribute `kind` of customers that are firms
Row = dict[str, Any]
T = TypeVar("T")


def read_accounts(
    dataset: Dataset, *, zone: str, as_of: dt.datetime, snapshot: Snapshot | None = None
) -> dict[str, Account]:
    """Every account by its id, in their order.

    It is a customer that is told to be a firm, or that holds a subscription or used something. What its contacts said
    and need, customers who name it as theirs, is its own. Use is summed by days of `zone`.
    """
    pinned = snapshot or dataset.newest()
    table = partial(dataset.table, snapshot=pinned, as_of=as_of)
    with storage_failures():
        customers = _revisions(dataset.history("customers", snapshot=pinned), as_of)
        held = _held(_rows(table("subscriptions"), ["started_at", "subscription_id", "plan_id"]))
        used = _used(table("usage"), zone)
        whose = {one: rows[-1]["account_id"] or one for one, rows in customers.items()}
        needs = _grouped(_rows(table("needs"), ["since", "need"]), whose, _need)
        voices = _grouped(_rows(table("feedback"), ["at", "feedback_id"]), whose, _voice)
        looks = _grouped(_rows(_views(table("events"), table("plans")), ["at", "event_id"]), whose, _look)
        consents = _grouped(_rows(table("consents"), ["at", "customer_id", "channel"]), whose, _consent)
    told, contacts = _told(customers), _contacts(customers)
    firms = {one for one, known in told.items() if known[-1].attributes.get("kind") == FIRM}
    until = max((use.day for uses in used.values() for use in uses), default=None)
    return {
        account_id: Account(
            account_id=account_id,
            as_of=as_of,
            attributes=told[account_id][-1].attributes if account_id in told else {},
            ledger=Ledger(tuple(held.get(account_id, ())), tuple(used.get(account_id, ()))),
            needs=tuple(needs.get(account_id, ())),
            voices=tuple(voices.get(account_id, ())),
            looks=tuple(looks.get(account_id, ())),
            consents=tuple(consents.get(account_id, ())),
            contacts=tuple(contacts.get(account_id, ())),
            told=tuple(told.get(account_id, ())),
            used_until=until,
        )
        for account_id in sorted(firms | held.keys() | used.keys())
    }


def _rows(table: ibis.Table, order: list[str]) -> list[Row]:
    rows: list[Row] = table.order_by(order).to_pyarrow().to_pylist()
    return rows


def _revisions(customers: ibis.Table, as_of: dt.datetime) -> Mapping[str, list[Row]]:
    """All that was told of each customer, the oldest first."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in _rows(customers.filter(customers.valid_from <= as_of), ["customer_id", "valid_from"]):
        found[row["customer_id"]].append(row)
    return found


def _told(customers: Mapping[str, list[Row]]) -> Mapping[str, list[Told]]:
    return {one: [Told(row["valid_from"], _attributes(row)) for row in rows] for one, rows in customers.items()}


def _views(events: ibis.Table, plans: ibis.Table) -> ibis.Table:
    """Looks at what the price list has."""
    seen = events.filter(events["type"] == "view")
    return seen.semi_join(plans, seen.item_id == plans.plan_id)


def _held(rows: Iterable[Row]) -> Mapping[str, list[Held]]:
    found: defaultdict[str, list[Held]] = defaultdict(list)
    for row in rows:
        found[row["account_id"]].append(
            Held(
                plan_id=row["plan_id"],
                since=row["started_at"],
                until=row["ended_at"],
                seats=row["seats"],
                is_trial=row["is_trial"],
            )
        )
    return found


def _used(usage: ibis.Table, zone: str) -> Mapping[str, list[Use]]:
    dated = usage.mutate(day=local_time(zone, usage["at"]).date())
    summed = dated.group_by("account_id", "meter", "day").agg(quantity=dated.quantity.sum())
    found: defaultdict[str, list[Use]] = defaultdict(list)
    for row in _rows(summed, ["account_id", "day", "meter"]):
        found[row["account_id"]].append(Use(row["meter"], row["day"], _exact(row["quantity"])))
    return found


def _exact(quantity: float) -> Decimal:
    """As people write it: sums of halves and tenths carry an error in the sixteenth digit."""
    return Decimal(f"{quantity:.12g}")


def _grouped(rows: Iterable[Row], whose: Mapping[str, str], make: Callable[[Row], T]) -> Mapping[str, list[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for row in rows:
        if row["customer_id"] is not None:
            found[whose.get(row["customer_id"], row["customer_id"])].append(make(row))
    return found


def _need(row: Row) -> Need:
    return Need(need=row["need"], how=row["how"], since=row["since"])


def _voice(row: Row) -> Voice:
    return Voice(at=row["at"], kind=row["kind"], score=share_of(row["kind"], row["score"]), text=row["text"])


def _look(row: Row) -> Look:
    return Look(at=row["at"], plan_id=row["item_id"])


def _contacts(customers: Mapping[str, list[Row]]) -> Mapping[str, list[Contact]]:
    """Customers who name an account as theirs by what was told of them last, by that account."""
    found: defaultdict[str, list[Contact]] = defaultdict(list)
    for customer_id in sorted(customers):
        row = customers[customer_id][-1]
        if (account_id := row["account_id"]) is not None and account_id != customer_id:
            known = _attributes(row)
            role = next((known[name] for name in _ROLES if known.get(name)), None)
            found[account_id].append(Contact(customer_id=customer_id, name=known.get("name") or None, role=role))
    return found


def _consent(row: Row) -> Consent:
    return Consent(at=row["at"], who=row["customer_id"], channel=row["channel"], given=row["given"])


def _attributes(row: Row) -> dict[str, str]:
    if not row["attributes"]:
        return {}
    found: dict[str, Any] = msgspec.json.decode(row["attributes"])
    return {name: str(value) for name, value in found.items() if value is not None}
