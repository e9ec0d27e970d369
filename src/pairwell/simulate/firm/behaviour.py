"""What accounts do: leave, change plans of their own accord, say yes to a pitch, or take it ill.

The same laws make the history and answer what would come of a pitch; nothing outside this room knows them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pairwell.simulate.arrays import Bools, Floats
from pairwell.simulate.choosing import logistic

OUTLOOK = 24  # months over which the firm counts what an account brings
_LEAVES = 0.006  # chance in a month, with nothing amiss
_LEAVES_DEAR = 0.12  # more for each doubling of what the best plan would cost
_LEAVES_FADING = 0.04
_LEAVES_TOUCHY = 0.01
_MOST = 0.35
_YES = -1.0  # log odds of accepting what costs as much as it saves
_YES_GAIN = 11.0  # for a gain as large as what is paid now
_YES_MOOD = 0.2
_YES_RENEWAL = 0.4
_YES_TOUCHY = -6.0
_ILL = 0.002  # chance to lose an account by a pitch, with nothing amiss
_ILL_TOUCHY = 0.15
_ILL_UNFIT = 0.03  # by a pitch of what would cost them half as much again, or more


class Ties(NamedTuple):
    """What bears on how an account takes a pitch; one entry each."""

    mood: Floats
    touchy: Bools
    renews: Bools  # its contract renews within two months


def leave_chance(overpaid: Floats, fading: Bools, touchy: Bools) -> Floats:
    """Chance in a month; `overpaid` is what the plan costs beyond the best one, as a share of the best one."""
    chance = _LEAVES + _LEAVES_DEAR * overpaid + _LEAVES_FADING * fading + _LEAVES_TOUCHY * touchy
    return np.asarray(np.minimum(chance, _MOST), dtype=np.float64)


def months_kept(chance: Floats) -> Floats:
    """Months of the outlook that an account is expected to stay."""
    return np.asarray((1 - (1 - chance) ** OUTLOOK) / chance, dtype=np.float64)


def accept_chance(gain: Floats, ties: Ties) -> Floats:
    """Chance of a yes; `gain` is what it saves an account, as a share of what it pays now."""
    odds = _YES + _YES_GAIN * np.clip(gain, -0.5, 0.5) + _YES_MOOD * np.clip(ties.mood, -2, 2)
    return logistic(odds + _YES_RENEWAL * ties.renews + _YES_TOUCHY * ties.touchy)


def harm_chance(gain: Floats, ties: Ties) -> Floats:
    """Chance that a pitch drives the account away: the touchy, and everybody by what does not fit."""
    return np.asarray(_ILL + _ILL_TOUCHY * ties.touchy + _ILL_UNFIT * np.clip(-2 * gain, 0, 1), dtype=np.float64)
