"""Several writers at once on one operations database: random requests and events, and what must hold of them all."""

from __future__ import annotations

import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from tests.property.decision_laws import check_fit, check_money, check_person, check_room
from tests.property.random_shops import Case, TableModel

from pairwell.clock import from_micros
from pairwell.config.published import Published
from pairwell.config.settings import Cap, Choice, Decline, Guards, Persuasion, Placement, Settings
from pairwell.decide.decider import Asked, Decider
from pairwell.events import Event, EventConsent, EventItem
from pairwell.experiments.assignment import in_holdout
from pairwell.facts.effects import EventEffects
from pairwell.facts.store import FactStore
from pairwell.journal.round import open_payload
from pairwell.journal.store import Journal
from pairwell.operations.database import Database, open_database
from pairwell.operations.schema import claims, contacts, decisions, people
from pairwell.records import CartLine, Decision, DecisionRequest, Item, Pair

START = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)
ITEMS = 40
PEOPLE = 60
_FIRST, _FEW = "first sixty taken", "shown forty times"
CAPS = (
    Cap(name="mails in half an hour", channels=("email", "call"), window_h=0.5, limit=2),
    Cap(name="calls ever", channels=("call",), limit=1),
    Cap(name="repeats in a quarter", channels=("site",), window_h=0.25, limit=2),
    Cap(name=_FIRST, scope="offer", items=("i5", "i6"), outcome="accept", limit=60),
    Cap(name=_FEW, scope="offer", items=("i7",), limit=40),
)
_OF_TOTALS = frozenset(item_id for cap in CAPS if cap.scope == "offer" for item_id in cap.items)

_decision = msgspec.json.Decoder(Decision)
_PAYLOADS = sa.select(decisions.c.decision_id, decisions.c.payload, decisions.c.person, people.c.key).join_from(
    decisions, people, decisions.c.person == people.c.person, isouter=True
)


def _open(channel: str = "site", *, interrupts: bool = False) -> Placement:
    return Placement(channel=channel, interrupts=interrupts, attention_minor=0.0, friction=0.0)


SETTINGS = Settings(
    caps=CAPS,
    rules=(),
    choice=Choice(salt="many", holdout=0.1, withheld=0.02, temperature=1.0, exploration=0.1),
    guards=Guards(add_on_price_share=1.0),
    persuasion=Persuasion(cross_sell=0.2, upgrade=0.2, half_fit=1.0, from_effect=0.0),
    decline=Decline(declines_to_silence=5),
    placements={
        "cart": _open(),
        "email": _open(channel="email", interrupts=True),
        "call": _open(channel="call", interrupts=True),
    },
)


class Clock(NamedTuple):
    """The same time for every writer, `pace` times as fast as ours.

    Slates lapse after a quarter of an hour of it: what was seen must be told in less.
    """

    start: float  # of `time.time`
    pace: float

    def now(self) -> datetime:
        return START + timedelta(seconds=(time.time() - self.start) * self.pace)


class Tally(msgspec.Struct):
    """What happened, so that a law is not kept by never being reached."""

    decisions: int = 0
    shown: int = 0
    silences: Counter[str] = msgspec.field(default_factory=Counter)
    withheld: Counter[str] = msgspec.field(default_factory=Counter)
    events: Counter[str] = msgspec.field(default_factory=Counter)


def set_up(url: str) -> None:
    """A shop of forty items; two in three of its customers agreed to mails and calls."""
    database = open_database(url, durability="process")
    FactStore(database).write_items(_catalogue(), at=START)
    consents = [
        Event(event_id=f"{channel}{n}", type="consent", at=START, customer_id=f"c{n}", consent=_agrees(channel, n))
        for n in range(PEOPLE)
        for channel in ("email", "call")
    ]
    Journal(database).log_events([consents], effects=EventEffects(database, lambda: SETTINGS), now=START)
    database.close()


