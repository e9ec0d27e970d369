from __future__ import annotations

import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.orders import LATER, START, Order, fill, orders_of, random_orders

from pairwell.config.settings import Learn, Settings
from pairwell.config.workspace import Workspace
from pairwell.errors import EvidenceError, NoModelError
from pairwell.learn import fit as fitting
from pairwell.learn.blend import Blend
from pairwell.learn.fit import Learned, fit
from pairwell.learn.mining.linear import no_linear
from pairwell.model.store import load_model
from pairwell.wording import counted

_ORDERS = random_orders(random.Random(0), orders=400)


def _fit(workspace: Workspace, orders: list[Order], **more: object) -> Learned:
    dataset = fill(workspace, orders)
    return fit(dataset, Settings(), models=workspace.models, now=LATER, **more)  # type: ignore[arg-type]


def test_what_is_learned_is_published_and_counted(workspace: Workspace) -> None:
    learned = _fit(workspace, _ORDERS)

    model = load_model(workspace.models)
    assert model.id == learned.model
    assert (learned.items, learned.orders) == (30, 400)
    assert learned.pairs == sum(len(model.pairs(item_id, n=1_000)) for item_id in model.item_ids)
    assert model.manifest.inputs.keys() == {"orders", "order_lines"}
    assert learned.peak_memory_mb > 0


def test_the_manifest_says_what_linear_weights_count(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    _fit(workspace, _ORDERS)
    assert load_model(workspace.models).manifest.linear_share == 0  # too few orders to be sure

    monkeypatch.setattr(fitting, "find_blend", lambda *_: Blend(4.0, no_linear()))
    _fit(workspace, _ORDERS)

    assert load_model(workspace.models).manifest.linear_share == 4


def test_the_same_snapshot_and_settings_give_the_same_bytes(tmp_path: Path, workspace: Workspace) -> None:
    dataset = fill(workspace, _ORDERS)
    folders = [tmp_path / "one", tmp_path / "two"]

    ids = [fit(dataset, Settings(), models=folder, now=LATER).model for folder in folders]

    assert ids[0] == ids[1]
    contents = [{path.name: path.read_bytes() for path in (folder / ids[0]).iterdir()} for folder in folders]
    assert contents[0] == contents[1]


def test_other_settings_give_another_model(workspace: Workspace) -> None:
    dataset = fill(workspace, _ORDERS)
    other = Settings(learn=Learn(half_life_days=10))

    ids = {fit(dataset, settings, models=workspace.models, now=LATER).model for settings in (Settings(), other)}

    assert len(ids) == 2


def test_nothing_later_than_asked_is_read(workspace: Workspace) -> None:
    moment = START + timedelta(days=50)

    learned = _fit(workspace, _ORDERS, as_of=moment)

    assert learned.as_of == moment
    assert learned.orders == sum(order.placed_at <= moment for order in _ORDERS)


def test_without_a_moment_the_newest_order_is_it(workspace: Workspace) -> None:
    assert _fit(workspace, _ORDERS).as_of == _ORDERS[-1].placed_at


def test_one_order_dated_far_ahead_does_not_make_the_others_old(workspace: Workspace) -> None:
    odd = Order("odd", ("i000", "i001"), LATER + timedelta(days=50_000))

    _fit(workspace, [*_ORDERS, odd])

    model = load_model(workspace.models)
    assert max(pair.score for pair in model.pairs("i000")) > 0.05
    assert model.popular(1) == ["i000"]


def test_an_order_dated_ahead_is_as_old_as_the_newest_other_whatever_the_clock_says(workspace: Workspace) -> None:
    dataset = fill(workspace, [*_ORDERS, Order("odd", ("i000", "i001"), LATER + timedelta(days=50_000))])

    runs = [
        fit(dataset, Settings(), models=workspace.models, now=LATER + timedelta(days=days)) for days in (0, 1, 40_000)
    ]

    assert len({run.model for run in runs}) == 1
    assert runs[0].as_of == _ORDERS[-1].placed_at


def test_the_newest_orders_validate_what_was_learned(workspace: Workspace) -> None:
    learned = _fit(workspace, _ORDERS)

    assert learned.validation is not None
    assert learned.validation["cases"] >= 20
    low, high = learned.validation["hr@10"]["ci"]
    assert 0 <= low < learned.validation["hr@10"]["value"] < high <= 1


def test_too_few_orders_validate_nothing(workspace: Workspace) -> None:
    assert _fit(workspace, orders_of("ab", "ab", "ab")).validation is None


@pytest.mark.parametrize("orders", [[], orders_of("a", "b", "c"), orders_of("ab")])
def test_too_little_to_learn_from_is_said_in_numbers(workspace: Workspace, orders: list[Order]) -> None:
    with pytest.raises(
        EvidenceError, match=f"{counted(len(orders), 'order')}, {sum(len(o.items) > 1 for o in orders)} of them"
    ) as caught:
        _fit(workspace, orders)

    assert "ingest" in str(caught.value.hint)
    with pytest.raises(NoModelError):
        load_model(workspace.models)


def test_catalogue_items_that_were_never_sold_are_known(workspace: Workspace) -> None:
    dataset = fill(workspace, orders_of("ab", "ab"), [{"item_id": "new", "title": "New thing"}])

    fit(dataset, Settings(), models=workspace.models, now=LATER)

    model = load_model(workspace.models)
    assert model.knows("new")
    assert model.orders_of("new") == 0
    assert "new" not in model.popular(10)


def test_progress_grows_to_one(workspace: Workspace) -> None:
    heard: list[float] = []

    _fit(workspace, _ORDERS, advance=heard.append)

    assert heard == sorted(heard)
    assert heard[-1] == 1.0


_KILLED = """
import os, signal, sys
from pathlib import Path
from datetime import datetime, UTC
import pairwell.config.standing as standing
import pairwell.model.store as store
from pairwell.config.settings import Learn, Settings
from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.learn.fit import fit

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

workspace = Workspace(Path(sys.argv[1]))
setattr(standing if hasattr(standing, sys.argv[2]) else store, sys.argv[2], die)
settings = Settings(learn=Learn(half_life_days=7))
fit(Dataset(workspace), settings, models=workspace.models, now=datetime(2030, 1, 1, tzinfo=UTC))
"""


@pytest.mark.parametrize("moment", ["_write_draft", "_fingerprint", "_keep", "_alone", "sync_folder", "replace_synced"])
def test_a_kill_while_learning_leaves_the_model_before(workspace: Workspace, moment: str) -> None:
    before = _fit(workspace, _ORDERS).model

    ended = subprocess.run([sys.executable, "-c", _KILLED, str(workspace.root), moment], check=False)

    assert ended.returncode == -signal.SIGKILL
    assert load_model(workspace.models).id == before


def test_what_a_killed_run_left_behind_is_swept(workspace: Workspace) -> None:
    before = _fit(workspace, _ORDERS).model
    subprocess.run([sys.executable, "-c", _KILLED, str(workspace.root), "_keep"], check=False)
    assert len(list(workspace.models.iterdir())) == 3

    fit(fill(workspace, _ORDERS), Settings(), models=workspace.models, now=LATER)

    assert sorted(path.name for path in workspace.models.iterdir()) == sorted([before, "current"])
