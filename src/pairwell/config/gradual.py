"""Settings for a share of the customers first, then for everybody, or for nobody any more."""

from __future__ import annotations

import msgspec

from pairwell.config.published import (
    Change,
    Published,
    change_settings,
    compare_settings,
    keep_settings,
    load_settings,
    settings_standing,
)
from pairwell.config.settings import Settings
from pairwell.config.standing import (
    Act,
    Experiment,
    Standing,
    put_first,
    put_live,
    read_log,
    roll_back,
    withdraw,
)
from pairwell.config.workspace import Workspace
from pairwell.errors import PairwellError, RequestError, SettingsError
from pairwell.said import phrase

# What one decision reads of its own settings. All else one process reads once for everybody, and so does whatever is
# not known to be of the first sort.
BY_CUSTOMER = (
    "caps",
    "choice.exploration",
    "choice.learning_budget_minor",
    "choice.temperature",
    "decline",
    "guards",
    "hesitation",
    "levers",
    "persuasion",
    "placements",
    "rules",
    "shop.industry",
    "shop.margin_rate",
    "shop.margin_rates",
    "shop.objective",
    "shop.personalisation",
    "shop.return_cost_minor",
    "shop.service_values",
    "shop.shipping_minor",
    "shop.tell_counts",
    "slots",
)
_OF_PLACEMENTS = ("deadline_ms",)  # when to answer is asked before it is known who asks


