from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.backtest.trials import deeper, trial

from pairwell.backtest.filling import fill_from_stock, filtered
from pairwell.backtest.trial import Ranked

_ITEMS = [f"i{number:03}" for number in range(200)]


def test_an_engine_that_ranks_everything_always_fills() -> None:
    cases = 50
    found = fill_from_stock(
        trial(
            {"pairwell": [_ITEMS[:20]] * cases, "popularity": [_ITEMS] * cases},
            ["a"] * cases,
            ask_more=deeper([_ITEMS] * cases),
        )
    )

    assert (found.fillable, found.filled, found.share) == (cases, cases, 1.0)


def test_one_that_ends_early_is_found_out() -> None:
    found = fill_from_stock(trial({"pairwell": [_ITEMS[:11]] * 4, "popularity": [_ITEMS] * 4}, ["a"] * 4))

    assert (found.fillable, found.share) == (4, 0.0)


def test_where_too_few_items_exist_nothing_is_asked() -> None:
    found = fill_from_stock(trial({"pairwell": [["a"]], "popularity": [["b"]]}, ["c"]))

    assert (found.fillable, found.share) == (0, None)


def test_what_is_barred_is_no_candidate() -> None:
    few = _ITEMS[:30]
    answers = {"pairwell": [few[:20]], "popularity": [few]}

    assert fill_from_stock(trial(answers, [few[:1]])).fillable == 1
    assert fill_from_stock(trial(answers, [few[:1]], barred=[frozenset(few[:25])])).fillable == 0


@given(st.sets(st.sampled_from(_ITEMS), min_size=10))
def test_asking_deeper_gives_the_best_ten_that_are_left(in_stock: set[str]) -> None:
    asked: list[int] = []

    def ask_more(places: Sequence[int], n: int) -> Ranked:
        asked.append(n)
        return [_ITEMS[:n] for _ in places]

    kept = filtered([_ITEMS[:20]], [0], in_stock, ask_more)

    assert kept[0] == sorted(in_stock)[:10]
    assert asked == sorted(set(asked))
