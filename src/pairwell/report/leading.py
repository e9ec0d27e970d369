"""What offers came to, in the few figures that an overview opens with."""

from __future__ import annotations

from typing import Final

from pairwell.measure.offers.effects import Effects, effects_of
from pairwell.measure.offers.stages import way_of
from pairwell.report.earning import earning_table, expected_figure
from pairwell.report.funnel import accepted_figure
from pairwell.report.offered import Opened
from pairwell.report.profit import money_figures
from pairwell.report.record import Figure, Table
from pairwell.said import joined, phrase, phrase_count

LEAD: Final = (
    "incremental_margin_minor",
    "attributed_revenue_minor",
    "expected_worth_minor",
    "aov",
    "attach_rate",
    "conversion",
    "accept_rate",
    "holdout_share",
)
"""Keys of the figures to read first: what is put down to offers, or expected of them, never without what they added."""

_NOBODY: Final = phrase("No customer with something to be offered was met by lot in this period.")
_NONE_NOW: Final = phrase(
    "Nobody is kept without offers now: set `holdout = 0.05` under [choice] in pairwell.toml, and run "
    "`pairwell publish`."
)


def lead_with(opened: Opened) -> tuple[list[Figure], list[Table]]:
    """What offers added beside what is put down to them and was expected, first as figures, then as a table."""
    effects = effects_of(opened.now.trial, opened.now.bought)
    table = earning_table(opened, effects)
    return _figures(opened, effects), [] if table is None else [table]


def _figures(opened: Opened, effects: Effects) -> list[Figure]:
    read = opened.now
    return [
        *(figure for figure in money_figures(opened, effects) if figure.key in LEAD),
        *([expected_figure(read.told.expected)] if read.told.decided.size else []),
        accepted_figure(way_of(read.told, read.lines, read.attributed)),
        holdout_figure(effects, opened.asked.settings.choice.holdout),
    ]


def holdout_figure(effects: Effects, share_now: float) -> Figure:
    """How many of the compared the lot kept without offers; `share_now`: of the customers met from now on."""
    key, title = "holdout_share", phrase("Share of the holdout")
    compared = effects.held + effects.treated
    now = None if share_now else _NONE_NOW
    if not compared:
        return Figure(key=key, title=title, unit="share", value=None, refusal=joined(_NOBODY, now or ""))
    held = phrase_count(
        "{count} customer of {all} was kept without offers by lot.",
        "{count} customers of {all} were kept without offers by lot.",
        effects.held,
        all=compared,
    )
    return Figure(key=key, title=title, unit="share", value=effects.held / compared, note=joined(held, now or ""))
