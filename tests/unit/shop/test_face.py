from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import pairwell
from pairwell.backtest.splits import Split
from pairwell.errors import PairwellError, RequestError
from pairwell.records import DecisionRequest
from pairwell.shop.face import Shop
from pairwell.shop.simulating import Simulation

_NOW = datetime(2026, 1, 31, tzinfo=UTC)
_SPLIT = Split(test_share=0.2)
_BROKEN = "\ud800"  # half a letter, as careless decoding leaves it
_NUL_ASKED = {"placement": "cart", "visitor_id": "a\0b"}
_NUL_TOLD = {"event_id": "e-1", "type": "view", "at": _NOW, "item_id": "a", "decision_id": "a\0b"}

Call = Callable[[Shop, Any], object]

_CALLS: dict[str, tuple[Call, list[Any]]] = {
    "pairs": (lambda shop, odd: shop.pairs(odd), [None, 5, "", ["a"], b"a", _BROKEN]),
    "pairs, n": (lambda shop, odd: shop.pairs("a", odd), [None, 0, -1, 1.5, "10", True]),
    "pairs, relation": (lambda shop, odd: shop.pairs("a", relation=odd), [None, 5, "", "friend", ["upgrade"]]),
    "associations": (lambda shop, odd: shop.associations(n=odd), ["x", -1, [], _BROKEN]),
    "bundles, n": (lambda shop, odd: shop.bundles(odd), [None, 0, "10"]),
    "bundles, customer": (lambda shop, odd: shop.bundles(3, odd), [5, "", ["c"]]),
    "customer": (lambda shop, odd: shop.customer(odd), [None, 5, "", ["c"]]),
    "complete": (lambda shop, odd: shop.complete(odd), [None, 5, "ab", ["ab"], [None], [[5]], {"a": 1}, [[_BROKEN]]]),
    "complete, n": (lambda shop, odd: shop.complete([["a"]], odd), [None, 0, "10"]),
    "next_basket": (lambda shop, odd: shop.next_basket(odd), [None, 5, "c", [None], [5], [["c"]], [_BROKEN]]),
    "next_basket, n": (lambda shop, odd: shop.next_basket(["c"], odd), [None, 0, 10**30, "10"]),
    "repeats": (lambda shop, odd: shop.repeats(odd), [None, 5, "", ["c"], {"c"}]),
    "next_items": (lambda shop, odd: shop.next_items(odd), [None, 5, "ab", [None], [[5]], [b"ab"]]),
    "next_items, n": (lambda shop, odd: shop.next_items([["a"]], odd), [None, 0, "10"]),
    "evaluate": (lambda shop, odd: shop.evaluate(odd), [None, 28, 0.2, {"test_days": 28}]),
    "evaluate, protocol": (lambda shop, odd: shop.evaluate(_SPLIT, odd), [None, 5, "", "baskets", ["basket"]]),
    "evaluate_against": (lambda shop, odd: shop.evaluate_against(odd), [None, "other-shop", 5]),
    "decide": (
        lambda shop, odd: shop.decide(odd),
        [None, 5, "cart", [], {}, {"placement": 5}, {"shelf": "a"}, _NUL_ASKED],
    ),
    "decide_at": (
        lambda shop, odd: shop.decide_at(odd, _NOW),
        [None, "cart", {"placement": "cart"}, DecisionRequest(placement="cart", visitor_id="a\0b")],
    ),
    "decide_at, now": (lambda shop, odd: shop.decide_at(DecisionRequest(placement="cart"), odd), [None, 5, "now"]),
    "log_events": (
        lambda shop, odd: shop.log_events(odd),
        [None, 5, "view", [None], ["view"], [{"type": "view"}], [_NUL_TOLD]],
    ),
    "log_events, now": (lambda shop, odd: shop.log_events([], odd), [5, "now", date(2026, 1, 31)]),
    "explain": (lambda shop, odd: shop.explain(odd), [None, 5, "", "a\0b"]),
    "replay": (lambda shop, odd: shop.replay(odd), [None, 5, ""]),
    "learn": (lambda shop, odd: shop.learn(odd), [5, "2026-01-31", date(2026, 1, 31)]),
    "use_model": (lambda shop, odd: shop.use_model(odd), [None, 5, ""]),
    "use_model, share": (lambda shop, odd: shop.use_model("a", odd), ["a", True, 0, 0.0, 1.0, -0.1, float("nan")]),
    "publish": (lambda shop, odd: shop.publish(odd), ["a", True, 0, 0.0, 1.0, -0.1, float("nan")]),
    "publish, author": (lambda shop, odd: shop.publish(author=odd), [5, "a\0b", "a" * 501]),
    "publish, reason": (lambda shop, odd: shop.publish(reason=odd), [5, "a\0b", "a" * 501]),
    "simulate": (lambda shop, odd: shop.simulate(odd), [None, 5, "", [], b"other.toml", "a\0b"]),
    "simulate, asked": (lambda shop, odd: shop.simulate("other.toml", odd), [5, "live", {"newest": 10}]),
    "simulate, window": (
        lambda shop, odd: shop.simulate("other.toml", Simulation(window_h=odd)),
        [0, -1.0],
    ),
    "shadow": (lambda shop, odd: shop.shadow(odd), [None, 5, ""]),
    "shadow, newest": (lambda shop, odd: shop.shadow("a", odd), [None, 0, "10"]),
    "ingest": (lambda shop, odd: shop.ingest(odd, "orders.csv"), [None, 5, "", ["orders"]]),
    "ingest, path": (lambda shop, odd: shop.ingest("orders", odd), [None, 5, "", [None], [5], b"orders.csv", "a\0b"]),
    "ingest, mapping": (lambda shop, odd: shop.ingest("orders", "orders.csv", odd), [5, "", {"columns": {}}, "a\0b"]),
    "ingest, source": (lambda shop, odd: shop.ingest("orders", "orders.csv", source=odd), [5, "", ["till"]]),
    "export": (lambda shop, odd: shop.export(odd, "out.csv"), [None, 5, "", "shopfy", ["csv"]]),
    "export, path": (lambda shop, odd: shop.export("csv", odd), [None, 5, "", b"out.csv", "a\0b"]),
    "export, n": (lambda shop, odd: shop.export("shopify", "out.csv", n=odd), [None, 0, 11, "10"]),
    "open": (lambda _, odd: pairwell.open(odd), [5, "", ["shop"], "a\0b"]),
    "create": (lambda _, odd: pairwell.create(odd), [None, 5, "", ["shop"]]),
    "Split, days": (lambda _, odd: Split(test_days=odd), ["28", 0, True, 1.5]),
    "Split, share": (lambda _, odd: Split(test_share=odd), ["0.2", 0.0, 1.0, float("nan")]),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop in which nothing is: what is wrong with a question is said before anything is looked up."""
    with pairwell.create(tmp_path_factory.mktemp("empty") / "shop") as made:
        yield made


@pytest.mark.parametrize(
    ("call", "odd"),
    [pytest.param(call, odd, id=f"{name}: {odd!r}") for name, (call, all_) in _CALLS.items() for odd in all_],
)
def test_a_wrong_argument_is_refused_by_name(shop: Shop, call: Call, odd: Any) -> None:
    with pytest.raises(RequestError) as caught:
        call(shop, odd)
    assert caught.value.field or caught.value.hint
    assert caught.value.message.endswith(".")


def test_every_public_method_that_takes_something_is_asked_wrongly() -> None:
    taking = {
        name
        for name, method in vars(Shop).items()
        if callable(method) and not name.startswith("_") and method.__code__.co_argcount > 1
    }
    assert taking <= {name.partition(",")[0] for name in _CALLS}


def test_lists_of_any_kind_are_taken(shop: Shop) -> None:
    for baskets in ((("a",),), [["a"]], iter([["a"]]), [{"a"}]):
        with pytest.raises(PairwellError) as caught:
            shop.complete(baskets)  # type: ignore[arg-type]
        assert caught.value.code == "no_model"


def test_an_empty_shop_says_what_is_missing(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(PairwellError, match="no orders"):
        shop.evaluate(_SPLIT)
    with pytest.raises(PairwellError) as caught:
        shop.ingest("orders", tmp_path / "missing.csv")
    assert caught.value.code == "source_unreadable"
