"""The command that shows all of it on a simulated shop: demo."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import msgspec
import typer

from pairwell.cli.deciding import answer_lines
from pairwell.cli.demo_firm import make_demo_firm
from pairwell.cli.demo_stores import AT_COUNTER, DemoStores, sell_at_counter
from pairwell.cli.outcomes import outcome_lines
from pairwell.cli.output import AsJson, amount, print_json, print_lines
from pairwell.cli.serving import PagesPort, Port
from pairwell.records import Answer, CartLine, DecisionRequest, Item
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.backtest.month import MonthCounts
    from pairwell.backtest.planted import PlantedFound
    from pairwell.learn.responses.learn import OffersLearned, TooFewOpportunities
    from pairwell.shop.face import Shop
    from pairwell.simulate.world import World

_MARK = "demo-seed"
_EXAMPLES = 3
Say = Callable[[str], None]


class DemoKind(StrEnum):
    """What is simulated."""

    SHOP = "shop"
    FIRM = "firm"


_INDUSTRIES = {DemoKind.SHOP: "retail", DemoKind.FIRM: "saas"}


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo made, found and counted."""

    workspace: str
    items: int
    customers: int
    orders: int
    complements_planted: int
    complements_with_enough_data: int
    complements_found_in_top5_share: float
    decisions: list[Answer]
    month: MonthCounts
    offers: OffersLearned | TooFewOpportunities  # what the month taught
    stores: DemoStores


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(demo)


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Workspace to make.")] = Path("pairwell-demo"),
    *,
    once: Annotated[bool, typer.Option("--once", help="Do not serve afterwards.")] = False,
    kind: Annotated[DemoKind, typer.Option(help="A shop, or a firm that sells by subscription.")] = DemoKind.SHOP,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another shop.")] = 1,
    port: Port = 8420,
    pages_port: PagesPort = 8421,
    shop_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the shop to look around in.")] = 8422,
    as_json: AsJson = False,
) -> None:
    """Make a simulated shop, learn from its orders, decide, live through a month, and serve."""
    run = make_demo_firm if kind is DemoKind.FIRM else _run
    with _open(folder, kind, seed) as shop:
        found = run(shop, seed, (lambda _: None) if as_json else lambda line: print_lines([line]))
        workspace = shop.workspace
    if as_json:
        print_json(found)
    if not once:
        if isinstance(found, Demo):
            typer.echo(f"\nAsk it, once it listens:\n  {_example_call(found, port)}\n", err=True)
        _serve(workspace.root, port, pages_port, shop_port)


def _serve(folder: Path, port: int, pages_port: int, shop_port: int) -> NoReturn:
    """Go on as `pairwell serve`, which begins with nothing of what the demo needed in memory."""
    sys.stdout.flush()
    command = ["-c", "from pairwell.cli.main import run; run()", "serve", "--workspace", str(folder)]
    ports = ["--port", str(port), "--pages-port", str(pages_port), "--shop-port", str(shop_port)]
    os.execv(sys.executable, [sys.executable, *command, *ports])  # noqa: S606 - ourselves, and no shell


def _example_call(found: Demo, port: int) -> str:
    anchor = next((offer.anchor_id for answer in found.decisions for offer in answer.offers), "ITEM")
    body = f'{{"placement": "cart", "cart": [{{"item_id": "{anchor}"}}]}}'
    return f"curl -s http://127.0.0.1:{port}/v1/decisions -d '{body}'"


