"""The bills of an account as a sheet: months by plans, which is cheapest, and every line that they are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from pairwell.advise.advice import Evidence
from pairwell.advise.billing.compare import Comparison, NotKnown, Option
from pairwell.advise.billing.ledger import Bill, Unservable
from pairwell.advise.billing.recommend import Action, Advice
from pairwell.advise.billing.wording import money
from pairwell.advise.sheets import BillSheet, FamilyBill
from pairwell.report.accounts.sheet import Line, Part, Sheet, Sources
from pairwell.report.record import Cell, Column, Table
from pairwell.said import begun, day, joined, listed, phrase, phrase_count

ACTIONS: Final[dict[Action, str]] = {
    "stay": phrase("Stay"),
    "upgrade": phrase("Move up"),
    "downgrade": phrase("Move down"),
    "heads_up": phrase("Good to know"),
    "not_enough_known": phrase("Not enough is known"),
}


def bills_sheet(found: BillSheet) -> Sheet:
    """All of it, by families."""
    sources = Sources()
    parts = [part for one in found.families for part in _of_family(one, found, sources)]
    if found.beside:
        parts.append(_beside(found))
    return Sheet(
        name="bills",
        title=phrase("Bills of {account} on every plan", account=found.name),
        subtitle=_subtitle(found),
        currency=found.currency,
        parts=tuple(parts) or (_none(),),
        sources=sources.listed,
    )


def option_title(option: Option, titles: Mapping[str, str]) -> str:
    """A plan, and with it the add-ons that it would be held with."""
    names = [titles.get(one, one) for one in option.add_ons]
    if not names:
        return titles.get(option.plan_id, option.plan_id)
    counted = [name if names.count(name) == 1 else f"{names.count(name)} x {name}" for name in dict.fromkeys(names)]
    plan = titles.get(option.plan_id, option.plan_id)
    return phrase("{plan} with {add_ons}", plan=plan, add_ons=listed(counted))


def bill_evidence(found: BillSheet, compared: Comparison) -> Evidence:
    """What the bills of some months are reckoned from."""
    first, last = compared.months[0], compared.months[-1]
    return Evidence(
        table="subscriptions, usage, plans",
        rows=phrase(
            "account {account}, {first} to {last}", account=found.account_id, first=_month(first), last=_month(last)
        ),
        said=phrase(
            "Reckoned at the price list of {day}; each line: `pairwell accounts bill {account}`.",
            day=day(found.as_of.date()),
            account=found.account_id,
        ),
    )


def _subtitle(found: BillSheet) -> str:
    until = found.known_until
    return joined(
        phrase("Account {account}", account=found.account_id),
        phrase("owner: {owner}", owner=found.owner) if found.owner else "",
        phrase("as of {day}", day=day(found.as_of.astimezone(ZoneInfo(found.timezone)).date())),
        phrase("use known until {day}", day=day(until)) if until else "",
        phrase("net of tax, in {currency}", currency=found.currency),
        between=", ",
    )


def _beside(found: BillSheet) -> Part:
    lines = (
        Line(
            head=one.title,
            text=phrase("{money} a month", money=money(one.fee_minor, found.currency))
            if one.period == "month"
            else phrase("{money} a year", money=money(one.fee_minor, found.currency)),
        )
        for one in found.beside
    )
    return Part(key="beside", title=phrase("Held beside any plan"), lines=tuple(lines), width="whole")


def _none() -> Part:
    told = phrase("It holds no plan of the price list, so there is nothing to compare.")
    return Part(key="none", title=phrase("Bills"), lines=(Line(text=told),), width="whole")


def _of_family(one: FamilyBill, found: BillSheet, sources: Sources) -> Iterator[Part]:
    yield Part(
        key=f"advice-{one.family}",
        title=phrase("What is right: {family}", family=one.family),
        lines=tuple(advice_lines(one, found, sources)),
        width="whole",
    )
    if isinstance(one.comparison, NotKnown):
        return
    yield Part(key=f"plans-{one.family}", title=_over(one.comparison), table=plans_table(one, found), width="whole")
    yield Part(key=f"months-{one.family}", title=phrase("Month by month"), table=_months(one, found), width="whole")
    yield Part(
        key=f"lines-{one.family}", title=phrase("What was to pay, line by line"), table=_lines(one), width="whole"
    )


def advice_lines(one: FamilyBill, found: BillSheet, sources: Sources) -> Iterator[Line]:
    """What to do, why, and what else is true."""
    advice: Advice = one.advice
    numbers: tuple[int, ...] = ()
    if isinstance(one.comparison, Comparison):
        numbers = sources.numbers(bill_evidence(found, one.comparison))
    yield Line(head=ACTIONS[advice.action], text=begun(advice.benefit), sources=numbers)
    yield from (Line(text=begun(text), sources=numbers) for text in advice.also)


def _over(compared: Comparison) -> str:
    return phrase_count("{count} month on each plan", "{count} months on each plan", len(compared.months))


def plans_table(one: FamilyBill, found: BillSheet) -> Table:
    """Every plan, with what the months would have cost on it and the difference to what was paid."""
    compared = one.comparison
    assert isinstance(compared, Comparison)  # callers leave out what is not known
    return Table(
        key=f"plans_{one.family}",
        title=_over(compared),
        columns=[
            Column(key="plan", title=phrase("Plan"), unit="text"),
            Column(key="total", title=phrase("Total"), unit="money"),
            Column(key="difference", title=phrase("Difference to what was paid"), unit="money"),
            Column(key="mark", title="", unit="text"),
            Column(key="more", title=phrase("What else"), unit="text"),
        ],
        rows=[_plan_row(option, compared, found.titles) for option in compared.options],
        chart="bars",
    )


def _plan_row(option: Option, compared: Comparison, titles: Mapping[str, str]) -> dict[str, Cell]:
    marks = [
        phrase("held now") if option.is_current else "",
        phrase("cheapest") if option is compared.cheapest else "",
        phrase("best value") if option is compared.best_value else "",
    ]
    return {
        "plan": option_title(option, titles),
        "total": option.total_minor,
        "difference": option.difference_minor,
        "mark": joined(*marks, between=", "),
        "more": joined(*_more(option), between="; "),
    }


def _more(option: Option) -> Iterator[str]:
    if option.lacks:
        yield phrase("cannot serve this use")
    if option.gains:
        yield phrase("gains {features}", features=listed([one.replace("_", " ") for one in option.gains]))
    if option.loses:
        yield phrase("loses {features}", features=listed([one.replace("_", " ") for one in option.loses]))
    if option.locked_until:
        yield phrase("binds until {day}", day=day(option.locked_until))


def _months(one: FamilyBill, found: BillSheet) -> Table:
    compared = one.comparison
    assert isinstance(compared, Comparison)  # as above
    keys = [(f"option_{place}", option) for place, option in enumerate(compared.options)]
    return Table(
        key=f"months_{one.family}",
        title=phrase("Month by month"),
        columns=[
            Column(key="month", title=phrase("Month"), unit="text"),
            Column(key="paid", title=phrase("Paid"), unit="money"),
            *(Column(key=key, title=option_title(option, found.titles), unit="money") for key, option in keys),
        ],
        rows=[
            {
                "month": _month(month),
                "paid": _total(compared.paid[place]),
                **{key: _total(option.months[place]) for key, option in keys},
            }
            for place, month in enumerate(compared.months)
        ],
    )


def _lines(one: FamilyBill) -> Table:
    compared = one.comparison
    assert isinstance(compared, Comparison)  # as above
    bills = [bill for bill in compared.paid if isinstance(bill, Bill)]
    return Table(
        key=f"lines_{one.family}",
        title=phrase("What was to pay, line by line"),
        columns=[
            Column(key="month", title=phrase("Month"), unit="text"),
            Column(key="text", title=phrase("What for"), unit="text"),
            Column(key="amount", title=phrase("Amount"), unit="money"),
        ],
        rows=[
            {"month": _month(bill.month), "text": line.text, "amount": line.amount_minor}
            for bill in bills
            for line in bill.lines
        ],
    )


def _total(bill: Bill | Unservable) -> int | None:
    return bill.total_minor if isinstance(bill, Bill) else None


def _month(month: dt.date) -> str:
    return f"{month:%Y-%m}"
