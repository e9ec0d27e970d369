"""A brief as a sheet that prints to one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from pairwell.advise.account import Contact
from pairwell.advise.advice import Evidence
from pairwell.advise.attributes import say_attribute
from pairwell.advise.billing.compare import Comparison
from pairwell.advise.billing.wording import metered, units
from pairwell.advise.brief.record import Brief, MeterUse, Opening
from pairwell.advise.brief.using import hours
from pairwell.advise.brief.whom import Whom
from pairwell.advise.sheets import FamilyBill
from pairwell.report.accounts.bills import advice_lines, plans_table
from pairwell.report.accounts.moved import move_title
from pairwell.report.accounts.sheet import Line, Part, Sheet, Sources, sentences
from pairwell.report.record import Cell, Column, Table
from pairwell.said import amount, begun, day, joined, listed, percent, phrase

_MOST_METERS: Final = 3  # with a chart


def brief_sheet(found: Brief) -> Sheet:
    """The page: who they are, use, value, risks, bills, openings, steps."""
    sources = Sources()
    parts = tuple(_parts(found, sources))
    return Sheet(
        name="brief",
        title=phrase("Review with {account}", account=found.name),
        subtitle=_subtitle(found),
        currency=found.currency,
        parts=parts,
        sources=sources.listed,
    )


def _subtitle(found: Brief) -> str:
    return joined(
        phrase("Account {account}", account=found.account_id),
        phrase("owner: {owner}", owner=found.owner) if found.owner else "",
        phrase("as of {day}", day=day(found.today)),
        phrase("use known until {day}", day=day(found.known_until)) if found.known_until else "",
        phrase("net of tax, in {currency}", currency=found.currency),
        between=", ",
    )


def _parts(found: Brief, sources: Sources) -> Iterator[Part]:
    yield Part(key="about", title=phrase("Who they are"), lines=tuple(_about(found)), width="whole")
    yield _use(found, sources)
    yield Part(key="value", title=phrase("What they got from it"), lines=tuple(_value(found, sources)))
    if found.uses and found.uses[0].months:
        yield Part(key="use_months", title=phrase("Use month by month"), table=_months(found), width="whole")
    yield Part(key="risks", title=phrase("Risks and signals"), lines=tuple(_risks(found, sources)), width="whole")
    for family in found.bills.families:
        yield _bills(family, found, sources)
    yield Part(key="openings", title=phrase("Openings"), lines=tuple(_openings(found, sources)), width="whole")
    yield Part(key="steps", title=phrase("Next steps"), lines=tuple(_steps(found)), width="whole")


def _about(found: Brief) -> Iterator[Line]:
    told = [say_attribute(name, value) for name, value in found.about.items()]
    if told:
        yield Line(text=begun(joined(*told, between=", ")))
    held = [
        joined(
            one.title,
            phrase("trial") if one.is_trial else "",
            phrase("{seats} seats", seats=one.seats) if one.seats else "",
            phrase("since {day}", day=day(one.since)),
            between=", ",
        )
        for one in found.held
    ]
    yield Line(head=phrase("Holds"), text=joined(*held, between="; ") if held else phrase("nothing of the price list"))
    yield from _whom(found.whom)
    if found.needs:
        yield Line(head=phrase("Needs"), text=listed([metered(one) for one in found.needs]))
    dates = [
        phrase("review {day}", day=day(found.review)) if found.review else "",
        phrase("renewal {day}", day=day(found.renewal)) if found.renewal else "",
    ]
    if any(dates):
        yield Line(head=phrase("Dates"), text=joined(*dates, between=", "))


def _whom(whom: Whom) -> Iterator[Line]:
    """Whom to ask for; that nobody is known is said, too."""
    told = [whom.named or "", *(_contact(one) for one in whom.contacts)]
    if any(told):
        yield Line(head=phrase("Ask for"), text=joined(*told, between="; "))
    else:
        nobody = phrase(
            "nobody is named: ask who works with it and who decides, and keep it (`pairwell ingest customers`, with "
            "`account_id` and `role`)"
        )
        yield Line(head=phrase("Ask for"), text=nobody)
    if whom.refused:
        yield Line(head=phrase("Do not call"), text=joined(*(_contact(one) for one in whom.refused), between="; "))


def _contact(one: Contact) -> str:
    return joined(one.name or one.customer_id, one.role or "", between=", ")


def _use(found: Brief, sources: Sources) -> Part:
    title = phrase("Use against limits and goals")
    if not found.uses:
        told = phrase("No use is known: `pairwell ingest usage FILE`.")
        return Part(key="use", title=title, lines=(Line(text=told),))
    table = Table(
        key="use",
        title=title,
        columns=[
            Column(key="meter", title=phrase("Meter"), unit="text"),
            Column(key="last", title=phrase("Last month"), unit="number"),
            Column(key="included", title=phrase("Included"), unit="number"),
            Column(key="share", title=phrase("Used"), unit="share"),
            *([Column(key="goal", title=phrase("Goal"), unit="number")] if any(one.goal for one in found.uses) else []),
        ],
        rows=[_use_row(one) for one in found.uses],
    )
    lines = [
        Line(text=_limit(one, found), sources=sources.numbers(one.evidence))
        for one in found.uses
        if one.limit is not None
    ]
    if not lines:
        lines = [Line(text=phrase("Nothing included is about to run out."), sources=_all_used(found, sources))]
    return Part(key="use", title=title, table=table, lines=tuple(lines))


def _all_used(found: Brief, sources: Sources) -> tuple[int, ...]:
    return sources.numbers(*(one.evidence for one in found.uses))


def _use_row(one: MeterUse) -> dict[str, Cell]:
    return {
        "meter": metered(one.meter),
        "last": float(one.months[-1][1]) if one.months else None,
        "included": None if one.included is None else float(one.included),
        "share": one.share,
        "goal": None if one.goal is None else float(one.goal),
    }


def _limit(one: MeterUse, found: Brief) -> str:
    limit = one.limit
    assert limit is not None  # callers leave out those without
    if limit.day < found.today:  # use is not known up to today
        return phrase(
            "The {included} {meter} included were probably used up on {day}.",
            included=units(limit.included),
            meter=metered(one.meter),
            day=day(limit.day),
        )
    span = (
        phrase("between {first} and {last}", first=day(limit.earliest), last=day(limit.latest))
        if limit.latest is not None
        else phrase("from {first} on, or later than can be foreseen", first=day(limit.earliest))
    )
    return phrase(
        "The {included} {meter} included are expected to be used up on {day} ({span}).",
        included=units(limit.included),
        meter=metered(one.meter),
        day=day(limit.day),
        span=span,
    )


def _months(found: Brief) -> Table:
    shown = [one for one in found.uses if one.months][:_MOST_METERS]
    return Table(
        key="use_months",
        title=phrase("Use month by month"),
        columns=[
            Column(key="month", title=phrase("Month"), unit="text"),
            *(Column(key=one.meter, title=metered(one.meter), unit="number") for one in shown),
        ],
        rows=[
            {"month": f"{month:%Y-%m}", **{one.meter: float(one.months[place][1]) for one in shown}}
            for place, (month, _) in enumerate(shown[0].months)
        ],
        chart="lines",
    )


def _value(found: Brief, sources: Sources) -> Iterator[Line]:
    got = found.received
    if got.refusal is not None:
        yield Line(text=got.refusal)
        return
    numbers = sources.numbers(*(evidence for one in got.values for evidence in one.evidence))
    parts = [
        hours(got.minutes) if got.minutes else "",
        amount(float(got.money_minor), found.currency, symbol=True) if got.money_minor else "",
    ]
    yield Line(
        head=phrase("Saved in the last {months} months", months=got.months),
        text=joined(*parts, between=", "),
        sources=numbers,
    )
    yield from (Line(text=one.text, sources=sources.numbers(*one.evidence)) for one in got.values)


def _risks(found: Brief, sources: Sources) -> Iterator[Line]:
    for hold in found.holds:
        until = phrase("Until {day}.", day=day(hold.until.date())) if hold.until else ""
        numbers = sources.numbers(*hold.evidence)
        yield Line(head=phrase("Do not pitch"), text=sentences(hold.text, until), sources=numbers)
        yield Line(head=phrase("Helps instead"), text=hold.helps)
    told = {text for opening in found.openings for text in opening.move.why}
    signals = [signal for signal in found.signals if signal.text not in told]
    for signal in signals:
        yield Line(text=begun(signal.text), sources=sources.numbers(*signal.evidence))
    if not found.holds and not signals:
        yield Line(text=phrase("None beside what the openings tell.") if found.signals else phrase("None known."))


def _bills(family: FamilyBill, found: Brief, sources: Sources) -> Part:
    title, table = phrase("Plan and bills: {family}", family=family.family), None
    if isinstance(family.comparison, Comparison):
        table = plans_table(family, found.bills)
        table = msgspec.structs.replace(table, title=joined(title, table.title, between=", "))
    return Part(
        key=f"bills_{family.family}",
        title=title,
        table=table,
        lines=tuple(advice_lines(family, found.bills, sources)),
        width="whole",
    )


def _openings(found: Brief, sources: Sources) -> Iterator[Line]:
    if found.no_opening is not None:
        yield Line(text=found.no_opening)
    for opening in found.openings:
        yield from _opening(opening, sources)
    if found.gaps and found.holds:
        yield Line(text=phrase("Accounts like them have these: ask how they do without."))
    for gap in found.gaps:
        told = Evidence(
            table="subscriptions, customers",
            rows=phrase("accounts like {account}", account=gap.account_id),
            said=joined(*gap.reasons),
        )
        chance = phrase("{share} of accounts like them have it", share=percent(gap.chance, 0))
        yield Line(head=gap.title, text=sentences(begun(chance), *gap.reasons), sources=sources.numbers(told))


def _opening(opening: Opening, sources: Sources) -> Iterator[Line]:
    move = opening.move
    evidence = [*move.evidence, *(one for signal in move.signals for one in signal.evidence)]
    yield Line(
        head=begun(move_title(move)), text=sentences(begun(move.benefit), *move.why), sources=sources.numbers(*evidence)
    )
    yield Line(head=phrase("Ask"), text=joined(*opening.questions))
    yield Line(head=phrase("Listen for"), text=joined(*opening.listen, between="; "))
    if move.story is not None:
        told = Evidence(table="stories", rows=move.story.story_id, said=move.story.because)
        yield Line(
            head=phrase("Story"),
            text=phrase("{story} ({because})", story=move.story.text, because=move.story.because),
            sources=sources.numbers(told),
        )
    if move.objection:
        yield Line(head=phrase("They may say"), text=joined(move.objection, move.answer or "", between=" → "))


def _steps(found: Brief) -> Iterator[Line]:
    for step in found.steps:
        yield Line(head=day(step.by), text=step.text)
    if not found.steps:
        yield Line(text=phrase("Ask how it goes, and look again next month."))
