from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.conftest import Command

from pairwell import open as open_workspace


def test_a_restored_workspace_replays_what_was_decided(tmp_path: Path, learned: Path, pairwell: Command) -> None:
    with open_workspace(learned) as shop:
        anchor = next(iter(shop.facts.items()))
        request = {"placement": "cart", "cart": [{"item_id": anchor, "quantity": 1}], "customer_id": "c-1"}
        answer = shop.decide(request)
        told = shop.status()
    made = json.loads(pairwell("backup", tmp_path / "b.tar.gz", "--workspace", learned, "--json").stdout)
    assert made["rows"]["decisions"] == 1
    assert made["models"] == [told.model.id if told.model else None]
    result = pairwell("restore", tmp_path / "b.tar.gz", "--into", tmp_path / "other")
    assert result.exit_code == 0, result.output
    with open_workspace(tmp_path / "other") as other:
        assert other.replay(answer.decision_id).equal
        status = other.status()
    assert (status.holdings, status.journal, status.model) == (told.holdings, told.journal, told.model)
