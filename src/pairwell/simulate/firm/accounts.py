"""Who the firm's accounts are: what can be seen of them, and what cannot."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.simulate.arrays import Bools, Floats, Ints
from pairwell.simulate.firm.price_list import ADD_ONS, AIMS
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.streams import Purpose, open_stream

REGIONS = ("North", "South", "East", "West")
REPS = ("rep-1", "rep-2", "rep-3", "rep-4", "rep-5")
_SINCE_BEFORE = 0.55  # share of accounts that are there at the opening
_LONGEST = 24  # months that one of them may have been there before it
_BOTH = 0.3  # share with plans of both families
_JUMP = 0.08  # share that take on something big at once in some month, known beforehand
_ABROAD = 0.3  # share that works in several countries
_JUMP_TOLD = 0.7  # share of those that tell the firm of it
_JUMP_KNOWN = 6  # months after the history in which that may still come


class Industry(msgspec.Struct, frozen=True, kw_only=True):
    """What firms of one kind have in common; logs are natural."""

    name: str
    hiring: float  # log of assessments a month against others of its size
    service: float  # the same for conversations
    swing: float  # of the seasons, log
    peak: int  # month of the year with most of it, 1 is January
    aims: tuple[float, ...]  # log of what an aim is worth against others, in the order of `AIMS`


INDUSTRIES = (
    Industry(name="Retail", hiring=0.1, service=0.6, swing=0.25, peak=11, aims=(0.2, -1.0, -0.3, -1.2, -0.6, 0.1)),
    Industry(name="Hotels", hiring=0.3, service=0.4, swing=0.30, peak=6, aims=(0.1, -1.1, -0.9, -1.1, 0.5, -0.7)),
    Industry(name="Software", hiring=0.2, service=0.1, swing=0.05, peak=3, aims=(-0.2, 0.2, 0.2, 0.4, 0.0, 0.5)),
    Industry(name="Finance", hiring=0.0, service=0.1, swing=0.08, peak=1, aims=(-0.6, 0.0, 0.4, 0.6, -0.6, -0.2)),
    Industry(name="Logistics", hiring=0.4, service=0.0, swing=0.15, peak=11, aims=(-1.0, -0.8, -0.1, -0.8, 0.4, 0.3)),
    Industry(name="Health", hiring=-0.1, service=0.2, swing=0.05, peak=2, aims=(-0.3, -1.4, -0.4, 0.5, -1.3, -0.3)),
    Industry(name="Staffing", hiring=0.8, service=-0.3, swing=0.12, peak=9, aims=(0.1, 0.5, 0.1, -1.1, -0.5, -0.4)),
    Industry(name="Education", hiring=-0.2, service=0.2, swing=0.30, peak=9, aims=(-0.1, -1.0, -0.3, -0.3, -0.2, -0.9)),
)


class Accounts(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One entry an account; logs are natural, months count from the opening."""

    ids: tuple[str, ...]
    industry: Ints  # place in `INDUSTRIES`
    employees: Ints
    region: Ints  # place in `REGIONS`
    owner: Ints  # place in `REPS`
    countries: Ints
    joined: Ints  # month of signing up; negative: before the opening
    joined_day: Ints  # of that month, from 0
    onboarding: Ints  # months until they get out of it what they came for
    holds: Bools  # [account, family] wants it at all
    start: Floats  # [account, family] log of what they need at the opening
    candidates: Floats  # to an assessment
    users: Floats  # conversations a colleague can handle in a month
    leads: Floats  # log a month
    outreach: Floats  # log a month
    stakes: Floats  # what a unit is worth to them, against a typical account
    add_on_worth: Floats  # [account, add-on] log of worth a month against its fee
    jump: Ints  # month in which something big begins; a month that never comes where there is none
    jump_said: Bools  # whether they tell of it beforehand
    depth: Floats  # what is left of their use once they lose interest


NEVER = 1_000


