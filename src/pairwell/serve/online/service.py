"""One open workspace, as the routes use it. Nothing here knows HTTP."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec

from pairwell.candidates.relations import PairsFound, Question, Sources, find_pairs
from pairwell.clock import Clock, system_clock
from pairwell.config.pseudonyms import pseudonym_of
from pairwell.config.settings import Placement
from pairwell.config.workspace import Workspace
from pairwell.decide.decider import Asked, Decider, public_answer
from pairwell.decide.identity import ENTROPY_BYTES, ulid
from pairwell.decide.levers import open_levers
from pairwell.decide.rules.book import open_book
from pairwell.errors import JournalError, NoModelError
from pairwell.events import Event, EventReceipt
from pairwell.facts.effects import EventEffects
from pairwell.facts.naming import known_here, secret_of
from pairwell.facts.store import FactStore
from pairwell.journal.named import items_named
from pairwell.journal.owners import owners_of
from pairwell.journal.store import Journal
from pairwell.operations.database import Database, await_database
from pairwell.operations.made import Made
from pairwell.records import Answer, Decision, DecisionRequest, Relation, Silence, SilenceReason
from pairwell.serve.online.live import Live, Watch
from pairwell.serve.online.notices import Notices
from pairwell.serve.online.punctual import PunctualJournal
from pairwell.serve.online.warm import OffersOn, Superseded, Warming, warm

LOOK_S = 1.0  # how often new settings and models are looked for
_HASTE_MS = 25  # a decision waits no longer for another writer: its customer waits too
_HANG_S = (1.0, 5.0)  # decisions, everything else: a PostgreSQL server that takes longer for a statement stands still


class DecisionJob(msgspec.Struct, frozen=True, kw_only=True):
    """A request, and until when (of `time.monotonic`) somebody waits for its answer."""

    request: DecisionRequest
    until: float


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one part works; `problem` also says what could not be loaded while an older one stays live."""

    ok: bool
    live: str | None
    problem: str | None


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    ready: bool
    settings: Condition
    model: Condition
    journal: Condition

    def without_details(self) -> Readiness:
        """The same for everybody: whether each part works, not what runs here or what is wrong with it."""
        settings, model, journal = (
            msgspec.structs.replace(part, live=None, problem=None) for part in (self.settings, self.model, self.journal)
        )
        return Readiness(ready=self.ready, settings=settings, model=model, journal=journal)


class _State(NamedTuple):
    """What decisions are made by, swapped as one."""

    live: Live
    decider: Decider


