"""Stripe's subscriptions: as its API lists them (JSON), or as the Dashboard exports them (CSV)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pairwell.ingest.vendors.cells import filled, is_yes, text
from pairwell.ingest.vendors.export import Export, Given, Left, Piece, Row

_FIELDS = {
    "subscriptions": {
        "subscription_id": "id",
        "account_id": "customer, or Customer ID",
        "plan_id": "items.price.id, or Plan",
        "started_at": "start_date, or Start Date (UTC), else Created (UTC)",
        "ended_at": "ended_at, or Ended At (UTC); status",
        "seats": "items.quantity, or Quantity",
        "is_trial": "status",
    },
}
_NEVER_BEGAN = {"incomplete", "incomplete_expired"}
_CLOCK = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}(:\d{2})?")


def reshape(given: Iterable[Given]) -> Iterator[Piece]:
    """Subscription by subscription; a row for each plan that it is of."""
    for row in given:
        said = row.cells if _is_listed(row.cells) else _exported(row.cells)
        if (text(said.get("status")) or "").casefold() in _NEVER_BEGAN:
            yield Left(row, "subscriptions", "subscription_not_begun")
            continue
        whole = {
            "subscription_id": said.get("id"),
            "account_id": _id(said.get("customer")),
            "started_at": _began(said),
            "ended_at": _ended(said),
            "is_trial": text(said.get("status")) == "trialing",
        }
        for item in _items(said):
            plan = {"plan_id": _id(item.get("price")) or _id(item.get("plan")), "seats": item.get("quantity")}
            yield Row(row, "subscriptions", filled(whole | plan))


def _is_listed(cells: Mapping[str, Any]) -> bool:
    return "billing_cycle_anchor" in cells or "items" in cells


def _exported(cells: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the export under the names of the API."""
    said = {name.casefold(): cell for name, cell in cells.items()}
    moments = {
        "start_date": said.get("start date (utc)"),
        "created": said.get("created (utc)") or said.get("start (utc)"),
        "ended_at": said.get("ended at (utc)"),
        "canceled_at": said.get("canceled at (utc)"),
        "current_period_start": said.get("current period start (utc)"),
        "trial_end": said.get("trial end (utc)"),
        "cancel_at": said.get("current period end (utc)") if is_yes(said.get("cancel at period end")) else None,
    }
    return {
        "id": said.get("id"),
        "customer": said.get("customer id"),
        "plan": said.get("plan"),
        "quantity": said.get("quantity"),
        "status": (text(said.get("status")) or "").casefold(),
        **{name: _in_utc(cell) for name, cell in moments.items()},
    }


def _in_utc(cell: Any) -> str | None:  # noqa: ANN401  (any value of a cell)
    said = text(cell)
    return f"{said}Z" if said and _CLOCK.fullmatch(said) else said


def _began(said: Mapping[str, Any]) -> Any:  # noqa: ANN401  (any JSON value)
    return said.get("start_date") or said.get("created")


def _ended(said: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Since when the plan is not the customer's, by what Stripe's states say of it; None while it is.

    Unpaid: every try to be paid failed, and the period that was not paid is not served. Paused: a trial ran out
    without a way to pay. One that is cancelled for later runs until then, one past due runs on.
    """
    status = (text(said.get("status")) or "").casefold()
    if status == "canceled":
        return said.get("ended_at") or said.get("canceled_at") or _began(said)
    if status == "unpaid":
        return _period(said) or said.get("canceled_at") or _began(said)
    if status == "paused":
        return said.get("trial_end") or _began(said)
    return said.get("ended_at") or said.get("cancel_at")


def _period(said: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """When the present period began: since 2025 the API tells it of items and no longer of the whole."""
    starts = (item.get("current_period_start") for item in _items(said))
    return said.get("current_period_start") or next((start for start in starts if start), None)


def _items(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the subscription is of: its items, else, as in exports and in the first API, its one plan."""
    items = said.get("items")
    listed = items.get("data") if isinstance(items, dict) else None
    found = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return [*found] or [said]


def _id(value: Any) -> str | None:  # noqa: ANN401
    """The id of an object, which may stand for it."""
    return text(value.get("id")) if isinstance(value, dict) else text(value)


STRIPE_SUBSCRIPTIONS = Export(
    source="stripe",
    title="Stripe's subscriptions",
    page="https://docs.stripe.com/api/subscriptions",
    seen="November 2026",
    marks=(
        frozenset({"id", "customer", "status", "billing_cycle_anchor"}),
        frozenset({"id", "customer id", "plan", "status", "created (utc)", "current period start (utc)"}),
    ),
    fields=_FIELDS,
    reshape=reshape,
    member="billing_cycle_anchor",
    shown=frozenset(
        {"id", "customer", "customer id", "status", "plan", "quantity", "currency", "created", "start_date"}
        | {"created (utc)", "start (utc)", "start date (utc)"}
    ),
)
