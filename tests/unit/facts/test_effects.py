from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from pairwell.clock import to_micros
from pairwell.config.settings import Settings, Shop
from pairwell.config.storing import Currency
from pairwell.events import Event, EventReceipt
from pairwell.facts.effects import EventEffects
from pairwell.facts.ownership import Ownership, Purchases
from pairwell.facts.store import FactStore
from pairwell.journal.store import Journal
from pairwell.operations.database import Database
from pairwell.records import CustomerFacts, Item

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
DAY = timedelta(days=1)
SETTINGS = Settings(shop=Shop(currency="EUR", tax_rate=0.25), currency=Currency(rates={"JPY": 0.005, "GBP": 1.2}))
Tell = Callable[..., EventReceipt]


class World:
    """Facts and a journal in one database."""

    def __init__(self, database: Database) -> None:
        self.facts = FactStore(database)
        self.database = database
        self._journal = Journal(database)
        self._effects = EventEffects(database, lambda: SETTINGS)
        self._told = 0

    def tell(self, kind: str, part: dict[str, Any], **fields: Any) -> EventReceipt:
        """One event of customer c, a new one each time."""
        self._told += 1
        known = {"event_id": f"e{self._told:04}", "type": kind, "at": NOW, "customer_id": "c", **fields}
        known |= {kind: part} if part else {}
        (receipt,) = self._journal.log_events([[msgspec.convert(known, Event)]], effects=self._effects, now=NOW + DAY)
        return receipt

    def item(self, item_id: str = "mat") -> Item:
        return self.facts.items()[item_id]

    def owned(self, customer_id: str = "c") -> set[str]:
        return self.facts.owned(customer_id, ["mat", "lamp", "tent"])

    def customer(self, customer_id: str = "c") -> CustomerFacts:
        with self.database.read() as connection:
            return self.facts.view(connection, [customer_id]).customers.get(customer_id, CustomerFacts())


@pytest.fixture
def world(database: Database) -> World:
    made = World(database)
    made.facts.write_items([Item(item_id="mat", title="Mat", price_minor=700, stock=5)], at=NOW)
    return made


def order(*item_ids: str, order_id: str = "o-1", quantity: int = 1) -> dict[str, Any]:
    return {"order_id": order_id, "lines": [{"item_id": i, "quantity": quantity} for i in item_ids]}


def noted(receipt: EventReceipt) -> list[str]:
    return [] if receipt.noted is msgspec.UNSET else [note.code for note in receipt.noted]


# --- items --------------------------------------------------------------------------------------


def test_what_is_said_of_an_item_is_a_new_revision_and_the_rest_stays(world: World) -> None:
    world.tell("item", {"item_id": "mat", "stock": 0})
    assert world.item() == Item(
        item_id="mat", title="Mat", price_minor=700, stock=0, revision=2, stated_at={"stock": to_micros(NOW)}
    )
    assert world.facts.item_at("mat", 1) == Item(item_id="mat", title="Mat", price_minor=700, stock=5, revision=1)


def test_a_price_comes_as_the_shop_shows_it_and_a_cost_net(world: World) -> None:
    world.tell("item", {"item_id": "mat", "price_minor": 1_000, "cost_minor": 300})
    assert (world.item().price_minor, world.item().cost_minor) == (800, 300)
    world.tell("item", {"item_id": "mat", "price_minor": 1_000, "cost_minor": 200, "currency": "GBP"}, at=NOW + DAY)
    assert (world.item().price_minor, world.item().cost_minor) == (960, 240)
    world.tell("item", {"item_id": "mat", "cost_minor": 1_000, "currency": "JPY"}, at=NOW + DAY)
    assert world.item().cost_minor == 500  # a yen has no cents


def test_a_currency_without_a_rate_is_refused(world: World) -> None:
    for kind, part in (("item", {"item_id": "mat", "price_minor": 1}), ("order", order("mat"))):
        receipt = world.tell(kind, {**part, "currency": "USD"})
        assert [one.code for one in receipt.refused] == ["foreign_currency"]
    assert world.owned() == set()


def test_an_older_word_changes_only_what_no_newer_one_spoke_of(world: World) -> None:
    world.tell("item", {"item_id": "mat", "stock": 3, "published": False}, at=NOW - DAY)
    world.tell("item", {"item_id": "mat", "stock": 9, "price_minor": 1_000}, at=NOW - 2 * DAY)
    assert (world.item().stock, world.item().published, world.item().price_minor) == (3, False, 800)


