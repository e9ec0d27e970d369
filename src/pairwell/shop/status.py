"""What a workspace holds, what is live and what is missing."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec

from pairwell.config.caps import CapReach, measure_caps
from pairwell.config.categories import find_unmet
from pairwell.config.published import (
    Change,
    Published,
    compare_settings,
    keep_settings,
    load_published,
    load_settings,
    settings_hash,
    settings_standing,
)
from pairwell.config.settings import Settings, Shop
from pairwell.config.standing import Standing
from pairwell.config.workspace import Workspace, parse_draft, read_draft, read_draft_text
from pairwell.dataset.gates import describe
from pairwell.dataset.holdings import Holdings
from pairwell.dataset.store import Dataset
from pairwell.decide.reach import GuardReach, measure_reach
from pairwell.decide.rules.reach import RuleReach, measure_rules
from pairwell.errors import ModelBrokenError, SettingsError
from pairwell.facts.posteriors import PosteriorStore
from pairwell.facts.store import FactStore
from pairwell.fairness.check import require_fair
from pairwell.fairness.finding import Fairness, Finding
from pairwell.ingest.quarantine import count_refused
from pairwell.journal.store import Counts, Journal
from pairwell.model.manifest import Manifest
from pairwell.model.model import Model
from pairwell.operations.switch import Switched
from pairwell.shop.asking import require_seen
from pairwell.shop.fairness import check_settings
from pairwell.shop.rollout import Rollout, Said
from pairwell.triggers.counting import Watched


class Open(Protocol):
    """The parts of an open workspace that tell its state."""

    @property
    def workspace(self) -> Workspace: ...

    @property
    def published(self) -> Published: ...

    @property
    def dataset(self) -> Dataset: ...

    @property
    def facts(self) -> FactStore: ...

    @property
    def journal(self) -> Journal: ...

    @property
    def posteriors(self) -> PosteriorStore: ...

    @property
    def rollout(self) -> Rollout: ...

    def count_triggered(self) -> dict[str, Watched]: ...

    def model_or_none(self) -> Model | None: ...


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """Settings made live, what changed against those live before, and what their caps reach."""

    settings: str
    share: float  # of the customers; 1.0: for everybody
    changes: list[Change]
    ended: str | None  # other settings, which were being rolled out until then
    capped: CapReach
    told: list[Finding]  # what a check of fairness tells of and lets pass


class OutcomesLearned(msgspec.Struct, frozen=True, kw_only=True):
    """What decisions read of the outcomes of offers."""

    epoch: int
    learned_at: datetime
    until: datetime  # of the newest decision that it was learned from
    decisions: int


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What a workspace holds, what is live and what is missing."""

    workspace: str
    snapshot: int
    holdings: Holdings
    refused: int  # rows in quarantine
    model: Manifest | None
    model_problem: str | None
    settings: str | None
    drift: list[Change]
    settings_problem: str | None
    guarded: GuardReach | None
    ruled: RuleReach | None
    capped: CapReach | None
    unmet: dict[str, list[str]]  # setting -> categories that it names and no item is in
    journal: Counts | None  # None where no settings can be read: they say where the journal is
    outcomes: OutcomesLearned | None  # None: nothing was learned from offers yet
    offers_off: Switched | None  # the turn of the switch that put them off for everybody; None: they are on
    triggered: dict[str, Watched]  # by trigger what is on its way, or could not be delivered
    settings_first: Standing | None  # a roll-out of settings that is under way
    model_first: Standing | None  # one of a model


