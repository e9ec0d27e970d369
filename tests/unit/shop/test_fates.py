"""What the engine says of one item beside another, without keeping the decision."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.unit.decide.tents import MODEL, NOW
from tests.unit.shop.test_playing import NO_LAMP, open_tents

from pairwell.operations import schema
from pairwell.said import spoken
from pairwell.shop.fates import fate_beside
from pairwell.shop.parts import Parts


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parts, "model_or_none", lambda _: MODEL)


def test_what_is_offered_is_told_so_and_not_kept(tmp_path: Path) -> None:
    with open_tents(tmp_path / "shop") as shop:
        fate = fate_beside(shop, "tent", "lamp", NOW)
        with shop._database.read() as connection:
            kept = connection.scalar(sa.select(sa.func.count()).select_from(schema.decisions))
    assert fate is not None
    assert (fate.stage, kept) == ("offered", 0)


def test_what_is_held_back_names_its_stage_and_reason(tmp_path: Path) -> None:
    with open_tents(tmp_path / "shop", rules=(NO_LAMP,)) as shop:
        fate = fate_beside(shop, "tent", "lamp", NOW)
    assert fate is not None
    assert (fate.stage, fate.reason) == ("eligibility", "no_lamps")
    assert spoken(fate.said, "en")


def test_what_nothing_names_is_unknown(tmp_path: Path) -> None:
    with open_tents(tmp_path / "shop") as shop:
        fate = fate_beside(shop, "tent", "piano", NOW)
    assert fate is not None
    assert fate.stage == "unknown"
    assert "pairwell learn" in fate.said


def test_without_a_model_nobody_can_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parts, "model_or_none", lambda _: None)
    with open_tents(tmp_path / "shop") as shop:
        assert fate_beside(shop, "tent", "lamp", NOW) is None