def test_of_two_words_of_one_moment_the_more_careful_counts(world: World) -> None:
    for stock, published, price in ((4, True, 1_000), (2, False, 1_250), (3, True, 500)):
        world.tell("item", {"item_id": "mat", "stock": stock, "published": published, "price_minor": price})
    assert (world.item().stock, world.item().published, world.item().price_minor) == (2, False, 1_000)


def test_stock_that_is_tracked_no_longer_is_none(world: World) -> None:
    world.tell("item", {"item_id": "mat", "stock": None})
    assert world.item().stock is None


def test_an_item_nobody_knew_is_kept_and_noted(world: World) -> None:
    receipt = world.tell("item", {"item_id": "pan", "price_minor": 500})
    assert (receipt.accepted, noted(receipt)) == (1, ["unknown_item"])
    assert world.item("pan").price_minor == 400
    assert noted(world.tell("item", {"item_id": "pan", "stock": 3})) == []


def test_ingest_leaves_what_was_said_since_and_replaces_what_was_said_before(world: World) -> None:
    world.tell("item", {"item_id": "mat", "price_minor": 1_000, "stock": 1})
    old = Item(item_id="mat", title="A mat", price_minor=600, stock=5, stated_at={"price_minor": to_micros(NOW - DAY)})
    world.facts.write_items([old], at=NOW)
    assert (world.item().title, world.item().price_minor, world.item().stock) == ("A mat", 800, 1)
    new = Item(item_id="mat", title="A mat", price_minor=600, stock=5, stated_at={"price_minor": to_micros(NOW + DAY)})
    world.facts.write_items([new], at=NOW)
    assert (world.item().price_minor, world.item().stock) == (600, 1)
    world.tell("item", {"item_id": "mat", "price_minor": 1_250}, at=NOW + DAY / 2)
    assert world.item().price_minor == 600


# --- orders and what becomes of them --------------------------------------------------------------


def test_an_order_is_owned_and_counted(world: World) -> None:
    world.tell("order", order("mat", "tent", quantity=2))
    assert world.owned() == {"mat", "tent"}
    assert (world.customer().orders, world.customer().units, world.customer().last_order_at) == (1, 4, NOW)


def test_the_same_order_again_replaces_all_of_it(world: World) -> None:
    world.tell("order", order("mat", "tent", quantity=3))
    world.tell("order", order("lamp"))  # of the same moment: the last to come counts
    assert (world.owned(), world.customer().orders, world.customer().units) == ({"lamp"}, 1, 1)
    world.tell("order", order("tent"), at=NOW - DAY)  # an older version that was late
    assert (world.owned(), world.customer().units) == ({"lamp"}, 1)


def test_an_order_that_turns_out_to_be_another_customers_moves(world: World) -> None:
    world.tell("order", order("mat"))
    world.tell("order", order("mat"), customer_id="other", at=NOW + timedelta(hours=1))
    assert (world.owned(), world.owned("other")) == (set(), {"mat"})
    assert (world.customer().orders, world.customer("other").orders) == (0, 1)


@pytest.mark.parametrize("late", [False, True])
def test_a_cancelled_order_counts_no_more(world: World, late: bool) -> None:
    told: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("order", order("mat"), {}),
        ("status", {"order_id": "o-1", "status": "cancelled"}, {"customer_id": None, "at": NOW + timedelta(hours=1)}),
    ]
    for kind, part, fields in reversed(told) if late else told:
        world.tell(kind, part, **fields)
    assert (world.owned(), world.customer().orders) == (set(), 0)
    world.tell("status", {"order_id": "o-1", "status": "completed"}, at=NOW + timedelta(hours=2))
    assert (world.owned(), world.customer().orders) == ({"mat"}, 1)


def test_what_comes_back_whole_is_owned_no_longer(world: World) -> None:
    world.tell("order", order("mat", "tent", quantity=2))
    world.tell("return", {"order_id": "o-1", "line_no": 1}, customer_id=None, at=NOW + timedelta(hours=1))
    assert (world.owned(), world.customer().units_returned) == ({"mat", "tent"}, 1)
    world.tell("return", {"order_id": "o-1", "item_id": "mat"}, customer_id=None, at=NOW + timedelta(hours=2))
    assert (world.owned(), world.customer().units_returned) == ({"tent"}, 2)
    assert world.customer().returned_at == {"mat": NOW + timedelta(hours=2)}


