"""Decisions made in one transaction: each sees what those before it took, and all of them last or none."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from pairwell.clock import to_micros
from pairwell.journal.people import Identity, People, Person, identity
from pairwell.journal.sealing import seal, unseal
from pairwell.journal.standing import Lookback, Standing, read_standings
from pairwell.journal.totals import Taken, read_taken
from pairwell.operations.among import among
from pairwell.operations.prepared import Prepared
from pairwell.operations.schema import claims, contacts, decisions, people
from pairwell.records import Contact, Decision, DecisionRequest

_CUSTOMER = "c:"
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Decision)
_add_decision = Prepared(decisions.insert())
_add_contact = Prepared(contacts.insert())
_add_claim = Prepared(claims.insert())
_KNOWN = Prepared(
    sa.select(decisions.c.request_id, decisions.c.decision_id, decisions.c.payload, decisions.c.person, people.c.key)
    .join_from(decisions, people, decisions.c.person == people.c.person, isouter=True)
    .where(among(decisions.c.request_id, "ids"))
)
_LOCK = sa.text("SELECT pg_advisory_xact_lock(lock) FROM unnest(CAST(:locks AS bigint[])) AS lock")


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One offer of a slate that counts towards a total."""

    cap: str
    offer_no: int
    outcome: str  # what uses it up


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """What a slate takes until it lapses."""

    channel: str
    interrupts: bool
    lapses_at: datetime
    claims: Sequence[Claim] = ()


class Who(NamedTuple):
    """The unit of randomisation, and the name whose lot decides on its arm; None where nobody is named."""

    unit: str | None
    lot: str | None

    @property
    def customer_id(self) -> str | None:
        """The customer, also of a visitor who is known to be one."""
        return self.unit.removeprefix(_CUSTOMER) if self.unit and self.unit.startswith(_CUSTOMER) else None


