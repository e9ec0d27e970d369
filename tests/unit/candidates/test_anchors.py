from __future__ import annotations

import pytest

from pairwell.candidates.anchors import find_anchors, find_ignored
from pairwell.records import CartLine, DecisionRequest, Ignored


def _request(placement: str, *, viewed: list[str] | None = None, available: list[str] | None = None) -> DecisionRequest:
    cart = [CartLine(item_id="b"), CartLine(item_id="a"), CartLine(item_id="b"), CartLine(item_id="gone")]
    return DecisionRequest(placement=placement, cart=cart, viewed=viewed or [], available=available)


@pytest.mark.parametrize("placement", ["cart", "checkout", "after_purchase"])
def test_in_the_cart_every_known_line_is_an_anchor(placement: str) -> None:
    assert find_anchors(_request(placement, viewed=["v"]), {"a", "b", "v"}) == ["a", "b"]


@pytest.mark.parametrize("placement", ["product", "counter"])
def test_elsewhere_the_last_viewed_is_the_anchor(placement: str) -> None:
    assert find_anchors(_request(placement, viewed=["v", "w"]), {"a", "b", "v", "w"}) == ["w"]


def test_where_nothing_was_viewed_the_cart_anchors() -> None:
    assert find_anchors(_request("product"), {"a", "b"}) == ["a", "b"]


def test_an_unknown_item_on_the_product_page_anchors_nothing() -> None:
    assert find_anchors(_request("product", viewed=["v", "gone"]), {"a", "v"}) == []


def test_unknown_ids_are_named_once_by_field() -> None:
    request = _request("cart", viewed=["x", "a", "x"], available=["y", "a"])
    assert find_ignored(request, {"a", "b"}) == [
        Ignored(field="cart", id="gone"),
        Ignored(field="viewed", id="x"),
        Ignored(field="available", id="y"),
    ]
