"""Use against limits and goals, and what it was worth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from pairwell.advise.account import Account
from pairwell.advise.advice import Evidence
from pairwell.advise.billing.case import Benefit
from pairwell.advise.billing.coming import Limit
from pairwell.advise.billing.days import MONTHS_OF_A_YEAR, first_of, months_on
from pairwell.advise.billing.wording import metered, money, units
from pairwell.advise.brief.record import MeterUse, Received, Value
from pairwell.advise.moves.terms import Terms
from pairwell.advise.sheets import BillSheet
from pairwell.plans import Plan
from pairwell.said import joined, number, phrase, phrase_count

MONTHS_SHOWN: Final = 6
REVIEWED: Final = 3  # months that a quarterly review looks back on
_MINUTES: Final = 60


def uses_of(account: Account, terms: Terms, bills: BillSheet, today: dt.date) -> tuple[MeterUse, ...]:
    """One for each meter that it used or that what it holds counts, the nearest to its limit first."""
    running = first_of(today)
    if terms.known_until is not None:
        running = min(running, first_of(terms.known_until + dt.timedelta(days=1)))
    months = [months_on(running, -back) for back in range(MONTHS_SHOWN, 0, -1)]
    if terms.known_since is not None:
        months = [month for month in months if month >= first_of(terms.known_since)]
    held = [plan for one in account.held() if (plan := terms.prices.plan(one.plan_id)) is not None]
    limits = {limit.meter: limit for family in bills.families for limit in family.advice.limits}
    used = {use.meter for use in account.ledger.used if months and use.day >= months[0]}
    named = used | {meter.meter for plan in held for meter in plan.meters}
    found = [_use(meter, account, months, running, (held, limits)) for meter in sorted(named)]
    return tuple(sorted(found, key=lambda one: -(one.share or 0)))


def _use(
    meter: str,
    account: Account,
    months: Sequence[dt.date],
    running: dt.date,
    here: tuple[Sequence[Plan], Mapping[str, Limit]],
) -> MeterUse:
    held, limits = here
    sums = dict.fromkeys([*months, running], Decimal(0))
    for use in account.ledger.used:
        month = first_of(use.day)
        if use.meter == meter and month in sums:
            sums[month] += use.quantity
    told = [(month, sums[month]) for month in months]
    bearer = next(
        (plan for plan in held if plan.kind == "plan" and any(one.meter == meter for one in plan.meters)), None
    )
    return MeterUse(
        meter=meter,
        plan=None if bearer is None else bearer.title or bearer.plan_id,
        months=tuple(told),
        running=sums[running],
        included=_included(meter, held, account),
        goal=_goal(account, meter),
        limit=limits.get(meter),
        evidence=used_evidence(account.account_id, meter, [month for month, _ in told]),
    )


def used_evidence(account_id: str, meter: str, months: Sequence[dt.date]) -> Evidence:
    """The rows of some months' use."""
    first, last = (f"{months[place]:%Y-%m}" if months else "" for place in (0, -1))
    return Evidence(
        table="usage",
        rows=phrase(
            "account {account}, meter {meter}, {first} to {last}",
            account=account_id,
            meter=meter,
            first=first,
            last=last,
        ),
        said=phrase("Summed by months."),
    )


def _included(meter: str, held: Sequence[Plan], account: Account) -> Decimal | None:
    seats = {one.plan_id: one.seats or 1 for one in account.held()}
    found = [
        one.included
        * (seats.get(plan.plan_id, 1) if one.per_seat else 1)
        / (MONTHS_OF_A_YEAR if plan.period == "year" else 1)
        for plan in held
        for one in plan.meters
        if one.meter == meter
    ]
    return sum(found, Decimal(0)) if found else None


def _goal(account: Account, meter: str) -> Decimal | None:
    try:
        return Decimal(account.attributes[f"goal_{meter}"])
    except (KeyError, InvalidOperation):
        return None


def received(account: Account, terms: Terms, uses: Sequence[MeterUse]) -> Received:
    """What the last months of use, and the features held in them, saved by the benefits that the business names."""
    if not terms.benefits:
        told = phrase("What a unit or a feature saves was not told: `pairwell ingest benefits FILE`.")
        return Received(months=0, values=(), minutes=Decimal(0), money_minor=Decimal(0), refusal=told)
    months = min(REVIEWED, max((len(use.months) for use in uses), default=REVIEWED))
    values = (*_of_meters(account, terms, uses), *_of_features(account, terms, months))
    return Received(
        months=months,
        values=values,
        minutes=sum((one.minutes or Decimal(0) for one in values), Decimal(0)),
        money_minor=sum((one.money_minor or Decimal(0) for one in values), Decimal(0)),
        refusal=None if values else phrase("Nothing that it used or holds has a benefit that was told."),
    )


def _of_meters(account: Account, terms: Terms, uses: Sequence[MeterUse]) -> Iterator[Value]:
    named = {one.meter: one for one in terms.benefits if one.meter is not None and one.feature is None}
    for use in uses:
        reviewed = use.months[-REVIEWED:]
        total = sum((quantity for _, quantity in reviewed), Decimal(0))
        benefit = named.get(use.meter)
        if benefit is None or not total:
            continue
        yield Value(
            text=joined(
                phrase(
                    "{used} {meter}, {each} each",
                    used=units(total),
                    meter=metered(use.meter),
                    each=_saved(benefit, terms.prices.currency),
                ),
                benefit.text or "",
                between=": ",
            ),
            minutes=None if benefit.minutes is None else benefit.minutes * total,
            money_minor=None if benefit.money_minor is None else benefit.money_minor * total,
            evidence=(used_evidence(account.account_id, use.meter, [month for month, _ in reviewed]), _named(benefit)),
        )


def _of_features(account: Account, terms: Terms, months: int) -> Iterator[Value]:
    held = [plan for one in account.held() if (plan := terms.prices.plan(one.plan_id)) is not None]
    features = {feature for plan in held for feature in plan.features}
    for benefit in terms.benefits:
        if benefit.feature not in features or benefit.meter is not None:
            continue
        yield Value(
            text=joined(
                phrase(
                    "{feature}, {each} a month",
                    feature=metered(benefit.feature or ""),
                    each=_saved(benefit, terms.prices.currency),
                ),
                benefit.text or "",
                between=": ",
            ),
            minutes=None if benefit.minutes is None else benefit.minutes * months,
            money_minor=None if benefit.money_minor is None else benefit.money_minor * months,
            evidence=(_named(benefit),),
        )


def _saved(benefit: Benefit, currency: str) -> str:
    minutes = phrase("{minutes} minutes", minutes=units(benefit.minutes)) if benefit.minutes is not None else ""
    amount = ""
    if benefit.money_minor is not None:
        sum_of = money(float(benefit.money_minor), currency)
        amount = phrase("{money} {currency}", money=sum_of, currency=currency)
    return joined(minutes, amount, between=", ")


def _named(benefit: Benefit) -> Evidence:
    what = benefit.feature or benefit.meter or ""
    return Evidence(table="benefits", rows=what, said=benefit.text or phrase("As the business vouches for it."))


def hours(minutes: Decimal) -> str:
    """Minutes of work as whole hours, or as minutes where it is less than one."""
    if minutes < _MINUTES:
        return phrase_count("{count} minute", "{count} minutes", round(minutes))
    return phrase("{hours} hours", hours=number(float(minutes) / _MINUTES, 0))
