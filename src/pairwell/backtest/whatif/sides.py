"""What was decided and what would have been, counted side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from pairwell.backtest.whatif.again import Gap, Pair
from pairwell.backtest.whatif.lottery import Lottery
from pairwell.decide.choose import decide
from pairwell.records import Decision

_MOVERS = 10
_EXAMPLES = 5


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What one guard, rule, cap or other reason held back."""

    stage: str
    reason: str
    before: int  # candidates
    after: int
    requests_before: int  # in which it held any back
    requests_after: int


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Requests decided one way. Money in minor units, as those settings expect it; worth is the mean over all draws."""

    slates: int  # requests with a slate, those included that lots kept from being shown
    shown: int
    offers: dict[str, int]  # of slates, by kind
    silences: dict[str, int]  # by reason; requests = shown + all of these
    worth_minor: float  # of all slates, above what showing them costs
    saved_minor: float  # by not showing what would have cost more than it brings


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of one kind."""

    by: str
    name: str
    requests: int
    slates_before: int
    slates_after: int
    worth_before_minor: float
    worth_after_minor: float


class Mover(msgspec.Struct, frozen=True, kw_only=True):
    """An item that is offered more often, or less."""

    item_id: str
    title: str | None
    before: int
    after: int


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A decision whose expected worth changes much; a slate is told by its items, else the reason of silence.

    Which items were drawn is luck; the worth is the mean over all draws.
    """

    decision_id: str
    placement: str
    before: list[str]
    after: list[str]
    silence_before: str | None
    silence_after: str | None
    worth_before_minor: float
    worth_after_minor: float


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is counted."""

    requests: int
    same: int  # requests whose slate is the same, offer by offer
    before: Side
    after: Side
    held: list[Held]  # most changed first
    segments: list[Segment]
    movers: list[Mover]  # most changed first
    examples: list[Example]  # largest change of worth first
    gaps: dict[Gap, int]  # requests of which the other settings ask what was not read then


class _SideTally:
    def __init__(self) -> None:
        self.slates = self.shown = 0
        self.offers, self.silences = Counter[str](), Counter[str]()
        self.items, self.held, self.held_in = Counter[str](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        self.worth = self.saved = 0.0

    def add(self, lottery: Lottery, made: Decision) -> None:
        course = lottery.course
        self.slates += bool(made.slate)
        self.shown += made.shown
        self.offers.update(offer.kind for offer in made.slate)
        self.items.update(offer.item_id for offer in made.slate)
        if made.answer.silence is not None:
            self.silences[made.answer.silence.reason] += 1
        reasons = Counter((one.stage, one.reason) for one in course.withheld if one.stage != "choice")
        self.held.update(reasons)
        self.held_in.update(reasons.keys())
        self.worth += lottery.worth_minor
        self.saved += course.cost_minor - course.worth_minor if course.drawn and not course.worth_showing else 0.0

    def side(self) -> Side:
        return Side(
            slates=self.slates,
            shown=self.shown,
            offers=dict(sorted(self.offers.items())),
            silences=dict(sorted(self.silences.items())),
            worth_minor=self.worth,
            saved_minor=self.saved,
        )


class Tally:
    """Counts pairs as they come."""

    def __init__(self) -> None:
        self._before, self._after = _SideTally(), _SideTally()
        self._requests = self._same = 0
        self._segments: dict[tuple[str, str], list[float]] = {}
        self._examples: list[tuple[float, Example]] = []
        self._titles: dict[str, str | None] = {}
        self._gaps = Counter[Gap]()

    def add(self, pair: Pair, before: Lottery, after: Lottery) -> None:
        """Count one, with what either way of deciding leaves to chance."""
        made = decide(pair.after.scene, pair.after)
        self._requests += 1
        self._before.add(before, pair.decision)
        self._after.add(after, made)
        ids = [[offer.item_id for offer in slate] for slate in (pair.decision.slate, made.slate)]
        self._same += ids[0] == ids[1]
        self._gaps.update(pair.gaps)
        self._titles |= {offer.item_id: offer.title for offer in (*pair.decision.slate, *made.slate)}
        worths = before.worth_minor, after.worth_minor
        for key in _segments_of(pair):
            row = self._segments.setdefault(key, [0.0] * 5)
            for place, value in enumerate((1, bool(ids[0]), bool(ids[1]), *worths)):
                row[place] += value
        self._remember(_example(pair, made, worths))

    def counted(self) -> Counted:
        """All of it."""
        return Counted(
            requests=self._requests,
            same=self._same,
            before=self._before.side(),
            after=self._after.side(),
            held=self._held(),
            segments=[_segment(key, row) for key, row in sorted(self._segments.items())],
            movers=self._movers(),
            examples=[example for _, example in self._examples],
            gaps=dict(self._gaps),
        )

    def _remember(self, example: Example | None) -> None:
        if example is None:
            return
        moved = abs(example.worth_after_minor - example.worth_before_minor)
        self._examples.append((moved, example))
        self._examples.sort(key=lambda one: (-one[0], one[1].decision_id))
        del self._examples[_EXAMPLES:]

    def _held(self) -> list[Held]:
        before, after = self._before, self._after
        rows = [
            Held(
                stage=stage,
                reason=reason,
                before=before.held[stage, reason],
                after=after.held[stage, reason],
                requests_before=before.held_in[stage, reason],
                requests_after=after.held_in[stage, reason],
            )
            for stage, reason in before.held.keys() | after.held.keys()
        ]
        return sorted(rows, key=lambda one: (-abs(one.after - one.before), one.stage, one.reason))

    def _movers(self) -> list[Mover]:
        before, after = self._before.items, self._after.items
        moved = sorted(before.keys() | after.keys(), key=lambda one: (-abs(after[one] - before[one]), one))
        return [
            Mover(item_id=one, title=self._titles[one], before=before[one], after=after[one])
            for one in moved[:_MOVERS]
            if before[one] != after[one]
        ]


def _segments_of(pair: Pair) -> Iterator[tuple[str, str]]:
    yield "placement", pair.decision.inputs.request.placement
    customer = pair.decision.inputs.customer
    yield "customer", "not known" if customer is None else "returning" if customer.orders else "new"


def _segment(key: tuple[str, str], row: list[float]) -> Segment:
    by, name = key
    requests, slates_before, slates_after, worth_before, worth_after = row
    return Segment(
        by=by,
        name=name,
        requests=int(requests),
        slates_before=int(slates_before),
        slates_after=int(slates_after),
        worth_before_minor=worth_before,
        worth_after_minor=worth_after,
    )


def _example(pair: Pair, made: Decision, worths: tuple[float, float]) -> Example | None:
    before = pair.decision
    silences = before.answer.silence, made.answer.silence
    example = Example(
        decision_id=before.inputs.decision_id,
        placement=before.inputs.request.placement,
        before=[offer.item_id for offer in before.slate],
        after=[offer.item_id for offer in made.slate],
        silence_before=silences[0].reason if silences[0] else None,
        silence_after=silences[1].reason if silences[1] else None,
        worth_before_minor=worths[0],
        worth_after_minor=worths[1],
    )
    return None if example.before == example.after else example
