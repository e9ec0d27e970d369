"""Whom to ask for: who is named, who agreed first, and never whoever refused the channel."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pairwell.advise.account import Account, Consent, Contact
from pairwell.advise.attributes import attributes_shown, say_attribute
from pairwell.advise.brief.whom import find_whom

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ANN, BO, CY, DI = (Contact(customer_id=f"c-{name}", role=role) for name, role in zip("abcd", "x yz"[:4], strict=True))


def _account(*consents: tuple[str, str, bool], **attributes: str) -> Account:
    said = tuple(Consent(at=NOW, who=who, channel=channel, given=given) for who, channel, given in consents)
    people = (ANN, BO, CY, DI)
    return Account(account_id="acme", as_of=NOW, attributes=attributes, contacts=people, consents=said)


def test_who_agreed_comes_first_and_who_refused_is_not_called() -> None:
    found = find_whom(_account(("c-c", "call", True), ("c-a", "call", False), ("c-b", "email", False)), "call")
    assert found.contacts == (CY, BO, DI)
    assert found.refused == (ANN,)


def test_the_newest_word_on_consent_counts() -> None:
    found = find_whom(_account(("c-a", "call", False), ("c-a", "call", True)), "call")
    assert (found.contacts[0], found.refused) == (ANN, ())


@pytest.mark.parametrize(
    ("told", "named"), [("Ann Field", "Ann Field"), ("there", None), ("left", None), ("Нет", None)]
)
def test_an_attribute_names_somebody_or_says_only_that_there_is_one(told: str, named: str | None) -> None:
    assert find_whom(_account(champion=told), "call").named == named


def test_nobody_known_is_nobody() -> None:
    found = find_whom(Account(account_id="acme", as_of=NOW), "call")
    assert (found.named, found.contacts, found.refused) == (None, (), ())


def test_of_attributes_the_usual_ones_come_first_and_none_that_is_told_elsewhere() -> None:
    told = {
        "renewal": "2027-01-01",
        "tenure": "34",
        "gender": "x",
        "goal_calls": "5",
        "industry": "Retail",
        "owner": "a",
    }
    assert attributes_shown(told) == {"industry": "Retail", "tenure": "34"}
    many = {f"own_{number}": "1" for number in range(9)}
    assert len(attributes_shown(many | {"region": "North"})) == 6
    assert say_attribute("payment_method", "Mailed check") == "payment method: Mailed check"
