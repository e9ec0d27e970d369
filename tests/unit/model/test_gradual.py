from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.unit.model.conftest import Made

from pairwell.errors import ModelBrokenError, NoModelError
from pairwell.model.gradual import load_canary_model, roll_back_model, share_model, withdraw_model
from pairwell.model.store import current_model, list_models, models_in_use, publish_model


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def _publish(models: Path, made: Made, snapshot: int) -> str:
    manifest = msgspec.structs.replace(made.manifest, snapshot=snapshot)
    return publish_model(models, manifest, made.names, made.arrays)


@pytest.fixture
def two(models: Path, made: Made) -> tuple[str, str]:
    """The model live before, and the live one."""
    return _publish(models, made, 1), _publish(models, made, 2)


def test_a_share_has_another_model_than_all_others(models: Path, two: tuple[str, str]) -> None:
    old, live = two
    assert load_canary_model(models) is None
    share_model(models, old, 0.25)
    canary = load_canary_model(models)
    assert canary is not None
    assert (canary.model.id, canary.share, current_model(models)) == (old, 0.25, live)
    assert {listed.id: (listed.current, listed.first_share) for listed in list_models(models)} == {
        old: (False, 0.25),
        live: (True, None),
    }


def test_a_roll_out_outlives_a_newer_live_model(models: Path, made: Made, two: tuple[str, str]) -> None:
    old, live = two
    share_model(models, old, 0.25)
    newest = _publish(models, made, 3)
    canary = load_canary_model(models)
    assert canary is not None
    assert (canary.model.id, current_model(models)) == (old, newest)
    assert models_in_use(models) == {old, live, newest}


def test_a_model_made_live_is_no_longer_rolled_out(models: Path, made: Made, two: tuple[str, str]) -> None:
    old, _ = two
    share_model(models, old, 0.25)
    assert _publish(models, made, 1) == old
    assert (load_canary_model(models), current_model(models)) == (None, old)


def test_a_withdrawn_model_is_nobodys(models: Path, two: tuple[str, str]) -> None:
    share_model(models, two[0], 0.25)
    withdraw_model(models)
    assert load_canary_model(models) is None
    with pytest.raises(NoModelError, match="No roll-out"):
        withdraw_model(models)


def test_to_roll_back_waits_for_the_end_of_a_roll_out(models: Path, two: tuple[str, str]) -> None:
    old, live = two
    share_model(models, old, 0.25)
    with pytest.raises(NoModelError, match="25% of the customers"):
        roll_back_model(models)
    withdraw_model(models)
    assert roll_back_model(models).live == old
    assert roll_back_model(models).live == live


def test_a_first_model_has_none_before_it(models: Path, made: Made) -> None:
    _publish(models, made, 1)
    with pytest.raises(NoModelError, match="No model was live before"):
        roll_back_model(models)


def test_the_live_model_is_everybodys_already(models: Path, two: tuple[str, str]) -> None:
    with pytest.raises(NoModelError, match="already"):
        share_model(models, two[1], 0.5)


def test_a_broken_model_goes_to_nobody(models: Path, two: tuple[str, str]) -> None:
    old, live = two
    (models / old / "orders.npy").write_bytes(b"broken")
    with pytest.raises(ModelBrokenError):
        share_model(models, old, 0.5)
    with pytest.raises(ModelBrokenError):
        roll_back_model(models)
    assert (load_canary_model(models), current_model(models)) == (None, live)