def test_a_return_of_what_only_the_dataset_knows_counts_once_its_customer_is_named(world: World) -> None:
    bought = Purchases.of({"mat": (to_micros(NOW - DAY), 1), "tent": (to_micros(NOW - DAY), 2)})
    world.facts.write_owned([Ownership("c", bought.encoded())])
    back = {"order_id": "old", "item_id": "mat"}
    assert noted(world.tell("return", back, customer_id=None)) == ["unknown_order"]
    assert world.owned() == {"mat", "tent"}
    world.tell("return", back)
    world.tell("return", {"order_id": "older", "item_id": "tent"})  # one of two
    assert world.owned() == {"tent"}
    again = Purchases.of({"mat": (to_micros(NOW + DAY), 1), "tent": (to_micros(NOW - DAY), 2)})
    world.facts.write_owned([Ownership("c", again.encoded())])
    assert world.owned() == {"mat", "tent"}


def test_a_return_of_an_order_that_was_ingested_meanwhile_is_no_other_orders(world: World) -> None:
    before = Purchases.of({"mat": (to_micros(NOW - DAY), 1)})
    world.facts.write_owned([Ownership("c", before.encoded())])
    world.tell("order", order("mat"))
    world.tell("return", {"order_id": "o-1", "item_id": "mat"}, at=NOW + timedelta(hours=1))
    assert world.owned() == {"mat"}, "the other one was kept"
    both = Purchases.of({"mat": (to_micros(NOW), 2)})
    world.facts.write_owned([Ownership("c", both.encoded())])
    assert world.owned() == {"mat"}
    more = Purchases.of({"mat": (to_micros(NOW), 2), "lamp": (to_micros(NOW), 1)})
    world.tell("order", order("lamp", order_id="o-2"))
    world.facts.write_owned([Ownership("c", more.encoded())])
    world.tell("return", {"order_id": "o-2", "item_id": "lamp"}, at=NOW + timedelta(hours=1))
    assert world.owned() == {"mat"}


def test_a_line_that_is_not_there_is_noted(world: World) -> None:
    world.tell("order", order("mat"))
    assert noted(world.tell("return", {"order_id": "o-1", "line_no": 2})) == ["unknown_line"]
    assert noted(world.tell("status", {"order_id": "o-9", "status": "completed"})) == ["unknown_order"]
    assert world.owned() == {"mat"}


def test_more_orders_than_are_held_one_by_one_are_all_owned(database: Database) -> None:
    world = World(database)
    events = [
        msgspec.convert(
            {
                "event_id": f"e{n:04}",
                "type": "order",
                "at": NOW - timedelta(minutes=n),
                "customer_id": "c",
                "order": order(f"i{n}", order_id=f"o{n}"),
            },
            Event,
        )
        for n in range(520)
    ]
    Journal(database).log_events([events], effects=EventEffects(database, Settings), now=NOW)
    assert len(world.facts.owned("c", [f"i{n}" for n in range(520)])) == 520


# --- customers ------------------------------------------------------------------------------------


def test_consent_need_and_feedback_are_facts_of_the_customer(world: World) -> None:
    world.tell("consent", {"channel": "email", "given": False})
    world.tell("consent", {"channel": "email", "given": True}, at=NOW - DAY)
    world.tell("need", {"need": "warmth", "how": "used"})
    world.tell("feedback", {"kind": "complaint"})
    world.tell("feedback", {"kind": "csat", "score": 5})
    known = world.customer()
    assert (known.consents, known.needs) == ({"email": False}, {"warmth": "used"})
    assert (known.open_complaints, known.satisfaction) == (1, 1.0)


def test_feedback_and_usage_of_nobody_are_taken(world: World) -> None:
    assert world.tell("feedback", {"kind": "review", "score": 3}, customer_id=None).accepted == 1
    assert world.tell("usage", {"account_id": "a", "meter": "m", "quantity": 1.5}, customer_id=None).accepted == 1


# --- several writers ------------------------------------------------------------------------------


