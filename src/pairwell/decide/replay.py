"""Decisions computed again from what the journal kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from pairwell.candidates.learned import LearnedPairs
from pairwell.config.settings import Settings
from pairwell.config.version import engine_version
from pairwell.decide.choose import decide, run_stages
from pairwell.decide.scene import Scene
from pairwell.decide.silenced import silence_all
from pairwell.errors import ModelBrokenError, NoModelError, NotFoundError, ReplayError, SettingsError
from pairwell.posterior import Posterior
from pairwell.records import Decision, Item
from pairwell.said import phrase

_encoder = msgspec.json.Encoder()


class PastItems(Protocol):
    """Facts as they were."""

    def item_at(self, item_id: str, revision: int) -> Item | None: ...


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """Where what a decision refers to is found again."""

    model_of: Callable[[str], LearnedPairs]
    posterior_of: Callable[[int], Posterior]
    settings_of: Callable[[str], Settings]
    facts: PastItems


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """A decision computed again, and whether it is the journaled one, bit for bit."""

    decision_id: str
    equal: bool
    recomputed: Decision

    def lines(self) -> list[str]:
        """For a terminal."""
        verdict = "equal, bit for bit" if self.equal else "DIFFERENT from the journaled one"
        return [f"Decision {self.decision_id} was computed again: {verdict}."]


def replay(decision: Decision, archive: Archive) -> Replay:
    """Compute a journaled decision again and compare. Raises `ReplayError` where that is not possible."""
    again = recompute(decision, archive)
    return Replay(
        decision_id=decision.inputs.decision_id,
        equal=_encoder.encode(again) == _encoder.encode(decision),
        recomputed=again,
    )


def recompute(decision: Decision, archive: Archive) -> Decision:
    """The decision that the journaled inputs lead to now.

    Raises `ReplayError` for another engine version, and for a model, settings or facts that are gone.
    """
    scene = recall(decision, archive)
    if decision.inputs.offers_off:
        return silence_all(scene.inputs, scene.settings)
    return decide(scene, run_stages(scene))


def recall(decision: Decision, archive: Archive) -> Scene:
    """The scene of a journaled decision, read again. Raises `ReplayError` as `recompute` does."""
    inputs = decision.inputs
    if inputs.engine != engine_version():
        raise ReplayError(
            phrase(
                "Decision {decision_id} was made by version {engine}; this is {engine_version}.",
                decision_id=inputs.decision_id,
                engine=inputs.engine,
                engine_version=engine_version(),
            ),
            hint=phrase("Install pairwell {engine} to compute it again.", engine=inputs.engine),
        )
    return Scene(
        inputs,
        model=_model(decision, archive),
        items=_items(decision, archive),
        settings=_settings(decision, archive),
        posterior=_posterior(decision, archive),
    )


def _model(decision: Decision, archive: Archive) -> LearnedPairs | None:
    name = decision.inputs.model
    if name is None:
        return None
    try:
        return archive.model_of(name)
    except (NoModelError, NotFoundError, ModelBrokenError) as error:
        raise _gone(decision, phrase("model {name}", name=name)) from error


def _posterior(decision: Decision, archive: Archive) -> Posterior | None:
    epoch = decision.inputs.epoch
    if not epoch:
        return None
    try:
        return archive.posterior_of(epoch)
    except NotFoundError as error:
        raise _gone(decision, phrase("epoch {epoch} of what was learned from offers", epoch=str(epoch))) from error


def _settings(decision: Decision, archive: Archive) -> Settings:
    try:
        return archive.settings_of(decision.inputs.settings)
    except (SettingsError, NotFoundError) as error:
        raise _gone(decision, phrase("the settings {settings}", settings=decision.inputs.settings)) from error


def _items(decision: Decision, archive: Archive) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for item_id, revision in decision.inputs.items.items():
        item = archive.facts.item_at(item_id, revision)
        if item is None:
            raise _gone(
                decision, phrase("revision {revision} of item {item}", revision=str(revision), item=repr(item_id))
            )
        items[item_id] = item
    return items


def _gone(decision: Decision, what: str) -> ReplayError:
    return ReplayError(
        phrase(
            "Decision {decision_id} cannot be computed again: it read {what}, which is gone.",
            decision_id=decision.inputs.decision_id,
            what=what,
        ),
        hint=phrase("What was journaled of it can still be read."),
    )
