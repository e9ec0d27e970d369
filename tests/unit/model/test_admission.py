from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.unit.model.conftest import Made

from pairwell.errors import EvidenceError
from pairwell.model.admission import (
    NO_OTHER,
    asked_the_same,
    compare_hits,
    compare_validations,
    paired_difference,
    require_admitted,
    wilson,
)
from pairwell.model.manifest import Manifest


def _said(hits: int, cases: int, protocol: str = "basket") -> dict[str, Any]:
    return {"protocol": protocol, "cases": cases, "hr@10": {"value": hits / cases, "ci": list(wilson(hits, cases))}}


def _model(made: Made, name: str, validation: dict[str, Any] | None, **changes: Any) -> Manifest:
    return msgspec.structs.replace(made.manifest, id=name, validation=validation, **changes)


def _hits(both: int, new: int, old: int, neither: int) -> tuple[list[bool], list[bool]]:
    """What each model found, from the cases that both, the new, the old and none of them found."""
    mine = [True] * (both + new) + [False] * (old + neither)
    return mine, [True] * both + [False] * new + [True] * old + [False] * neither


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Newcombe 1998, table I, method 3: 81 of 263 and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(20, 20)[1] == pytest.approx(1.0)


def test_the_interval_of_models_asked_the_same_is_newcombes(made: Made) -> None:
    # Newcombe 1998, Statistics in Medicine 17, table II, contrast (a), method 10: 56/70 - 48/80 is 0.0524 to 0.3339.
    found = compare_validations(_model(made, "new", _said(56, 70)), _model(made, "old", _said(48, 80)))
    assert found.difference_ci == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.verdict == "admitted"


def test_the_paired_interval_is_newcombes() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 2635-2650, table II, method 10, dataset (c): 36, 12, 2, 0 of 50.
    assert paired_difference(36, 12, 2, 0) == pytest.approx((0.0569, 0.3404), abs=5e-5)
    assert paired_difference(10, 0, 0, 10) == pytest.approx((-0.0811, 0.0811), abs=0.01)


@pytest.mark.parametrize(
    ("hits", "verdict"),
    [
        ((580, 20, 20, 1_380), "admitted"),
        ((560, 0, 20, 1_420), "admitted"),
        ((540, 0, 60, 1_400), "worse"),
        ((560, 140, 170, 1_130), "admitted"),
        ((0, 0, 600, 1_400), "worse"),
    ],
)
def test_only_a_sure_loss_of_more_than_a_twentieth_is_refused(hits: tuple[int, int, int, int], verdict: str) -> None:
    found = compare_hits("old", "that are new", *_hits(*hits))
    assert found.verdict == verdict
    assert found.admitted == (verdict == "admitted")
    assert found.cases == 2_000
    assert "in 2000 orders that are new" in found.why


def test_few_cases_refuse_only_what_is_far_worse() -> None:
    assert compare_hits("old", "", *_hits(6, 2, 6, 16)).admitted
    assert not compare_hits("old", "", *_hits(0, 0, 12, 18)).admitted
    nothing = compare_hits("old", "that are new", *_hits(0, 0, 19, 0))
    assert (nothing.verdict, nothing.admitted) == ("not_comparable", True)
    assert "there are 19 orders with two items that are new, and 20 are needed" in nothing.why


def test_models_of_other_orders_were_not_asked_the_same(made: Made) -> None:
    live = _model(made, "old", _said(600, 2_000), inputs={"orders": ["a"], "items": ["x"]})
    assert asked_the_same(_model(made, "new", _said(1, 2_000), inputs={"orders": ["a"], "items": ["y"]}), live)
    for changes in ({"inputs": {"orders": ["a", "b"]}}, {"inputs": live.inputs, "orders": 101}):
        assert not asked_the_same(_model(made, "new", _said(1, 2_000), **changes), live)
    assert not asked_the_same(_model(made, "new", _said(1, 2_000, "other"), inputs=live.inputs), live)


def test_without_a_validation_nothing_is_compared(made: Made) -> None:
    assert compare_validations(_model(made, "new", None), _model(made, "old", None)).verdict == "not_comparable"


def test_a_worse_model_is_refused(made: Made) -> None:
    require_admitted("new", NO_OTHER)
    worse = compare_validations(_model(made, "new", _said(100, 2_000)), _model(made, "old", _said(600, 2_000)))
    with pytest.raises(EvidenceError, match=r"it finds 0\.050 .* the live model old 0\.300") as caught:
        require_admitted("new", worse)
    assert "--anyway" in str(caught.value.hint)
