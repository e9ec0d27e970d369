from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pairwell.cli.demo import DemoKind, _open
from pairwell.cli.demo_firm import make_demo_firm
from pairwell.errors import WorkspaceError
from pairwell.shop.face import Shop
from pairwell.simulate.firm import world
from pairwell.simulate.firm.size import FirmSize
from pairwell.simulate.firm.world import Firm


class Taker:
    """A shop that takes every row of every file."""

    def __init__(self, root: Path) -> None:
        self.workspace = SimpleNamespace(root=root)
        self.tables: list[str] = []

    def ingest(self, table: str, path: Path) -> SimpleNamespace:
        rows = len(path.read_text(encoding="utf-8").splitlines()) - 1
        self.tables.append(table)
        return SimpleNamespace(read=rows, taken=rows)


def test_the_firm_is_taken_in_and_what_is_planted_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make = world.make_firm

    def small(seed: int) -> Firm:
        return make(seed, size=FirmSize(accounts=60, months=6))

    monkeypatch.setattr(world, "make_firm", small)
    said: list[str] = []
    shop = Taker(tmp_path)
    found = make_demo_firm(cast("Shop", shop), 1, said.append)
    truth = json.loads(Path(found.truth).read_text(encoding="utf-8"))
    assert found.accounts == len(truth) == sum(found.right.values()) > 20
    assert list(found.rows) == shop.tables
    assert shop.tables.index("items") < shop.tables.index("subscriptions")  # or their plans would not be known
    assert all(rows > 0 for rows in found.rows.values())
    assert said[0] == f"A simulated firm in {tmp_path}: {found.accounts} accounts with running subscriptions."
    assert f"{found.right['leave_alone']:>6} should be left alone" in said


def test_a_demo_of_one_kind_is_not_taken_for_the_other(tmp_path: Path) -> None:
    with _open(tmp_path / "demo", DemoKind.FIRM, 1) as shop:
        assert shop.published.settings.shop.industry == "saas"
    with _open(tmp_path / "demo", DemoKind.FIRM, 1):
        pass
    with pytest.raises(WorkspaceError, match="not the demo of shop 1"):
        _open(tmp_path / "demo", DemoKind.SHOP, 1)
