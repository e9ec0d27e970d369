"""Accounts made by hand, for tests of moves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.unit.advise.billing.accounts import PAY_AS_YOU_GO, SCALE, at, held, monthly, plan

from pairwell.advise.account import Account, Need
from pairwell.advise.advice import Hold, Readiness, Signal, SignalCode
from pairwell.advise.billing.case import Benefit
from pairwell.advise.billing.ledger import Ledger, Prices
from pairwell.advise.moves.terms import Prospect, Terms, Told
from pairwell.advise.prospects import find_advices

NOW = at("2026-11-01T12:00")
CHAT = plan("chat", 4000, kind="add_on", family="chat", title="Web chat", purpose="inbound", features=("chat",))
AUDIT = plan("audit", 2000, kind="add_on", family="audit", title="Audit log", purpose="security", features=("audit",))
STORIES = (
    Told(story_id="s1", locale="en", industry="Retail", need="inbound", use="chat", text="Forty shops chat."),
    Told(story_id="s1", locale="pl", industry="Retail", need="inbound", use="chat", text="Czterdzieści sklepów."),
    Told(story_id="s2", locale="en", industry="Retail", need="security", use="audit", text="An audit was passed."),
    Told(story_id="s3", locale="en", use="scale", text="They scaled."),
)


def terms(**more: Any) -> Terms:
    settled: dict[str, Any] = {
        "prices": Prices(plans=(PAY_AS_YOU_GO, SCALE, CHAT, AUDIT), currency="EUR"),
        "margin_rate": 0.8,
        "stories": STORIES,
    }
    return Terms(**settled | more)


def prospect(
    name: str = "a",
    *,
    bought: int = 3,
    needs: tuple[str, ...] = (),
    signals: tuple[Signal, ...] = (),
    holds: tuple[Hold, ...] = (),
    of: Terms | None = None,
    attributes: dict[str, str] | None = None,
) -> Prospect:
    """One that bought so many credits in each of ten months, on the small plan."""
    account = Account(
        account_id=name,
        as_of=NOW,
        attributes={"industry": "Retail"} | (attributes or {}),
        ledger=Ledger(
            (held("payg", "2026-01-01"),),
            (*monthly("credits", [bought] * 10), *monthly("candidate_credits", [8] * 10)),
        ),
        needs=tuple(Need(need=one, how="said", since=at("2026-10-01")) for one in needs),
    )
    advices = find_advices(account, of or terms(), signals)
    return Prospect(account=account, signals=signals, readiness=Readiness(holds=holds), advices=advices)


def signal(code: SignalCode, about: str | None = None) -> Signal:
    return Signal(code=code, text=f"{code} of {about}.", at=at("2026-10-20"), strength=0.9, about=about)


def hold(code: Any = "open_ticket") -> Hold:
    return Hold(code=code, text="A ticket is open.", helps="Close it first.", since=NOW - dt.timedelta(days=3))


def benefit(*, feature: str, money_minor: int | None = None, minutes: int | None = None) -> Benefit:
    return Benefit(
        feature=feature,
        money_minor=None if money_minor is None else Decimal(money_minor),
        minutes=None if minutes is None else Decimal(minutes),
    )
