"""The command that tries other settings on logged requests: simulate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import (
    AsJson,
    InWorkspace,
    amount,
    print_json,
    print_lines,
    print_table,
    progress_share,
    when,
)
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.backtest.offpolicy.estimates import Estimate
    from pairwell.backtest.whatif.sides import Counted
    from pairwell.backtest.whatif.simulate import Simulated, Worth

_MOST_HELD = 12
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
_UNTOLD = {
    "forgotten": "about people who have been forgotten",
    "another_version": "made by another version of pairwell",
    "offers_off": "every offer was switched off",
    "gone": "the model, settings or facts that they read are gone",
    "not_repeated": "computed again they differ, so nothing is said of them",
    "no_such_placement": "their placement is not in these settings",
}
_GAPS = {
    "unknown_then": "items that only these settings propose, and of which nothing was known then: left out",
    "relations_of_today": "relations of items that only these settings propose: read as they are today",
    "owned_today": "what customers own of such items: read as it is today",
    "declines": "declines: these settings look back further than was read then",
    "contacts": "contacts: the caps look back further than was read then",
    "signals": "signals: the rules ask for more than was read then",
    "totals": "totals: nobody counted for these caps then, so that their items are held back",
    "habits": "what customers bought: not read then, so that no repeats or no follow-ups are in it",
}
_MEASURES = {
    "added": "Bought of what was offered, beyond what is bought of it unshown (by holdout and withheld slates)",
    "offers": "Bought of what was offered, with what would have been bought anyway",
    "orders": "Whole orders",
}
_HINTS = {
    "too_few": "Wait for more requests, or leave --since, --until and -n out.",
    "no_overlap": "Give these settings to a share of the customers first: `pairwell publish --share`.",
    "weights_too_uneven": "Draw more freely for a while (choice.temperature, choice.exploration), "
    "or give these settings to a share of the customers first: `pairwell publish --share`.",
}


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(simulate)


def simulate(
    settings: Annotated[
        Path, typer.Argument(metavar="SETTINGS.toml", help="Settings to try; what is not named is as in the live ones.")
    ],
    *,
    since: Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="Requests from this moment on, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_MOMENTS, help="Requests before this moment, UTC.")] = None,
    newest: Annotated[int | None, typer.Option("-n", "--newest", min=1, help="Of these only so many newest.")] = None,
    model: Annotated[
        str | None, typer.Option(help='Decide by this model, or by the one that is "live"; else by those of then.')
    ] = None,
    window_h: Annotated[float, typer.Option(help="Hours after a request in which orders are its outcome.")] = 24.0,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Say what other settings would have decided and earned on the requests that were logged."""
    from pairwell import open as open_workspace
    from pairwell.shop.asking import in_utc
    from pairwell.shop.simulating import Simulation

    asked = Simulation(
        since=None if since is None else in_utc(since),
        until=None if until is None else in_utc(until),
        newest=newest,
        model=model,
        window_h=window_h,
    )
    with open_workspace(workspace) as shop, progress_share("Deciding again") as advance:
        found = shop.simulate(settings, asked, advance=advance)
    if as_json:
        print_json(found)
        return
    _print(found)


def _print(found: Simulated) -> None:
    print_lines(_head(found))
    _print_sides(found)
    _print_held(found.counted)
    _print_segments(found)
    _print_movers(found.counted)
    print_lines(_examples(found))
    _print_worth(found)
    print_lines(_limits(found))


def _head(found: Simulated) -> Iterator[str]:
    requests, since, until = counted(found.counted.requests, "request"), when(found.since), when(found.until)
    yield f"{requests} from {since} to {until}, decided again as if these settings had been live:"
    yield from (f"  {change.name}: {change.before} -> {change.after}" for change in found.changes)
    if not found.changes:
        yield "  (the same as the live ones)"
    if found.model:
        yield f"All by model {found.model}."
    same = found.counted.same
    yield f"{same:,} of them ({same / found.counted.requests:.1%}) would have got the same offers."
    yield from (f"Left out: {counted(n, 'request')}, {_UNTOLD[reason]}." for reason, n in found.untold.items())


def _print_sides(found: Simulated) -> None:
    before, after, requests = found.counted.before, found.counted.after, found.counted.requests
    kinds = sorted(before.offers.keys() | after.offers.keys())
    silences = sorted(before.silences.keys() | after.silences.keys())
    counts = [
        ("requests with a slate", before.slates, after.slates),
        ("  shown", before.shown, after.shown),
        *((f"offers: {kind}", before.offers.get(kind, 0), after.offers.get(kind, 0)) for kind in kinds),
        *((f"silence: {one}", before.silences.get(one, 0), after.silences.get(one, 0)) for one in silences),
    ]
    money = [
        ("slates are expected to add", before.worth_minor, after.worth_minor),
        ("silence is expected to save", before.saved_minor, after.saved_minor),
    ]
    share = "share with a slate", f"{before.slates / requests:.1%}", f"{after.slates / requests:.1%}", ""
    rows: list[tuple[str, ...]] = [
        share,
        *((name, f"{one:,}", f"{two:,}", f"{two - one:+,}") for name, one, two in counts),
    ]
    rows += [(name, *_money(found, one, two), _signed(found, two - one)) for name, one, two in money]
    print_lines([""])
    print_table(("", "then", "instead", "change"), rows, numeric=(1, 2, 3))
    print_lines([f"Money in {found.currency} ({found.objective}), each column as its own settings expect it."])


