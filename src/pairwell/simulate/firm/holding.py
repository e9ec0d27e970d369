"""What accounts hold from month to month: plans, seats, add-ons; when they begin, change and leave."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.plans import Plan
from pairwell.simulate.arrays import Bools, Floats, Ints
from pairwell.simulate.choosing import logistic
from pairwell.simulate.firm.accounts import Accounts
from pairwell.simulate.firm.behaviour import leave_chance
from pairwell.simulate.firm.bills import Wants, price_months, served_users
from pairwell.simulate.firm.months import stack_months
from pairwell.simulate.firm.need import Needs
from pairwell.simulate.firm.price_list import ADD_ONS, DESK, FAMILIES, HIRING
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.firm.temper import Temper
from pairwell.simulate.streams import Purpose, open_stream

_LOOKS_BACK = 3  # months that an account has in mind when it thinks of its plan
_WORTH_IT = 0.12  # share of its costs that a change must save
_MOVES_UP, _MOVES_DOWN = 0.04, 0.03  # chances in a month to change unasked, where it is worth it
_GUESS = 0.35  # deviation of what they think at first that they will need, log
_FINDS = 0.03  # chance in a month to come across an add-on
_EARLIER = 12  # months in which those who were there before the opening came across some
_SHARP = 6.0  # how sharply the finders tell good from bad
_DROPS, _KEEPS = 0.10, 0.004  # chances in a month to give up an add-on not worth its fee, and one that is
_ASKS = 0.04  # chance in a month to ask for one that would be worth it
_TRIES = 0.4  # share that begin with a month for trial
_UNIFORMS = 8 + 3 * len(ADD_ONS)


class Holding(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Arrays are [month, account, …], or of one month."""

    there: Bools  # has signed up, and has not left
    tier: Ints  # [.., family] place of the plan held during the month; -1: none
    trial: Bools  # [.., family] free of charge, to try it
    seats: Ints  # of the desk plan; 0: none
    add_ons: Bools  # [.., add-on]
    add_on_trials: Bools
    asked: Bools  # [.., add-on] asked for it or looked at it
    left: Bools  # at the end of the month


