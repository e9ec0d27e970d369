"""Commands for the workspace itself: init, status, publish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pairwell.cli.output import AsJson, InWorkspace, as_of_words, print_json, print_lines, when
from pairwell.cli.rollout import Author, Share, Why, author_of, off_lines, percent, print_log, rollout_lines
from pairwell.config.rules.rule import Industry
from pairwell.wording import counted

if TYPE_CHECKING:
    from pairwell.config.caps import CapReach
    from pairwell.config.published import Change
    from pairwell.config.standing import Standing
    from pairwell.dataset.holdings import Gate
    from pairwell.fairness.finding import Finding
    from pairwell.shop.status import Publication, Status


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(init)
    app.command()(status)
    app.command()(publish)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make the workspace in.")],
    industry: Annotated[
        Industry, typer.Option(help="Whose guards, placements, caps and rules to start from; see docs/rules.md.")
    ] = "retail",
) -> None:
    """Make a workspace: a commented pairwell.toml with an industry's settings, and these published."""
    from pairwell import create

    with create(folder, industry=industry) as shop:
        print_lines(
            [
                f"Made {shop.workspace.settings_file} with the settings of the industry {industry}.",
                f"Next: pairwell ingest orders YOUR-ORDERS.csv --workspace {folder}",
            ]
        )


def status(workspace: InWorkspace = None, as_json: AsJson = False) -> None:
    """Say what is in, what can be learned from it, what is live and what is missing."""
    from pairwell import open as open_workspace

    with open_workspace(workspace) as shop:
        found = shop.status()
    if as_json:
        print_json(found)
        return
    _print_status(found)


def publish(
    *,
    share: Share = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="End a roll-out: what everybody else has, all have again.")
    ] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Make the settings live that were live before.")] = False,
    log: Annotated[
        bool, typer.Option("--log", help="Only say what was published, when, for whom, by whom, why.")
    ] = False,
    author: Author = None,
    reason: Why = None,
    workspace: InWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """Check pairwell.toml, show what changes, and make it live: for everybody, or for a share first."""
    from pairwell import open as open_workspace

    _require_one({"--share": share is not None, "--withdraw": withdraw, "--rollback": rollback, "--log": log})
    with open_workspace(workspace) as shop:
        if log:
            found = shop.rollout.log("settings")
            print_json(found) if as_json else print_log(found, "settings")
            return
        if withdraw or rollback:
            change = shop.rollout.withdraw_settings if withdraw else shop.rollout.roll_back_settings
            _tell_standing(change(author_of(author), reason), as_json)
            return
        made = shop.publish(share, author=author_of(author), reason=reason)
    print_json(made) if as_json else print_lines(_published_lines(made))


def _require_one(given: Mapping[str, bool]) -> None:
    said = [name for name, there in given.items() if there]
    if len(said) > 1:
        raise typer.BadParameter(f"{' and '.join(said)} do not go together; name one of them.")


def _tell_standing(stands: Standing, as_json: bool) -> None:
    if as_json:
        print_json(stands)
        return
    print_lines([f"Live: settings {stands.live}, for everybody."])
    print_lines(["  pairwell.toml is as it was; `pairwell status` tells where it differs"])


def _published_lines(made: Publication) -> Iterator[str]:
    yield from _changes(made.changes) or ["Nothing changed."]
    if made.ended:
        yield f"The roll-out of settings {made.ended} is over."
    whom = "" if made.share >= 1 else f", for {percent(made.share)} of the customers"
    yield f"Live: settings {made.settings}{whom}."
    if made.share < 1:
        yield "  `pairwell publish` makes it everybody's, `pairwell publish --withdraw` ends it"
    yield from _cap_lines(made.capped)
    yield from _fairness_lines(made.told)


def _fairness_lines(told: Sequence[Finding]) -> Iterator[str]:
    from pairwell.fairness.check import tell_finding

    for one in told:
        yield from tell_finding(one)


_TOLD = {
    "consents": "consents",
    "needs": "needs",
    "feedback": "pieces of feedback",
    "order_status": "order statuses",
    "subscriptions": "subscriptions",
}

_OF_ACCOUNTS = {
    "plans": "plans",
    "usage": "rows of usage",
    "benefits": "benefits",
    "stories": "stories",
    "sellers": "sellers",
    "targets": "targets",
}


def _print_status(found: Status) -> None:
    held = found.holdings
    span = (
        f", {held.first_order:%Y-%m-%d} to {held.last_order:%Y-%m-%d}" if held.first_order and held.last_order else ""
    )
    print_lines(
        [
            f"Workspace {found.workspace}",
            f"Orders {held.orders:,}, customers {held.customers:,}, items {held.items:,}{span}",
            "Told of them: " + ", ".join(f"{held.tables[table]:,} {name}" for table, name in _TOLD.items()),
            f"For accounts and sellers: {held.accounts:,} accounts, "
            + ", ".join(f"{held.tables[table]:,} {name}" for table, name in _OF_ACCOUNTS.items()),
        ]
    )
    if found.refused:
        print_lines([f"Refused rows kept in quarantine: {found.refused:,}"])
    print_lines(["", "What can be done with it:"])
    for gate in held.gates:
        print_lines(_gate_lines(gate))
    print_lines(["", _model_line(found), *_model_rollout(found), _guard_line(found), *_rule_lines(found)])
    print_lines([*_cap_lines(found.capped), _settings_line(found), *_unmet_lines(found.unmet)])
    print_lines(_changes(found.drift))
    print_lines([*_settings_rollout(found), _journal_line(found), _outcomes_line(found), *_triggered_lines(found)])
    print_lines(off_lines(found.offers_off))


