from __future__ import annotations

import msgspec
import pytest
from tests.unit.backtest.trials import trial

from pairwell.backtest.judging import judge
from pairwell.cli.findings import print_evaluation

_GOOD, _BAD = ["a", "b", "c"], ["x", "y", "z"]


def _said(engine: str, popular: str, capsys: pytest.CaptureFixture[str], truths: str = "a") -> str:
    """What is printed where each letter is a case: + found, - not."""
    answers = {
        name: [_GOOD if letter == "+" else _BAD for letter in letters]
        for name, letters in (("pairwell", engine), ("popularity", popular))
    }
    print_evaluation(judge(trial(answers, [truths] * len(engine))))
    return capsys.readouterr().out


def test_a_stranger_reads_what_was_hidden_and_who_found_it(capsys: pytest.CaptureFixture[str]) -> None:
    text = _said("+" * 90 + "-" * 10, "+" * 40 + "-" * 60, capsys)

    assert "Hidden: something." in text
    assert "100 cases, 100 hidden items; 0 in none of the orders before." in text
    assert "Pairwell finds 0.900 (0.8" in text
    assert "better than popularity by 0.500 (0.4" in text


def test_worse_is_said_with_the_same_plain_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert "worse than popularity by 0.500 (0.4" in _said("+" * 40 + "-" * 60, "+" * 90 + "-" * 10, capsys)


def test_what_may_be_chance_is_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    text = _said("+-" * 50, "-+" * 49 + "-" * 2, capsys)

    assert "not shown to differ from popularity: +0.010 (-0." in text


def test_a_handful_of_cases_has_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    text = _said("+" * 19, "-" * 19, capsys)

    assert "Too few to tell methods apart: 19 independent cases" in text
    assert "better" not in text


def test_sets_are_scored_as_sets(capsys: pytest.CaptureFixture[str]) -> None:
    assert "ndcg" not in _said("+" * 20, "-" * 20, capsys)
    assert "ndcg" in _said("+" * 20, "-" * 20, capsys, truths="ab")


def test_orders_of_the_future_are_mentioned(capsys: pytest.CaptureFixture[str]) -> None:
    found = judge(trial({"pairwell": [_GOOD], "popularity": [_BAD]}, ["a"]))

    print_evaluation(found)
    print_evaluation(msgspec.structs.replace(found, later=2, trained_on="visits"))

    usual, odd = capsys.readouterr().out.split("Learned from ")[1:]
    assert "future" not in usual
    assert "2 orders dated in the future count as placed" in odd
    assert odd.split()[1] == "visits"
