from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.conftest import Command

import pairwell as library


def test_pairs_show_who_speaks_for_an_item_under_a_heading_of_its_own(pairwell: Command, learned: Path) -> None:
    with library.open(learned) as shop:
        model = shop.model_or_none()
        assert model is not None
        found = {item_id: shop.pairs(item_id).backoff for item_id in model.item_ids}
    lent = next(item_id for item_id, borrowed in found.items() if borrowed)
    full = next(item_id for item_id, borrowed in found.items() if not borrowed)

    shown = pairwell("pairs", lent, "--workspace", learned).output
    assert "Too few pairs of its own are sure. What its likes and groups are bought with:" in shown
    assert "Too few pairs" not in pairwell("pairs", full, "--workspace", learned).output
    document = json.loads(pairwell("pairs", lent, "--json", "--workspace", learned).stdout)
    assert document["backoff"][0].keys() >= {"item_id", "level", "anchor_by", "item_by", "confidence", "effect"}
