"""What each way of offering truly earns in simulated shops, the engine among them, against an oracle."""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import reduce
from operator import add, attrgetter
from pathlib import Path
from typing import Any

import msgspec

from pairwell.backtest.loop.contest import ENGINE, ORACLE, Came, contest
from pairwell.backtest.loop.engine import Engine
from pairwell.backtest.loop.figures import Figures, lead, per_visit
from pairwell.backtest.loop.holdout import HoldoutRead
from pairwell.backtest.loop.intervals import Mean
from pairwell.backtest.loop.living import open_span
from pairwell.backtest.loop.losses import Losses
from pairwell.config.document import parse_settings
from pairwell.config.settings import Placement, Settings
from pairwell.shop.face import Shop, create_shop
from pairwell.simulate.exports import write_exports
from pairwell.simulate.size import ShopSize
from pairwell.simulate.world import World, make_shop

_ORDERS_A_DAY = 25_000 / 488  # of the usual shop; more visits than orders are certain


class Task(msgspec.Struct, frozen=True, kw_only=True):
    seed: int
    visits: int
    size: ShopSize
    settings: Settings
    learn_days: int
    explain: bool


def main() -> None:
    """Print a table, and the same as JSON."""
    asked = _arguments()
    settings = _settings(asked)
    later_days = math.ceil(asked.visits / (_ORDERS_A_DAY * asked.orders / 25_000)) + 10
    tasks = [
        Task(
            seed=asked.first_seed + number,
            visits=asked.visits,
            size=ShopSize(customers=asked.customers, orders=asked.orders, items=asked.items, later_days=later_days),
            settings=settings,
            learn_days=asked.learn_days,
            explain=number < asked.explain,
        )
        for number in range(asked.seeds)
    ]
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(asked.processes, mp_context=fresh) as pool:  # says so when a process is killed
        done = [_heard(one) for one in pool.map(run_seed, tasks)]
    worlds = [came for came, _ in done]
    found = describe(worlds)
    print("\n".join(table(found)))
    print(json.dumps({**found, "processor_seconds_a_seed": [round(seconds, 1) for _, seconds in done]}))
    if asked.by_seed:
        asked.by_seed.write_bytes(msgspec.json.encode(worlds))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--visits", type=int, default=10_000, help="of each seed, in whole days")
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--customers", type=int, default=4_000)
    parser.add_argument("--orders", type=int, default=25_000, help="of the history")
    parser.add_argument("--learn-days", type=int, default=30, help="from one learning to the next")
    parser.add_argument("--explain", type=int, default=2, help="seeds of which the losses are told apart")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--learning-budget", type=float, help="choice.learning_budget_minor, of the engine alone")
    parser.add_argument("--persuasion-times", type=float, default=1.0, help="a wrong prior: by how many times")
    parser.add_argument("--settings", type=Path, help="TOML with settings other than the usual ones")
    parser.add_argument("--by-seed", type=Path, help="JSON file to write for every seed")
    return parser.parse_args()


def _settings(asked: argparse.Namespace) -> Settings:
    settings = parse_settings(asked.settings.read_text(encoding="utf-8")) if asked.settings else Settings()
    prior, times, choice = settings.persuasion, asked.persuasion_times, settings.choice
    if asked.learning_budget is not None:
        choice = msgspec.structs.replace(choice, learning_budget_minor=asked.learning_budget)
    changed = msgspec.structs.replace(prior, cross_sell=prior.cross_sell * times, upgrade=prior.upgrade * times)
    changed_too = {name: _without_sets(placement) for name, placement in settings.placements.items()}
    return msgspec.structs.replace(settings, persuasion=changed, choice=choice, placements=changed_too)


def _without_sets(placement: Placement) -> Placement:
    """Simulated customers know no price for several things, nor would an oracle offer any."""
    kinds = tuple(kind for kind in placement.kinds if kind != "bundle")
    return msgspec.structs.replace(placement, kinds=kinds)


def _heard(one: tuple[Came, float]) -> tuple[Came, float]:
    came, seconds = one
    shares = {name: round(_share([came.whole[name]], [came.whole[ORACLE]]), 3) for name in came.whole}
    print(f"seed {came.seed}: {seconds:.0f} processor s, of the oracle's {shares}", file=sys.stderr, flush=True)
    return one


# --- one world --------------------------------------------------------------------------------------


def run_seed(task: Task) -> tuple[Came, float]:
    """What came of one world, and the processor seconds that it took."""
    start = time.process_time()
    world = make_shop(task.seed, size=task.size)
    choice = msgspec.structs.replace(task.settings.choice, salt=f"loop-{task.seed}")
    settings = msgspec.structs.replace(task.settings, choice=choice)
    span = open_span(world, task.visits, settings)
    with tempfile.TemporaryDirectory() as folder:
        moment = [world.history_end]
        with create_shop(Path(folder) / "shop", settings) as made:
            workspace = made.workspace
        with Shop(workspace, clock=lambda: moment[0]) as shop:
            _begin(shop, world, Path(folder) / "export")

            def learn(at: datetime) -> None:
                moment[0] = at
                shop.learn()

            def learn_offers(at: datetime) -> None:
                moment[0] = at
                shop.learn_offers()

            engine = Engine(
                decide=shop.decide_at,
                log=shop.log_events,
                learn=learn,
                learn_offers=learn_offers,
                learn_days=task.learn_days,
                explain=task.explain,
            )
            came = contest(span, engine)
    return came, time.process_time() - start


