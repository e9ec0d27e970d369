from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.orders import fill, orders_of

from pairwell.config.settings import Learn, Settings
from pairwell.config.workspace import Workspace, read_draft
from pairwell.errors import EvidenceError, SettingsError
from pairwell.shop.face import Shop, create_shop

_LONG = "half_life_days = 10000.0"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop whose customers turned to other partners of the same four items in the last fifth of its time."""
    opened = create_shop(tmp_path / "shop", Settings(learn=Learn(half_life_days=10_000.0)))
    rng = random.Random(0)
    partners = ("abcdefghijkl" if number < 1_760 else "mnopqrstuvwx" for number in range(2_200))
    fill(opened.workspace, orders_of(*(rng.choice("ABCD") + rng.choice(some) for some in partners), days_apart=0.1))
    return opened


def _draft(workspace: Workspace) -> str:
    return workspace.settings_file.read_text()


def test_what_gains_is_pinned_published_and_told(shop: Shop) -> None:
    shop.workspace.settings_file.write_text(_draft(shop.workspace).replace(_LONG, f"{_LONG}  # we never forget"))

    with shop:
        learned = shop.learn(retune=True)
        manifest = shop.status().model
        live = shop.published.settings

    assert learned.retuned is not None
    assert learned.retuned["half_life_days"] == (10_000.0, 30.0)
    assert learned.gain is not None
    assert learned.gain.ci[0] > 0
    assert "half_life_days = 30.0  # we never forget" in _draft(shop.workspace)
    assert live == read_draft(shop.workspace)
    assert manifest is not None
    assert manifest.settings["half_life_days"] == 30.0
    assert manifest.retuned is not None
    assert len(manifest.retuned["tried"]) > 10


def test_without_being_asked_nothing_is_retuned(shop: Shop) -> None:
    with shop:
        learned = shop.learn()

    assert (learned.retuned, learned.gain) == (None, None)
    assert _LONG in _draft(shop.workspace)


def test_unpublished_changes_are_not_published_by_the_way(shop: Shop) -> None:
    text = _draft(shop.workspace).replace("max = 4", "max = 3")
    shop.workspace.settings_file.write_text(text)

    with shop, pytest.raises(SettingsError, match=r"`slots\.max`"):
        shop.learn(retune=True)

    assert _draft(shop.workspace) == text
    assert shop.published.settings.slots.max == 4


def test_a_shop_without_orders_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    with create_shop(tmp_path / "shop") as empty:
        before = _draft(empty.workspace)
        with pytest.raises(EvidenceError):
            empty.learn(retune=True)

    assert _draft(empty.workspace) == before
