"""Readiness against what is planted in a simulated firm; thresholds were tuned on other seeds."""

from __future__ import annotations

import pytest
from tests.unit.advise.firms import PRICES, read_firm

from pairwell.advise.readiness.judge import judge_readiness
from pairwell.advise.signals.find import find_signals
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.firm.truth import find_truth
from pairwell.simulate.firm.world import make_firm


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, bool]]:
    """What is right for each account, and whether something holds a pitch to it back."""
    firm = make_firm(106, size=FirmSize(accounts=150))
    truth, accounts = find_truth(firm), read_firm(firm, tmp_path_factory.mktemp("firm"))
    return [
        (
            one.right,
            not judge_readiness(accounts[name], find_signals(accounts[name], PRICES), PRICES).is_ready,
        )
        for name, one in truth.accounts.items()
    ]


def _share(judged: list[tuple[str, bool]], right: str) -> float:
    held = [is_held for planted, is_held in judged if planted == right]
    return sum(held) / len(held)


def test_who_should_be_left_alone_is_held(judged: list[tuple[str, bool]]) -> None:
    assert _share(judged, "leave_alone") >= 0.95


def test_who_should_be_talked_to_is_seldom_held(judged: list[tuple[str, bool]]) -> None:
    assert _share(judged, "upgrade_now") <= 0.15
    assert _share(judged, "stay") <= 0.15
