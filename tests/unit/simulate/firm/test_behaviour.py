from __future__ import annotations

import numpy as np
import pytest

from pairwell.simulate.firm.behaviour import OUTLOOK, Ties, accept_chance, harm_chance, leave_chance, months_kept


def ties(*, touchy: bool = False, mood: float = 0.0, renews: bool = False) -> Ties:
    return Ties(np.array([mood]), np.array([touchy]), np.array([renews]))


def gain(share: float) -> np.ndarray:
    return np.array([share])


def test_the_more_it_saves_the_more_likely_a_yes() -> None:
    chances = [accept_chance(gain(share), ties())[0] for share in (-0.4, -0.1, 0.0, 0.1, 0.3)]
    assert chances == sorted(chances)
    assert chances[0] < 0.01
    assert chances[-1] > 0.85


def test_the_touchy_say_no_and_take_it_ill() -> None:
    assert accept_chance(gain(0.5), ties(touchy=True))[0] < 0.25
    assert harm_chance(gain(0.5), ties(touchy=True))[0] > 10 * harm_chance(gain(0.5), ties())[0]


def test_what_does_not_fit_does_harm() -> None:
    assert harm_chance(gain(-0.5), ties())[0] > harm_chance(gain(0.0), ties())[0] == harm_chance(gain(0.3), ties())[0]


def test_a_good_mood_and_a_renewal_help() -> None:
    usual = accept_chance(gain(0.1), ties())[0]
    assert accept_chance(gain(0.1), ties(mood=1))[0] > usual
    assert accept_chance(gain(0.1), ties(renews=True))[0] > usual


@pytest.mark.parametrize("chance", [0.006, 0.1, 0.35])
def test_months_kept_are_the_sum_of_the_chances_to_be_there(chance: float) -> None:
    expected = sum((1 - chance) ** month for month in range(OUTLOOK))
    assert months_kept(np.array([chance]))[0] == pytest.approx(expected)


def test_who_overpays_loses_interest_or_is_touchy_leaves_sooner() -> None:
    no, yes = np.array([False]), np.array([True])
    calm = leave_chance(gain(0.0), no, no)[0]
    assert all(one[0] > calm for one in (leave_chance(gain(0.2), no, no), leave_chance(gain(0.0), yes, no)))
    assert leave_chance(gain(0.0), no, yes)[0] > calm
    assert leave_chance(gain(50.0), yes, yes)[0] < 0.5