def _begin(shop: Shop, world: World, folder: Path) -> None:
    files = write_exports(world, folder)
    for name in ("items", "customers", "orders"):
        shop.ingest(name, getattr(files, name))
    shop.learn()


# --- all worlds -------------------------------------------------------------------------------------


def describe(worlds: Sequence[Came]) -> dict[str, Any]:
    return {
        "seeds": [came.seed for came in worlds],
        "visits": sum(came.whole[ORACLE].visits for came in worlds),
        "unasked_minor": round(sum(came.unasked_minor for came in worlds)),
        "whole": _half(worlds, "whole"),
        "late": _half(worlds, "late"),
        "holdout": _holdout(worlds),
        "silences": dict(reduce(add, (Counter(came.silences) for came in worlds))),
        "losses": _losses(worlds),
    }


def _half(worlds: Sequence[Came], half: str) -> dict[str, dict[str, object]]:
    by_policy: dict[str, list[Figures]] = {
        name: [attrgetter(half)(came)[name] for came in worlds] for name in worlds[0].whole
    }
    return {
        name: {
            "of_oracle": round(_share(all_, by_policy[ORACLE]), 4),
            "of_oracle_least_by_seed": round(
                min(_share([a], [o]) for a, o in zip(all_, by_policy[ORACLE], strict=True)), 4
            ),
            "a_visit_minor": round(statistics.mean(map(per_visit, all_)), 2),
            "engine_leads_by_minor": _ends(lead(by_policy[ENGINE], all_)),
            **_totals(all_),
        }
        for name, all_ in by_policy.items()
    }


def _totals(all_: Sequence[Figures]) -> dict[str, float]:
    names = [name for name in Figures.__struct_fields__ if name != "silent_share"]
    totals = {name: round(sum(getattr(one, name) for one in all_), 1) for name in names}
    return {**totals, "silent_share": round(statistics.mean(one.silent_share for one in all_), 4)}


def _share(ones: Sequence[Figures], oracles: Sequence[Figures]) -> float:
    best = sum(one.incremental_minor for one in oracles)
    return sum(one.incremental_minor for one in ones) / best if best else math.nan


def _ends(mean: object) -> dict[str, float] | str:
    if not isinstance(mean, Mean):
        return "too few seeds"
    return {name: round(getattr(mean, name), 2) for name in ("value", "low", "high")}


def _holdout(worlds: Sequence[Came]) -> dict[str, object]:
    reads = [came.holdout for came in worlds if isinstance(came.holdout, HoldoutRead)]
    return {
        "intervals": len(reads),
        "cover_the_truth": sum(read.covers for read in reads),
        "estimate_minor_mean": round(statistics.mean(read.estimate.value for read in reads)) if reads else None,
        "truth_minor_mean": round(statistics.mean(read.truth for read in reads)) if reads else None,
        "half_width_minor_mean": round(statistics.mean(r.estimate.high - r.estimate.value for r in reads))
        if reads
        else None,
    }


def _losses(worlds: Sequence[Came]) -> dict[str, float] | None:
    explained = [came for came in worlds if came.losses is not None]
    if not explained:
        return None
    losses = reduce(add, (came.losses for came in explained if came.losses is not None))
    oracle = sum(came.whole[ORACLE].incremental_minor for came in explained)
    earned = sum(came.whole[ENGINE].incremental_minor for came in explained)
    steps = {name: round(getattr(losses, name) / oracle, 4) for name in Losses.__struct_fields__}
    return {"seeds": len(explained), **steps, "truly_earned": round(earned / oracle, 4)}


_COLUMNS = (
    ("of the oracle's", "of_oracle", "{:.1%}"),
    ("a visit", "a_visit_minor", "{:.1f}"),
    ("attributed", "attributed_minor", "{:,.0f}"),
    ("exposures", "exposures", "{:,}"),
    ("accepts", "accepts", "{:,}"),
    ("declines", "declines", "{:,}"),
    ("annoyed", "customers_annoyed", "{:,}"),
    ("lost orders", "lost_orders", "{:.1f}"),
    ("silent", "silent_share", "{:.1%}"),
)


def table(found: dict[str, Any]) -> Iterator[str]:
    for half, title in (("whole", "all visits"), ("late", "the second half of them")):
        yield f"{title}: incremental margin against no offers, minor units"
        yield f"{'':18}" + "".join(f"{title:>16}" for title, *_ in _COLUMNS) + "   the engine leads by, a visit"
        for name, row in found[half].items():
            cells = "".join(f"{form.format(row[key]):>16}" for _, key, form in _COLUMNS)
            yield f"{name:18}{cells}   {_said(row['engine_leads_by_minor'])}"
        yield ""
    yield f"holdout: {found['holdout']}"
    yield f"silences: {found['silences']}"
    yield f"losses, as shares of the oracle's: {found['losses']}"


def _said(ends: dict[str, float] | str) -> str:
    return ends if isinstance(ends, str) else "{value:.2f} ({low:.2f} to {high:.2f})".format(**ends)


if __name__ == "__main__":
    main()
