"""Silence for everybody, where the kill switch put offers off."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from pairwell.candidates.anchors import find_ignored
from pairwell.config.settings import Settings
from pairwell.decide.scene import find_placement
from pairwell.decide.texts import speaks
from pairwell.experiments.assignment import assign_arm, unit_of
from pairwell.records import Answer, Decision, DecisionInputs, Ignored, Silence


def silence_all(inputs: DecisionInputs, settings: Settings) -> Decision:
    """The decision while offers are off: no stage is run, no ghost is made.

    What went wrong with the offers may be in any stage, so that none is asked.
    """
    unit = inputs.unit or unit_of(inputs.request)
    arm = assign_arm(inputs.lot or unit, inputs.decision_id, settings.choice)
    minutes = find_placement(inputs.request.placement, settings).valid_minutes
    answer = Answer(
        decision_id=inputs.decision_id,
        valid_until=inputs.now + timedelta(minutes=minutes),
        silence=_silence(inputs.offers_off),
        offers=[],
        ignored=_ignored(inputs),
        model=inputs.model,
        settings=inputs.settings,
        arm=arm,
    )
    return Decision(inputs=inputs, unit=unit, arm=arm, shown=False, answer=answer, slate=[], bases=[], withheld=[])


def silenced(before: Decision, turn: int) -> Decision:
    """What is answered while offers are off to who had this decision before: never an offer.

    Nothing of it is kept: in the journal stands what was decided.
    """
    if not before.answer.offers:
        return before
    answer = msgspec.structs.replace(before.answer, silence=_silence(turn), offers=[])
    return msgspec.structs.replace(before, shown=False, answer=answer, slate=[], bases=[])


def _silence(turn: int) -> Silence:
    return Silence(reason="kill_switch", detail=f"turn {turn} of the switch")


def _ignored(inputs: DecisionInputs) -> list[Ignored]:
    locale = inputs.request.locale
    unspoken = [] if speaks(locale) else [Ignored(field="locale", id=locale)]
    return [*find_ignored(inputs.request, inputs.items), *unspoken]
