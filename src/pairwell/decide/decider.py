"""Decisions with their reading and writing: what a server, a command and the Python face call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from pairwell.candidates.due import Due, read_due, whose_habits
from pairwell.candidates.learned import LearnedPairs
from pairwell.candidates.propose import Proposal
from pairwell.config.published import Published
from pairwell.config.settings import Settings
from pairwell.config.version import engine_version
from pairwell.decide.canary import NO_CANARIES, Canaries, Version
from pairwell.decide.choose import decide, propose_for, run_stages
from pairwell.decide.identity import ENTROPY_BYTES, name_decision
from pairwell.decide.reading import FactsNow, read_candidates, relations_named, revisions_named
from pairwell.decide.reserving import look_back, narrowed, reserve, reserve_nothing, widest
from pairwell.decide.scene import Scene, find_placement
from pairwell.decide.silenced import silence_all, silenced
from pairwell.decide.unsent import why_unfit, why_unsent
from pairwell.errors import JournalError
from pairwell.experiments.assignment import in_holdout
from pairwell.habits import Habits
from pairwell.journal.round import Round, Who
from pairwell.journal.standing import Lookback, Standing
from pairwell.journal.store import RoundKind
from pairwell.offer_words import Reason
from pairwell.records import Answer, CustomerFacts, Decision, DecisionInputs, DecisionRequest, Offer, Silence

_PERSONALISATION = "personalisation"


class Facts(Protocol):
    """The store of facts, as far as decisions read it."""

    def view(
        self,
        connection: sa.Connection,
        customer_ids: Collection[str] = (),
        *,
        complaints_since: datetime | None = None,
        habits_of: Collection[str] = (),
    ) -> FactsNow: ...


class Decisions(Protocol):
    """The journal, as far as decisions are made in it."""

    def round(self, requests: Sequence[DecisionRequest], kind: RoundKind = "kept") -> AbstractContextManager[Round]: ...


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request with the ten bytes that name its decision where it has no id."""

    request: DecisionRequest
    entropy: bytes


class Decider:
    """Answers requests under one version of the settings; the model is asked for anew with every round.

    A share of the units gets the `canaries` instead.
    """

    def __init__(
        self,
        model_source: Callable[[], LearnedPairs | None],
        settings: Published,
        facts: Facts,
        journal: Decisions,
        *,
        canaries: Canaries = NO_CANARIES,
    ) -> None:
        self._model_source = model_source
        self._settings = settings
        self._facts = facts
        self._journal = journal
        self._canaries = canaries

    def answer(self, request: DecisionRequest, *, now: datetime, entropy: bytes, kind: RoundKind = "kept") -> Decision:
        """Decide, and journal before this returns; the same `request_id` gets the decision it got first.

        `kind` "read" journals nothing. Raises `RequestError` for an unknown placement, `JournalError` where the
        decision cannot be made durable.
        """
        (found,) = self.answer_round([Asked(request=request, entropy=entropy)], now=lambda: now, kind=kind)
        assert found is not None, "nobody said that it was not wanted"
        if isinstance(found, Exception):
            raise found
        return found

    def answer_round(
        self,
        asked: Sequence[Asked],
        *,
        now: Callable[[], datetime],
        wanted: Callable[[Asked], bool] | None = None,
        kind: RoundKind = "kept",
    ) -> list[Decision | Exception | None]:
        """Decide several requests in one transaction, each seeing what those before it took.

        `now` is asked once the journal is ours; a request that is no longer `wanted` when its turn comes, or once all
        are made, gets None and leaves nothing. One that is wrong, or fails us, gets its error and leaves nothing.
        Raises `JournalError` where nothing of it can be made durable.
        """
        with self._journal.round([one.request for one in asked], kind) as opened:
            moment = now()
            opened.look_back(self._look_back(moment), now=moment)
            facts = self._view([one.request for one in asked], opened, moment)
            live = Version(self._settings, self._model_source())

            def answer(one: Asked) -> Decision | Exception:
                return self._sit(one.request, live, facts, opened, moment).answer(one)

            if wanted is None:
                return [answer(one) for one in asked]
            made = [answer(one) if wanted(one) else None for one in asked]
            return _without_late(made, [wanted(one) for one in asked], opened)

    def look_again(self, request: DecisionRequest, answer: Answer, *, now: datetime) -> str | None:
        """Why an answer that was given to a request is not to be told now; None: it may be. Journals nothing.

        Raises as `answer` does.
        """
        with self._journal.round([request], "read") as opened:
            opened.look_back(self._look_back(now), now=now)
            facts = self._view([request], opened, now)
            live = Version(self._settings, self._model_source())
            return self._sit(request, live, facts, opened, now).look_again(request, answer)

    def _view(self, requests: Sequence[DecisionRequest], opened: Round, moment: datetime) -> FactsNow:
        whose = {opened.who(request).customer_id for request in requests}
        return self._facts.view(
            opened.connection,
            sorted(customer_id for customer_id in whose if customer_id is not None),
            complaints_since=moment - timedelta(days=self._settings.settings.customers.complaint_days),
            habits_of=self._whose_habits(requests),
        )

    def _sit(
        self, request: DecisionRequest, live: Version, facts: FactsNow, opened: Round, moment: datetime
    ) -> _Sitting:
        version = self._canaries.version_for(opened.who(request).lot, live)
        return _Sitting(version, facts, opened, moment, mixed=self._canaries.settings is not None)

    def _whose_habits(self, requests: Sequence[DecisionRequest]) -> list[str]:
        versions = [self._settings, *([self._canaries.settings] if self._canaries.settings else [])]
        return sorted({who for one in versions for who in whose_habits(requests, one.settings.placements)})

    def _look_back(self, moment: datetime) -> Lookback:
        own = look_back(self._settings.settings, moment)
        canary = self._canaries.settings
        return own if canary is None else widest(own, look_back(canary.settings, moment))


