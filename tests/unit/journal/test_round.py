from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count

import msgspec
import pytest
from tests.journals import an_hour_later, log, reservation, standing
from tests.unit.journal.test_store import NOW, decision, event

from pairwell.errors import ForgottenError, StorageError
from pairwell.journal.people import People, identity
from pairwell.journal.places import HELD
from pairwell.journal.round import Claim
from pairwell.journal.sealing import new_key, seal, unseal
from pairwell.journal.standing import Lookback, Total
from pairwell.journal.store import Journal
from pairwell.operations.database import Database, open_database
from pairwell.operations.schema import decisions, events, people
from pairwell.records import Contact, Decision, SilenceReason

FIRST = Claim(cap="first", offer_no=0, outcome="accept")


def of(
    name: str, customer_id: str | None = "c-17", visitor_id: str | None = None, silence: SilenceReason | None = None
) -> Decision:
    """A decision for somebody, with `mat` and `lamp`."""
    made = decision(name, silence=silence)
    request = msgspec.structs.replace(made.inputs.request, customer_id=customer_id, visitor_id=visitor_id)
    return msgspec.structs.replace(made, inputs=msgspec.structs.replace(made.inputs, request=request))


def _counted(contacts: list[Contact]) -> list[tuple[list[str], int]]:
    return [(contact.item_ids, contact.seen) for contact in contacts]


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)


class TestContacts:
    def test_a_slate_counts_until_it_lapses(self, journal: Journal) -> None:
        made = of("d-1")
        log(journal, made)
        assert _counted(standing(journal, "c-17", now=NOW).shown) == [(["mat", "lamp"], 0)]
        assert standing(journal, "c-17", now=an_hour_later(made)).shown == []

    def test_what_was_seen_of_it_counts_on(self, journal: Journal) -> None:
        made = of("d-1")
        log(journal, made)
        seen = event("e-1", decision_id="d-1", offer_no=1)
        journal.log_events([[seen], [seen]], now=NOW)
        assert _counted(standing(journal, "c-17", now=an_hour_later(made)).shown) == [(["mat", "lamp"], 0b10)]

    @pytest.mark.parametrize("kind", ["click", "accept", "decline", "dismiss"])
    def test_who_did_something_with_an_offer_has_seen_it(self, journal: Journal, kind: str) -> None:
        made = of("d-1")
        log(journal, made)
        journal.log_events([[event("e-1", type=kind, decision_id="d-1", offer_no=0)]], now=NOW)
        assert _counted(standing(journal, "c-17", now=an_hour_later(made)).shown) == [(["mat", "lamp"], 0b01)]

    def test_a_ghost_counts_among_ghosts_as_if_it_was_seen(self, journal: Journal) -> None:
        made = of("d-1", silence="holdout")
        log(journal, made)
        stands = standing(journal, "c-17", now=an_hour_later(made))
        assert (stands.shown, _counted(stands.ghosts)) == ([], [(["mat", "lamp"], 0b11)])

    def test_those_of_one_round_see_each_other(self, journal: Journal) -> None:
        first, second = of("d-1"), of("d-2")
        back = Lookback(declines=NOW, signals=NOW, signal_types=(), contacts=NOW)
        with journal.round([first.inputs.request, second.inputs.request]) as opened:
            opened.look_back(back, now=NOW)
            opened.add(first, reservation(first))
            assert len(opened.standing(second.inputs.request).shown) == 1

    def test_a_slate_for_nobody_counts_for_nobody(self, journal: Journal) -> None:
        log(journal, of("d-1", customer_id=None))
        journal.log_events([[event("e-1", decision_id="d-1", offer_no=0)]], now=NOW)
        assert standing(journal, now=NOW).shown == []
        assert journal.count().exposures == 1


