from __future__ import annotations

import re

import pytest

from pairwell.serve.online.metrics.exposition import Counter, Histogram, Reading, render


def test_a_counter_has_a_line_for_each_combination() -> None:
    counter = Counter("x_total", "What it is.", ("kind", "why"))
    counter.add("a", "b")
    counter.add("a", "b", by=2)
    counter.add("a", "c")
    assert list(counter.lines()) == [
        "# HELP x_total What it is.",
        "# TYPE x_total counter",
        'x_total{kind="a",why="b"} 3',
        'x_total{kind="a",why="c"} 1',
    ]


def test_a_histogram_counts_up() -> None:
    histogram = Histogram("x_seconds", "How long.", (0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 7.0):
        histogram.observe(seconds)
    assert list(histogram.lines())[1:] == [
        "# TYPE x_seconds histogram",
        'x_seconds_bucket{le="0.1"} 2',
        'x_seconds_bucket{le="1.0"} 3',
        'x_seconds_bucket{le="+Inf"} 4',
        "x_seconds_sum 7.65",
        "x_seconds_count 4",
    ]


def test_what_cannot_be_read_has_no_number() -> None:
    assert list(Reading("x_bytes", "Size.", dict).lines()) == ["# HELP x_bytes Size.", "# TYPE x_bytes gauge"]


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb", "ä"])
def test_any_label_is_one_line(text: str) -> None:
    counter = Counter("x_total", "What it is.", ("name",))
    counter.add(text)
    line = render([counter]).splitlines()[-1]
    assert re.fullmatch(r'x_total\{name="(?:[^"\\\n]|\\["\\n])*"\} 1', line)
