from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.unit.advise.conftest import Tell

from pairwell.advise.account import Account, Consent, Contact, Look, Need, Told, Voice
from pairwell.advise.billing.ledger import Held, Use
from pairwell.advise.reading import read_accounts
from pairwell.dataset.store import Dataset

_FROM = datetime(2025, 1, 1, tzinfo=UTC)
_AS_OF = datetime(2025, 6, 1, tzinfo=UTC)


def _customer(customer_id: str, attributes: str | None = None, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer_id, "valid_from": _FROM, "attributes": attributes, **more}


def _use(number: int, account_id: str, at: datetime, quantity: float) -> dict[str, Any]:
    return {"usage_id": str(number), "account_id": account_id, "meter": "calls", "at": at, "quantity": quantity}


def _subscription(account_id: str, started_at: datetime = _FROM, ended_at: datetime | None = None) -> dict[str, Any]:
    return {
        "subscription_id": f"of {account_id}", "account_id": account_id, "plan_id": "small", "started_at": started_at,
        "ended_at": ended_at, "seats": 3, "is_trial": False,
    }  # fmt: skip


def _plan(plan_id: str) -> dict[str, Any]:
    return {
        "plan_id": plan_id, "valid_from": _FROM, "kind": "add_on", "family": plan_id, "tier": 1, "fee_minor": 100,
        "period": "month", "meters": "[]", "features": "[]", "min_term_months": 0, "prorated": True, "requires": "[]",
    }  # fmt: skip


def _read(dataset: Dataset, zone: str = "UTC") -> dict[str, Account]:
    return read_accounts(dataset, zone=zone, as_of=_AS_OF)


def test_an_account_is_a_firm_or_who_holds_or_uses_something(tell: Tell) -> None:
    dataset = tell(
        customers=[_customer("firm", '{"kind":"firm","industry":"Retail","owner":"north"}'), _customer("person")],
        subscriptions=[_subscription("holds")],
        usage=[_use(1, "uses", _FROM, 1.0)],
    )
    found = _read(dataset)
    assert list(found) == ["firm", "holds", "uses"]
    assert (found["firm"].industry, found["firm"].owner, found["firm"].name) == ("Retail", "north", "firm")
    assert found["holds"].ledger.held == (Held(plan_id="small", since=_FROM, seats=3),)


def test_use_is_summed_by_days_of_the_zone_and_exact(tell: Tell) -> None:
    evening = datetime(2025, 3, 1, 23, 30, tzinfo=UTC)
    readings = [_use(place, "a", evening, 0.1) for place in range(3)]
    assert _read(tell(usage=readings), "Europe/Warsaw")["a"].ledger.used == (
        Use("calls", date(2025, 3, 2), Decimal("0.3")),
    )


def test_what_a_contact_says_and_needs_is_its_firm_s(tell: Tell) -> None:
    dataset = tell(
        customers=[_customer("firm", '{"kind":"firm"}'), _customer("contact", account_id="firm")],
        needs=[{"customer_id": "contact", "need": "hiring", "how": "said", "since": _FROM}],
        feedback=[
            {"feedback_id": "1", "at": _FROM, "customer_id": "contact", "kind": "nps", "score": 5.0},
            {"feedback_id": "2", "at": _FROM, "kind": "csat", "score": 5.0},
        ],
    )
    firm = _read(dataset)["firm"]
    assert firm.needs == (Need(need="hiring", how="said", since=_FROM),)
    assert firm.voices == (Voice(at=_FROM, kind="nps", score=0.5),)


def test_nothing_later_is_known(tell: Tell) -> None:
    late = datetime(2025, 7, 1, tzinfo=UTC)
    dataset = tell(
        subscriptions=[_subscription("a"), _subscription("b", started_at=late)],
        usage=[_use(1, "a", late, 1.0)],
    )
    found = _read(dataset)
    assert list(found) == ["a"]
    assert found["a"].ledger.used == ()


def test_what_ended_is_held_no_more(tell: Tell) -> None:
    ended, going = datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 8, 1, tzinfo=UTC)
    dataset = tell(subscriptions=[_subscription("a", ended_at=ended), _subscription("b", ended_at=going)])
    found = _read(dataset)
    assert list(found["a"].held()) == []
    assert [one.until for one in found["b"].held()] == [going]


def test_attributes_are_known_as_they_were(tell: Tell) -> None:
    later = datetime(2025, 3, 1, tzinfo=UTC)
    firm, moved = '{"kind":"firm","region":"North"}', '{"kind":"firm","region":"South"}'
    found = _read(tell(customers=[_customer("a", firm), _customer("a", moved) | {"valid_from": later}]))["a"]
    assert found.attributes["region"] == "South"
    assert found.told == (
        Told(_FROM, {"kind": "firm", "region": "North"}),
        Told(later, {"kind": "firm", "region": "South"}),
    )


def test_looks_at_plans_and_consents_of_contacts_are_the_account_s(tell: Tell) -> None:
    seen = {"at": _FROM, "type": "view", "customer_id": "contact"}
    found = _read(
        tell(
            customers=[_customer("firm", '{"kind":"firm"}'), _customer("contact", account_id="firm")],
            plans=[_plan("chat")],
            events=[
                seen | {"event_id": "1", "item_id": "chat"},
                seen | {"event_id": "2", "item_id": "something else"},
                seen | {"event_id": "3", "item_id": "chat", "type": "click"},
            ],
            consents=[{"customer_id": "contact", "channel": "call", "given": False, "at": _FROM}],
        )
    )["firm"]
    assert found.looks == (Look(_FROM, "chat"),)
    assert found.consents == (Consent(at=_FROM, who="contact", channel="call", given=False),)


def test_it_is_known_until_when_use_was_told_of_anybody(tell: Tell) -> None:
    found = _read(tell(usage=[_use(1, "a", _FROM, 1.0), _use(2, "b", datetime(2025, 5, 30, tzinfo=UTC), 1.0)]))
    assert found["a"].used_until == date(2025, 5, 30)


def test_people_who_name_an_account_as_theirs_are_its_contacts(tell: Tell) -> None:
    dataset = tell(
        customers=[
            _customer("acme", '{"kind":"firm"}'),
            _customer("c-2", '{"position":"Head of hiring","name":"Ann"}', account_id="acme"),
            _customer("c-1", None, account_id="acme"),
            _customer("elsewhere", '{"role":"Owner"}', account_id="zen"),
        ]
    )
    known = [Contact(customer_id="c-1"), Contact(customer_id="c-2", name="Ann", role="Head of hiring")]
    assert list(_read(dataset)["acme"].contacts) == known