class Service:
    """Decides, takes events and answers questions. `decide` is for one thread, `take` for one other."""

    def __init__(self, workspace: Workspace, *, clock: Clock = system_clock, notices: Notices | None = None) -> None:
        self._workspace = workspace
        self._clock = clock
        self.notices = notices or Notices(clock=clock)
        self._watch = Watch(workspace, self.notices)
        self._quick, self._patient = _open_twice(workspace, self._watch.live)
        self._facts = FactStore(self._quick)
        turn = threading.Lock()
        self._punctual = PunctualJournal(self._quick, turn=turn)
        self.journal = Journal(self._patient, turn=turn)
        self._effects = EventEffects(self._patient, lambda: self.live.settings.settings)
        self._secret = secret_of(workspace, self._watch.live.settings.settings)
        self._stopped = threading.Event()
        self._look_at = math.inf  # of `time.monotonic`: when to look for newer ones while warming
        self._state = _State(self._watch.live, self._decider_of(self._watch.live))
        self._warm(self._watch.live, first=True)

    @property
    def live(self) -> Live:
        """What decisions are made by right now."""
        return self._state.live

    @property
    def database(self) -> Database:
        """The operations database, for short reads."""
        return self._quick

    @property
    def offers_off(self) -> bool:
        """Whether the kill switch silenced everybody, as of the last look or decision."""
        return self._facts.offers_off > 0

    @property
    def clock(self) -> Clock:
        return self._clock

    def start(self) -> None:
        """Look for newer settings and models every second, beside the requests."""
        threading.Thread(target=self._keep_looking, name="look", daemon=True).start()

    def close(self) -> None:
        self._stopped.set()
        self._quick.close()
        self._patient.close()

    def refresh(self) -> None:
        """Look for newer settings and models now, until nothing newer comes while those are warmed."""
        while self._watch.refresh() or self._watch.live is not self.live:
            if self._take(self._watch.live) or self._stopped.is_set():
                break
        with suppress(JournalError):  # requests say what is wrong with it
            self._facts.items()  # many changed facts would else be read while the next customer waits

    # --- decisions and events -------------------------------------------------------------------

    def deadline_ms(self, placement: str | None) -> int:
        """How long an answer may take; of no placement, or an unknown one, as long as that of the most patient.

        Whoever mistypes a name is to be told so, not to be left with silence.
        """
        placements = self.live.settings.settings.placements
        if placement is not None and placement in placements:
            return placements[placement].deadline_ms
        return max((known.deadline_ms for known in placements.values()), default=Placement().deadline_ms)

    def decide(self, jobs: Sequence[DecisionJob]) -> list[Answer | Exception]:
        """Answer requests that came together in one round; silent where the journal fails or a deadline has passed.

        An unknown placement gets its `RequestError`.
        """
        self._punctual.wait_until(max(job.until for job in jobs))
        asked = [
            Asked(request=known_here(job.request, self._secret), entropy=os.urandom(ENTROPY_BYTES)) for job in jobs
        ]
        untils = {id(one): job.until for one, job in zip(asked, jobs, strict=True)}
        try:
            made = self._state.decider.answer_round(
                asked, now=self._clock, wanted=lambda one: time.monotonic() <= untils[id(one)]
            )
        except JournalError as error:
            self.notices.tell("error", "journal_unavailable", error.message)
            silence = self.silence("journal_unavailable", "The decision could not be made durable.")
            return [silence] * len(jobs)
        return [self._answer(one) for one in made]

    def _answer(self, made: Decision | Exception | None) -> Answer | Exception:
        if made is None:
            self.notices.tell("warning", "overloaded", "A decision came after its deadline; the answer was silence.")
            return self.silence("overloaded", "The decision took longer than its deadline.")
        if isinstance(made, Exception):
            return made
        return public_answer(made, secret=True, explain=made.inputs.request.explain)

    @property
    def waiting_for_journal(self) -> bool:
        """Whether the decisions at hand wait for the journal, not for being made."""
        return self._punctual.waiting

    def silence(self, reason: SilenceReason, detail: str) -> Answer:
        """An answer of which the journal knows nothing."""
        now, live = self._clock(), self.live
        return Answer(
            decision_id=ulid(now, os.urandom(ENTROPY_BYTES)),
            valid_until=now,
            silence=Silence(reason=reason, detail=detail),
            offers=[],
            ignored=[],
            model=live.model.id if live.model else None,
            settings=live.settings.hash,
            arm="none",
        )

    def take(self, batches: Sequence[Sequence[Event]]) -> list[EventReceipt]:
        """Journal events with their effects. Raises `JournalError`; sending again is then safe."""
        named = [[known_here(event, self._secret) for event in events] for events in batches]
        return self.journal.log_events(named, effects=self._effects, now=self._clock())

    def unit_of(self, customer_id: str | None) -> str | None:
        """The name under which the journal holds a customer."""
        if customer_id is None or self._secret is None:
            return None if customer_id is None else f"c:{customer_id}"
        return f"c:{pseudonym_of(self._secret, customer_id)}"

    def owners(self, events: Sequence[Event]) -> Mapping[str, frozenset[str]]:
        """Of whom the decisions are that events speak of; see `owners_of`. Raises `JournalError`."""
        named = {event.decision_id for event in events if event.decision_id is not None}
        visitors = {f"v:{event.visitor_id}" for event in events if event.visitor_id is not None}
        return owners_of(self._patient, named, visitors=visitors) if named else {}

    def items_named(self, beginning: str) -> list[str]:
        """The items of which events told whose names begin so. Raises `JournalError`."""
        return items_named(self._patient, beginning)

    def rule_failures(self) -> Mapping[str, int]:
        """By rule the offers withheld because it could not be told, since the live settings were loaded."""
        return dict(open_book(self.live.settings.settings).failures)

    def lever_failures(self) -> Mapping[str, int]:
        """By lever the offers that it could not be told of, since the live settings were loaded."""
        return dict(open_levers(self.live.settings.settings).failures)

    # --- questions ------------------------------------------------------------------------------

    def pairs(self, item_id: str, relation: Relation, limit: int) -> PairsFound:
        """What goes with an item. Raises `NoModelError`, and `NotFoundError` for an item nobody knows."""
        model, items = self.live.model, self._facts.items()
        if model is None:
            raise NoModelError("Nothing has been learned yet.", hint="Run `pairwell learn`.")
        said = self._facts.relations_of([item_id])
        question = Question(item_id=item_id, relation=relation, n=limit, curated=said)
        return find_pairs(question, Sources(model=model, items=items))

    def decision(self, decision_id: str) -> Decision:
        """A journaled decision with everything it read. Raises `NotFoundError`."""
        return self.journal.read_decision(decision_id)

    def readiness(self) -> Readiness:
        """Whether requests can be answered with offers, and which part keeps them from it."""
        live, watch = self.live, self._watch
        model = live.model
        settings_condition = Condition(
            ok=True, live=live.settings.hash, problem=watch.settings_problem or watch.first_problems.get("settings")
        )
        model_condition = Condition(
            ok=model is not None,
            live=model.id if model else None,
            problem=watch.model_problem or watch.first_problems.get("model"),
        )
        journal_condition = self._journal_condition()
        return Readiness(
            ready=model_condition.ok and journal_condition.ok,
            settings=settings_condition,
            model=model_condition,
            journal=journal_condition,
        )

    def _journal_condition(self) -> Condition:
        try:
            self._quick.probe()
        except JournalError as error:
            return Condition(ok=False, live=None, problem=error.message)
        return Condition(ok=True, live=self._quick.engine.dialect.name, problem=None)

    def _decider_of(self, live: Live) -> Decider:
        return Decider(lambda: live.model, live.settings, self._facts, self._punctual, canaries=live.canaries)

    def _take(self, live: Live) -> bool:
        """Decide by what was published; returns False where something newer was, meanwhile.

        What ends or replaces what is live counts at once, warm or not: whoever did that may have had a reason. Only
        the beginning of a roll-out waits until it was tried.
        """
        begins = live.only_adds_to(self.live)
        if begins and not self._warm(live):
            return False
        self._secret = secret_of(self._workspace, live.settings.settings)
        self._state = _State(live, self._decider_of(live))
        return begins or self._warm(live)

    def _warm(self, live: Live, *, first: bool = False) -> bool:
        """Let deciders decide before anyone asks; the `first` also writes, which would keep others waiting.

        Returns False where something newer is published before that is done.
        """
        self._look_at = math.inf if first else time.monotonic() + LOOK_S
        try:
            for place, version in enumerate(live.versions):
                how = Warming(now=self._clock(), rehearse=first and place == 0, superseded=self._superseded)
                warm(self._on_trial(version), version, self._facts.items(), how)
        except Superseded:
            return False
        except JournalError as error:  # cold it decides too, and says at each request what is wrong
            self.notices.tell("error", "journal_unavailable", error.message)
        except Exception as error:  # noqa: BLE001  (as above)
            self.notices.failure(error)
        return True

    def _on_trial(self, version: Live) -> Decider:
        return Decider(lambda: version.model, version.settings, OffersOn(self._facts), self._punctual)

    def _superseded(self) -> bool:
        """Whether to stop warming, as something newer is published or the service ends; looks once a second."""
        if self._stopped.is_set():
            return True
        if time.monotonic() < self._look_at:
            return False
        self._look_at = time.monotonic() + LOOK_S
        return self._watch.newer()

    def _keep_looking(self) -> None:
        while not self._stopped.wait(LOOK_S):
            try:
                self.refresh()
                with suppress(JournalError):  # requests say what is wrong with it
                    self._patient.fold_in()
            except Exception as error:  # noqa: BLE001  (the look must go on; the notice says what happened)
                self.notices.failure(error)


def _open_twice(workspace: Workspace, live: Live) -> tuple[Database, Database]:
    """The operations database for decisions, which cannot wait, and for everything else.

    Where it cannot be written now, the shop goes on without offers until it can be.
    """
    operations = live.settings.settings.operations
    url = workspace.operations_url(operations.url)
    durability, (quick_s, patient_s) = operations.durability, _HANG_S
    made = Made(workspace.operations_made, operations.url)
    patient = await_database(url, durability=durability, hang_s=patient_s, made=made)
    try:
        quick = await_database(url, durability=durability, wait_ms=_HASTE_MS, hang_s=quick_s, made=made)
    except BaseException:
        patient.close()
        raise
    return quick, patient
