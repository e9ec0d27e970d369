from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.events import add_events, visits_of
from tests.orders import LATER, START, Order, fill, orders_of

from pairwell.config.settings import Learn, Settings
from pairwell.config.workspace import Workspace, create_workspace
from pairwell.dataset.store import Dataset
from pairwell.events import Behaviour
from pairwell.learn.fit import fit
from pairwell.learn.sessions.reading import Past, read_visits
from pairwell.learn.sessions.visits import BOUGHT, CARTED, VIEWED, Visits
from pairwell.model.store import load_model

IDS = ["a", "b", "c"]


def _read(dataset: Dataset, *heard: Behaviour, learn: Learn | None = None) -> Visits:
    past = Past(dataset=dataset, snapshot=dataset.newest(), heard=heard)
    return read_visits(past, IDS, learn or Learn())


def test_views_and_carts_of_known_items_become_visits(workspace: Workspace) -> None:
    found = _read(add_events(workspace, visits_of("va vb cb s vx rb", "vc")))
    assert found.sizes.tolist() == [2, 1]
    assert (found.items.tolist(), found.kinds.tolist()) == ([0, 1, 2], [VIEWED, CARTED, VIEWED])


def test_what_its_customer_buys_in_time_counts_as_bought(workspace: Workspace) -> None:
    fill(workspace, [Order("o1", ("b", "c"), START + timedelta(minutes=20), "ann")])
    found = _read(add_events(workspace, visits_of("va vb", customer="ann")))
    assert found.kinds.tolist() == [VIEWED, BOUGHT]


def test_how_long_a_pause_ends_a_visit_is_a_setting(workspace: Workspace) -> None:
    dataset = add_events(workspace, visits_of("va vb"))
    assert _read(dataset, learn=Learn(session_gap_minutes=0.5)).n_visits == 2


def test_events_of_nobody_belong_to_no_visit(workspace: Workspace) -> None:
    nobody = [msgspec.structs.replace(event, visitor_id=None) for event in visits_of("va vb")]
    assert _read(add_events(workspace, nobody)).n_visits == 0


def test_a_browser_and_a_customer_of_one_id_are_two_visitors(workspace: Workspace) -> None:
    first, second = visits_of("va vb")
    of_customer = msgspec.structs.replace(second, visitor_id=None, customer_id=first.visitor_id)
    assert _read(add_events(workspace, [first, of_customer])).n_visits == 2


def test_what_the_journal_heard_counts_once(workspace: Workspace) -> None:
    stored, heard = visits_of("va"), visits_of("va vb")
    assert _read(add_events(workspace, stored), *heard).items.tolist() == [0, 1]


def test_without_any_event_there_are_no_visits(workspace: Workspace) -> None:
    assert _read(Dataset(workspace)).n_visits == 0


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Workspace]:
    """One shop's orders, once with its events in the dataset, once with the same events in the journal only."""
    made = [create_workspace(tmp_path_factory.mktemp(name)) for name in ("stored", "heard")]
    for each in made:
        fill(each, orders_of(*["ab", "cd"] * 20))
    add_events(made[0], EVENTS)
    return made[0], made[1]


EVENTS = visits_of(*["va vc cd"] * 60, "vb va")


def _learned(workspace: Workspace, *heard: Behaviour) -> tuple[int, list[str]]:
    fit(Dataset(workspace), Settings(), models=workspace.models, now=LATER, heard=heard)
    model = load_model(workspace.models)
    assert model.manifest.heard.events == len(heard)
    return model.manifest.visits, [item for item, _ in model.next_items([[("view", "a")]], n=3)[0]]


def test_the_dataset_and_the_journal_teach_the_same(shops: tuple[Workspace, Workspace]) -> None:
    stored, heard = shops
    assert _learned(stored) == _learned(heard, *EVENTS) == (61, ["c", "d", "b"])


def test_without_events_orders_lead_on(shops: tuple[Workspace, Workspace]) -> None:
    assert _learned(shops[1])[1][0] == "b"


def test_the_same_events_in_any_order_give_the_same_model(shops: tuple[Workspace, Workspace], tmp_path: Path) -> None:
    dataset = Dataset(shops[1])
    ids = {
        fit(dataset, Settings(), models=tmp_path / name, now=LATER, heard=heard).model
        for name, heard in (("one", EVENTS), ("two", EVENTS[::-1]))
    }
    assert len(ids) == 1