def run_writer(url: str, number: int, decisions: int, clock: Clock, seed: int) -> Tally:
    """Decide and send events as one process of several does; raises `AssertionError` where a decision breaks a law."""
    database = open_database(
        url, durability="process", wait_ms=600_000
    )  # SQLite keeps no queue: with many others some wait long
    writer = _Writer(database, number, clock, random.Random(f"{seed}/{number}"))
    while writer.tally.decisions < decisions:
        writer.go_on()
    writer.finish()
    database.close()
    return writer.tally


def _agrees(channel: str, number: int) -> EventConsent:
    return EventConsent(channel=channel, given=number % 3 != 0)


def _catalogue() -> Iterator[Item]:
    for n in range(ITEMS):
        yield Item(
            item_id=f"i{n}", price_minor=900 + n, cost_minor=300, stock=9, family=f"f{n % 13}" if n % 4 else None
        )


def table_of(add_ons: Mapping[str, Iterable[str]], rng: random.Random) -> TableModel:
    """A model that knows these add-ons, by anchor."""
    pairs = {anchor: [_pair(item, rng) for item in items] for anchor, items in add_ons.items()}
    return TableModel(id="m", add_ons=pairs, ladders={}, once=frozenset())


def _model() -> TableModel:
    rng = random.Random(1)
    ids = [f"i{n}" for n in range(ITEMS)]
    add_ons = {anchor: [item for item in rng.sample(ids, 20) if item != anchor] for anchor in ids}
    return table_of(add_ons, rng)


def _pair(item_id: str, rng: random.Random) -> Pair:
    return Pair(
        item_id=item_id,
        title=None,
        score=rng.random(),
        together=300,
        anchor_orders=1_900,
        item_orders=900,
        confidence=0.05 + rng.random() / 4,
        lift=5.0,
        effect=9.0,
        llr=400.0,
        p_adjusted=1e-9,
        above_floor=True,
    )


def _draw(queue: list[dict[str, object]], share: float, rng: random.Random) -> list[dict[str, object]]:
    """Take about this share out of a queue."""
    drawn = [one for one in queue if rng.random() < share]
    queue[:] = [one for one in queue if one not in drawn]
    return drawn


