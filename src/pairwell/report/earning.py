"""What offers came to, told three ways beside each other: as put down to them, as expected, and as proven."""

from __future__ import annotations

from typing import Final, Literal

from pairwell.measure.offers.effects import Effects
from pairwell.measure.offers.estimates import Estimate
from pairwell.measure.offers.rows import Expected
from pairwell.report.offered import Opened
from pairwell.report.profit import attributed_of
from pairwell.report.record import Cell, Column, Figure, Table
from pairwell.report.shown.cells import Cells
from pairwell.report.verdicts import added_figure
from pairwell.said import Said, exact, joined, phrase, phrase_count

Money = Literal["margin", "revenue"]
_TITLES: Final[dict[Money, str]] = {
    "margin": phrase("What offers came to, in margin"),
    "revenue": phrase("What offers came to, in revenue"),
}
_NOTHING_SHOWN: Final = phrase("No offers were shown in this period.")


def expected_figure(expected: Expected) -> Figure:
    """What the engine expected of the slates it showed, and whether that was learned or is assumed."""
    return Figure(
        key="expected_worth_minor",
        title=phrase("Expected worth of offers"),
        unit="money",
        value=round(expected.worth_minor) if expected.slates else None,
        refusal=None if expected.slates else _NOTHING_SHOWN,
        note=_basis_of(expected) if expected.slates else None,
    )


def earning_table(opened: Opened, effects: Effects) -> Table | None:
    """Attributed, expected and proven in the same money, one row each; None where nobody asked for offers."""
    if not opened.now.told.decided.size:
        return None
    what: Money = "revenue" if opened.asked.settings.shop.objective == "revenue" else "margin"
    return Table(
        key="earning",
        title=_TITLES[what],
        columns=[
            Column(key="told", title=phrase("How it is told"), unit="text"),
            Column(key="money", title=phrase("Sum"), unit="money", interval=True),
            Column(key="means", title=phrase("What that says"), unit="text"),
        ],
        rows=[_attributed(opened, what), _expected(opened.now.told.expected), _proven(opened, effects, what)],
    )


def _attributed(opened: Opened, what: Money) -> dict[str, Cell]:
    means = phrase(
        "Bought within {hours} hours of seeing it offered. Some of it would have been bought anyway.",
        hours=exact(opened.asked.settings.attribution.window_h),
    )
    return {
        "told": phrase("Put down to offers"),
        "money": round(attributed_of(opened.now, what)),
        "means": means,
    }


def _expected(expected: Expected) -> dict[str, Cell]:
    figure = expected_figure(expected)
    return {
        "told": phrase("Expected by the engine"),
        "money": figure.value,
        "means": figure.note or figure.refusal,
    }


def _proven(opened: Opened, effects: Effects, what: Money) -> dict[str, Cell]:
    found = getattr(effects, what)
    name = (what, "", "money")
    figure = added_figure(name, found, cells=Cells(opened.asked.settings.shop.currency))  # type: ignore[arg-type]
    says = figure.refusal or _verdict(found)
    cells: dict[str, Cell] = {"money": figure.value, "money_low": figure.low, "money_high": figure.high}
    return {"told": phrase("Proven against the holdout"), **cells, "means": says}


def _verdict(found: Estimate) -> Said:
    if found.low > 0:
        return phrase("Proven: offers added this much beyond what customers without offers brought.")
    if found.high < 0:
        return phrase("Proven: offers lost this much against what customers without offers brought.")
    return phrase("Not proven yet: the interval holds 0, so that they may have added nothing.")


def _basis_of(expected: Expected) -> Said:
    said = phrase_count(
        "What the engine expected {count} slate to add when it chose it, before what showing costs.",
        "What the engine expected {count} slates to add when it chose them, before what showing costs.",
        expected.slates,
    )
    if expected.learned == expected.slates:
        return joined(said, phrase("Learned from the outcomes of earlier offers, and no proof."))
    if not expected.learned:
        assumed = phrase("Assumed: how customers respond was what the settings suppose, as nothing was learned yet.")
        return joined(said, assumed)
    partly = phrase_count(
        "{count} of them rested on outcomes of earlier offers; the others on what the settings suppose.",
        "{count} of them rested on outcomes of earlier offers; the others on what the settings suppose.",
        expected.learned,
    )
    return joined(said, partly)
