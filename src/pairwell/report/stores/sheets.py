"""Counter cards and training sheets as reports that print to a page or two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pairwell.advise.stores.cards import readable, say_beside, say_dearer
from pairwell.advise.stores.records import Beside, Better, Card, Habit, Objection, Step, Training
from pairwell.measure.period import Period
from pairwell.records import Comparison
from pairwell.report.named import REASONS
from pairwell.report.record import Cell, Column, Report, Table
from pairwell.said import Said, joined, lowered, number, percent, phrase, unfilled

_ASK: Final = phrase("Ask")
_NOTHING_ELSE: Final = phrase("Nothing is ticked beforehand, and a no is an answer.")
_STANDS_OUT: Final = unfilled("Shown is what stands out among {compared} sellers and add-ons; ask them how.")
_NONE_SHOWN: Final = unfilled("None is shown, of {compared} sellers and add-ons that could be compared.")
_ATTRIBUTES: Final = {"price": phrase("Price"), "rating": phrase("Rating")}


def card_report(card: Card) -> Report:
    """The card of one item."""
    zone = ZoneInfo(card.timezone)
    made = datetime.combine(card.made_at.astimezone(zone).date(), time(), zone)
    return Report(
        name="card",
        title=phrase("Counter card: {title}", title=card.title),
        currency=card.currency,
        timezone=card.timezone,
        period=Period(made, made + timedelta(days=1)),  # the day whose prices and limits it has
        tables=list(_of_card(card)),
        notes=list(_card_notes(card)),
    )


def _of_card(card: Card) -> Iterator[Table]:
    yield _list_of("questions", phrase("What to ask"), _ASK, card.questions)
    if card.upgrade is not None:
        yield _upgrade(card.upgrade, card)
    if card.add_ons:
        yield _offers("add_ons", phrase("What goes with it"), card.add_ons, card)
    if card.bundles:
        yield _offers("bundles", phrase("As one price"), card.bundles, card)
    if card.needed:
        yield _list_of("needed", phrase("It does not work without"), phrase("Item"), card.needed)


def _list_of(key: str, title: str, named: str, said: Sequence[str]) -> Table:
    return Table(
        key=key,
        title=title,
        columns=[Column(key="text", title=named, unit="text")],
        rows=[{"text": one} for one in said],
    )


def _offers(key: str, title: str, offers: Sequence[Beside], card: Card) -> Table:
    return Table(
        key=key,
        title=title,
        columns=[
            Column(key="title", title=phrase("Item"), unit="text"),
            Column(key="price", title=phrase("Price"), unit="text"),
            Column(key="why", title=phrase("Why"), unit="text"),
        ],
        rows=[
            {
                "title": one.title,
                "price": say_beside(one, card.currency, card.price_minor),
                "why": joined(one.argument or "", one.why),
            }
            for one in offers
        ],
    )


def _upgrade(better: Better, card: Card) -> Table:
    return Table(
        key="upgrade",
        title=phrase("The better one: {title}", title=better.offer.title),
        columns=[
            Column(key="attribute", title=phrase("What differs"), unit="text"),
            Column(key="this", title=card.title, unit="text"),
            Column(key="better", title=better.offer.title, unit="text"),
            Column(key="verdict", title=phrase("Better"), unit="text"),
        ],
        rows=[_compared(row) for row in _told(better.compare)],
        note=joined(
            better.offer.argument or "",
            better.offer.why if better.dearer is None else say_dearer(better.dearer),
        ),
    )


def _told(compare: Sequence[Comparison]) -> list[Comparison]:
    """Without the place in the ladder, which is the shop's own count and tells a customer nothing."""
    return [one for one in compare if one.attribute != "tier"]


def _compared(row: Comparison) -> dict[str, Cell]:
    """One row; what is a matter of taste has no verdict."""
    verdict = {True: phrase("yes"), False: phrase("no"), None: None}[row.better]
    named = _ATTRIBUTES.get(row.attribute) or readable(row.attribute)
    return {"attribute": named, "this": _value(row.anchor), "better": _value(row.offer), "verdict": verdict}


def _value(text: str | None) -> str | None:
    """A number with decimals is written as the language does; 2024 may be a year."""
    whole, dot, decimals = (text or "").partition(".")
    return number(float(f"{whole}.{decimals}"), len(decimals)) if dot and (whole + decimals).isdecimal() else text


def _card_notes(card: Card) -> Iterator[str]:
    if card.nothing is not None:
        yield joined(phrase("Offer nothing with it."), card.nothing)
    yield joined(
        phrase("This is what the shop's limits and rules let through for a customer of whom nothing is known."),
        _NOTHING_ELSE,
    )
    if not card.placement_stated:
        yield phrase(
            "The settings hold no placement `counter`, so that one with the usual values was taken: state "
            "[placements.counter]."
        )