class _Drawn(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    guess: Floats  # [account, family] log
    uniform: Floats  # [month, account, number]


def live_holding(accounts: Accounts, size: FirmSize, needs: Needs, temper: Temper, seed: int) -> Holding:
    """Everybody chooses, tires, changes and leaves, month by month."""
    streams = [open_stream(seed, Purpose.HOLDING, account) for account in range(size.accounts)]
    drawn = _Drawn(
        guess=_GUESS * np.stack([stream.standard_normal(2) for stream in streams]) - 0.15,
        uniform=np.stack([stream.random((size.months, _UNIFORMS)) for stream in streams], axis=1),
    )
    n = size.accounts
    gone = np.zeros(n, dtype=np.bool_)
    now = _nothing(n)
    rows = []
    for month in range(size.months):
        there = (accounts.joined <= month) & ~gone
        now = _month(now, accounts, (month, there, drawn), (needs, temper))
        rows.append(now)
        gone |= now.left
    return stack_months(rows)


def _nothing(n: int) -> Holding:
    no = np.zeros((n, len(ADD_ONS)), dtype=np.bool_)
    return Holding(
        there=no[:, 0], tier=np.full((n, 2), -1), trial=no[:, :2], seats=np.zeros(n, dtype=np.int64),
        add_ons=no, add_on_trials=no, asked=no, left=no[:, 0],
    )  # fmt: skip


def _month(before: Holding, accounts: Accounts, at: tuple[int, Bools, _Drawn], of: tuple[Needs, Temper]) -> Holding:
    (month, there, drawn), (needs, temper) = at, of
    uniform = drawn.uniform[month]
    begins = there & ~before.there
    costs = costs_of(needs.wants[max(0, month - _LOOKS_BACK) : month] or needs.wants[:1])
    tier = np.where(there[:, None], before.tier, -1)
    first = _first_tiers(needs.wants[month], drawn.guess)
    tier = np.where(begins[:, None] & accounts.holds, first, _changed(tier, costs, uniform[:, :2]))
    trial = begins[:, None] & (accounts.joined >= 0)[:, None] & (tier >= 0) & (uniform[:, 2:3] < _TRIES)
    find, drop, ask = np.split(uniform[:, 8:], 3, axis=1)
    new = _find_add_ons(accounts, before, (there, begins), find)
    held = new | (there[:, None] & before.add_ons & ~_given_up(accounts, before, drop))
    asked = there[:, None] & ~held & (ask < _ASKS * _likes(accounts))
    leaves = leave_chance(overpaid(tier, costs), needs.fading[month], temper.touchy[month])
    return Holding(
        there=there, tier=tier, trial=trial, seats=_seats(before.seats, tier[:, 1], needs.wants[month]),
        add_ons=held, add_on_trials=new & ~begins[:, None] & (drop < _TRIES), asked=asked,
        left=there & ~begins & (uniform[:, 3] < leaves),
    )  # fmt: skip


def costs_of(wants: tuple[Wants, ...]) -> list[Floats]:
    """For each family what these months cost on average, all told, as [plan, account]."""
    return [
        np.stack([np.mean([price_months(plan, one).total for one in wants], axis=0) for plan in plans])
        for plans in FAMILIES.values()
    ]


def overpaid(tier: Ints, costs: list[Floats]) -> Floats:
    """What accounts pay beyond the best plans, as a share of these; 0 where nothing is held."""
    paid, best = (np.zeros(len(tier)) for _ in range(2))
    for family, each in enumerate(costs):
        held = tier[:, family] >= 0
        paid += np.where(held, each[tier[:, family], np.arange(len(tier))], 0.0)
        best += np.where(held, each.min(axis=0), 0.0)
    return np.asarray(np.divide(paid - best, best, out=np.zeros(len(tier)), where=best > 0), dtype=np.float64)


def _first_tiers(wants: Wants, guess: Floats) -> Ints:
    """The plan that would be best if they needed what they guess."""
    tiers = []
    for family, plans in enumerate((HIRING, DESK)):
        factor = np.exp(guess[:, family])
        guessed = Wants(
            {meter: used * factor for meter, used in wants.meters.items()}, wants.users * factor, wants.stakes
        )
        tiers.append(np.stack([price_months(plan, guessed).total for plan in plans]).argmin(axis=0))
    return np.stack(tiers, axis=1)


def _changed(tier: Ints, costs: list[Floats], uniform: Floats) -> Ints:
    """Plans after those who look at their bills of their own accord have done so."""
    changed = tier.copy()
    who = np.arange(len(tier))
    for family, each in enumerate(costs):
        best, held = each.argmin(axis=0), tier[:, family] >= 0
        saves = 1 - each[best, who] / each[tier[:, family], who]
        chance = np.where(best > tier[:, family], _MOVES_UP, _MOVES_DOWN)
        moves = held & (saves > _WORTH_IT) & (uniform[:, family] < chance)
        changed[moves, family] = best[moves]
    return changed


def _seats(before: Ints, tier: Ints, wants: Wants) -> Ints:
    """As many as work in it; given back only where many stand empty."""
    seats = np.zeros_like(before)
    for place, plan in enumerate(DESK):
        need = np.maximum(served_users(plan, wants.users), _included(plan)).astype(np.int64)
        kept = np.where((before > need) & (need > 0.75 * before), before, need)
        most = kept if plan.seats_max is None else np.minimum(kept, plan.seats_max)
        seats = np.where(tier == place, most, seats)
    return seats


def _included(plan: Plan) -> int:
    return plan.seats_included or 0


def _find_add_ons(accounts: Accounts, before: Holding, of: tuple[Bools, Bools], find: Floats) -> Bools:
    """Add-ons that are come across, and liked."""
    there, begins = of
    # Who was there before the opening has come across some already.
    chance = np.where((begins & (accounts.joined < 0))[:, None], 1 - (1 - _FINDS) ** _EARLIER, _FINDS)
    return np.asarray(there[:, None] & ~before.add_ons & (find < chance * _likes(accounts)), dtype=np.bool_)


def _likes(accounts: Accounts) -> Floats:
    return logistic(_SHARP * accounts.add_on_worth)


def _given_up(accounts: Accounts, before: Holding, drop: Floats) -> Bools:
    return np.asarray(before.add_ons & (drop < np.where(accounts.add_on_worth < 0, _DROPS, _KEEPS)), dtype=np.bool_)
