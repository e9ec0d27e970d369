"""What a loyalty programme would have cost, as a report that says what is known and what only an experiment tells."""

from __future__ import annotations

from collections.abc import Iterator

from pairwell.advise.loyalty import Cost, Programme, ProgrammeSheet
from pairwell.measure.period import Period
from pairwell.report.record import Figure, Report
from pairwell.said import amount, phrase, phrase_count

_NOBODY = phrase("Nobody would have taken a bonus.")


def programme_report(sheet: ProgrammeSheet) -> Report:
    """The report: what it would have cost, what it has to bring, and how to see whether it does."""
    return Report(
        name="loyalty",
        title=phrase("A loyalty programme"),
        currency=sheet.currency,
        timezone=sheet.timezone,
        period=Period(sheet.since, sheet.until),
        figures=list(_figures(sheet)),
        lead=["programme_cost", "programme_to_add", "programme_share", "programme_more"],
        notes=list(_notes(sheet)),
    )


def _figures(sheet: ProgrammeSheet) -> Iterator[Figure]:
    yield Figure(
        key="programme_cost",
        title=phrase("It would have cost"),
        unit="money",
        value=sheet.cost.cost_minor,
        note=phrase("counted on the orders there were, had everybody bought as they did"),
    )
    yield from _to_add(sheet)
    yield from _bonuses(sheet.cost)


def _to_add(sheet: ProgrammeSheet) -> Iterator[Figure]:
    """What it has to bring, as money, and as a share of two margins."""
    cost = sheet.cost
    yield Figure(
        key="programme_to_add",
        title=phrase("Margin it has to add, a customer"),
        unit="money",
        value=sheet.to_add_minor,
        refusal=None if sheet.to_add_minor is not None else phrase("Nobody who names themselves bought anything."),
        note=phrase_count("in {count} day, to pay for itself", "in {count} days, to pay for itself", sheet.days),
    )
    yield Figure(
        key="programme_more",
        title=phrase("By so much those who take it must buy more"),
        unit="share",
        value=cost.more_needed,
        refusal=None if cost.more_needed is not None else _why_no_share(cost),
        note=phrase("of their margin without it"),
    )
    yield Figure(
        key="programme_share",
        title=phrase("The same, of everybody's margin"),
        unit="share",
        value=sheet.to_add_share,
        refusal=None if sheet.to_add_share is not None else phrase("It costs nothing, or there was no margin."),
    )


def _bonuses(cost: Cost) -> Iterator[Figure]:
    yield Figure(key="programme_earned", title=phrase("Bonuses earned"), unit="count", value=cost.earned)
    yield Figure(key="programme_taken", title=phrase("Bonuses taken"), unit="count", value=cost.taken)
    yield Figure(key="programme_expired", title=phrase("Bonuses expired"), unit="count", value=cost.expired)
    yield Figure(
        key="programme_takers",
        title=phrase("Customers who would have taken one"),
        unit="count",
        value=cost.takers,
        note=phrase_count("of {count} who bought", "of {count} who bought", cost.customers),
    )
    yield Figure(
        key="programme_cost_per_taker",
        title=phrase("Cost for each of them"),
        unit="money",
        value=cost.cost_per_taker_minor,
        refusal=None if cost.takers else _NOBODY,
    )


def _why_no_share(cost: Cost) -> str:
    return phrase("Those who would have taken it left no margin.") if cost.takers else _NOBODY


def _notes(sheet: ProgrammeSheet) -> Iterator[str]:
    yield _rules(sheet.programme, sheet.currency)
    if sheet.programme.least_minor:
        least = amount(sheet.programme.least_minor, sheet.currency, symbol=True)
        yield phrase("A purchase below {least} neither earns nor takes it.", least=least)
    yield phrase(
        "What it would bring is not known: those who buy most get most of the bonus, and would have bought anyway. "
        "Only an experiment tells."
    )
    if sheet.to_add_share is not None:
        yield phrase(
            "Draw by lot who gets it, and see first how many customers and days that takes: `{command}`. Afterwards "
            "compare the two groups: `pairwell experiment analyze FILE --unit customer --arm group --metric margin`.",
            command=_plan(sheet),
        )
    if sheet.unnamed:
        yield phrase_count(
            "{count} order names no customer, and is left out.",
            "{count} orders name no customer, and are left out.",
            sheet.unnamed,
        )
    yield phrase("Net of tax, after returns. A bonus is never more than its purchase.")


def _rules(programme: Programme, currency: str) -> str:
    bonus = amount(programme.bonus_minor, currency, symbol=True)
    return phrase_count(
        "The rules: every {count} purchase earns {bonus} off the next one, which has to come within {days} days.",
        "The rules: every {count} purchases earn {bonus} off the next one, which has to come within {days} days.",
        programme.purchases,
        bonus=bonus,
        days=programme.expires_days,
    )


def _plan(sheet: ProgrammeSheet) -> str:
    return f"pairwell experiment plan --metric margin --holdout .5 --effect {effect_of(sheet)}"


def effect_of(sheet: ProgrammeSheet) -> str | None:
    """The share of everybody's margin that it has to add, as `experiment plan` reads it; None: there is none."""
    return None if sheet.to_add_share is None else f"{sheet.to_add_share:.2%}"
