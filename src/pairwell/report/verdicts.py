"""Whether offers added anything, in words; and when a number would say more than is known."""

from __future__ import annotations

from typing import Final

from pairwell.measure.offers.effects import Effects, Result
from pairwell.measure.offers.estimates import Estimate, NotEstimable
from pairwell.report.offered import figure, say_refusal
from pairwell.report.record import Figure, Unit
from pairwell.report.shown.cells import Cells
from pairwell.said import Said, amount, joined, number, phrase

_NO_HOLDOUT_NOW: Final = phrase(
    "Nobody is kept without offers now, so that waiting tells no more of new customers: set `holdout = 0.05` under "
    "[choice] in pairwell.toml, and run `pairwell publish`."
)
_WORDS: Final = {1: phrase("added"), -1: phrase("lost"), 0: phrase("not proven yet")}


def is_open(found: Estimate) -> bool:
    """Whether even the sign is anybody's guess: 0 lies inside, at least as deep as the estimate is far from it."""
    return found.low < 0 < found.high and min(-found.low, found.high) >= abs(found.value)


def say_surely(surely: int) -> str:
    """One word or two: 1 stands for added, -1 for lost, 0 for neither shown."""
    return _WORDS[surely]


def added_figure(
    name: tuple[str, str, Unit], found: Result, *, cells: Cells, previous: Result | None = None, note: str | None = None
) -> Figure:
    """What offers added, with its interval; where even its sign is open, the interval alone and the sentence for it."""
    told = previous if isinstance(previous, Estimate) and not is_open(previous) else None
    shown = figure(name, found, previous=told, note=note)
    if not isinstance(found, Estimate) or not is_open(found):
        return shown
    key, title, unit = name
    return Figure(
        key=key,
        title=title,
        unit=unit,
        value=None,
        low=shown.low,
        high=shown.high,
        previous=shown.previous,
        refusal=phrase(
            "Not proven yet: anything from {low} to {high} fits what was seen (95 % interval).", **_ends(shown, cells)
        ),
        note=note,
    )


def verdict_of(effects: Effects, cells: Cells, *, holdout: float) -> Figure:
    """The first thing to read: whether offers added margin. `holdout`: the share kept without offers from now on."""
    key, title, margin = "verdict", phrase("Did offers add margin"), effects.margin
    if isinstance(margin, NotEstimable):
        now = None if holdout or margin.reason == "no_holdout" else _NO_HOLDOUT_NOW
        return Figure(key=key, title=title, unit="text", value=None, refusal=say_refusal(margin), note=now)
    surely = int(margin.low > 0) - int(margin.high < 0)
    words = {1: phrase("Yes"), -1: phrase("No, they cost margin"), 0: phrase("Not proven yet")}[surely]
    held = phrase(
        "{held} of {all} customers were by lot kept without offers.",
        held=effects.held,
        all=effects.held + effects.treated,
    )
    fits = phrase(
        "Anything from {low} to {high} fits what was seen.", **_ends(figure((key, title, "money"), margin), cells)
    )
    todo = phrase("Wait, ask for a longer period, or keep more without offers.") if holdout else _NO_HOLDOUT_NOW
    note = joined(fits, held, todo if surely == 0 else "")
    return Figure(key=key, title=title, unit="text", value=words, note=note)


def _ends(shown: Figure, cells: Cells) -> dict[str, str]:
    """Between what it may lie, the upper end with what it is counted in."""
    low, high = (_said(end, shown.unit, cells.currency) for end in (shown.low or 0, shown.high or 0))
    in_money = phrase("{amount} {currency}", amount=high, currency=cells.currency)
    return {"low": low, "high": in_money if shown.unit == "money" else high}


def _said(value: float, unit: Unit, currency: str) -> Said:
    return amount(value, currency) if unit == "money" else number(value, 0 if value == round(value) else 3)
