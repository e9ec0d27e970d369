from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from pairwell.cli.main import app
from pairwell.config.published import publish_settings
from pairwell.config.workspace import Workspace
from pairwell.journal.recent import RecentAsked
from pairwell.shop.face import Shop, open_shop


@pytest.fixture
def shop(workspace: Workspace) -> Iterator[Shop]:
    publish_settings(workspace)
    with closing(open_shop(workspace.root)) as opened:
        yield opened


def _run(root: Path, *arguments: str) -> str:
    told = CliRunner().invoke(app, ["decisions", *arguments, "--workspace", str(root)])
    assert told.exit_code == 0, told.output
    return told.stdout


def test_the_newest_come_first_each_in_a_line(shop: Shop, workspace: Workspace) -> None:
    assert "No decision is like this yet" in _run(workspace.root)
    made = [
        shop.decide({"placement": "cart", "visitor_id": "v-1", "cart": [{"item_id": f"item {n}"}]}) for n in range(3)
    ]
    lines = _run(workspace.root).splitlines()
    assert [line.split()[0] for line in lines[1:]] == [one.decision_id for one in reversed(made)]
    assert all(word in lines[1] for word in ("cart", "v-1", "item 2"))
    assert len(_run(workspace.root, "-n", "1").splitlines()) == 2


def test_json_holds_the_records(shop: Shop, workspace: Workspace) -> None:
    shop.decide({"placement": "product", "viewed": ["seen before", "seen last"]})
    (told,) = msgspec.json.decode(_run(workspace.root, "--json"))["decisions"]
    assert (told["placement"], told["unit"], told["cart"]) == ("product", None, ["seen last"])
    assert told["silence"] in _run(workspace.root, "--json", "--outcome", told["silence"])
    assert msgspec.json.decode(_run(workspace.root, "--json", "--outcome", "offered"))["decisions"] == []
    assert msgspec.json.decode(_run(workspace.root, "--json", "--placement", "cart"))["decisions"] == []


def test_of_the_forgotten_only_that_it_was_made_is_known(shop: Shop) -> None:
    made = shop.decide({"placement": "cart", "customer_id": "c-17", "cart": [{"item_id": "a secret purchase"}]})
    shop.keeping.forget("c-17")
    (told,) = shop.recent_decisions(RecentAsked())
    assert (told.decision_id, told.forgotten, told.unit, list(told.cart)) == (made.decision_id, True, None, [])
    assert "secret" not in repr(told)
