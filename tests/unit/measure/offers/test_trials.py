from __future__ import annotations

from pairwell.journal.offers_told import FirstMet
from pairwell.measure.offers.rows import Codes
from pairwell.measure.offers.trials import Trial, gather_trial


def _met(
    whose: str, first: int, *, slate: bool = True, held: bool = False, settings: str = "s", **more: bool
) -> FirstMet:
    return FirstMet(whose, slate, held, "cart", settings, first, other_lot=more.get("other_lot", False))


def _trial(*met: FirstMet, since: int = 0) -> Trial:
    shares = {"s": 0.1, "more": 0.5, "none": 0.0}
    return gather_trial(met, Codes(), since=since, share_of=shares.get)


def test_a_unit_counts_from_its_first_slate_or_from_the_beginning_of_the_period() -> None:
    trial = _trial(_met("c:1", 5, slate=False), _met("c:1", 30), _met("c:1", 20), _met("c:2", 7, held=True), since=10)
    assert trial.start.tolist() == [20, 10]
    assert trial.held.tolist() == [False, True]
    assert trial.triggered.tolist() == [True, True]
    assert trial.weights.tolist() == [1 / 0.9, 1 / 0.1]


def test_units_without_a_slate_are_kept_for_the_check() -> None:
    trial = _trial(_met("c:1", 5, slate=False), _met("c:2", 6))
    assert trial.triggered.tolist() == [False, True]
    assert len(trial.only(trial.triggered).unit) == 1


def test_units_that_no_lot_sorted_once_are_left_out_and_counted() -> None:
    trial = _trial(
        _met("c:1", 1), _met("c:1", 2, held=True),
        _met("c:2", 1), _met("c:2", 2, slate=False, other_lot=True),
        _met("c:3", 1, settings="none"),
        _met("c:4", 1, settings="gone"),
        _met("c:5", 1, settings="none", slate=False),
        _met("c:6", 1),
    )  # fmt: skip
    assert len(trial.unit) == 1
    assert trial.left_out == {"several_arms": 1, "merged": 1, "no_lot": 2}


def test_the_share_is_that_of_the_settings_at_the_first_slate() -> None:
    trial = _trial(_met("c:1", 9, settings="more"), _met("c:1", 12))
    assert trial.share.tolist() == [0.5]


def test_a_journal_without_units_is_an_empty_trial() -> None:
    assert len(_trial().unit) == 0