class _Sitting:
    """Decisions under one version at one moment. `mixed`: other versions too are decided under in the round."""

    def __init__(self, version: Version, facts: FactsNow, opened: Round, now: datetime, *, mixed: bool) -> None:
        self._published, self._model = version
        self._settings: Settings = self._published.settings
        self._facts = facts
        self._round = opened
        self._now = now
        self._mixed = mixed

    def answer(self, asked: Asked) -> Decision | Exception:
        try:
            return self._decide(asked)
        except (JournalError, SQLAlchemyError):
            raise  # what failed is the round
        except Exception as error:  # noqa: BLE001  (whoever asked gets it; the others of the round get their answers)
            return error

    def look_again(self, request: DecisionRequest, answer: Answer) -> str | None:
        if self._facts.offers_off:
            return "kill_switch"
        scene, proposal = self._read_scene(Asked(request=request, entropy=bytes(ENTROPY_BYTES)))
        return why_unsent(answer, scene.inputs, self._settings) or why_unfit(answer.offers, proposal, scene)

    def _decide(self, asked: Asked) -> Decision:
        request = asked.request
        placement, off = find_placement(request.placement, self._settings), self._facts.offers_off
        if request.request_id is not None and (before := self._round.known.get(request.request_id)):
            return silenced(before, off) if off else before
        if off:
            decision = silence_all(self._read_person(asked, self._standing(request)), self._settings)
            self._round.add(decision, reserve_nothing(decision, placement))
            return decision
        scene, proposal = self._read_scene(asked)
        decision = decide(scene, run_stages(scene, proposal))
        self._round.add(decision, reserve(decision, scene))
        return decision

    def _read_scene(self, asked: Asked) -> tuple[Scene, Proposal]:
        """Everything that the decision reads, and the candidates that told what to read."""
        inputs = self._read_person(asked, self._standing(asked.request))
        proposal = propose_for(inputs, model=self._model, settings=self._settings)
        read, here = read_candidates(inputs, proposal, self._facts, self._owned(inputs))
        posterior = self._facts.posterior
        return Scene(read, model=self._model, items=here, settings=self._settings, posterior=posterior), proposal

    def _standing(self, request: DecisionRequest) -> Standing:
        """What this version alone would have read: another's longer reach must not change its decisions."""
        standing = self._round.standing(request)
        return narrowed(standing, look_back(self._settings, self._now)) if self._mixed else standing

    def _read_person(self, asked: Asked, standing: Standing) -> DecisionInputs:
        request, settings = asked.request, self._settings
        who = self._round.who(request)
        ghost = who.lot is not None and in_holdout(who.lot, salt=settings.choice.salt, share=settings.choice.holdout)
        agreed = self._may_personalise(who)
        personal = agreed and request.customer_id is not None
        due = self._read_due(request) if personal else Due(now=self._now)
        return DecisionInputs(
            decision_id=name_decision(
                request.request_id, now=self._now, salt=settings.choice.salt, entropy=asked.entropy
            ),
            request=request,
            engine=engine_version(),
            model=None if self._model is None else self._model.id,
            settings=self._published.hash,
            now=self._now,
            unit=who.unit,
            lot=who.lot,
            items=revisions_named(request, standing.declines, self._facts.items),
            relations=relations_named(request, standing.declines, self._facts),
            owned=[],
            declines=standing.declines,
            customer=self._facts.customers.get(request.customer_id or "", CustomerFacts()) if personal else None,
            repeats=due.repeats,
            bought_at=due.bought_at,
            signals=standing.signals if agreed else [],
            contacts=list(standing.ghosts if ghost else standing.shown),
            taken=self._round.taken(ghost=ghost),
            epoch=0 if self._facts.posterior is None else self._facts.posterior.epoch,
            offers_off=self._facts.offers_off,
        )

    def _read_due(self, request: DecisionRequest) -> Due:
        habits = self._facts.habits.get(request.customer_id or "", Habits())
        return read_due(habits, request.placement, find_placement(request.placement, self._settings), self._now)

    def _may_personalise(self, who: Who) -> bool:
        """Whether what this person did may be used.

        A customer who refused is served as a visitor of whom nothing is known, also when logged out.
        """
        if who.customer_id is None:
            return True
        known = self._facts.customers.get(who.customer_id)
        said = None if known is None else known.consents.get(_PERSONALISATION)
        return self._settings.shop.personalisation == "unless_refused" if said is None else said

    def _owned(self, inputs: DecisionInputs) -> Collection[str]:
        customer_id = inputs.request.customer_id
        return () if customer_id is None or inputs.customer is None else self._facts.owned.get(customer_id, ())


