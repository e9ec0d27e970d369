"""What the online process counts of itself. No label holds an id of a person, an item, a decision or a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pairwell.events import Event, EventReceipt
from pairwell.records import Answer
from pairwell.serve.online.metrics.exposition import Counter, Histogram, Metric, render

_DECISIONS = frozenset({"/v1/decisions", "/v1/fragments"})
_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Counts:
    """Counters of decisions, events and refusals, with what is read at each look."""

    def __init__(self) -> None:
        self._decisions = Counter(
            "pairwell_decisions_total",
            'Answers to decision requests; outcome "offers", or why there was silence.',
            ("placement", "outcome"),
        )
        self._offers = Counter(
            "pairwell_offers_total", "Offers in answers, by their place and kind.", ("placement", "kind")
        )
        self._decision_s = Histogram("pairwell_decision_seconds", "From request to answer of decisions.", _BOUNDS_S)
        self._event_s = Histogram("pairwell_events_seconds", "From request to answer of events.", _BOUNDS_S)
        self._events = Counter("pairwell_events_total", "Events that came and could be read.", ("type",))
        self._taken = Counter("pairwell_events_taken_total", "Events by whether they were new.", ("outcome",))
        self._refused = Counter("pairwell_events_refused_total", "Events that were refused, and why.", ("code",))
        self._fed = Counter(
            "pairwell_feeds_total",
            'Messages of other systems; outcome "events", or "nothing" where they told none.',
            ("system", "outcome"),
        )
        self._left = Counter("pairwell_feeds_left_total", "What of them was left out, and why.", ("system", "rule"))
        self._errors = Counter("pairwell_errors_total", "Answers that were errors.", ("status", "code"))
        self._own: list[Metric] = [
            self._decisions, self._offers, self._decision_s, self._event_s,
            self._events, self._taken, self._refused, self._fed, self._left, self._errors,
        ]  # fmt: skip

    def decided(self, placement: str, answer: Answer) -> None:
        """Count an answer; `placement` is one that the settings know."""
        self._decisions.add(placement, "offers" if answer.silence is None else answer.silence.reason)
        for offer in answer.offers:
            self._offers.add(placement, offer.kind)

    def took(self, events: Sequence[Event], receipt: EventReceipt) -> None:
        """Count events that could be read, and what became of all that came with them."""
        for event in events:
            self._events.add(event.type)
        self._taken.add("accepted", by=receipt.accepted)
        self._taken.add("duplicate", by=receipt.duplicates)
        for refusal in receipt.refused:
            self._refused.add(refusal.code)

    def fed(self, system: str, *, events: int, left: Mapping[str, int]) -> None:
        """Count a message of another system that was understood."""
        self._fed.add(system, "events" if events else "nothing")
        for rule, number in left.items():
            self._left.add(system, rule, by=number)

    def failed(self, status: int, code: str) -> None:
        """Count an answer that is an error."""
        self._errors.add(str(status), code)

    def lasted(self, path: str, seconds: float) -> None:
        """Count how long an answer of one of the hot routes took."""
        (self._decision_s if path in _DECISIONS else self._event_s).observe(seconds)

    def render(self, readings: Sequence[Metric]) -> str:
        """The page for Prometheus, with `readings` beside what was counted."""
        return render([*self._own, *readings])