class TestPeople:
    def test_a_visitor_who_turns_out_to_be_a_customer_brings_what_was_shown(self, journal: Journal) -> None:
        log(journal, of("d-1", None, "v"))
        log(journal, of("d-2", "c"))
        assert len(standing(journal, "c", now=NOW).shown) == 1
        log(journal, of("d-3", "c", "v"))
        assert len(standing(journal, "c", now=NOW).shown) == 3
        assert len(standing(journal, None, "v", now=NOW).shown) == 3

    def test_another_customer_on_the_same_machine_takes_the_visitor_along(self, journal: Journal) -> None:
        log(journal, of("d-1", "a", "v"))
        log(journal, of("d-2", "b", "v"))
        log(journal, of("d-3", None, "v"))
        assert len(standing(journal, "a", now=NOW).shown) == 1
        assert len(standing(journal, "b", now=NOW).shown) == 2

    def test_speaking_of_a_customers_decision_makes_nobody_that_customer(self, journal: Journal) -> None:
        log(journal, of("d-1", "c"))
        journal.log_events([[event("e-1", decision_id="d-1", offer_no=0, visitor_id="v")]], now=NOW)
        assert standing(journal, None, "v", now=NOW).shown == []

    def test_to_look_remembers_nobody(self, journal: Journal, database: Database) -> None:
        standing(journal, "c", "v", now=NOW)
        with database.read() as connection:
            assert connection.execute(people.select()).all() == []

    def test_a_round_that_fails_remembers_nobody(self, journal: Journal, database: Database) -> None:
        with pytest.raises(ZeroDivisionError), journal.round([of("d-1").inputs.request]):
            raise ZeroDivisionError
        with database.read() as connection:
            assert connection.execute(people.select()).all() == []

    def test_the_same_new_names_met_at_once_are_one_person_each(self, database: Database) -> None:
        names = [identity(f"c{n}", f"v{n}") for n in range(20)]

        def meet(order: int) -> int:
            with database.write() as connection:
                return len(People(database).meet(connection, names[::order]))

        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(meet, [1, -1] * 4)) == [40] * 8
        with database.read() as connection:
            assert len(connection.execute(people.select()).all()) == 40


class TestSealing:
    def test_what_is_journaled_of_a_person_cannot_be_read_without_the_key(
        self, journal: Journal, database: Database
    ) -> None:
        log(journal, of("d-1", "somebody"))
        journal.log_events([[event("e-1", item_id="mat", customer_id="somebody")]], now=NOW)
        with database.read() as connection:
            payloads = [*connection.scalars(decisions.select().with_only_columns(decisions.c.payload))]
            payloads += connection.scalars(events.select().with_only_columns(events.c.payload))
        assert len(payloads) == 2
        assert not any(b"somebody" in payload for payload in payloads)
        assert journal.read_decision("d-1") == of("d-1", "somebody")

    def test_without_the_key_a_decision_is_of_somebody_forgotten(self, journal: Journal, database: Database) -> None:
        log(journal, of("d-1"))
        with database.write() as connection:
            connection.execute(people.update().values(name=None, key=None))
        with pytest.raises(ForgottenError, match="d-1"):
            journal.read_decision("d-1")

    def test_a_payload_belongs_to_its_row_and_key(self) -> None:
        key = new_key()
        sealed = seal(b"payload", key, name="d-1")
        assert unseal(sealed, key, name="d-1") == b"payload"
        for other in ((sealed, key, "d-2"), (sealed, new_key(), "d-1"), (sealed[:-1], key, "d-1"), (b"", key, "d-1")):
            with pytest.raises(StorageError, match="damaged"):
                unseal(*other[:2], name=other[2])


class TestKnown:
    def test_a_damaged_decision_fails_nobody_elses_request(self, journal: Journal, database: Database) -> None:
        made = [decision(f"d-{n}", request_id=f"r-{n}") for n in range(3)]
        log(journal, *made[:2])
        with database.write() as connection:
            damaged = decisions.update().where(decisions.c.decision_id == "d-0")
            connection.execute(damaged.values(payload=b"damaged"))
        with journal.round([one.inputs.request for one in made]) as opened:
            opened.look_back(_back(), now=NOW)
            opened.add(made[2], reservation(made[2]))
            with pytest.raises(StorageError, match="d-0"):
                opened.known.get("r-0")
            assert [opened.known.get(f"r-{n}") for n in (1, 2, 3)] == [made[1], made[2], None]
            assert sorted(opened.known) == ["r-0", "r-1", "r-2"]


