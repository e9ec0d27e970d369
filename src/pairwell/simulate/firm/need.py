"""What accounts need from month to month: it grows, shrinks, bursts, has seasons, and interest may be lost.

One law makes the history and, from where it ends, the months that might follow.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np

from pairwell.simulate.arrays import Bools, Floats, Ints
from pairwell.simulate.firm.accounts import INDUSTRIES, Accounts
from pairwell.simulate.firm.bills import Wants
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.streams import Purpose, open_stream

_TURN = 0.05  # chance that the pace of an account changes in a month
_GROWS, _SHRINKS = 0.28, 0.14  # shares of the new paces
_BURST = 0.015  # chance of a month or two with much more than usual
_TWO = 0.25  # share of bursts that last two months
_FADE = 0.010  # chance in a month that they lose interest
_RETURN = 0.12  # chance in a month that they find it again
_WOBBLE = 0.06  # deviation of a month from its level, log
_JUMP = 0.75  # log by which something big raises the level
NORMALS, UNIFORMS = 6, 8  # numbers drawn for an account and month


class Pace(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Where accounts stand; one entry each."""

    level: Floats  # log against the opening
    drift: Floats  # log a month
    burst: Floats  # log on top
    burst_left: Ints  # months
    fading: Bools
    interest: Floats  # share of what they need that they use


class Month(NamedTuple):
    """What was drawn for a month, which it is, and whose it is."""

    number: int
    normal: Floats
    uniform: Floats


class Needs(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """The history; arrays are [month, account], the pace that of its end."""

    wants: tuple[Wants, ...]  # a month each
    fading: Bools
    pace: Pace


def live_needs(accounts: Accounts, size: FirmSize, seed: int) -> Needs:
    """What everybody would have used, with the firm or without it."""
    drawn = [draw(seed, Purpose.NEED, account, size.months + 1) for account in range(size.accounts)]
    normal, uniform = (np.stack(each, axis=1) for each in zip(*drawn, strict=True))
    pace = _first_pace(normal[0], uniform[0])
    wants, fading = [], []
    for number in range(size.months):
        month = Month(number, normal[number + 1], uniform[number + 1])
        pace = step(pace, accounts, month)
        wants.append(want(pace, accounts, month, size))
        fading.append(pace.fading)
    return Needs(wants=tuple(wants), fading=np.stack(fading), pace=pace)


def draw(seed: int, purpose: Purpose, account: int, months: int) -> tuple[Floats, Floats]:
    """What an account's months are made of, as [month, number]."""
    stream = open_stream(seed, purpose, account)
    return stream.standard_normal((months, NORMALS)), stream.random((months, UNIFORMS))


def _first_pace(normal: Floats, uniform: Floats) -> Pace:
    still = np.zeros(len(normal))
    return Pace(
        level=still, drift=_drift(normal, uniform), burst=still, burst_left=still.astype(np.int64),
        fading=still.astype(np.bool_), interest=still + 1.0,
    )  # fmt: skip


def _drift(normal: Floats, uniform: Floats) -> Floats:
    steady = 0.003 + 0.006 * normal[:, 0]
    grows = 0.04 + 0.07 * uniform[:, 2]
    shrinks = -0.03 - 0.05 * uniform[:, 2]
    kind = uniform[:, 1]
    return np.where(kind < _GROWS, grows, np.where(kind < _GROWS + _SHRINKS, shrinks, steady))


def step(pace: Pace, accounts: Accounts, month: Month) -> Pace:
    """A month further; `accounts` are those of the pace, one entry each."""
    normal, uniform = month.normal, month.uniform
    bursts = (pace.burst_left == 0) & (uniform[:, 3] < _BURST)
    left = np.where(bursts, 1 + (uniform[:, 4] < _TWO), np.maximum(pace.burst_left - 1, 0))
    fading = np.where(pace.fading, uniform[:, 6] >= _RETURN, uniform[:, 5] < _FADE)
    aim = np.where(fading, accounts.depth, 1.0)
    return Pace(
        level=pace.level + pace.drift + 0.015 * normal[:, 1] + _JUMP * (accounts.jump == month.number),
        drift=np.where(uniform[:, 0] < _TURN, _drift(normal, uniform), pace.drift),
        burst=np.where(bursts, 0.5 + 0.7 * uniform[:, 7], np.where(left > 0, pace.burst, 0.0)),
        burst_left=left,
        fading=fading,
        interest=0.3 * pace.interest + 0.7 * aim,
    )


def want(pace: Pace, accounts: Accounts, month: Month, size: FirmSize) -> Wants:
    """What they would use in that month if no plan held them back."""
    log = pace.level + np.log(pace.interest)
    both = np.exp(accounts.start + (log + pace.burst + _season(accounts, month, size))[:, None]
                  + _WOBBLE * month.normal[:, 2:4])  # fmt: skip
    calm = np.exp(accounts.start[:, 1] + log)  # colleagues do not come and go with the seasons
    meters: dict[str, Floats] = {
        "assessments": _whole(both[:, 0]),
        "candidates": _whole(both[:, 0] * accounts.candidates),
        "conversations": _whole(both[:, 1]),
        "leads": _whole(np.exp(accounts.leads + log + 0.1 * month.normal[:, 4])),
        "outreach": _whole(np.exp(accounts.outreach + log + 0.1 * month.normal[:, 5])),
    }
    return Wants(meters, np.maximum(1.0, np.round(calm / accounts.users)), accounts.stakes)


def _whole(units: Floats) -> Floats:
    return np.asarray(np.round(units), dtype=np.float64)


def _season(accounts: Accounts, month: Month, size: FirmSize) -> Floats:
    swing = np.array([one.swing for one in INDUSTRIES])[accounts.industry]
    peak = np.array([one.peak for one in INDUSTRIES])[accounts.industry]
    of_year = size.opened.month + month.number
    return np.asarray(swing * np.cos(2 * np.pi * (of_year - peak) / 12), dtype=np.float64)
