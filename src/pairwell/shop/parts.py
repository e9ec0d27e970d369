"""The parts of an open workspace, each opened when it is first asked for."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pairwell.clock import Clock, system_clock
from pairwell.config.published import Published, load_published, load_settings
from pairwell.config.triggers import receivers_of
from pairwell.config.workspace import Workspace
from pairwell.decide.asked import Decides
from pairwell.errors import JournalError, NoModelError

if TYPE_CHECKING:
    from collections.abc import Collection

    from pairwell.dataset.store import Dataset
    from pairwell.decide.canary import Canaries
    from pairwell.decide.decider import Decider
    from pairwell.decide.replay import Archive
    from pairwell.facts.posteriors import PosteriorStore
    from pairwell.facts.store import FactStore
    from pairwell.facts.taste import TasteStore
    from pairwell.journal.recent import RecentAsked, RecentDecision
    from pairwell.journal.store import Journal
    from pairwell.learn.responses.learn import Sources
    from pairwell.model.model import Model
    from pairwell.operations.database import Database
    from pairwell.operations.keys.store import KeyStore
    from pairwell.operations.users.audit import AuditLog
    from pairwell.operations.users.store import UserStore
    from pairwell.shop.curating import Curating
    from pairwell.shop.keeping.keeping import Keeping
    from pairwell.shop.playing.play import Play, Played
    from pairwell.shop.rollout import Rollout
    from pairwell.triggers.counting import Watched
    from pairwell.triggers.desk import Triggers
    from pairwell.triggers.errands import Advises


class Parts(Decides):
    """What one open workspace holds; nothing is opened before it is needed, and `close` lets go of it."""

    def __init__(self, workspace: Workspace, *, clock: Clock = system_clock) -> None:
        self.workspace = workspace
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the operations database; calling it twice is harmless."""
        database = self.__dict__.pop("_database", None)
        for name in ("audit", "facts", "journal", "keys", "posteriors", "tastes", "users"):
            self.__dict__.pop(name, None)
        if database is not None:
            database.close()

    @cached_property
    def published(self) -> Published:
        """The live settings, read once."""
        return load_published(self.workspace)

    @cached_property
    def dataset(self) -> Dataset:
        """What happened."""
        from pairwell.dataset.store import Dataset

        return Dataset(self.workspace)

    @cached_property
    def measured(self) -> Dataset:
        """The same, computed by the engine that the settings choose for reports."""
        from pairwell.dataset.store import Dataset

        chosen = self.published.settings.engine
        return self.dataset if chosen.name == "duckdb" else Dataset(self.workspace, chosen)

    @cached_property
    def facts(self) -> FactStore:
        """What is true now."""
        from pairwell.facts.store import FactStore

        return FactStore(self._database)

    @cached_property
    def tastes(self) -> TasteStore:
        """What each customer is likely to buy next."""
        from pairwell.facts.taste import TasteStore

        return TasteStore(self._database)

    @cached_property
    def posteriors(self) -> PosteriorStore:
        """What was learned from offers."""
        from pairwell.facts.posteriors import PosteriorStore

        return PosteriorStore(self._database)

    @cached_property
    def journal(self) -> Journal:
        """What was decided and what came back."""
        from pairwell.journal.store import Journal

        return Journal(self._database)

    @cached_property
    def keys(self) -> KeyStore:
        """Who may use the online API."""
        from pairwell.operations.keys.store import KeyStore

        return KeyStore(self._database)

    def recent_decisions(self, asked: RecentAsked) -> list[RecentDecision]:
        """The newest decisions that are asked for, newest first."""
        from pairwell.journal.recent import recent_decisions

        return recent_decisions(self._database, asked)

    def titles(self, item_ids: Collection[str]) -> dict[str, str]:
        """What some hundred items are called, as far as they have a title; sooner than reading all that there are."""
        from pairwell.facts.titles import read_titles

        return read_titles(self._database, item_ids)

    @cached_property
    def users(self) -> UserStore:
        """Who may use the pages."""
        from pairwell.operations.users.store import UserStore

        return UserStore(self._database)

    @cached_property
    def audit(self) -> AuditLog:
        """Who changed what."""
        from pairwell.operations.users.audit import AuditLog

        return AuditLog(self._database)

    @property
    def keeping(self) -> Keeping:
        """Backups, forgetting, and what is kept how long."""
        from pairwell.shop.keeping.keeping import Keeping
        from pairwell.shop.keeping.place import Place

        place = Place(
            workspace=self.workspace,
            settings=self.published.settings,
            database=self._database,
            dataset=self.dataset,
            facts=self.facts,
        )
        return Keeping(place, self._clock)

    @property
    def curating(self) -> Curating:
        """What people say of items one at a time."""
        from pairwell.shop.curating import Curating

        return Curating(self, self._clock)

    @property
    def rollout(self) -> Rollout:
        """Settings and models for a share of the customers first, and offers off for everybody."""
        from pairwell.operations.switch import KillSwitch
        from pairwell.shop.rollout import Rollout

        return Rollout(self.workspace, lambda: KillSwitch(self._database), self._clock, self._forget_live)

    @property
    def triggers(self) -> Triggers:
        """What follows events unasked, and tasks that go out."""
        from pairwell.triggers.desk import Triggers

        return Triggers(self, self._database, self._clock, advises=self._advises())

    def _advises(self) -> Advises | None:
        """Who knows what to say to which account."""
        return None

    def _begin_triggers(self) -> None:
        """Let new triggers wait for events from now on; where the journal is away, from when it is back."""
        with suppress(JournalError):
            self.triggers.begin()

    def count_triggered(self) -> dict[str, Watched]:
        """By trigger what is on its way, or could not be delivered."""
        from pairwell.triggers.counting import count_triggered

        return count_triggered(self._database, [one.name for one in receivers_of(self.published.settings)])

    def _decider(self) -> Decider:
        from pairwell.decide.decider import Decider

        return Decider(self.model_or_none, self.published, self.facts, self.journal, canaries=self._canaries)

    def play(self, asked: Play) -> Played:
        """What comes of a request, as published and with changed settings, and what differs; nothing of it is kept.

        The holdout and what is withheld by lot are looked through. Raises `RequestError` for an unknown placement; what
        is wrong with the changes is told in the answer.
        """
        from pairwell.shop.playing.play import play

        return play(self, asked, self._secret)

    def _forget_live(self) -> None:
        for name in ("published", "measured", "_model", "_canaries"):
            self.__dict__.pop(name, None)

    @cached_property
    def _canaries(self) -> Canaries:
        from pairwell.config.gradual import load_canary
        from pairwell.decide.canary import Canaries
        from pairwell.model.gradual import load_canary_model

        settings, model = load_canary(self.workspace), load_canary_model(self.workspace.models)
        return Canaries(
            settings=None if settings is None else settings.published,
            settings_share=0.0 if settings is None else settings.share,
            model=None if model is None else model.model,
            model_share=0.0 if model is None else model.share,
        )

    @cached_property
    def _secret(self) -> bytes | None:
        from pairwell.facts.naming import secret_of

        return secret_of(self.workspace, self.published.settings)

    @cached_property
    def _database(self) -> Database:
        from pairwell.operations.database import open_database
        from pairwell.operations.made import Made

        operations = self.published.settings.operations
        made = Made(self.workspace.operations_made, operations.url)
        return open_database(self.workspace.operations_url(operations.url), durability=operations.durability, made=made)

    @cached_property
    def _model(self) -> Model:
        from pairwell.model.store import load_model

        return load_model(self.workspace.models)

    def model_or_none(self) -> Model | None:
        """The live model, or None before the first was learned."""
        try:
            return self._model
        except NoModelError:
            return None

    @property
    def _outcomes(self) -> Sources:
        from pairwell.learn.responses.learn import Sources

        return Sources(
            dataset=self.dataset,
            database=self._database,
            choice_of=lambda name: load_settings(self.workspace, name).settings.choice,
            posteriors=self.posteriors,
        )

    @property
    def _archive(self) -> Archive:
        from pairwell.decide.replay import Archive
        from pairwell.model.store import load_model

        return Archive(
            model_of=lambda name: load_model(self.workspace.models, name),
            posterior_of=self.posteriors.at,
            settings_of=lambda name: load_settings(self.workspace, name).settings,
            facts=self.facts,
        )