class _Writer:
    """One of the writers, with connections of its own."""

    def __init__(self, database: Database, number: int, clock: Clock, rng: random.Random) -> None:
        self.tally = Tally()
        self._number = number
        self._clock = clock
        self._rng = rng
        self._facts = FactStore(database)
        self._journal = Journal(database)
        self._effects = EventEffects(database, lambda: SETTINGS)
        self._model = _model()
        self._decider = Decider(lambda: self._model, Published("s", SETTINGS), self._facts, self._journal)
        self._known: dict[tuple[str, int], Item] = {}
        self._own = f"i{ITEMS - 1 - number}"  # nobody else says anything of this item
        self._sold, self._told_at = True, START
        self._names = iter(range(10**9))
        self._unseen: list[dict[str, object]] = []  # offers of totals that are seen, and then taken, a little later
        self._untaken: list[dict[str, object]] = []

    def go_on(self) -> None:
        """A round of decisions, then events about them."""
        asked = [self._ask() for _ in range(self._rng.randint(1, 6))]
        made = [one for one in self._decider.answer_round(asked, now=self._clock.now) if isinstance(one, Decision)]
        assert len(made) == len(asked)
        for decision in made:
            self._check(decision)
            self._count(decision)
        events = [*self._later(seen=0.5, taken=0.1)]
        events += [event for decision in made if decision.shown for event in self._outcomes(decision)]
        if self._rng.random() < 0.1:
            self._sold = not self._sold
            events.append(self._event("item", item=EventItem(item_id=self._own, stock=9 if self._sold else 0)))
        self._tell(events)
        self._told_at = self._clock.now() if any(event.type == "item" for event in events) else self._told_at

    def finish(self) -> None:
        """Whoever saw an offer of a total takes it."""
        self._tell([*self._later(seen=1.0, taken=1.0)])
        self._tell([*self._later(seen=1.0, taken=1.0)])

    def _tell(self, events: Sequence[Event]) -> None:
        (receipt,) = self._journal.log_events([events], effects=self._effects, now=self._clock.now())
        assert not receipt.refused, receipt.refused
        self.tally.events.update(event.type for event in events)

    def _later(self, *, seen: float, taken: float) -> Iterator[Event]:
        for about in _draw(self._untaken, taken, self._rng):
            yield self._event("accept", **about)
        for about in _draw(self._unseen, seen, self._rng):
            yield self._event("exposure", **about)
            self._untaken.append(about)

    def _ask(self) -> Asked:
        rng, someone = self._rng, self._rng.randrange(PEOPLE)
        cart = [CartLine(item_id=f"i{n}", quantity=2) for n in rng.sample(range(ITEMS), rng.randint(1, 3))]
        request = DecisionRequest(
            placement=rng.choice(["cart", "cart", "email", "call"]),
            request_id=f"r{rng.randrange(200)}" if rng.random() < 0.02 else None,
            customer_id=f"c{someone}" if rng.random() < 0.8 else None,
            visitor_id=f"v{someone}" if rng.random() < 0.4 else None,
            cart=cart,
            explain=rng.random() < 0.1,
        )
        return Asked(request=request, entropy=rng.randbytes(10))

    def _outcomes(self, decision: Decision) -> Iterator[Event]:
        for offer in decision.slate:
            about: dict[str, object] = {"decision_id": decision.inputs.decision_id, "offer_no": offer.offer_no}
            if offer.item_id in _OF_TOTALS:
                self._unseen.append(about)
            elif self._rng.random() < 0.5:
                yield self._event("exposure", **about)
                if self._rng.random() < 0.3:
                    yield self._event("accept", **about)
                elif self._rng.random() < 0.02:
                    yield self._event("decline", **about)

    def _event(self, kind: str, **fields: object) -> Event:
        name = f"e{self._number}-{next(self._names)}"
        return msgspec.convert({"event_id": name, "type": kind, "at": self._clock.now(), **fields}, Event)

    def _check(self, decision: Decision) -> None:
        inputs = decision.inputs
        items = {name: self._item(name, revision) for name, revision in inputs.items.items()}
        case = Case(inputs=inputs, items=items, model=self._model, settings=SETTINGS)
        check_room(case, decision)
        check_money(case, decision)
        check_fit(case, decision)
        check_person(case, decision)
        if inputs.now >= self._told_at:  # not one that was asked for before
            assert self._sold or self._own not in {offer.item_id for offer in decision.slate}, "sold out, and told so"
        if decision.shown:
            assert not (decision.unit and in_holdout(decision.unit, salt="many", share=0.1)), "shown to the holdout"
            if inputs.request.placement != "cart":
                assert self._agreed(decision), "unasked, and without consent"

    def _agreed(self, decision: Decision) -> bool:
        customer_id = decision.inputs.request.customer_id
        return customer_id is not None and int(customer_id[1:]) % 3 != 0

    def _item(self, item_id: str, revision: int) -> Item:
        if (item_id, revision) not in self._known:
            found = self._facts.item_at(item_id, revision)
            assert found is not None
            self._known[item_id, revision] = found
        return self._known[item_id, revision]

    def _count(self, decision: Decision) -> None:
        self.tally.decisions += 1
        self.tally.shown += decision.shown
        self.tally.withheld.update(one.reason for one in decision.withheld)
        if decision.answer.silence:
            self.tally.silences[decision.answer.silence.reason] += 1


# --- afterwards -----------------------------------------------------------------------------------


class Slate(NamedTuple):
    """What of a slate a person saw; `person` is the one it was made for, as far as was known then."""

    at: datetime
    person: int
    channel: str
    interrupts: bool
    seen: tuple[str, ...]