class TestTotals:
    @pytest.fixture
    def elsewhere(self, database_url: str) -> Iterator[list[Journal]]:
        """Eight journals with connections of their own, as other processes have."""
        opened = [open_database(database_url, durability="process") for _ in range(8)]
        yield [Journal(one) for one in opened]
        for one in opened:
            one.close()

    def test_a_claim_counts_until_it_lapses_or_is_used(self, journal: Journal) -> None:
        used, lapsed = of("d-1"), of("d-2")
        log(journal, used, lapsed, claims=[FIRST])
        assert self._taken(journal, now=NOW) == 2
        journal.log_events([[event("e-1", type="accept", decision_id="d-1", offer_no=0)]], now=NOW)
        assert self._taken(journal, now=an_hour_later(used)) == 1

    def test_what_was_bought_was_accepted(self, journal: Journal) -> None:
        made = of("d-1")
        log(journal, made, claims=[FIRST])
        line = {"item_id": "mat", "decision_id": "d-1"}
        order = event("e-1", type="order", customer_id="c-17", order={"order_id": "o-1", "lines": [line]})
        journal.log_events([[order]], now=NOW)
        assert self._taken(journal, now=an_hour_later(made)) == 1
        assert _counted(standing(journal, "c-17", now=an_hour_later(made)).shown) == [(["mat", "lamp"], 0b01)]

    @pytest.mark.parametrize("kind", ["exposure", "click", "decline", "dismiss"])
    def test_what_was_seen_in_time_is_held_for_a_day(self, journal: Journal, kind: str) -> None:
        made = of("d-1")
        log(journal, made, claims=[FIRST])
        journal.log_events([[event("e-1", type=kind, decision_id="d-1", offer_no=0)]], now=NOW)
        assert self._taken(journal, now=an_hour_later(made)) == 1
        assert self._taken(journal, now=NOW + HELD) == 1, "an event may be under way"
        assert self._taken(journal, now=NOW + HELD + timedelta(minutes=1)) == 0

    def test_what_is_told_after_it_lapsed_holds_nothing(self, journal: Journal) -> None:
        made = of("d-1")
        log(journal, made, claims=[FIRST])
        late = an_hour_later(made)
        (receipt,) = journal.log_events([[event("e-1", decision_id="d-1", offer_no=0, at=NOW)]], now=late)
        assert [note.code for note in receipt.noted or ()] == ["told_late"]
        assert self._taken(journal, now=late) == 0

    def test_seen_again_and_again_it_is_held_no_longer(self, journal: Journal) -> None:
        made = of("d-1")
        log(journal, made, claims=[FIRST])
        lapses_at = made.answer.valid_until
        for hours in (0, 20, 24, 40):
            at = NOW + timedelta(hours=hours)
            journal.log_events([[event(f"e-{hours}", decision_id="d-1", offer_no=0, at=at)]], now=at)
        assert self._taken(journal, now=lapses_at + HELD) == 1
        assert self._taken(journal, now=lapses_at + HELD + timedelta(minutes=1)) == 0

    def test_taken_late_it_counts_and_is_noted(self, journal: Journal) -> None:
        made = of("d-1")
        log(journal, made, claims=[FIRST])
        late = an_hour_later(made)
        told = [[event(name, type="accept", decision_id="d-1", offer_no=0, at=NOW)] for name in ("e-1", "e-2")]
        receipts = [journal.log_events([one], now=late)[0] for one in told]
        assert [[note.code for note in receipt.noted or ()] for receipt in receipts] == [["accepted_late"], []]
        assert self._taken(journal, now=late) == 1

    def test_a_line_that_names_a_ghost_takes_nothing(self, journal: Journal) -> None:
        made = of("d-1", silence="holdout")
        log(journal, made, claims=[FIRST])
        order = {"order_id": "o-1", "lines": [{"item_id": "mat", "decision_id": "d-1"}]}
        (receipt,) = journal.log_events([[event("e-1", type="order", order=order)]], now=NOW)
        assert [note.code for note in receipt.noted or ()] == ["unknown_offer"]
        assert self._taken(journal, now=an_hour_later(made), ghost=True) == 0

    def test_a_ghost_takes_nothing_from_customers(self, journal: Journal) -> None:
        log(journal, of("d-1", silence="holdout"), claims=[FIRST])
        assert (self._taken(journal, now=NOW), self._taken(journal, now=NOW, ghost=True)) == (0, 1)

    def test_eight_writers_never_give_one_too_many(self, journal: Journal, elsewhere: list[Journal]) -> None:
        names = count()

        def shop(number: int) -> int:
            own, given = elsewhere[number], 0
            for _ in range(10):
                made = of(f"d-{next(names)}", f"c{number}")
                with own.round([made.inputs.request]) as opened:
                    opened.look_back(_back(), now=NOW)
                    if opened.taken(ghost=False)["first"] < 30:
                        opened.add(made, reservation(made, [FIRST]))
                        given += 1
            return given

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(shop, range(8))) == 30
        assert self._taken(journal, now=NOW) == 30

    def _taken(self, journal: Journal, *, now: datetime, ghost: bool = False) -> int:
        with journal.round([], "read") as opened:
            opened.look_back(_back(), now=now)
            return opened.taken(ghost=ghost)["first"]


def _back() -> Lookback:
    long_ago = NOW - timedelta(days=999)
    totals = [Total(name="first", since=None)]
    return Lookback(declines=NOW, signals=NOW, signal_types=(), contacts=long_ago, totals=totals)
