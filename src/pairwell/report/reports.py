"""The reports by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pairwell.report.asking import Asked
from pairwell.report.record import Report

Build = Callable[[Asked], Report]
REPORTS: Final[Mapping[str, Build]] = {}
