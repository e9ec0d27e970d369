"""The looks at an experiment as a drawing that stands in a page: no script, colours by the page's own style."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date
from jinja2 import pass_environment
from jinja2.environment import Environment
from markupsafe import Markup, escape

from pairwell.serve.pages.showing import language_of, moment, number
from pairwell.shop.runs import Reading

_WIDTH, _HEIGHT, _SIDE, _LINE = 440, 170, 12, 24  # narrow, so that letters stay readable on a telephone
_SVG: Final = Markup('<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}">{content}</svg>')
_LABEL: Final = Markup('<text class="label" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>')
_ZERO: Final = Markup('<line class="axis" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
_BAND: Final = Markup('<polygon points="{points}"/>')
_PATH: Final = Markup('<polyline points="{points}"/>')
_REACH: Final = Markup('<polyline class="reach" points="{x:.1f},{top:.1f} {x:.1f},{bottom:.1f}"/>')
_DOT: Final = Markup('<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>')


class _Seen(NamedTuple):
    at: datetime
    effect: float
    low: float
    high: float


class _Frame(NamedTuple):
    """Where moments and values are drawn."""

    since: datetime
    seconds: float
    lowest: float
    highest: float

    def x(self, at: datetime) -> float:
        return _SIDE + (_WIDTH - 2 * _SIDE) * (at - self.since).total_seconds() / self.seconds

    def y(self, value: float) -> float:
        return _LINE + (_HEIGHT - 2 * _LINE) * (self.highest - value) / (self.highest - self.lowest)


@pass_environment
def looks(environment: Environment, reading: Reading, metric: str, timezone: str) -> Markup:
    """The effect on a metric at each look with its always-valid interval; nothing where none is known."""
    seen = _seen(reading, metric)
    if not seen:
        return Markup()
    frame = _frame(reading, seen)
    last = seen[-1]
    low, high, effect = (number(environment, value, 2) for value in (last.low, last.high, last.effect))
    days = [_day(environment, at, timezone) for at in (reading.run.since, reading.until)]
    parts = [
        _ZERO.format(left=_SIDE, right=_WIDTH - _SIDE, y=frame.y(0)),
        _label(_SIDE, 14, number(environment, frame.highest, 2)),
        _label(_SIDE, _HEIGHT - _LINE + 2, number(environment, frame.lowest, 2)),
        _label(_SIDE, _HEIGHT - 4, days[0]),
        _label(_WIDTH - _SIDE, _HEIGHT - 4, days[1], anchor="end"),
        *_drawn(frame, seen),
    ]
    title = f"{metric}: {effect} ({low} – {high})"  # noqa: RUF001 - a dash
    return _SVG.format(width=_WIDTH, height=_HEIGHT, title=title, content=Markup().join(parts))


@pass_environment
def numbers_of_looks(environment: Environment, reading: Reading, metric: str, timezone: str, title: str) -> str:
    """What `looks` draws, as JSON for the script that draws it anew: a `Drawing` of report/shown/charts.py."""
    from pairwell.report.shown.charts import Drawing

    seen = _seen(reading, metric)
    ends = [(number(environment, one.low, 2), number(environment, one.high, 2)) for one in seen]
    effects = [number(environment, one.effect, 2) for one in seen]
    told = Drawing(
        kind="lines",
        name=f"{reading.run.name}-{metric}",
        title=title,
        of="look",
        unit="number",
        names=[moment(environment, one.at, timezone) for one in seen],
        values=[one.effect for one in seen],
        shown=[f"{effect} ({low} – {high})" for effect, (low, high) in zip(effects, ends, strict=True)],  # noqa: RUF001
        low=[one.low for one in seen],
        high=[one.high for one in seen],
    )
    return msgspec.json.encode(told).decode()


def _seen(reading: Reading, metric: str) -> list[_Seen]:
    found = [(look.at, one) for look in reading.looks for one in look.effects if one.metric == metric]
    return [
        _Seen(at, one.effect, *one.interval) for at, one in found if one.effect is not None and one.interval is not None
    ]


def _frame(reading: Reading, seen: Sequence[_Seen]) -> _Frame:
    lowest, highest = min(0.0, *(one.low for one in seen)), max(0.0, *(one.high for one in seen))
    room = 0.0 if highest > lowest else 1.0
    seconds = max((reading.until - reading.run.since).total_seconds(), 1.0)
    return _Frame(reading.run.since, seconds, lowest - room, highest + room)


def _drawn(frame: _Frame, seen: Sequence[_Seen]) -> list[Markup]:
    last = seen[-1]
    reach = _REACH.format(x=frame.x(last.at), top=frame.y(last.high), bottom=frame.y(last.low))
    dot = _DOT.format(x=frame.x(last.at), y=frame.y(last.effect))
    above = [(frame.x(one.at), frame.y(one.high)) for one in seen]
    below = [(frame.x(one.at), frame.y(one.low)) for one in reversed(seen)]
    path = [(frame.x(one.at), frame.y(one.effect)) for one in seen]
    return [_BAND.format(points=_points([*above, *below])), _PATH.format(points=_points(path)), reach, dot]


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _label(x: float, y: float, text: str, *, anchor: str = "start") -> Markup:
    return _LABEL.format(x=x, y=y, anchor=anchor, text=escape(text))


def _day(environment: Environment, at: datetime, timezone: str) -> str:
    return format_date(at.astimezone(ZoneInfo(timezone)), "medium", locale=language_of(environment))
