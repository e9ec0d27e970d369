from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pairwell.errors import RequestError
from pairwell.operations.keys.text import make_key
from pairwell.serve.online.access.credentials import Shown, read_shown, take_from_beacon
from pairwell.serve.online.faults import Refused

KEY = make_key("publishable", bytes(range(32)))


def scope(*headers: tuple[str, str], path: str = "/v1/events", query: str = "") -> dict[str, Any]:
    shown = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return {"headers": shown, "path": path, "query_string": query.encode()}


def test_headers_show_key_page_and_customer() -> None:
    asked = scope(("authorization", f"bearer  {KEY} "), ("origin", "https://a.example"), ("x-pairwell-customer", "t.m"))
    assert read_shown(asked) == Shown(key=KEY, origin="https://a.example", token="t.m")
    assert read_shown(scope()) == Shown(key=None, origin=None, token=None)


@pytest.mark.parametrize(
    "place",
    [
        {"query": f"key={KEY}"}, {"query": f"x=1&access_token={KEY}"}, {"query": KEY}, {"query": f"key=%70k_{KEY[3:]}"},
        {"path": f"/v1/items/{KEY}/pairs"},
    ],
)  # fmt: skip
def test_a_key_in_the_url_is_refused_without_being_repeated(place: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        read_shown(scope(**place))
    assert (refused.value.status, refused.value.fault.code) == (400, "key_in_url")
    assert KEY[3:] not in repr(msgspec.to_builtins(refused.value.fault))


@pytest.mark.parametrize("place", [{"path": "/v1/items/sk_12/pairs"}, {"query": "relation=task_of_the_day_and_more"}])
def test_an_item_may_have_nearly_any_id(place: dict[str, str]) -> None:
    read_shown(scope(**place))


@pytest.mark.parametrize(
    "headers",
    [
        [("authorization", "Basic dXNlcjpwYXNz")], [("authorization", "")], [("authorization", KEY)],
        [("authorization", f"Bearer {KEY}")] * 2, [("origin", "https://a.example"), ("origin", "https://b.example")],
    ],
)  # fmt: skip
def test_headers_that_show_no_key_are_told_how_to(headers: list[tuple[str, str]]) -> None:
    with pytest.raises(Refused) as refused:
        read_shown(scope(*headers))
    assert refused.value.status == 401
    assert refused.value.headers == {"www-authenticate": "Bearer"}


def test_a_beacon_shows_its_key_in_its_body_which_loses_it() -> None:
    nothing = Shown(key=None, origin="https://a.example", token=None)
    body = msgspec.json.encode({"events": [{"event_id": "e"}], "key": KEY, "customer_token": "t.m"})
    shown, left = take_from_beacon(body, nothing)
    assert shown == Shown(key=KEY, origin="https://a.example", token="t.m")
    assert msgspec.json.decode(left) == {"events": [{"event_id": "e"}]}
    assert take_from_beacon(b'{"event_id": "e"}', nothing) == (nothing, b'{"event_id":"e"}')


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"key"', b'{"key": 1}', b'{"key": null}', b'{"key": "\xff"}'])
def test_a_body_that_is_no_beacon_is_refused(body: bytes) -> None:
    with pytest.raises((Refused, RequestError)):
        take_from_beacon(body, Shown(key=None, origin=None, token=None))
