"""The gate asks both models about the same orders, so that what orders are like does not count."""

from __future__ import annotations

import random
from datetime import timedelta

import msgspec
import pytest
from tests.orders import LATER, START, Order, as_history, fill

from pairwell.config.settings import Learn, Settings
from pairwell.config.workspace import Workspace
from pairwell.errors import StorageError
from pairwell.learn.assemble import completing_model
from pairwell.learn.fit import Learned, fit
from pairwell.learn.gate import Fresh, hold_kept, hold_learned
from pairwell.learn.history import History
from pairwell.learn.validation import before
from pairwell.model.admission import Admission
from pairwell.model.store import live_manifest

_KITS = 40  # of three items that go together
_OLD = 1_200


def _orders(first: int, stop: int, *, odd: float = 0.0, shift: int = 0) -> list[Order]:
    """An order of two items of a kit every three hours; a share of the orders is of any two items."""
    rng = random.Random(7)
    found = []
    for number in range(stop):
        kit, any_two = rng.randrange(_KITS) + shift, rng.sample(range(_KITS * 3), 2)
        kept = [f"i{kit * 3 + part:03}" for part in rng.sample(range(3), 2)]
        items = [f"i{item:03}" for item in any_two] if rng.random() < odd else kept
        found.append(Order(f"o{number:05}", tuple(items), START + timedelta(hours=3 * number)))
    return found[first:]


def _learn(workspace: Workspace, orders: list[Order]) -> Learned:
    return fit(fill(workspace, orders), Settings(), models=workspace.models, now=LATER)


@pytest.fixture
def live(workspace: Workspace) -> Learned:
    """The model of the orders before the season."""
    return _learn(workspace, _orders(0, _OLD))


def _ask(workspace: Workspace, history: History, trained: History, *, split: int) -> Admission:
    """Hold a model whose twin was learned from `trained` against the live one."""
    fresh = Fresh(history, Settings(), completing_model(trained, Settings()), split)
    live = live_manifest(workspace.models)
    assert live is not None
    return hold_learned(
        workspace.models, msgspec.structs.replace(live, id="new", orders=history.baskets.n_orders), fresh
    )


def test_a_season_in_which_everybody_is_harder_to_guess_refuses_nothing(workspace: Workspace, live: Learned) -> None:
    learned = _learn(workspace, _orders(0, _OLD) + _orders(_OLD, 1_800, odd=0.7))
    admission = learned.admission
    assert admission is not None
    assert (learned.live, admission.verdict, admission.live) == (True, "admitted", live.model)
    assert admission.cases == 180
    assert live.validation is not None
    assert learned.validation is not None
    assert learned.validation["hr@10"]["ci"][1] < live.validation["hr@10"]["ci"][0], "a season"
    assert admission.hit_rate == pytest.approx(admission.live_hit_rate, abs=0.05)


def test_the_same_orders_are_compared_by_what_was_held_out_of_them(workspace: Workspace, live: Learned) -> None:
    again = fit(
        fill(workspace, _orders(0, _OLD)),
        msgspec.structs.replace(Settings(), learn=Learn(half_life_days=20.0)),
        models=workspace.models,
        now=LATER,
    )
    assert again.admission is not None
    assert (again.admission.live, again.admission.verdict) == (live.model, "admitted")
    assert "held out from either" in again.admission.why


@pytest.mark.usefixtures("live")
def test_a_model_that_learned_nothing_is_worse(workspace: Workspace) -> None:
    found = _ask(workspace, as_history(_orders(0, 1_400)), as_history(_orders(0, _OLD, odd=1.0)), split=_OLD)
    assert (found.verdict, found.cases) == ("worse", 200)
    assert "that neither has learned from" in found.why


@pytest.mark.usefixtures("live")
def test_a_few_orders_since_the_live_model_pass_with_a_word(workspace: Workspace) -> None:
    found = _ask(workspace, as_history(_orders(0, _OLD + 19)), as_history(_orders(0, _OLD, odd=1.0)), split=_OLD)
    assert found.verdict == "not_comparable"
    assert "there are 19 orders with two items that neither has learned from" in found.why


def test_what_the_live_model_knows_and_the_twin_does_not_refuses_nothing(workspace: Workspace) -> None:
    """The live model has seen the new kits, the twin has not; a model of the same orders has."""
    orders = _orders(0, 300) + _orders(300, 1_600, shift=_KITS)
    _learn(workspace, orders[:_OLD])
    history = as_history(orders)
    found = _ask(workspace, history, before(history, 300), split=300)
    assert (found.verdict, found.cases) == ("admitted", 400)
    assert found.hit_rate == found.live_hit_rate


@pytest.mark.usefixtures("live")
def test_one_of_the_same_orders_that_is_worse_is_refused(workspace: Workspace) -> None:
    broken = as_history(_orders(0, _OLD, odd=1.0) + _orders(_OLD, 1_400))
    assert _ask(workspace, broken, before(broken, 300), split=300).verdict == "worse"


def test_a_kept_model_is_asked_about_orders_that_neither_knows(workspace: Workspace, live: Learned) -> None:
    other = workspace.models / "other"
    kept = fit(fill(workspace, _orders(0, _OLD, odd=1.0)), Settings(), models=other, now=LATER).model
    (other / kept).rename(workspace.models / kept)

    found = hold_kept(workspace.models, kept, lambda: as_history(_orders(0, 1_400)))
    assert (found.verdict, found.cases, found.live) == ("worse", 200, live.model)
    assert hold_kept(workspace.models, live.model, _unread).verdict == "admitted"


def test_a_kept_model_that_knows_later_orders_is_refused_only_where_it_is_worse_on_those_too(
    workspace: Workspace, live: Learned
) -> None:
    now = _orders(0, 1_300)

    def learn(name: str, orders: list[Order]) -> Admission:
        shop = Workspace(workspace.root / name)
        shop.root.mkdir()
        models = shop.root / "models"
        kept = fit(fill(shop, orders), Settings(), models=models, now=LATER).model
        (models / kept).rename(workspace.models / kept)
        return hold_kept(workspace.models, kept, lambda: as_history(now))

    worse = learn("of a wrong file", _orders(0, 1_300, odd=1.0))
    assert "which helps it" in worse.why
    assert (worse.verdict, worse.live) == ("worse", live.model)
    assert learn("as good", now).verdict == "admitted"


def test_without_orders_to_ask_about_nothing_is_refused(workspace: Workspace, live: Learned) -> None:
    kept = live.model
    newer = _learn(workspace, _orders(0, 1_400))
    assert newer.live
    found = hold_kept(workspace.models, kept, lambda: as_history(_orders(0, 1_400)))
    assert found.verdict == "not_comparable"
    assert hold_kept(workspace.models, kept, _unread).verdict == "not_comparable"


def test_a_live_model_that_is_broken_keeps_none_away(workspace: Workspace, live: Learned) -> None:
    (workspace.models / live.model / "items.json").unlink()
    learned = _learn(workspace, _orders(0, 1_400))
    assert learned.live
    assert learned.admission is not None
    assert "the live model cannot be read" in learned.admission.why


def _unread() -> History:
    raise StorageError("The file is gone.", hint="Ingest it again.")