class Acquaintance(NamedTuple):
    """Visitors who turned out to be customers: whose they are, and since when that is known."""

    roots: Mapping[int, int]
    since: Mapping[int, datetime]

    def joins(self, earlier: Slate, later: Slate) -> bool:
        """Whether it was known at the later one that both are of one person."""
        if earlier.person == later.person:
            return True
        visitors = (person for person in (earlier.person, later.person) if self.roots[person] != person)
        return all(self.since[visitor] <= later.at for visitor in visitors)


def check_database(url: str) -> Counter[str]:
    """Hold what people saw and took in the end against every cap; says how close each cap came to its limit."""
    database = open_database(url, durability="process")
    with database.read() as connection:
        acquaintance = _acquaintance(connection)
        slates, taken = _slates(connection, acquaintance.roots), _taken(connection)
    database.close()
    closest: Counter[str] = Counter()
    for cap in CAPS:
        of_people = [_most(cap, of_one, acquaintance) for of_one in slates.values()]
        closest[cap.name] = taken[cap.name] if cap.scope == "offer" else max(of_people, default=0)
        assert cap.limit is not None
        assert closest[cap.name] <= cap.limit, f"{cap.name}: {closest[cap.name]} of {cap.limit}"
    return closest


def _acquaintance(connection: sa.Connection) -> Acquaintance:
    roots = {
        person: root or person for person, root in connection.execute(sa.select(people.c.person, people.c.belongs_to))
    }
    numbers = dict(connection.execute(sa.select(people.c.name, people.c.person)).all())
    since: dict[int, datetime] = {}
    for row in connection.execute(_PAYLOADS):
        inputs = _decision.decode(open_payload(*row)).inputs
        if inputs.request.customer_id and inputs.request.visitor_id:
            visitor = numbers[f"v:{inputs.request.visitor_id}"]
            since[visitor] = min(inputs.now, since.get(visitor, inputs.now))
    return Acquaintance(roots, since)


def _slates(connection: sa.Connection, roots: Mapping[int, int]) -> dict[int, list[Slate]]:
    found: defaultdict[int, list[Slate]] = defaultdict(list)
    shown = contacts.select().where(contacts.c.shown, contacts.c.person.is_not(None)).order_by(contacts.c.at)
    for row in connection.execute(shown).mappings():
        items, person = msgspec.json.decode(row["items"]), row["person"]
        seen = tuple(item for place, item in enumerate(items) if row["seen"] >> place & 1)
        found[roots[person]].append(Slate(from_micros(row["at"]), person, row["channel"], row["interrupts"], seen))
    return found


def _taken(connection: sa.Connection) -> Counter[str]:
    used = sa.select(claims.c.cap, sa.func.count()).where(claims.c.used, claims.c.shown).group_by(claims.c.cap)
    return Counter(dict(connection.execute(used).all()))


def _most(cap: Cap, slates: Sequence[Slate], acquaintance: Acquaintance) -> int:
    """The most that any window of the cap holds: contacts where it comes unasked, else sights of one item."""
    here = [slate for slate in slates if slate.seen and slate.channel in cap.channels]
    by_item: defaultdict[str, list[Slate]] = defaultdict(list)
    for slate in here:
        for item_id in () if slate.interrupts else slate.seen:
            by_item[item_id].append(slate)
    unasked = [slate for slate in here if slate.interrupts]
    hours = cap.window_h or math.inf
    return max((_in_window(some, hours, acquaintance) for some in (unasked, *by_item.values())), default=0)


def _in_window(slates: Sequence[Slate], hours: float, acquaintance: Acquaintance) -> int:
    """The most slates of one window, each counted at its last: what only came to light later nobody could count."""
    return max(
        (
            sum(
                (last.at - slate.at) / timedelta(hours=1) < hours and acquaintance.joins(slate, last)
                for slate in slates[: n + 1]
            )
            for n, last in enumerate(slates)
        ),
        default=0,
    )