def make_accounts(size: FirmSize, seed: int) -> Accounts:
    """Accounts, each from a stream of its own."""
    streams = [open_stream(seed, Purpose.ACCOUNT, account) for account in range(size.accounts)]
    normal = np.stack([stream.standard_normal(10 + len(AIMS) + len(ADD_ONS)) for stream in streams])
    uniform = np.stack([stream.random(14) for stream in streams])
    industry = (len(INDUSTRIES) * uniform[:, 0]).astype(np.int64)
    bulk = 1.1 * normal[:, 0]  # log of its size against the typical firm
    outward = np.stack([0.9 * bulk + 0.8 * normal[:, 1], 0.9 * bulk + 0.8 * normal[:, 2]], axis=1)
    abroad = 1 + np.minimum(np.where(uniform[:, 1] < _ABROAD, 1 + 5 * uniform[:, 2], 0), 5).astype(np.int64)
    return Accounts(
        ids=tuple(f"A{number:05d}" for number in range(1, size.accounts + 1)),
        industry=industry,
        employees=np.maximum(3, 60 * np.exp(bulk + 0.3 * normal[:, 3])).astype(np.int64),
        region=(len(REGIONS) * uniform[:, 3]).astype(np.int64),
        owner=(len(REPS) * uniform[:, 4]).astype(np.int64),
        countries=abroad,
        joined=_joined(size, uniform[:, 5], uniform[:, 6]),
        joined_day=(28 * uniform[:, 7]).astype(np.int64),
        onboarding=(2 + 2 * uniform[:, 8]).astype(np.int64),
        holds=_holds(uniform[:, 9]),
        start=_start(industry, bulk, normal[:, 4:6]),
        candidates=np.exp(3.3 + 0.2 * normal[:, 6]),
        users=220 * np.exp(0.25 * normal[:, 7]),
        leads=4.6 + outward[:, 0],
        outreach=5.0 + outward[:, 1],
        stakes=np.exp(0.2 * normal[:, 8]),
        add_on_worth=_add_on_worth(industry, (bulk, outward, abroad), normal[:, 10:]),
        jump=np.where(uniform[:, 10] < _JUMP, uniform[:, 11] * (size.months + _JUMP_KNOWN), NEVER).astype(np.int64),
        jump_said=uniform[:, 12] < _JUMP_TOLD,
        depth=0.25 + 0.3 * uniform[:, 13],
    )


def _joined(size: FirmSize, early: Floats, when: Floats) -> Ints:
    first = np.where(early < _SINCE_BEFORE, -_LONGEST * when, size.months * when)
    return np.floor(first).astype(np.int64)


def _holds(drawn: Floats) -> Bools:
    rest = (1 - _BOTH) / 2
    return np.stack([drawn < _BOTH + rest, (drawn < _BOTH) | (drawn >= _BOTH + rest)], axis=1)


def _start(industry: Ints, bulk: Floats, own: Floats) -> Floats:
    kind = np.array([[one.hiring, one.service] for one in INDUSTRIES])[industry]
    return np.asarray(np.array([1.7, 6.3]) + kind + 0.9 * bulk[:, None] + 0.6 * own, dtype=np.float64)


def _add_on_worth(industry: Ints, drivers: tuple[Floats, Floats, Ints], own: Floats) -> Floats:
    """An aim is worth what the industry, the size and the way of working make of it; its add-ons nearly as much."""
    bulk, outward, abroad = drivers
    aims = np.array([one.aims for one in INDUSTRIES])[industry] - 0.35 + 0.28 * own[:, : len(AIMS)]
    push = np.stack([0.6 * outward[:, 0], 0.6 * outward[:, 1], 0.25 * bulk, 0.45 * bulk], axis=1)
    aims[:, :4] += push
    aims[:, AIMS.index("abroad")] += np.where(abroad > 1, 0.5, -0.8)
    served = np.array([AIMS.index(str(plan.purpose)) for plan in ADD_ONS])
    return np.asarray(aims[:, served] + 0.15 * own[:, len(AIMS) :], dtype=np.float64)
