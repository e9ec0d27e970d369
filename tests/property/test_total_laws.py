"""A total is not passed by whoever keeps to the times: told in time what was seen, and taken within a day of it."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from tests.property.many_writers import SETTINGS, START, table_of

from pairwell.config.published import Published
from pairwell.config.settings import Cap, Choice
from pairwell.decide.decider import Decider
from pairwell.events import Event, EventReceipt
from pairwell.facts.store import FactStore
from pairwell.journal.places import HELD
from pairwell.journal.store import Journal
from pairwell.operations.database import Database, open_database
from pairwell.operations.schema import claims
from pairwell.records import CartLine, Decision, DecisionRequest, Item

LIMIT = 6
TAKEN = Cap(name="taken", scope="offer", items=("a", "b", "c"), outcome="accept", limit=LIMIT)
SEEN = Cap(name="seen", scope="offer", items=("c", "d"), limit=LIMIT)
SHOP = msgspec.structs.replace(SETTINGS, caps=(TAKEN, SEEN), choice=Choice(salt="totals", holdout=0.0, withheld=0.0))
QUARTER = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


class _Shop:
    """Decisions now and what came of them later, one after the other by their moment."""

    def __init__(self, database: Database, rng: random.Random, *, punctual: bool) -> None:
        facts = FactStore(database)
        facts.write_items([Item(item_id=i, price_minor=900, cost_minor=300, stock=999) for i in "abcdxy"], at=START)
        self._rng = rng
        self._punctual = punctual
        self._journal = Journal(database)
        model = table_of({"x": "abcd"}, random.Random(1))
        self._decider = Decider(lambda: model, Published("s", SHOP), facts, self._journal)
        self._names = iter(range(10**9))
        self._due: list[tuple[datetime, int, Event]] = []
        self.together = 0  # slates with two items of one total
        self.noted: Counter[str] = Counter()

    def run(self, steps: int) -> None:
        now = START
        for _ in range(steps):
            now += timedelta(minutes=self._rng.choice((0, 1, 5, 20, 400)))
            self._tell(now)
            made = self._decide(now)
            for at, event in self._outcomes(made, now):
                heapq.heappush(self._due, (at, next(self._names), event))
        self._tell(datetime.max.replace(tzinfo=now.tzinfo))

    def _decide(self, now: datetime) -> Decision:
        request = DecisionRequest(
            placement="cart",
            visitor_id=f"v{next(self._names)}",
            cart=[CartLine(item_id="x", quantity=3)],
            limit=self._rng.randint(1, 4),
        )
        made = self._decider.answer(request, now=now, entropy=self._rng.randbytes(10))
        self.together += len({offer.item_id for offer in made.slate}.intersection(TAKEN.items)) > 1
        return made

    def _outcomes(self, made: Decision, now: datetime) -> Iterator[tuple[datetime, Event]]:
        """When each event is told; who is not punctual may tell it days later."""
        for offer in made.slate if made.shown else ():
            if self._rng.random() < 0.3:
                continue
            seen = now + self._rng.random() * QUARTER
            told = seen + self._rng.random() * MINUTE + self._delay()
            yield told, self._event("exposure", made, offer.offer_no, seen)
            if self._rng.random() < 0.7:
                taken = max(told, seen + self._rng.random() * HELD) + self._delay()
                yield taken, self._event(self._rng.choice(("accept", "order")), made, offer.offer_no, taken)

    def _delay(self) -> timedelta:
        late = not self._punctual and self._rng.random() < 0.3
        return self._rng.random() * timedelta(hours=40) if late else timedelta()

    def _event(self, kind: str, made: Decision, offer_no: int, at: datetime) -> Event:
        name = f"e{next(self._names)}"
        of_offer = {"decision_id": made.inputs.decision_id, "offer_no": offer_no}
        if kind == "order":
            line = {"item_id": made.slate[offer_no].item_id, **of_offer}
            of_offer = {"order": {"order_id": f"o-{name}", "lines": [line]}}
        return msgspec.convert({"event_id": name, "type": kind, "at": at, **of_offer}, Event)

    def _tell(self, until: datetime) -> None:
        while self._due and self._due[0][0] <= until:
            now, _, event = heapq.heappop(self._due)
            (receipt,) = self._journal.log_events([[event]], now=now)
            assert receipt.accepted == 1, receipt
            self.noted.update(_codes(receipt))


def _codes(receipt: EventReceipt) -> list[str]:
    return [] if receipt.noted is msgspec.UNSET else [note.code for note in receipt.noted]


def _given(database: Database) -> Counter[str]:
    used = sa.select(claims.c.cap, sa.func.count()).where(claims.c.used).group_by(claims.c.cap)
    with database.read() as connection:
        return Counter(dict(connection.execute(used).all()))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """One writer after the other, so that it does not matter of which kind it is."""
    opened = open_database(f"sqlite:///{tmp_path}/operations.db", durability="process")
    yield opened
    opened.close()


@pytest.mark.parametrize("seed", range(4))
def test_told_in_time_and_taken_within_a_day_no_total_is_passed(database: Database, seed: int) -> None:
    shop = _Shop(database, random.Random(seed), punctual=True)
    shop.run(120)
    assert dict(_given(database)) == {"taken": LIMIT, "seen": LIMIT}, "or it would prove nothing"
    assert shop.together
    assert not shop.noted


@pytest.mark.parametrize("seed", [8, 9])
def test_a_total_is_passed_by_no_more_than_the_receipts_say(database: Database, seed: int) -> None:
    shop = _Shop(database, random.Random(seed), punctual=False)
    shop.run(200)
    given = _given(database)
    assert given["taken"] > LIMIT, "the law below would hold by itself"
    assert given["taken"] <= LIMIT + shop.noted["accepted_late"]
    late = shop.noted["told_late"] + shop.noted["shown_late"] + shop.noted["accepted_late"]
    assert given["seen"] <= LIMIT + late