def _model_rollout(found: Status) -> Iterator[str]:
    first = found.model_first
    name = "" if first is None else first.canary
    return rollout_lines(first, "model", f"pairwell model publish {name}", "pairwell model withdraw")


def _settings_rollout(found: Status) -> Iterator[str]:
    return rollout_lines(found.settings_first, "settings", "pairwell publish", "pairwell publish --withdraw")


def _gate_lines(gate: Gate) -> Iterator[str]:
    yield f"  {'yes' if gate.open else 'no':<4} {gate.name}: {gate.found}"
    if not gate.open:
        yield f"       needs {gate.needed}"
        yield f"       {gate.next_step}"


def _model_line(found: Status) -> str:
    if found.model_problem:
        return f"Model: {found.model_problem}"
    if found.model is None:
        return "Model: none yet. Run `pairwell learn`."
    model = found.model
    learned = f"{counted(model.orders, 'order')}, {counted(model.pairs, 'pair')}"
    back = f"; {percent(1 - model.kept_share)} of sales come back" if model.returned_sales else ""
    return f"Model {model.id}, {as_of_words(model.as_of)}: {learned}{back}."


def _guard_line(found: Status) -> str:
    guarded = found.guarded
    if guarded is None:
        return "Guards: nothing learned to guard yet."
    if not guarded.pairs:
        return "Guards: no pair bought together has a known price on both sides."
    return (
        f"Guards: of {counted(guarded.pairs, 'pair')} bought together, {guarded.removed:,} have an add-on dearer than "
        f"{guarded.share:.0%} of its anchor alone (a fuller cart allows more)."
    )


def _rule_lines(found: Status) -> Iterator[str]:
    ruled = found.ruled
    if ruled is None:
        return
    reach = f"; those of scope item hold back {ruled.held_back:,} of {ruled.items:,} items" if ruled.items else ""
    yield f"Rules: {ruled.rules}{reach}."
    for name, number in sorted(ruled.withheld.items()):
        failing = ruled.failed.get(name, 0)
        yield f"  {name}: {number:,}" + (f", {failing:,} of them as it cannot be worked out" if failing else "")


def _cap_lines(capped: CapReach | None) -> Iterator[str]:
    if capped is None:
        return
    without = (("contacts by", capped.unlimited_contacts), ("repeats on", capped.unlimited_repeats))
    told = " or ".join(f"{what} {', '.join(channels)}" for what, channels in without if channels)
    yield f"Caps: {', '.join(capped.caps) or 'none'}{f'; nothing limits {told}' if told else ''}."
    for name, until in capped.ended.items():
        yield f"  {name}: it ended {until:%Y-%m-%d %H:%M %Z}, its items are not offered any more"
    for name, items in capped.unknown_items.items():
        yield f"  {name}: not in the catalogue: {', '.join(items)}"


def _settings_line(found: Status) -> str:
    if found.settings_problem:
        return f"Settings: {found.settings_problem}"
    drift = (
        f", {len(found.drift)} changed in pairwell.toml but not published" if found.drift else ", nothing unpublished"
    )
    return f"Settings {found.settings}{drift}."


def _unmet_lines(unmet: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for setting, names in unmet.items():
        yield f"  {setting}: no item is in {', '.join(names)}"


def _outcomes_line(found: Status) -> str:
    known = found.outcomes
    if known is None:
        return "Outcomes of offers: nothing learned of them yet; the settings' prior holds."
    decisions = counted(known.decisions, "decision")
    return f"Outcomes of offers: learned from {decisions} up to {when(known.until)} (epoch {known.epoch})."


def _journal_line(found: Status) -> str:
    counts = found.journal
    if counts is None:
        return "Journal: not known without settings."
    return (
        f"Journal: {counted(counts.decisions, 'decision')} ({counts.offered:,} with offers), "
        f"{counts.exposures:,} seen, {counts.accepts:,} accepted, {counts.declines:,} declined by events of their own, "
        f"{counted(counts.orders, 'order')}, {counted(counts.usages, 'meter reading')}."
    )


def _triggered_lines(found: Status) -> Iterator[str]:
    for name, held in found.triggered.items():
        waiting = f"{held.due + held.waiting:,} on the way"
        yield f"Trigger {name}: {waiting}, {held.dead:,} dead" + (" (`pairwell triggers dead`)." if held.dead else ".")


def _changes(changes: list[Change]) -> list[str]:
    from pairwell.config.document import say_value

    told = ((change, say_value(change.before), say_value(change.after)) for change in changes)
    return [
        f"  {change.name}: {before} -> {after}" if before != after else f"  {change.name}: another password in {after}"
        for change, before, after in told
    ]
