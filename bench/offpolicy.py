"""What off-policy estimates say of other settings in simulated shops, beside what is true of them."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from pairwell.backtest.month import Month, run_month
from pairwell.backtest.offpolicy.estimates import NotEstimable
from pairwell.backtest.whatif.again import Other, open_past
from pairwell.backtest.whatif.audit import Audited, audit
from pairwell.backtest.whatif.outcomes import Till
from pairwell.backtest.whatif.simulate import Asked
from pairwell.config.published import settings_hash
from pairwell.config.settings import Settings
from pairwell.facts.past import PastItems
from pairwell.records import Decision, DecisionRequest
from pairwell.shop.face import Shop, create_shop
from pairwell.simulate.exports import write_exports
from pairwell.simulate.size import ShopSize
from pairwell.simulate.visits import visits
from pairwell.simulate.world import World, make_shop


def main() -> None:
    """Print a line for each estimate, and all of it as JSON."""
    asked = _arguments()
    size = ShopSize(items=asked.items, customers=asked.customers, orders=asked.orders, days=400, later_days=asked.days)
    found: list[dict[str, Any]] = []
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        start = time.process_time()
        audited = run_seed(make_shop(seed, size=size), asked)
        found += [told for one in audited for told in _tell(seed, one)]
        print(f"seed {seed}: {time.process_time() - start:.0f} processor s", file=sys.stderr, flush=True)
    for one in found:
        print("  ".join(f"{name} {value}" for name, value in one.items()))
    print(json.dumps({"estimates": found, "covered": _covered(found)}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--items", type=int, default=120)
    parser.add_argument("--customers", type=int, default=1_500)
    parser.add_argument("--orders", type=int, default=8_000, help="of the history")
    parser.add_argument("--days", type=int, default=60, help="of visits that are logged")
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--holdout", type=float, default=0.15)
    parser.add_argument("--temperature", type=float, default=1.0, help="of the settings that log")
    parser.add_argument("--exploration", type=float, default=0.1, help="of the settings that log")
    parser.add_argument("--to-exploration", type=float, default=1.0, help="of the other settings; 1: an even draw")
    return parser.parse_args()


def run_seed(world: World, asked: argparse.Namespace) -> list[Audited]:
    usual = Settings()
    choice = msgspec.structs.replace(
        usual.choice,
        salt=f"offpolicy-{world.seed}",
        holdout=asked.holdout,
        temperature=asked.temperature,
        exploration=asked.exploration,
    )
    logging = msgspec.structs.replace(usual, choice=choice, slots=msgspec.structs.replace(usual.slots, max=asked.slots))
    even = msgspec.structs.replace(choice, exploration=asked.to_exploration)
    with tempfile.TemporaryDirectory() as folder:
        with create_shop(Path(folder) / "shop", logging) as made:
            workspace = made.workspace
        with Shop(workspace, clock=lambda: world.history_end) as shop:
            files = write_exports(world, Path(folder) / "export")
            for name in ("items", "customers", "orders"):
                shop.ingest(name, getattr(files, name))
            shop.learn()
            return _audit(world, shop, msgspec.structs.replace(logging, choice=even), asked.days)


def _audit(world: World, shop: Shop, other: Settings, days: int) -> list[Audited]:
    logged: dict[str, Decision] = {}

    def decide(request: DecisionRequest, now: datetime) -> Decision:
        assert request.request_id is not None, "every visit has an id"
        return logged.setdefault(request.request_id, shop.decide_at(request, now))

    run_month(world, Month(start=world.history_end, days=days), decide=decide, log=shop.log_events)
    shop.keeping.compact()
    items = PastItems(shop._database)  # noqa: SLF001 - a measurement looks inside
    question = Asked(
        other=Other(name=settings_hash(other), settings=other),
        changes=[],
        past=open_past(shop._archive, items, shop.facts),  # noqa: SLF001 - as above
        till=Till(
            dataset=shop.dataset,
            database=shop._database,  # noqa: SLF001 - as above
            items=items,
            shop=other.shop,
            window=timedelta(hours=24),
            now=world.history_end + timedelta(days=days + 2),
        ),
    )
    return audit(world, visits(world, world.history_end, days), logged, question)


def _tell(seed: int, one: Audited) -> list[dict[str, Any]]:
    head = {"seed": seed, "measure": one.measure, "requests": one.requests}
    if isinstance(one.found, NotEstimable):
        return [{**head, "refused": one.found.reason, "detail": one.found.detail}]
    return [
        {
            **head,
            "of": name,
            "estimate": round(compared.estimate.value, 2),
            "low": round(compared.estimate.low, 2),
            "high": round(compared.estimate.high, 2),
            "truth": round(compared.truth, 2),
            "covers": compared.covers,
        }
        for name, compared in one.found.items()
    ]


def _covered(found: list[dict[str, Any]]) -> dict[str, str]:
    """For each measure how many intervals hold the truth, of how many."""
    keys = sorted({(one["measure"], one["of"]) for one in found if "of" in one})
    return {
        f"{measure}, {of}": f"{sum(one['covers'] for one in some)} of {len(some)}"
        for measure, of in keys
        if (some := [one for one in found if one["measure"] == measure and one.get("of") == of])
    }


if __name__ == "__main__":
    main()
