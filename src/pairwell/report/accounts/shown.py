"""Which sheet shows what people who look after accounts are told."""

from __future__ import annotations

from pairwell.advise.brief.record import Brief
from pairwell.advise.matrix import Matrix
from pairwell.advise.sheets import BillSheet
from pairwell.advise.working import WorkSheet
from pairwell.report.accounts.bills import bills_sheet
from pairwell.report.accounts.brief import brief_sheet
from pairwell.report.accounts.matrix import matrix_sheet
from pairwell.report.accounts.sheet import Sheet
from pairwell.report.accounts.work import work_sheet

Told = BillSheet | Matrix | Brief | WorkSheet


def as_sheet(told: Told) -> Sheet:
    """The sheet of any of them."""
    if isinstance(told, Matrix):
        return matrix_sheet(told)
    if isinstance(told, WorkSheet):
        return work_sheet(told)
    return brief_sheet(told) if isinstance(told, Brief) else bills_sheet(told)
