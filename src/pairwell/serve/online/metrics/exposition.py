"""Numbers and their text form for Prometheus (exposition format 0.0.4)."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = tuple[str, ...]


class Metric(Protocol):
    """A family of numbers under one name."""

    def lines(self) -> Iterator[str]: ...


class Counter:
    """Numbers that only grow, one for each combination of labels. Safe to share between threads."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str] = ()) -> None:
        self._name, self._meaning, self._labels = name, meaning, tuple(labels)
        self._lock = threading.Lock()
        self._values: dict[Labels, float] = {} if labels else {(): 0.0}

    def add(self, *labels: str, by: float = 1.0) -> None:
        """Count `by` more."""
        with self._lock:
            self._values[labels] = self._values.get(labels, 0.0) + by

    def lines(self) -> Iterator[str]:
        with self._lock:
            values = sorted(self._values.items())
        yield from _head(self._name, self._meaning, "counter")
        for labels, value in values:
            yield _line(self._name, dict(zip(self._labels, labels, strict=True)), value)


class Histogram:
    """How often a duration in seconds was at most each of `bounds`. Safe to share between threads."""

    def __init__(self, name: str, meaning: str, bounds: Sequence[float]) -> None:
        self._name, self._meaning, self._bounds = name, meaning, tuple(bounds)
        self._lock = threading.Lock()
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        with self._lock:
            self._counts[bisect_left(self._bounds, seconds)] += 1
            self._sum += seconds

    def lines(self) -> Iterator[str]:
        with self._lock:
            counts, total = list(self._counts), self._sum
        yield from _head(self._name, self._meaning, "histogram")
        below = 0
        for bound, count in zip([*map(str, self._bounds), "+Inf"], counts, strict=True):
            below += count
            yield _line(f"{self._name}_bucket", {"le": bound}, below)
        yield _line(f"{self._name}_sum", {}, total)
        yield _line(f"{self._name}_count", {}, below)


class Reading:
    """Numbers that are read when somebody asks: a gauge, or a counter that is kept elsewhere.

    What cannot be read is left out: a number that is not known must not look like one.
    """

    def __init__(
        self, name: str, meaning: str, read: Callable[[], Mapping[Labels, float]], *, labels: Sequence[str] = ()
    ) -> None:
        self._name, self._meaning, self._read, self._labels = name, meaning, read, tuple(labels)

    def lines(self) -> Iterator[str]:
        yield from _head(self._name, self._meaning, "counter" if self._name.endswith("_total") else "gauge")
        for labels, value in sorted(self._read().items()):
            yield _line(self._name, dict(zip(self._labels, labels, strict=True)), value)


def render(metrics: Sequence[Metric]) -> str:
    """The whole page."""
    return "\n".join(line for metric in metrics for line in metric.lines()) + "\n"


def _head(name: str, meaning: str, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{shown}}} {_number(value)}" if shown else f"{name} {_number(value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