def _without_late(
    made: Sequence[Decision | Exception | None], wanted: Sequence[bool], opened: Round
) -> list[Decision | Exception | None]:
    """Take back the decisions for which nobody waits any more, as far as none of them answers somebody who does."""
    ids = [one.inputs.decision_id if isinstance(one, Decision) else None for one in made]
    needed = {name for name, still in zip(ids, wanted, strict=True) if still}
    opened.drop({name for name in ids if name is not None} - needed)
    return [one if still else None for one, still in zip(made, wanted, strict=True)]


def public_answer(decision: Decision, *, secret: bool, explain: bool) -> Answer:
    """What the bearer of a key may see: of a secret key all, with what was withheld where that is to be explained."""
    answer = decision.answer
    if secret:
        return msgspec.structs.replace(answer, withheld=decision.withheld) if explain else answer
    return plain_answer(answer)


def plain_answer(answer: Answer) -> Answer:
    """What everybody may see. Worth, chances, lots and what was withheld are for secret keys only."""
    return Answer(
        decision_id=answer.decision_id,
        valid_until=answer.valid_until,
        silence=None if answer.silence is None else Silence(reason=answer.silence.reason),
        offers=[_public_offer(offer) for offer in answer.offers],
        ignored=answer.ignored,
        currency=answer.currency,
    )


def _public_offer(offer: Offer) -> Offer:
    return msgspec.structs.replace(
        offer,
        reasons=[_public_reason(one) for one in offer.reasons],
        propensity=msgspec.UNSET,
        worth_minor=msgspec.UNSET,
        score=msgspec.UNSET,
    )


def _public_reason(reason: Reason) -> Reason:
    """A reason without its numbers, where its text tells none."""
    return Reason(code=reason.code, text=reason.text) if reason.counts_told is False else reason
