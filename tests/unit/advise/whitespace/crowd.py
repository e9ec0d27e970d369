"""Accounts that hold products by a rule that is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from pairwell.advise.account import Account, Need
from pairwell.advise.billing.ledger import Held, Ledger
from pairwell.plans import Plan

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


def account(account_id: str, *held: str, needs: tuple[str, ...] = (), **attributes: str) -> Account:
    return Account(
        account_id=account_id,
        as_of=AS_OF,
        attributes=attributes,
        ledger=Ledger(tuple(Held(plan_id=one, since=AS_OF) for one in held)),
        needs=tuple(Need(need=one, how="said", since=AS_OF) for one in needs),
    )


def add_on(plan_id: str, *requires: str, purpose: str | None = None, cost_minor: int | None = None) -> Plan:
    return Plan(
        plan_id=plan_id, family="add-ons", tier=0, kind="add_on", fee_minor=1000, title=plan_id.title(),
        requires=requires, purpose=purpose, cost_minor=cost_minor,
    )  # fmt: skip


def base() -> Plan:
    return Plan(plan_id="base-s", family="base", tier=1, fee_minor=5000, purpose="hire")


PLANS: Mapping[str, Plan] = {
    plan.plan_id: plan
    for plan in (base(), add_on("signing", purpose="hire"), add_on("chat", cost_minor=400), add_on("voice", "chat"))
}


def made(count: int = 300, seed: int = 1) -> dict[str, Account]:
    """Retail mostly chats, staffing mostly signs; voice goes with chat; everybody has the base plan."""
    rng = np.random.default_rng(seed)
    found = {}
    for place in range(count):
        industry = "Retail" if place % 2 else "Staffing"
        held = ["base-s"]
        held += ["chat"] if rng.random() < (0.8 if industry == "Retail" else 0.2) else []
        held += ["signing"] if rng.random() < (0.1 if industry == "Retail" else 0.7) else []
        held += ["voice"] if "chat" in held and rng.random() < 0.5 else []
        found[f"a{place:03}"] = account(f"a{place:03}", *held, industry=industry)
    return found