def _print_held(found: Counted) -> None:
    changed = [one for one in found.held if one.before != one.after]
    print_lines(["", f"What held candidates back: {len(found.held) - len(changed)} reasons as often as before"])
    if not changed:
        return
    print_table(
        ("stage", "reason", "candidates then", "instead", "change", "requests then", "instead"),
        [
            (one.stage, one.reason, one.before, one.after, f"{one.after - one.before:+,}", one.requests_before,
             one.requests_after)
            for one in changed[:_MOST_HELD]
        ],
        numeric=(2, 3, 4, 5, 6),
    )  # fmt: skip
    if len(changed) > _MOST_HELD:
        print_lines([f"and {counted(len(changed) - _MOST_HELD, 'reason')} more; --json has all."])


def _print_segments(found: Simulated) -> None:
    print_lines(["", "Who gains and loses, as expected"])
    print_table(
        ("", "", "requests", "slates then", "instead", "worth then", "instead", "change"),
        [
            (one.by, one.name, one.requests, one.slates_before, one.slates_after,
             *_money(found, one.worth_before_minor, one.worth_after_minor),
             _signed(found, one.worth_after_minor - one.worth_before_minor))
            for one in found.counted.segments
        ],
        numeric=(2, 3, 4, 5, 6, 7),
    )  # fmt: skip


def _print_movers(found: Counted) -> None:
    if not found.movers:
        return
    print_lines(["", "Items whose offers change most"])
    rows = [(one.item_id, one.title, one.before, one.after, f"{one.after - one.before:+,}") for one in found.movers]
    print_table(("item", "title", "offers then", "instead", "change"), rows, numeric=(2, 3, 4))


def _examples(found: Simulated) -> Iterator[str]:
    if not found.counted.examples:
        return
    yield ""
    yield "Requests that change most; `pairwell decision ID` explains what was decided then"
    for one in found.counted.examples:
        worth = " -> ".join(_money(found, one.worth_before_minor, one.worth_after_minor))
        yield f"  {one.decision_id} in {one.placement}, worth {worth}"
        yield f"    then:    {_told(one.before, one.silence_before)}"
        yield f"    instead: {_told(one.after, one.silence_after)}"


def _told(item_ids: list[str], silence: str | None) -> str:
    slate = ", ".join(item_ids)
    if silence is None:
        return slate
    return f"silence ({silence}){f' instead of {slate}' if slate else ''}"


def _print_worth(found: Simulated) -> None:
    orders, told = counted(found.orders, "order"), found.told
    print_lines(["", f"What it would have earned, {found.currency} for 1,000 requests ({found.objective})"])
    print_lines([f"From offers drawn by lot and {orders} within {found.window_h:g} h; 95 % intervals; {found.label}."])
    print_lines([f"Of the offers shown {told.seen:,} were seen and {told.accepted:,} accepted."])
    if found.too_new:
        print_lines(
            [f"Left out of what follows: {counted(found.too_new, 'request')}, too new to tell what came of it."]
        )
    if not found.worth:
        print_lines(["  cannot be told: no request is old enough. Wait, or give a shorter window with --window-h."])
    for one in found.worth:
        print_lines(_worth_lines(found, one))


def _worth_lines(found: Simulated, one: Worth) -> Iterator[str]:
    from pairwell.backtest.offpolicy.estimates import NotEstimable

    yield f"  {_MEASURES[one.measure]}"
    if isinstance(one.found, NotEstimable):
        yield f"    cannot be told: {one.found.reason}. {one.found.detail}"
        yield f"    {_HINTS[one.found.reason]}"
        return
    earned = one.found
    yield f"    then {_interval(found, earned.before)}, instead {_interval(found, earned.after)}"
    yield f"    change {_interval(found, earned.change)}: {_verdict(earned.change)}"
    yield (
        f"    rests on {earned.effective_customers:,.0f} of {one.customers:,} customers; "
        f"{earned.unsupported:.1%} of what it does could not have happened then"
    )


def _verdict(change: Estimate) -> str:
    if change.low > 0:
        return "more"
    return "less" if change.high < 0 else "no difference shown"


def _limits(found: Simulated) -> Iterator[str]:
    gaps = found.counted.gaps
    if gaps:
        yield ""
        yield "What could not be read as of then"
        yield from (f"  {counted(n, 'request')}: {_GAPS[gap]}" for gap, n in gaps.items())


def _interval(found: Simulated, one: Estimate) -> str:
    value, low, high = (amount(round(1_000 * end), found.currency) for end in (one.value, one.low, one.high))
    return f"{value} ({low} to {high})"


def _money(found: Simulated, *amounts: float) -> list[str]:
    return [amount(round(one), found.currency) for one in amounts]


def _signed(found: Simulated, change: float) -> str:
    said = amount(round(change), found.currency)
    return said if said.startswith("-") else f"+{said}"
