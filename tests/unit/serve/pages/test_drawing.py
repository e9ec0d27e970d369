from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from jinja2 import Environment

from pairwell.measure.comparing.experiment import Analysis
from pairwell.serve.pages.drawing import looks, numbers_of_looks
from pairwell.shop.runs import Effect, Look, Reading, Run

SINCE = datetime(2026, 10, 1, 12, tzinfo=UTC)
EVIL = "<script>"


@pytest.fixture
def english() -> Environment:
    environment = Environment(autoescape=True)
    environment.globals["language"] = "en"
    return environment


def _reading(*effects: tuple[float | None, tuple[float, float] | None]) -> Reading:
    run = Run(
        name="x", outcome="running", since=SINCE, until=None, ends=None, share=0.5, control="a", tried="b",
        metrics=["revenue"], author=None, reason=None,
    )  # fmt: skip
    analysis = Analysis(
        unit=None, control="control", rows=0, units=0, left_out={}, copies=0, arms=[], srm_p_value=1.0, srm_tells=True,
        shares_assumed=False, comparisons=[], notes=[],
    )  # fmt: skip
    seen = [
        Look(
            at=SINCE + timedelta(days=n + 1),
            units=100,
            effects=[Effect(metric="revenue", effect=one, interval=interval)],
        )
        for n, (one, interval) in enumerate(effects)
    ]
    until = SINCE + timedelta(days=len(effects))
    return Reading(run=run, until=until, fixed=False, currency="EUR", analysis=analysis, looks=seen)


def test_the_band_holds_every_look_that_is_known_and_0_is_within(english: Environment) -> None:
    drawn = looks(english, _reading((1.0, None), (1.0, (-2.0, 4.0)), (2.0, (1.0, 3.0))), "revenue", "UTC")
    (band,) = re.findall(r'<polygon points="([^"]*)"', drawn)
    points = [tuple(map(float, one.split(","))) for one in band.split(" ")]
    assert len(points) == 4
    assert [x for x, _ in points] == sorted(x for x, _ in points[:2]) + sorted((x for x, _ in points[2:]), reverse=True)
    assert (min(y for _, y in points), max(y for _, y in points)) == (24.0, 146.0)
    (zero,) = re.findall(r'class="axis" [^>]*y1="([0-9.]+)"', drawn)
    assert 24 < float(zero) < 146
    assert "2.00 (1.00" in drawn
    assert "Oct 4, 2026" in drawn


def test_the_script_is_told_what_is_drawn(english: Environment) -> None:
    told = numbers_of_looks(
        english, _reading((1.0, None), (1.0, (-2.0, 4.0)), (2.0, (1.0, 3.0))), "revenue", "UTC", "R"
    )
    found = json.loads(told)
    assert (found["name"], found["values"], found["low"], found["high"]) == ("x-revenue", [1, 2], [-2, 1], [4, 3])
    assert found["names"][1].startswith("Oct 4, 2026")
    assert found["shown"][0].startswith("1.00 (-2.00")


def test_nothing_is_drawn_of_what_nobody_knows(english: Environment) -> None:
    assert not looks(english, _reading((1.0, None)), "revenue", "UTC")
    assert not looks(english, _reading((1.0, (0.0, 2.0))), "margin", "UTC")


def test_an_effect_of_nothing_is_drawn_on_the_line(english: Environment) -> None:
    drawn = looks(english, _reading((0.0, (0.0, 0.0))), "revenue", "UTC")
    assert 'cy="85.0"' in drawn
    assert "nan" not in drawn
