"""What is read of the process and its database at each look."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence, Sized
from pathlib import Path

from pairwell.config.triggers import receivers_of
from pairwell.config.version import engine_version
from pairwell.errors import JournalError
from pairwell.operations.database import Database
from pairwell.operations.size import read_size
from pairwell.serve.online.live import Live
from pairwell.serve.online.metrics.exposition import Labels, Metric, Reading
from pairwell.serve.online.service import Service
from pairwell.triggers.counting import count_triggered

_STATM = Path("/proc/self/statm")
_RESIDENT = 1  # the field of pages in memory


def readings_of(service: Service, lines: Mapping[str, Sized]) -> Sequence[Metric]:
    """Numbers of the process and of what it holds."""
    return [
        Reading(
            "pairwell_waiting", "Requests that wait or are being answered.", lambda: _waiting(lines), labels=("line",)
        ),
        Reading(
            "pairwell_rule_failures_total",
            "Offers withheld because a rule could not be told, since the rules were loaded.",
            lambda: {(name,): float(number) for name, number in service.rule_failures().items()},
            labels=("rule",),
        ),
        Reading(
            "pairwell_lever_failures_total",
            "Offers that a lever could not be told of, so that it weighed nothing, since the levers were loaded.",
            lambda: {(name,): float(number) for name, number in service.lever_failures().items()},
            labels=("lever",),
        ),
        Reading("pairwell_model_info", "The live model.", lambda: _model(service.live), labels=("model",)),
        Reading("pairwell_settings_info", "The live settings.", lambda: _settings(service.live), labels=("settings",)),
        Reading(
            "pairwell_rollout_share",
            "Share of the customers who get a model or settings first.",
            lambda: _rollouts(service.live),
            labels=("what", "name"),
        ),
        Reading("pairwell_offers_off", "1 while the kill switch is on.", lambda: {(): float(service.offers_off)}),
        Reading(
            "pairwell_triggered",
            "What events triggered: to be decided, to be delivered, or dead.",
            lambda: _triggered(service),
            labels=("trigger", "state"),
        ),
        Reading("pairwell_database_bytes", "Size of the operations database.", lambda: _size(service.database)),
        Reading("pairwell_memory_bytes", "Memory of this process.", _memory),
        Reading("pairwell_build_info", "What runs.", _build, labels=("version", "python")),
    ]


def _waiting(lines: Mapping[str, Sized]) -> Mapping[Labels, float]:
    return {(name,): float(len(line)) for name, line in lines.items()}


def _model(live: Live) -> Mapping[Labels, float]:
    return {} if live.model is None else {(live.model.id,): 1.0}


def _settings(live: Live) -> Mapping[Labels, float]:
    return {(live.settings.hash,): 1.0}


def _rollouts(live: Live) -> Mapping[Labels, float]:
    first = live.canaries
    found: dict[Labels, float] = {}
    if first.settings is not None:
        found["settings", first.settings.hash] = first.settings_share
    if first.model is not None:
        found["model", first.model.id] = first.model_share
    return found


def _size(database: Database) -> Mapping[Labels, float]:
    try:
        return {(): read_size(database)}
    except JournalError:
        return {}


def _triggered(service: Service) -> Mapping[Labels, float]:
    names = [one.name for one in receivers_of(service.live.settings.settings)]
    if not names:
        return {}
    try:
        counts = count_triggered(service.database, names)
    except JournalError:
        return {}
    return {
        (name, state): float(getattr(held, state))
        for name, held in counts.items()
        for state in ("due", "waiting", "dead")
    }


def _memory() -> Mapping[Labels, float]:
    try:
        return {(): int(_STATM.read_text(encoding="ascii").split()[_RESIDENT]) * os.sysconf("SC_PAGE_SIZE")}
    except OSError:  # no Linux
        return {}


def _build() -> Mapping[Labels, float]:
    return {(engine_version(), platform.python_version()): 1.0}
