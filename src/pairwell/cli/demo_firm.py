"""The demo of a firm that sells by subscription."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_TRUTH = "truth.json"
_RIGHT = {
    "upgrade_now": "should move to a larger plan now",
    "stay": "are best off with the plans they have",
    "downgrade": "should move to a smaller one",
    "help_instead": "are losing interest and need help, no offer",
    "leave_alone": "should be left alone",
}


class DemoFirm(msgspec.Struct, frozen=True, kw_only=True):
    """What the demo made and took in."""

    workspace: str
    accounts: int  # that are there as the history ends
    rows: dict[str, int]  # taken, by table
    right: dict[str, int]  # accounts by what is right for them
    truth: str  # the file that says so of each


def make_demo_firm(shop: Shop, seed: int, say: Callable[[str], None]) -> DemoFirm:
    """Make the firm of a seed, take its files in, and say what is planted in it."""
    from pairwell.simulate.firm.exports import write_firm, write_truth
    from pairwell.simulate.firm.truth import find_truth
    from pairwell.simulate.firm.world import make_firm

    firm, folder = make_firm(seed), shop.workspace.root / "export"
    truth = find_truth(firm)
    say(f"A simulated firm in {shop.workspace.root}: {len(truth.accounts):,} accounts with running subscriptions.")
    rows = {}
    for table, path in write_firm(firm, folder).items():
        report = shop.ingest(table, path)
        rows[table] = report.taken
        say(f"Ingested {path.name}: {counted(report.read, 'row')} read, {report.taken:,} taken.")
    write_truth(truth, folder / _TRUTH)
    right: Counter[str] = Counter(account.right for account in truth.accounts.values())
    say(f"\nPlanted, as of {firm.size.history_end:%Y-%m-%d} (each account in {folder / _TRUTH}):")
    for name, words in _RIGHT.items():
        say(f"  {right[name]:>4} {words}")
    return DemoFirm(
        workspace=str(shop.workspace.root),
        accounts=len(truth.accounts),
        rows=rows,
        right={name: right[name] for name in _RIGHT},
        truth=str(folder / _TRUTH),
    )
