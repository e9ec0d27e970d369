from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from pairwell.serve.online.faults import Refused
from pairwell.serve.online.loopback import require_local
from pairwell.serve.online.service import Service

Ask = Callable[..., httpx.Response]
LOCAL = b"127.0.0.1:8420"
EVENT = '{"event_id": "e-1", "type": "exposure", "at": "2026-11-21T10:20:03Z", "item_id": "tent"}'


def code_of(*headers: tuple[bytes, bytes]) -> str:
    with pytest.raises(Refused) as refused:
        require_local(headers)
    assert refused.value.status == 403
    assert refused.value.fault.hint
    return refused.value.fault.code


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8420", "127.0.0.1", "127.0.0.1:80", "127.9.9.9:1", "[::1]", "[::1]:8420"]
)
def test_every_name_of_this_machine_is_let_in(host: str) -> None:
    require_local([(b"host", host.encode())])
    require_local([(b"host", LOCAL), (b"origin", f"http://{host}".encode())])
    require_local([(b"host", LOCAL), (b"origin", f"https://{host}".encode())])


@pytest.mark.parametrize(
    "host",
    [
        "shop.example",
        "shop.example:8420",
        "127.0.0.1.shop.example",
        "localhost.shop.example",
        "192.168.0.7:8420",
        "0.0.0.0",
        "[::]",
        "[2001:db8::1]:8420",
        "user@localhost",
        "localhost@shop.example",
        "localhost:80:80",
        "localhost:x",
        "",
        "caf\xe9",
    ],
)
def test_a_name_that_may_be_another_machine_is_refused(host: str) -> None:
    name = host.encode("latin-1")
    assert code_of((b"host", name)) == "foreign_host"
    assert code_of((b"host", LOCAL), (b"origin", b"http://" + name)) == "foreign_origin"


@pytest.mark.parametrize("origin", [b"null", b"", b"file://", b"localhost", b"chrome-extension://localhost/"])
def test_an_origin_that_is_no_page_of_this_machine_is_refused(origin: bytes) -> None:
    assert code_of((b"host", LOCAL), (b"origin", origin)) == "foreign_origin"


def test_a_request_must_name_its_host_and_every_name_counts() -> None:
    assert code_of((b"accept", b"*/*")) == "foreign_host"
    assert code_of((b"host", LOCAL), (b"host", b"shop.example")) == "foreign_host"
    assert code_of((b"host", LOCAL), (b"origin", b"http://localhost"), (b"origin", b"null")) == "foreign_origin"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/decisions"),
        ("POST", "/v1/events"),
        ("GET", "/v1/decisions/d-1"),
        ("GET", "/v1/items/tent/pairs"),
        ("GET", "/healthz"),
        ("GET", "/nowhere"),
        ("OPTIONS", "/v1/events"),
    ],
)
@pytest.mark.parametrize(
    ("header", "code"),
    [({"host": "shop.example"}, "foreign_host"), ({"origin": "https://shop.example"}, "foreign_origin")],
)
def test_no_route_answers_a_stranger(ask: Ask, method: str, path: str, header: dict[str, str], code: str) -> None:
    response = ask(method, path, headers=header)
    assert (response.status_code, response.json()["error"]["code"]) == (403, code)
    assert "shop.example" in response.json()["error"]["message"]


def test_a_page_of_another_site_can_count_no_event(ask: Ask, service: Service) -> None:
    page = {"origin": "https://shop.example", "content-type": "text/plain"}
    assert ask("POST", "/v1/events", content=EVENT, headers=page).status_code == 403
    assert service.journal.count().exposures == 0
    assert ask("POST", "/v1/events", content=EVENT, headers={"content-type": "text/plain"}).status_code == 202
    assert service.journal.count().exposures == 1
