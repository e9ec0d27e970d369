"""What is set: live, being rolled out and drafted, and how that came about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from pairwell.config.document import describe_setting, say_value
from pairwell.config.gradual import require_divisible
from pairwell.config.published import compare_settings, load_settings, settings_hash, settings_standing
from pairwell.config.settings import Settings
from pairwell.config.standing import Standing
from pairwell.config.workspace import Workspace, read_draft
from pairwell.errors import SettingsError
from pairwell.fairness.finding import Fairness, Finding
from pairwell.operations.switch import Switched

if TYPE_CHECKING:
    from pairwell.shop.rollout import Rollout

_ENTRIES = 30  # of each log
_SECRET: Final = frozenset({"choice.salt"})


class Differs(msgspec.Struct, frozen=True, kw_only=True):
    """One setting that differs, as TOML writes its values; a secret one says only that it does."""

    name: str
    about: str  # what it is for
    before: str
    after: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What `pairwell.toml` says, against what is live for everybody."""

    settings: str | None  # its hash; None: it cannot be read
    problem: str | None  # why not
    changes: list[Differs]
    unfair: list[Finding] = []  # dark patterns, for which it is not published
    indivisible: str | None  # why a share of the customers cannot have it; None: it can


class Underway(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that a share of the customers gets first."""

    settings: str
    share: float
    said: Standing  # the entry of the log that began it
    experiment: str | None  # the one that it is for
    changes: list[Differs]


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What is set, and how that came about."""

    timezone: str
    live: str  # hash of what is live for everybody
    made_live: Standing | None  # the entry of the log that made it so; None: it is not told
    before: str | None  # what was live before
    back: list[Differs]  # what going back to that would change
    underway: Underway | None
    draft: Draft
    offers_off: Switched | None  # the turn that put them off for everybody; None: they are on
    log: list[Standing]  # newest first
    turns: list[Switched]  # of the kill switch, newest first


def describe_setup(workspace: Workspace, rollout: Rollout, fairness: Callable[[], Fairness]) -> Setup:
    """What is set in a workspace; `fairness` looks its draft through.

    Raises `SettingsError` where nothing is published or it cannot be read.
    """
    stands = settings_standing(workspace)
    live = load_settings(workspace, stands.live).settings
    log, turns = rollout.log("settings")[::-1], rollout.turns()[::-1]
    made = (one for one in log if one.live == stands.live and one.did in {"published", "rolled_back"})
    return Setup(
        timezone=live.shop.timezone,
        live=stands.live,
        made_live=next(made, None),
        before=stands.before,
        back=_changes_to(workspace, stands.before, live),
        underway=_underway(workspace, stands, live),
        draft=describe_draft(workspace, live, fairness),
        offers_off=turns[0] if turns and turns[0].off else None,
        log=log[:_ENTRIES],
        turns=turns[:_ENTRIES],
    )


def describe_draft(workspace: Workspace, live: Settings, fairness: Callable[[], Fairness]) -> Draft:
    """What `pairwell.toml` says, against what is live."""
    try:
        draft, unfair = read_draft(workspace), fairness().blocking
    except SettingsError as error:
        return Draft(settings=None, problem=error.message, changes=[], indivisible=None)
    return Draft(
        settings=settings_hash(draft),
        problem=None,
        changes=tell_changes(live, draft),
        unfair=unfair,
        indivisible=_whole(live, draft),
    )


def tell_changes(before: Settings, after: Settings) -> list[Differs]:
    """Every setting that differs, in words for people; secrets are not told."""
    return [
        Differs(
            name=one.name,
            about=describe_setting(one.name),
            before="…" if one.name in _SECRET else say_value(one.before),
            after="…" if one.name in _SECRET else say_value(one.after),
        )
        for one in compare_settings(before, after)
    ]


def _underway(workspace: Workspace, stands: Standing, live: Settings) -> Underway | None:
    if stands.canary is None:
        return None
    return Underway(
        settings=stands.canary,
        share=stands.share,
        said=stands,
        experiment=None if stands.experiment is None else stands.experiment.name,
        changes=_changes_to(workspace, stands.canary, live),
    )


def _changes_to(workspace: Workspace, name: str | None, live: Settings) -> list[Differs]:
    """What kept settings would change; nothing where there are none, or they are gone."""
    try:
        return [] if name is None else tell_changes(live, load_settings(workspace, name).settings)
    except SettingsError:
        return []


def _whole(live: Settings, draft: Settings) -> str | None:
    try:
        require_divisible(live, draft)
    except SettingsError as error:
        return error.message
    return None