def test_what_several_tell_of_one_order_at_once_comes_together(world: World, database: Database) -> None:
    """The return and the status name nobody: each must see the order, or be seen by it."""
    told: list[tuple[str, dict[str, Any], str | None]] = [
        ("order", order("mat", "tent"), "c"),
        ("return", {"order_id": "o-1", "item_id": "mat"}, None),
        ("item", {"item_id": "mat", "stock": 1}, None),
        ("status", {"order_id": "o-1", "status": "completed"}, None),
        ("consent", {"channel": "email", "given": True}, "c"),
    ]
    for round_no in range(10):
        events = [
            msgspec.convert(
                {
                    "event_id": f"{kind}-{round_no}",
                    "type": kind,
                    "at": NOW,
                    "customer_id": customer and f"{customer}{round_no}",
                    kind: part | ({"order_id": f"o-{round_no}"} if "order_id" in part else {}),
                },
                Event,
            )
            for kind, part, customer in told
        ]
        with ThreadPoolExecutor(len(events)) as threads:
            receipts = list(threads.map(lambda event: _tell(database, event), events))
        assert [receipt.accepted for receipt in receipts] == [1] * len(events)
        known = world.customer(f"c{round_no}")
        assert (known.orders, known.units_returned, known.consents) == (1, 1, {"email": True})
        assert world.owned(f"c{round_no}") == {"tent"}


def _tell(database: Database, event: Event) -> EventReceipt:
    (receipt,) = Journal(database).log_events([[event]], effects=EventEffects(database, Settings), now=NOW)
    return receipt


# --- what changes nothing is noted --------------------------------------------------------------


def test_an_older_word_of_an_item_is_noted_field_by_field(world: World) -> None:
    world.tell("item", {"item_id": "mat", "stock": 3})
    receipt = world.tell("item", {"item_id": "mat", "stock": 0, "cost_minor": 300}, at=NOW - DAY)
    assert [(note.code, note.message) for note in receipt.noted or ()] == [
        ("older_than_known", "Of `stock` something newer is known, of 2026-11-21T10:20:00+00:00; that stays.")
    ]
    assert (world.item().stock, world.item().cost_minor) == (3, 300)
    assert noted(world.tell("item", {"item_id": "mat", "stock": 3}, at=NOW - DAY)) == [], "it says the same"
    assert noted(world.tell("item", {"item_id": "mat", "stock": 4})) == ["older_than_known"], "less stock counts"
    assert noted(world.tell("item", {"item_id": "mat", "stock": 2})) == []


def test_an_older_word_of_a_consent_is_noted(world: World) -> None:
    world.tell("consent", {"channel": "email", "given": True})
    assert noted(world.tell("consent", {"channel": "Email", "given": False}, at=NOW - DAY)) == ["older_than_known"]
    assert noted(world.tell("consent", {"channel": "email", "given": True}, at=NOW - DAY)) == []
    assert noted(world.tell("consent", {"channel": "call", "given": False}, at=NOW - DAY)) == []
    assert noted(world.tell("consent", {"channel": "email", "given": False})) == [], "of one moment the no counts"
    assert world.customer().consents == {"email": False, "call": False}


def test_an_older_version_of_an_order_and_an_older_status_are_noted(world: World) -> None:
    world.tell("order", order("mat"))
    assert noted(world.tell("order", order("lamp"), at=NOW - DAY)) == ["older_than_known"]
    assert noted(world.tell("order", order("tent"), at=NOW + timedelta(hours=1))) == []
    cancelled, completed = ({"order_id": "o-1", "status": status} for status in ("cancelled", "completed"))
    assert noted(world.tell("status", completed)) == []
    assert noted(world.tell("status", cancelled, at=NOW - DAY)) == ["older_than_known"]
    assert world.owned() == {"tent"}


@pytest.mark.parametrize(
    ("kind", "minutes", "said"),
    [
        ("dismiss", 29, []),
        ("dismiss", 40, ["no_longer_counts"]),
        ("remove_from_cart", 40, ["no_longer_counts"]),
        ("view", 40, []),
        ("decline", 40, []),
        ("decline", 30 * 24 * 60, ["no_longer_counts"]),
    ],
)
def test_what_is_too_long_ago_to_change_anything_is_noted(
    world: World, kind: str, minutes: int, said: list[str]
) -> None:
    at = NOW + DAY - timedelta(minutes=minutes)
    receipt = world.tell(kind, {}, at=at, visitor_id="v", item_id="mat")
    assert noted(receipt) == said