def describe_status(shop: Open, now: datetime) -> Status:
    """What is in `shop`, what can be learned from it, what is live and what is missing."""
    model, model_problem = _live_model(shop)
    published, settings_problem = _live_settings(shop.workspace)
    _, draft_problem = _draft(shop.workspace)
    return Status(
        workspace=str(shop.workspace.root),
        snapshot=shop.dataset.newest().number,
        holdings=describe(shop.dataset, (published.settings if published else Settings()).learn),
        refused=count_refused(shop.workspace),
        model=model.manifest if model else None,
        model_problem=model_problem,
        settings=published.hash if published else None,
        drift=unpublished_changes(shop.workspace),
        settings_problem=settings_problem or draft_problem,
        guarded=_guard_reach(shop, model, published) if model and published else None,
        ruled=measure_rules(published.settings, shop.facts.items().values()) if published else None,
        capped=measure_caps(published.settings, now=now, catalogue=shop.facts.items()) if published else None,
        unmet=_unmet(shop, published.settings.shop) if published else {},
        journal=shop.journal.count() if published else None,
        outcomes=_outcomes(shop.posteriors) if published else None,
        offers_off=shop.rollout.silenced_by() if published else None,
        triggered=shop.count_triggered() if published else {},
        settings_first=shop.rollout.under_way("settings"),
        model_first=shop.rollout.under_way("models"),
    )


def unpublished_changes(workspace: Workspace) -> list[Change]:
    """What `pairwell.toml` says otherwise than the live settings; nothing where either cannot be read.

    What is being rolled out as it is there, is published, too.
    """
    published, _ = _live_settings(workspace)
    draft, _ = _draft(workspace)
    if published is None or draft is None or settings_standing(workspace).canary == settings_hash(draft):
        return []
    return compare_settings(published.settings, draft)


def publish_draft(
    shop: Open, share: float | None, said: Said, *, now: datetime, seen: str | None = None
) -> Publication:
    """Check `pairwell.toml` and make it live, for a share or for all; `seen` is the hash that somebody looked at.

    Raises `SettingsError`, `RequestError` where it is another by now, and `UnfairError` where it or own texts hold a
    dark pattern; the live settings then stay.
    """
    kept, fairness = _keep_checked(shop, now, seen)
    before, _ = _live_settings(shop.workspace)
    ended = shop.rollout.under_way("settings")
    shop.rollout.publish(kept, share, said)
    name, after = kept.hash, kept.settings
    return Publication(
        settings=name,
        share=1.0 if share is None else share,
        changes=compare_settings(before.settings, after) if before else [],
        ended=ended.canary if ended and ended.canary != name else None,
        capped=measure_caps(after, now=now),
        told=fairness.told,
    )


def _keep_checked(shop: Open, now: datetime, seen: str | None) -> tuple[Published, Fairness]:
    # The file is read once: what is checked is the very copy that goes live, whoever writes into the file meanwhile.
    text = read_draft_text(shop.workspace)
    draft = parse_draft(text)
    if seen is not None:
        require_seen("draft", seen, settings_hash(draft))
    kept = load_settings(shop.workspace, keep_settings(shop.workspace, draft).hash)
    fairness = check_settings(shop, kept.settings, now, text=text)
    require_fair(fairness)
    return kept, fairness


def _outcomes(posteriors: PosteriorStore) -> OutcomesLearned | None:
    live = posteriors.newest()
    if live is None:
        return None
    return OutcomesLearned(epoch=live.epoch, learned_at=live.learned_at, until=live.until, decisions=live.decisions)


def _guard_reach(shop: Open, model: Model, published: Published) -> GuardReach:
    share = published.settings.guards.add_on_price_share
    return measure_reach(model.bought_together(), shop.facts.items(), share=share)


def _unmet(opened: Open, stated: Shop) -> dict[str, list[str]]:
    """Categories and purposes that settings name in vain."""
    if not (stated.margin_rates or stated.service_values):
        return {}
    items = opened.facts.items().values()
    categories = {item.category for item in items}
    purposes = {item.attributes.get("purpose") for item in items}
    found = {
        "shop.margin_rates": find_unmet(stated.margin_rates, categories),
        "shop.service_values": find_unmet(stated.service_values, categories | purposes),
    }
    return {setting: names for setting, names in found.items() if names}


def _live_model(shop: Open) -> tuple[Model | None, str | None]:
    try:
        return shop.model_or_none(), None
    except ModelBrokenError as error:
        return None, error.message


def _live_settings(workspace: Workspace) -> tuple[Published | None, str | None]:
    try:
        return load_published(workspace), None
    except SettingsError as error:
        return None, error.message


def _draft(workspace: Workspace) -> tuple[Settings | None, str | None]:
    try:
        return read_draft(workspace), None
    except SettingsError as error:
        return None, error.message
