"""The reports by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pairwell.report import customers, findings, funnel, goods, overview, pairs, placements, profit, segments, sellers
from pairwell.report.asking import Asked
from pairwell.report.record import Report

Build = Callable[[Asked], Report]
REPORTS: Final[Mapping[str, Build]] = {
    overview.NAME: overview.build_overview,
    pairs.NAME: pairs.build_pairs,
    goods.NAME: goods.build_categories,
    sellers.NAME: sellers.build_sellers,
    profit.NAME: profit.build_profit,
    funnel.NAME: funnel.build_funnel,
    placements.NAME: placements.build_placements,
    findings.NAME: findings.build_findings,
    customers.NAME: customers.build_customers,
    segments.NAME: segments.build_segments,
}
