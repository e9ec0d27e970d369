"""Offers for seeded anchors with popularity's mixed in, as a sheet to be judged blind."""

from __future__ import annotations

import argparse
import csv
import random
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pairwell
from pairwell.records import Answer, CartLine, DecisionRequest
from pairwell.shop.face import Shop

FEWEST_ORDERS = 50  # of an anchor: rarer ones are mostly silent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path, help="a workspace with a live model")
    parser.add_argument("sheet", type=Path, help="CSV to write for the judge")
    parser.add_argument("key", type=Path, help="CSV that tells which offer is whose")
    parser.add_argument("--offers", type=int, default=50, help="offers of each side")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    with pairwell.open(asked.workspace) as shop:
        rows, silent = collect(shop, asked.offers, rng)
    rng.shuffle(rows)
    items = [(n, row) for n, row in enumerate(rows, 1)]
    write(asked.sheet, ("no", "in the cart", "offered", "as"), [(n, *row.titles, row.role) for n, row in items])
    write(asked.key, ("no", "anchor", "offer", "side"), [(n, row.anchor, row.offer, row.side) for n, row in items])
    print(f"{len(rows)} offers; silence for {silent} further anchors")


class Row(NamedTuple):
    anchor: str
    offer: str
    side: str
    titles: tuple[str, str]

    @property
    def role(self) -> str:
        return "replacement" if self.side.endswith("upgrade") else "add-on"


def collect(shop: Shop, wanted: int, rng: random.Random) -> tuple[list[Row], int]:
    """Up to two offers an anchor of ours and as many of popularity's; and how many anchors were silent."""
    quantities = usual_quantities(shop)
    model, items = shop._model, shop.facts.items()  # noqa: SLF001 - a measurement looks inside
    anchors = sorted(item for item in model.item_ids if model.orders_of(item) >= FEWEST_ORDERS)
    rng.shuffle(anchors)
    popular = model.popular(12)
    rows: list[Row] = []
    silent = 0
    for anchor in anchors:
        request = DecisionRequest(
            placement="cart",
            request_id=f"judge-{anchor}",
            limit=2,
            cart=[CartLine(item_id=anchor, quantity=quantities[anchor])],
        )
        # At a fixed moment, as the draw of slots depends on the decision's id and that on the moment.
        answer = shop.decide_at(request, model.manifest.as_of, dry_run=True).answer
        silent += not answer.offers
        ours = [offer.item_id for offer in answer.offers]
        theirs = [item for item in popular if item != anchor][: len(ours)]
        sides = [(item, side(answer, item)) for item in ours] + [(item, "popularity") for item in theirs]
        rows += [Row(anchor, item, whose, (title(items, anchor), title(items, item))) for item, whose in sides]
        if len(rows) >= 2 * wanted:
            break
    return rows, silent


def usual_quantities(shop: Shop) -> dict[str, int]:
    """The median quantity in which each item is ordered."""
    lines = shop.dataset.table("order_lines").select("item_id", "quantity").to_pyarrow()
    found: dict[str, list[float]] = defaultdict(list)
    for item, quantity in zip(lines["item_id"].to_pylist(), lines["quantity"].to_pylist(), strict=True):
        found[item].append(quantity)
    return {item: max(1, round(median(all_))) for item, all_ in found.items()}


def side(answer: Answer, item: str) -> str:
    return next(f"pairwell {offer.kind}" for offer in answer.offers if offer.item_id == item)


def title(items: dict[str, object], item: str) -> str:
    return getattr(items.get(item), "title", None) or item


def write(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


if __name__ == "__main__":
    main()
