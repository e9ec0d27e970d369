"""What an account gets out of a feature, a unit or an add-on, in hours and money, as the business vouches for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from pairwell.advise.billing.case import Benefit
from pairwell.advise.billing.wording import metered, money
from pairwell.advise.moves.contract import Contract
from pairwell.advise.notes import normal
from pairwell.plans import Plan
from pairwell.said import Said, number, phrase, phrase_count

_MINUTES_OF_AN_HOUR = 60


def hours_of(contract: Contract, features: Iterable[str]) -> Iterator[Said]:
    """Time that features save a month, by the benefits named in minutes."""
    for feature in features:
        minutes = sum((one.minutes or Decimal(0) for one in named(contract, feature)), Decimal(0))
        if minutes > 0:
            yield phrase("{what}: saves {time} a month", what=metered(feature), time=said_time(minutes))


def benefits_of(contract: Contract, plan: Plan) -> Iterator[tuple[Said, int]]:
    """What an add-on gives this account in a month, in words, and in minor units where it is money."""
    for feature in (*plan.features, *([] if plan.plan_id in plan.features else [plan.plan_id])):
        for benefit in named(contract, feature):
            if benefit.money_minor:
                worth = money(float(benefit.money_minor), contract.terms.prices.currency)
                yield (
                    phrase("{what}: worth {money} a month", what=metered(feature), money=worth),
                    int(benefit.money_minor),
                )
            if benefit.minutes:
                yield phrase("{what}: saves {time} a month", what=metered(feature), time=said_time(benefit.minutes)), 0


def named(contract: Contract, feature: str) -> list[Benefit]:
    """The benefits named of a feature."""
    return [one for one in contract.terms.benefits if one.feature and normal(one.feature) == normal(feature)]


def said_time(minutes: Decimal) -> Said:
    """Minutes, or hours from two on."""
    if minutes >= 2 * _MINUTES_OF_AN_HOUR:
        hours = minutes / _MINUTES_OF_AN_HOUR
        whole = hours == hours.to_integral_value()
        return (
            phrase_count("{count} hour", "{count} hours", int(hours))
            if whole
            else phrase("{hours} hours", hours=number(float(hours), 1))
        )
    return phrase_count("{count} minute", "{count} minutes", round(minutes))
