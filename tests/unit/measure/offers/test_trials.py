from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from pairwell.experiments.assignment import draw_lot
from pairwell.journal.codes import Codes
from pairwell.journal.offers_told import FirstMet
from pairwell.measure.offers.estimates import Estimate, Group, compare
from pairwell.measure.offers.trials import Holdout, Trial, gather_trial

_HOLDOUTS = {
    "s": Holdout("salt", 0.1),
    "again": Holdout("salt", 0.1),
    "more": Holdout("salt", 0.5),
    "none": Holdout("salt", 0.0),
    "other": Holdout("pepper", 0.3),
}


def _met(
    whose: str, first: int, *, slate: bool = True, held: bool = False, settings: str = "s", **more: bool
) -> FirstMet:
    return FirstMet(whose, slate, held, "cart", settings, first, more.get("other_lot", False), whose)


def _trial(*met: FirstMet, since: int = 0) -> Trial:
    return gather_trial(met, Codes(), since=since, holdout_of=_HOLDOUTS.get)


def _changed(shares: tuple[float, float], *, names: int, come_back: np.typing.NDArray[np.bool_]) -> Trial:
    """Customers who all come on the first day; some come back after the holdout was changed."""
    holdouts = dict(zip("ab", (Holdout("x", share) for share in shares), strict=True))
    met = list[FirstMet]()
    for number in range(names):
        lot = f"c:{number}"
        drawn = draw_lot("holdout", lot, salt="x")
        met.append(FirstMet(lot, True, drawn < shares[0], "cart", "a", 1, False, lot))
        if come_back[number]:
            met.append(FirstMet(lot, True, drawn < shares[1], "cart", "b", 15, False, lot))
    units = Codes()
    for number in range(names):
        units[f"c:{number}"]
    return gather_trial(met, units, since=0, holdout_of=holdouts.get)


def test_a_unit_counts_from_its_first_slate_or_from_the_beginning_of_the_period() -> None:
    trial = _trial(_met("c:1", 5, slate=False), _met("c:1", 30), _met("c:1", 20), _met("c:2", 7, held=True), since=10)
    assert trial.start.tolist() == [20, 10]
    assert trial.held.tolist() == [False, True]
    assert trial.triggered.tolist() == [True, True]
    assert trial.weights.tolist() == pytest.approx([1 / 0.9, 1 / 0.1])


def test_units_without_a_slate_are_kept_for_the_check() -> None:
    trial = _trial(_met("c:1", 5, slate=False), _met("c:2", 6))
    assert trial.triggered.tolist() == [False, True]
    assert len(trial.only(trial.triggered).unit) == 1


def test_units_that_no_lot_sorted_once_are_left_out_and_counted() -> None:
    trial = _trial(
        _met("c:2", 8), _met("c:2", 9, slate=False, other_lot=True),
        _met("c:3", 1, settings="none"),
        _met("c:4", 1, settings="gone"),
        _met("c:5", 1, settings="none", slate=False),
        _met("c:6", 8),
        _met("c:7", 8)._replace(lot=None),
    )  # fmt: skip
    assert len(trial.unit) == 1
    assert trial.left_out == {"merged": 2, "no_lot": 2}


def test_who_came_before_a_change_is_left_out_by_the_lot_alone() -> None:
    """Of those who came back and those who did not the same lots are left out."""
    names = 4_000
    trial = _changed((0.1, 0.3), names=names, come_back=np.arange(names) % 2 == 0)
    lots = np.array([draw_lot("holdout", f"c:{number}", salt="x") for number in range(names)])
    kept = (lots < 0.1) | (lots >= 0.3)
    assert trial.unit.tolist() == np.flatnonzero(kept).tolist()
    assert trial.left_out == {"several_arms": names - kept.sum()}
    assert trial.held.tolist() == (lots[kept] < 0.1).tolist()
    assert trial.share == pytest.approx(0.1 / 0.8)


@pytest.mark.parametrize("shares", [(0.2, 0.5), (0.5, 0.2), (0.1, 0.05)])
def test_a_changed_holdout_adds_nothing_to_what_offers_earned(shares: tuple[float, float]) -> None:
    """Offers change nothing, and who comes back buys twice: the interval holds 0."""
    rng = np.random.default_rng(8)
    names, missed, told = 1_500, 0, 0
    for _ in range(40):
        come_back = rng.random(names) < 0.35
        spent = rng.gamma(2, 500, names) + come_back * rng.gamma(2, 500, names)
        trial = _changed(shares, names=names, come_back=come_back)
        values, weights = spent[trial.unit], trial.weights
        treated, held = (Group(values=values[rows], weights=weights[rows]) for rows in (~trial.held, trial.held))
        found = compare(treated, held)
        if isinstance(found, Estimate):
            told += 1
            missed += not found.low <= 0 <= found.high
    assert told == 40
    assert missed <= binom.ppf(0.999, told, 0.05)


def test_who_comes_after_a_change_has_the_new_holdout() -> None:
    trial = _trial(_met("c:1", 3, settings="none"), _met("c:2", 5), _met("c:3", 6, settings="again", held=True))
    assert trial.left_out == {"no_lot": 1}
    assert trial.held.tolist() == [False, True]
    assert trial.share.tolist() == pytest.approx([0.1, 0.1])


def test_lots_of_two_salts_count_together() -> None:
    trial = _trial(*(_met(f"c:{number}", 1, settings="s" if number % 2 else "other") for number in range(2_000)))
    drawn = [
        (draw_lot("holdout", name, salt="salt") < 0.1, draw_lot("holdout", name, salt="pepper") < 0.3)
        for name in (f"c:{number}" for number in range(2_000))
    ]
    assert int(trial.held.sum()) == drawn.count((True, True))
    assert int((~trial.held).sum()) == drawn.count((False, False))
    assert trial.share == pytest.approx(0.03 / (0.03 + 0.63))


def test_a_journal_without_units_is_an_empty_trial() -> None:
    assert len(_trial().unit) == 0