# --- training ---------------------------------------------------------------------------------------


def training_report(sheet: Training) -> Report:
    """The sheet of one category."""
    return Report(
        name="training",
        title=phrase("Training sheet: {category}", category=sheet.category),
        currency=sheet.currency,
        timezone=sheet.timezone,
        period=Period(sheet.since, sheet.until),
        tables=[
            _list_of("questions", phrase("What to ask"), _ASK, sheet.questions),
            _steps(sheet),
            _objections(sheet),
            _returns(sheet),
            _habits(sheet),
        ],
        notes=[_NOTHING_ELSE],
    )


def _steps(sheet: Training) -> Table:
    return Table(
        key="steps",
        title=phrase("Why the better is better"),
        columns=[
            Column(key="title", title=phrase("Item"), unit="text"),
            Column(key="upgrade", title=phrase("The better one"), unit="text"),
            Column(key="more", title=phrase("Costs more by"), unit="money"),
            Column(key="why", title=phrase("What differs"), unit="text"),
            Column(key="took", title=phrase("Took the dearer"), unit="share", interval=True),
        ],
        rows=[_step_row(one) for one in sheet.steps],
        note=None if sheet.steps else phrase("Nothing of this category has an upgrade."),
    )


def _step_row(step: Step) -> dict[str, Cell]:
    row: dict[str, Cell] = {
        "title": step.title,
        "upgrade": step.upgrade_title,
        "more": step.more_minor,
        "why": joined(*(_differs(one) for one in _told(step.compare) if one.anchor and one.offer), between="; "),
        "took": None if step.dearer is None else step.dearer.share,
    }
    if step.dearer is not None:
        row |= {"took_low": step.dearer.interval.low, "took_high": step.dearer.interval.high}
    return row


def _differs(one: Comparison) -> Said:
    named = _ATTRIBUTES.get(one.attribute) or readable(one.attribute)
    return phrase(
        "{attribute} {better} instead of {this}",
        attribute=lowered(named),
        better=_value(one.offer),
        this=_value(one.anchor),
    )


def _objections(sheet: Training) -> Table:
    said = any(one.times for one in sheet.objections)
    return Table(
        key="objections",
        title=phrase("Objections and answers"),
        columns=[
            Column(key="reason", title=phrase("The customer says"), unit="text"),
            Column(key="times", title=phrase("Times"), unit="count"),
            Column(key="answer", title=phrase("Answer"), unit="text"),
        ],
        rows=[_objection_row(one) for one in sheet.objections],
        note=None if said else phrase("No customer's no to these goods was recorded in this period."),
    )


def _objection_row(one: Objection) -> dict[str, Cell]:
    return {"reason": REASONS.get(one.reason, one.reason), "times": one.times, "answer": one.answer}


def _returns(sheet: Training) -> Table:
    usual = sheet.returns[0].usual if sheet.returns else 0.0
    return Table(
        key="returns",
        title=phrase("What comes back more than the rest: say beforehand what it is not"),
        columns=[
            Column(key="title", title=phrase("Item"), unit="text"),
            Column(key="orders", title=phrase("Orders"), unit="count"),
            Column(key="share", title=phrase("Came back"), unit="share", interval=True),
        ],
        rows=[
            {
                "title": one.title,
                "orders": one.orders,
                "share": one.share,
                "share_low": one.interval.low,
                "share_high": one.interval.high,
            }
            for one in sheet.returns
        ],
        note=phrase("Of all goods of the category {share} came back.", share=percent(usual))
        if sheet.returns
        else phrase("No item is shown to come back more often than the others."),
    )


def _habits(sheet: Training) -> Table:
    return Table(
        key="habits",
        title=phrase("What some sellers add more often than the others"),
        columns=[
            Column(key="seller", title=phrase("Seller"), unit="text"),
            Column(key="title", title=phrase("Added"), unit="text"),
            Column(key="chances", title=phrase("Orders"), unit="count"),
            Column(key="rate", title=phrase("Taken"), unit="share"),
            Column(key="ratio", title=phrase("Taken / expected"), unit="times", interval=True),
        ],
        rows=[_habit_row(one) for one in sheet.habits],
        note=phrase(
            "Shown is what stands out among {compared} sellers and add-ons; ask them how.", compared=sheet.compared
        )
        if sheet.habits
        else phrase(
            "None is shown, of {compared} sellers and add-ons that could be compared.", compared=sheet.compared
        ),
    )


def _habit_row(one: Habit) -> dict[str, Cell]:
    return {
        "seller": one.name or one.seller_id,
        "title": one.title,
        "chances": one.rate.chances,
        "rate": one.rate.share,
        "ratio": one.ratio,
        "ratio_low": one.interval.low,
        "ratio_high": one.interval.high,
    }
