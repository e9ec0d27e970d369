from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.model.conftest import Made

from pairwell.errors import EvidenceError
from pairwell.learn.validation import wilson
from pairwell.model.admission import admit, compare
from pairwell.model.manifest import Manifest
from pairwell.model.store import publish_model


def _asked(hits: int, cases: int, protocol: str = "basket") -> dict[str, Any]:
    return {"protocol": protocol, "cases": cases, "hr@10": {"value": hits / cases, "ci": list(wilson(hits, cases))}}


def _model(made: Made, name: str, validation: dict[str, Any] | None, **changes: Any) -> Manifest:
    return msgspec.structs.replace(made.manifest, id=name, validation=validation, **changes)


def test_the_interval_is_newcombes(made: Made) -> None:
    # Newcombe 1998, Statistics in Medicine 17, table II, contrast (a), method 10: 56/70 - 48/80 is 0.0524 to 0.3339.
    found = compare(_model(made, "new", _asked(56, 70)), _model(made, "old", _asked(48, 80)))
    assert found.difference_ci == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.verdict == "admitted"


@pytest.mark.parametrize(
    ("hits", "verdict"),
    [(600, "admitted"), (560, "admitted"), (540, "admitted"), (500, "worse"), (0, "worse")],
)
def test_only_a_sure_loss_of_more_than_a_twentieth_is_refused(made: Made, hits: int, verdict: str) -> None:
    found = compare(_model(made, "new", _asked(hits, 2_000)), _model(made, "old", _asked(600, 2_000)))
    assert found.verdict == verdict
    assert found.admitted == (verdict == "admitted")


def test_few_cases_refuse_only_what_is_far_worse(made: Made) -> None:
    live = _model(made, "old", _asked(12, 30))
    assert compare(_model(made, "new", _asked(8, 30)), live).admitted
    assert not compare(_model(made, "new", _asked(0, 30)), live).admitted


@pytest.mark.parametrize(
    ("new", "old", "changes", "why"),
    [
        (None, _asked(600, 2_000), {}, "too few orders are known to ask it"),
        (_asked(1, 2_000), None, {}, "too few orders are known to ask the live model"),
        (_asked(1, 2_000), _asked(600, 2_000, "another"), {}, "not asked the same way"),
        (_asked(1, 2_000), _asked(600, 2_000), {"days": 46}, "too far to be compared"),
    ],
)
def test_what_cannot_be_compared_passes_and_says_so(
    made: Made, new: dict[str, Any] | None, old: dict[str, Any] | None, changes: dict[str, int], why: str
) -> None:
    as_of = made.manifest.as_of + timedelta(days=changes.get("days", 0))
    found = compare(_model(made, "new", new, as_of=as_of), _model(made, "old", old))
    assert found.verdict == "not_comparable"
    assert found.admitted
    assert why in found.why


def test_the_first_model_and_the_live_one_itself_pass(made: Made) -> None:
    live = _model(made, "old", _asked(600, 2_000))
    assert compare(live, None).admitted
    assert compare(live, live).admitted


def test_a_worse_model_passes_only_anyway(tmp_path: Path, made: Made) -> None:
    def publish(hits: int) -> str:
        manifest = msgspec.structs.replace(made.manifest, validation=_asked(hits, 2_000))
        return publish_model(tmp_path, manifest, made.names, made.arrays)

    worse = publish(100)
    publish(600)
    with pytest.raises(EvidenceError, match=r"it finds 0\.050 .* the live model \w+ 0\.300") as caught:
        admit(tmp_path, worse)
    assert "--anyway" in str(caught.value.hint)
    assert admit(tmp_path, worse, anyway=True).verdict == "worse"