class Known(Mapping[str, Decision]):
    """Decisions by request id, each opened when it is asked for: one that is damaged fails no other request."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = {request_id: row for request_id, *row in rows}
        self._opened: dict[str, Decision] = {}

    def add(self, request_id: str, decision: Decision) -> None:
        """Remember a decision just made."""
        self._opened[request_id] = decision

    def __getitem__(self, request_id: str) -> Decision:
        """Raises `StorageError` where what is stored is damaged."""
        if request_id not in self._opened:
            self._opened[request_id] = _decoder.decode(open_payload(*self._rows[request_id]))
        return self._opened[request_id]

    def __contains__(self, request_id: object) -> bool:
        return request_id in self._opened or request_id in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows.keys() | self._opened.keys())

    def __len__(self) -> int:
        return len(self._rows.keys() | self._opened.keys())


class Round:
    """The decisions of one transaction. `read_only`: nothing is kept, and nobody new is remembered."""

    def __init__(
        self, connection: sa.Connection, book: People, requests: Sequence[DecisionRequest], *, read_only: bool
    ) -> None:
        self.connection = connection
        self._read_only = read_only
        identities = [_named(request) for request in requests]
        self._people = _meet(connection, book, identities, read_only=read_only)
        request_ids = sorted({request.request_id for request in requests if request.request_id is not None})
        self._locks = sorted({person.root for person in self._people.values()} | set(map(_lock_of, request_ids)))
        self._known_of = request_ids
        self._standings: dict[int, Standing] = {}
        self._taken: dict[str, Taken] = {}
        self._rows: list[dict[str, Any]] = []
        self._contacts: list[dict[str, Any]] = []
        self._claims: list[dict[str, Any]] = []

    def look_back(self, back: Lookback, *, now: datetime) -> None:
        """Read how everybody named stands; what is read stays true until the round ends.

        SQLite admits one writer, so that nobody else can take anything meanwhile; elsewhere the people, requests and
        totals are locked.
        """
        locks = sorted({*self._locks, *(_lock_of(total.name) for total in back.totals)})
        if locks and self.connection.dialect.name == "postgresql" and not self._read_only:
            self.connection.execute(_LOCK, {"locks": locks})
        roots = {person.root for person in self._people.values()}
        self._standings = read_standings(self.connection, roots, back, now=now)
        self._taken = read_taken(self.connection, back.totals, now=now, alone=not self._read_only)

    @cached_property
    def known(self) -> Known:
        """The decisions that answered these requests already, by request id; those of this round too."""
        asked = {"ids": self._known_of}
        return Known(_KNOWN.rows(self.connection, asked) if self._known_of else [])

    def who(self, request: DecisionRequest) -> Who:
        """Whom a request is about, as far as the journal knows."""
        named = _named(request)
        person = self._person(named)
        return Who(named.unit, named.unit) if person is None else Who(person.unit, person.lot)

    def standing(self, request: DecisionRequest) -> Standing:
        """How the person named stands, with what this round gave already."""
        person = self._person(_named(request))
        return Standing() if person is None else self._standings.setdefault(person.root, Standing())

    def taken(self, *, ghost: bool) -> dict[str, int]:
        """What of each total is gone, for customers; for the holdout's `ghost` also what ghosts took."""
        return {name: taken.shown + (taken.ghosts if ghost else 0) for name, taken in self._taken.items()}

    def add(self, decision: Decision, reservation: Reservation) -> None:
        """Log a decision and reserve what its slate takes."""
        inputs, answer = decision.inputs, decision.answer
        person = self._person(_named(inputs.request))
        payload = _encoder.encode(decision)
        self._rows.append(
            {
                "decision_id": inputs.decision_id,
                "request_id": inputs.request.request_id,
                "person": None if person is None else person.number,
                "arm": decision.arm,
                "shown": decision.shown,
                "decided_at": to_micros(inputs.now),
                "silence": None if answer.silence is None else answer.silence.reason,
                "placement": inputs.request.placement,
                "model": inputs.model,
                "settings": inputs.settings,
                "epoch": inputs.epoch,
                "payload": payload if person is None else seal(payload, person.key, name=inputs.decision_id),
            }
        )
        if inputs.request.request_id is not None:
            self.known.add(inputs.request.request_id, decision)
        if decision.slate:
            self._reserve(decision, reservation, person)

    def drop(self, decision_ids: Collection[str]) -> None:
        """Take back what was added of these decisions; those after them were made as if it had been taken."""
        for rows in (self._rows, self._contacts, self._claims):
            rows[:] = [row for row in rows if row["decision_id"] not in decision_ids]

    def close(self) -> None:
        """Write what was added."""
        for statement, rows in (
            (_add_decision, self._rows),
            (_add_contact, self._contacts),
            (_add_claim, self._claims),
        ):
            if rows:
                statement.run_all(self.connection, rows)

    def _reserve(self, decision: Decision, reservation: Reservation, person: Person | None) -> None:
        inputs = decision.inputs
        item_ids = [offer.name for offer in decision.slate]
        # Whether a ghost would have been seen nobody knows: it counts as if it was.
        seen = 0 if decision.shown else (1 << len(item_ids)) - 1
        contact = Contact(
            at=inputs.now,
            lapses_at=reservation.lapses_at,
            channel=reservation.channel,
            interrupts=reservation.interrupts,
            item_ids=item_ids,
            seen=seen,
        )
        if person is not None:
            standing = self._standings.setdefault(person.root, Standing())
            (standing.shown if decision.shown else standing.ghosts).append(contact)
        row = {"decision_id": inputs.decision_id, "shown": decision.shown, "at": to_micros(inputs.now)}
        row["lapses_at"] = to_micros(reservation.lapses_at)
        self._contacts.append(
            row
            | {
                "person": None if person is None else person.number,
                "channel": reservation.channel,
                "interrupts": reservation.interrupts,
                "items": _encoder.encode(item_ids).decode(),
                "seen": seen,
            }
        )
        for claim in reservation.claims:
            self._taken[claim.cap].add(1, shown=decision.shown)
            self._claims.append(row | msgspec.structs.asdict(claim) | {"used": False, "counted": False})

    def _person(self, named: Identity) -> Person | None:
        return None if named.unit is None else self._people.get(named.unit)


def open_payload(decision_id: str, payload: bytes, person: int | None, key: bytes | None) -> bytes:
    """The payload of a row of `decisions`; `key` is that of its person, who is not forgotten."""
    if person is None:
        return payload
    assert key is not None, "who is forgotten has no request id and is refused before"
    return unseal(payload, key, name=decision_id)


def _named(request: DecisionRequest) -> Identity:
    return identity(request.customer_id, request.visitor_id)


def _meet(
    connection: sa.Connection, book: People, identities: Iterable[Identity], *, read_only: bool
) -> dict[str, Person]:
    if not read_only:
        return book.meet_alone(connection, identities)
    return book.find(connection, {name for one in identities for name in one if name is not None})


def _lock_of(name: str) -> int:
    """A number below those of people, the same in every process."""
    return -1 - (int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) >> 2)