class CanarySettings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that a share of the customers gets first."""

    published: Published
    share: float


def load_canary(workspace: Workspace) -> CanarySettings | None:
    """The settings of a roll-out that is under way; None where none is. Raises `SettingsError`."""
    standing = settings_standing(workspace)
    if standing.canary is None:
        return None
    return CanarySettings(published=load_settings(workspace, standing.canary), share=standing.share)


def share_settings(workspace: Workspace, kept: Published, share: float, act: Act) -> Published:
    """Make settings that are kept live for a share of the customers; returns them.

    Who had it stays with it when the share grows. Raises `SettingsError` where they say nothing new, or change what
    must be the same for everybody; nothing is changed then.
    """
    require_share(share)

    def put(before: Standing | None) -> Standing:
        if before is None:
            raise SettingsError(phrase("No settings are published yet."), hint=phrase("Run `pairwell publish`."))
        refuse_experiment(before)
        if before.live == kept.hash:
            raise SettingsError(
                phrase("pairwell.toml says what is live for everybody already."),
                hint=phrase("Change it, then publish it again."),
            )
        require_divisible(load_settings(workspace, before.live).settings, kept.settings)
        return put_first(before, kept.hash, share, act)

    change_settings(workspace, put)
    return kept


def start_experiment(workspace: Workspace, other: Settings, share: float, experiment: Experiment, act: Act) -> Standing:
    """Make `other` live for a share of the customers, to be compared with what the rest have.

    Raises `SettingsError` where something is being rolled out or tried already, the name was used before, or `other`
    says nothing new or changes what must be the same for everybody; nothing is changed then.
    """
    require_share(share)
    kept = keep_settings(workspace, other)

    def put(before: Standing | None) -> Standing:
        if before is None:
            raise SettingsError(phrase("No settings are published yet."), hint=phrase("Run `pairwell publish`."))
        refuse_experiment(before)
        refuse_under_way(before, "pairwell publish --withdraw", SettingsError)
        if any(one.experiment and one.experiment.name == experiment.name for one in read_log(workspace.settings)):
            raise SettingsError(
                phrase("There was an experiment {name} already, and it is kept.", name=repr(experiment.name)),
                hint=phrase("Choose another name; `pairwell experiment list` names them all."),
                field="name",
            )
        if before.live == kept.hash:
            raise SettingsError(
                phrase("These settings are live for everybody already: there is nothing to compare."),
                hint=phrase("Name a file that changes something, such as `slots.max`."),
                field="settings",
            )
        require_divisible(load_settings(workspace, before.live).settings, kept.settings)
        return put_first(before, kept.hash, share, act, experiment=experiment)

    return change_settings(workspace, put)


def stop_experiment(workspace: Workspace, name: str, act: Act, *, adopt: bool) -> Standing:
    """End the experiment: what it tried is everybody's, or nobody's any more. Raises `SettingsError`."""

    def change(before: Standing | None) -> Standing:
        running = before.experiment if before is not None else None
        if before is None or running is None or before.canary is None or running.name != name:
            raise SettingsError(
                phrase("The experiment {name} does not run.", name=repr(name)),
                hint=phrase("`pairwell experiment list` says which one does, if any."),
                field="name",
            )
        return put_live(before, before.canary, act) if adopt else withdraw(before, act)

    return change_settings(workspace, change)


def refuse_experiment(standing: Standing) -> None:
    """Raise `SettingsError` while an experiment runs: a second share would take customers out of the first."""
    if standing.experiment is not None:
        name = standing.experiment.name
        raise SettingsError(
            phrase("The experiment {name} is running; there is one at a time.", name=repr(name)),
            hint=phrase(
                "End it by `pairwell experiment stop {name}` first; add --adopt to keep what it tries.", name=name
            ),
        )


def withdraw_settings(workspace: Workspace, act: Act) -> Standing:
    """End a roll-out: what is live is live for everybody. Raises `SettingsError` where none is under way."""

    def change(before: Standing | None) -> Standing:
        if before is None or before.canary is None:
            raise SettingsError(
                phrase("No roll-out of settings is under way."), hint=phrase("`pairwell status` shows what is live.")
            )
        return withdraw(before, act)

    return change_settings(workspace, change)


def roll_back_settings(workspace: Workspace, act: Act) -> Standing:
    """Make the settings live that were live before; a second time undoes the first. Raises `SettingsError`."""

    def change(before: Standing | None) -> Standing:
        if before is None or before.before is None:
            raise SettingsError(
                phrase("No settings were live before these."), hint=phrase("`pairwell publish --log` shows all.")
            )
        refuse_under_way(before, "pairwell publish --withdraw", SettingsError)
        load_settings(workspace, before.before)
        return roll_back(before, act)

    return change_settings(workspace, change)


def refuse_under_way(standing: Standing, command: str, error: type[PairwellError]) -> None:
    """Raise `error` during a roll-out: to roll back may mean to end it, or to go back behind it."""
    if standing.canary is not None:
        raise error(
            f"{standing.canary} is being rolled out to {100 * standing.share:.3g}% of the customers.",
            hint=f"End that by `{command}` first; then everybody has {standing.live}.",
        )


def require_share(share: float) -> None:
    """Raise `RequestError` unless it is some of the customers, and not all."""
    if not 0.0 < share < 1.0:
        raise RequestError(
            phrase("The share is {share}; expected more than 0 and less than 1.", share=repr(share)),
            hint=phrase("Write 0.1 for a tenth; leave it out for everybody."),
            field="share",
        )


def require_divisible(live: Settings, first: Settings) -> None:
    """Raise `SettingsError` naming a setting that differs and must be the same for everybody."""
    for change in compare_settings(live, first):
        if not _may_differ(change, live, first):
            raise SettingsError(
                phrase(
                    "`{name}` cannot change for a share of the customers: the whole shop has one of it.",
                    name=change.name,
                ),
                hint=phrase("Publish it for everybody first, by itself; then publish the rest with --share."),
                field=change.name,
            )


def _may_differ(change: Change, live: Settings, first: Settings) -> bool:
    name = change.name
    if name.startswith("placements."):
        placement, _, setting = name.removeprefix("placements.").rpartition(".")
        there = placement in live.placements and placement in first.placements
        return there and setting not in _OF_PLACEMENTS
    if name.startswith("caps."):
        return _totals(live) == _totals(first)
    return any(name == known or name.startswith(f"{known}.") or name == f"{known} in order" for known in BY_CUSTOMER)


def _totals(settings: Settings) -> list[object]:
    """The caps that bind over all customers together."""
    return [cap for cap in settings.caps if cap.scope == "offer"]
