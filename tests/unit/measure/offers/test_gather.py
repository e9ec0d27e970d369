from __future__ import annotations

from pairwell.clock import from_micros
from pairwell.journal.offers_told import DecisionTold, OfferTold
from pairwell.measure.offers.gather import gather
from pairwell.measure.offers.rows import NEVER, Expected, Told
from pairwell.measure.period import Period

_UNTIL = 100


def _told(*offers: OfferTold) -> Told:
    made = DecisionTold("d", 50, "c:1", "treated", True, "cart", None, None, offers)
    return gather([[made]], Period(since=from_micros(10), until=from_micros(_UNTIL)))


def test_what_came_after_the_period_is_not_told_in_it() -> None:
    offers = _told(
        OfferTold(0, "cross_sell", "a", 60, 70, 80, 90, 99, "later"),
        OfferTold(1, "cross_sell", "b", 60, _UNTIL, _UNTIL, _UNTIL + 1, _UNTIL, "later"),
        OfferTold(2, "cross_sell", "c", _UNTIL, _UNTIL + 5, None, None, None, None),
    ).offers
    assert offers.exposed.tolist() == [60, 60, NEVER]
    assert offers.exposed_last.tolist() == [70, 60, NEVER]
    assert offers.clicked.tolist() == [80, NEVER, NEVER]
    assert offers.accepted.tolist() == [90, NEVER, NEVER]
    assert offers.declined.tolist() == [99, NEVER, NEVER]
    assert offers.reason.tolist() == [0, NEVER, NEVER]


def test_what_was_expected_is_of_the_slates_shown_in_the_period() -> None:
    offer = OfferTold(0, "cross_sell", "a", None, None, None, None, None, None)

    def made(at: int, worth: float, *, shown: bool = True, learned: bool = False) -> DecisionTold:
        kept = None if shown else "holdout"
        return DecisionTold("d", at, "c:1", "treated", shown, "cart", kept, None, [offer], None, worth, learned)

    before, ghost = made(5, 1_000.0), made(30, 1_000.0, shown=False)
    silent = DecisionTold("s", 40, "c:1", "treated", False, "cart", "capped", None, [])
    parts = [[before, made(20, 12.5), ghost], [silent, made(50, 7.5, learned=True)]]
    told = gather(parts, Period(since=from_micros(10), until=from_micros(_UNTIL)))
    assert told.expected == Expected(worth_minor=20.0, slates=2, learned=1)
