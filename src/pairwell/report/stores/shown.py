"""Which report shows what people who sell are told."""

from __future__ import annotations

from pairwell.advise.loyalty import ProgrammeSheet
from pairwell.advise.stores.records import BonusSheet, Card, Scoreboard, Training
from pairwell.report.loyalty import programme_report
from pairwell.report.record import Report
from pairwell.report.stores.board import board_report
from pairwell.report.stores.paid import bonus_report
from pairwell.report.stores.sheets import card_report, training_report

Told = Scoreboard | Card | Training | BonusSheet | ProgrammeSheet


def as_report(told: Told) -> Report:
    """The report of any of them."""
    if isinstance(told, Scoreboard):
        return board_report(told)
    if isinstance(told, BonusSheet):
        return bonus_report(told)
    if isinstance(told, ProgrammeSheet):
        return programme_report(told)
    return card_report(told) if isinstance(told, Card) else training_report(told)