def _open(folder: Path, kind: DemoKind, seed: int) -> Shop:
    """The demo's workspace, made where it is missing. Raises `WorkspaceError` where another one is in the way."""
    from pairwell import create
    from pairwell import open as open_workspace
    from pairwell.config.editing import edit_draft
    from pairwell.errors import WorkspaceError

    mark, name = folder / ".pairwell" / _MARK, str(seed) if kind is DemoKind.SHOP else f"{kind.value} {seed}"
    if mark.is_file() and mark.read_text(encoding="ascii") == name:
        return open_workspace(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceError(
            f"{folder} is not an empty folder and not the demo of {kind.value} {seed}.",
            hint=f"Name another folder: `pairwell demo DIR --kind {kind.value} --seed {seed}`.",
        )
    shop = create(folder, industry=_INDUSTRIES[kind])
    # Its shoppers read no statistics.
    own = AT_COUNTER if kind is DemoKind.SHOP else {}
    edit_draft(shop.workspace, {"choice.salt": f"demo-{seed}", "shop.tell_counts": False, **own})
    shop.publish()
    mark.write_text(name, encoding="ascii")
    return shop


def _run(shop: Shop, seed: int, say: Say) -> Demo:
    from pairwell.simulate.world import make_shop

    world = make_shop(seed)
    say(f"A simulated shop in {shop.workspace.root}: {len(world.items):,} items, {len(world.customers):,} customers.")
    _ingest(shop, world, say)
    learned = shop.learn()
    say(f"Learned {learned.pairs:,} pairs from {learned.orders:,} orders in {learned.seconds:.1f} s.")
    planted = _find_planted(shop, world, say)
    decisions = [_decide(shop, world, cart, say) for cart in islice(_carts(world), _EXAMPLES)]
    month = _live_a_month(shop, world, say)
    return Demo(
        workspace=str(shop.workspace.root),
        items=len(world.items),
        customers=len(world.customers),
        orders=learned.orders,
        complements_planted=planted.planted,
        complements_with_enough_data=planted.findable,
        complements_found_in_top5_share=planted.share,
        decisions=decisions,
        month=month,
        offers=_learn_offers(shop, say),
        stores=sell_at_counter(shop, world, say),
    )


def _ingest(shop: Shop, world: World, say: Say) -> None:
    from pairwell.simulate.exports import write_exports

    files = write_exports(world, shop.workspace.root / "export")
    for table, path in (("items", files.items), ("customers", files.customers), ("orders", files.orders)):
        report = shop.ingest(table, path)
        say(
            f"Ingested {path.name}: {counted(report.read, 'row')} read, {report.taken:,} taken, "
            f"{report.merged:,} merged, {report.refused:,} refused."
        )


def _find_planted(shop: Shop, world: World, say: Say) -> PlantedFound:
    from pairwell.backtest.planted import planted_found

    found = planted_found(world.truth, lambda item: [pair.item_id for pair in shop.pairs(item, 5).pairs])
    say(
        f"Of {found.planted:,} planted complements {found.findable:,} have enough data; "
        f"{found.found:,} of those ({found.share:.1%}) are among their item's first five."
    )
    return found


def _carts(world: World) -> Iterator[Sequence[Item]]:
    """Carts of one item: the anchors whose complements sell most, each of another category."""
    items = {item.item_id: item for item in world.items}
    seen = set()
    for pair in sorted(world.truth.findable(), key=lambda pair: (-pair.expected_together, pair.anchor_id)):
        anchor = items[pair.anchor_id]
        if anchor.category not in seen:
            seen.add(anchor.category)
            yield [anchor]


def _decide(shop: Shop, world: World, cart: Sequence[Item], say: Say) -> Answer:
    from pairwell.decide.decider import public_answer

    names = " and ".join(item.title or item.item_id for item in cart)
    request = DecisionRequest(
        placement="cart",
        request_id=f"demo-{'-'.join(item.item_id for item in cart)}",
        cart=[CartLine(item_id=item.item_id) for item in cart],
    )
    answer = public_answer(shop.decide_at(request, world.history_end), secret=True, explain=False)
    currency = shop.published.settings.shop.currency
    say(f"\nIn the cart: {names}, {amount(sum(item.price_minor or 0 for item in cart), currency)}")
    for line in answer_lines(answer, currency):
        say(line)
    return answer


def _live_a_month(shop: Shop, world: World, say: Say) -> MonthCounts:
    from pairwell.backtest.month import Month, run_month

    counts = run_month(world, Month(start=world.history_end), decide=shop.decide_at, log=shop.log_events)
    say(
        f"\nA month of {counts.decisions:,} visits: offers shown in {counts.slates_shown:,}, silence in the others; "
        f"{counts.offers_shown:,} offers, {counts.accepts:,} accepted, {counts.declines:,} declined; "
        f"{counts.orders:,} orders."
    )
    return counts


def _learn_offers(shop: Shop, say: Say) -> OffersLearned | TooFewOpportunities:
    """From what came of the month, so that what is expected from now on is learned and not supposed."""
    found = shop.learn_offers()
    say(next(outcome_lines(found)))
    return found
