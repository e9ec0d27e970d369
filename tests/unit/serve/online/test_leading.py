"""The online API's `/` leads people to the pages, by the name under which they found it and no other."""

from __future__ import annotations

import asyncio
import os
from contextlib import closing

import httpx
import pytest
from tests.unit.serve.online.conftest import NOW

from pairwell.operations.keys.store import KeyStore, Wanted
from pairwell.operations.keys.text import ENTROPY_BYTES
from pairwell.serve.online.app import create_app
from pairwell.serve.online.service import Service


def look(service: Service, host: str, method: str = "GET") -> httpx.Response:
    async def send() -> httpx.Response:
        with closing(create_app(service, pages_port=8421)) as app:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8420") as client:
                return await client.request(method, "/", headers={"host": host})

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("host", "leads"),
    [
        ("127.0.0.1:8420", "http://127.0.0.1:8421/"),
        ("localhost", "http://localhost:8421/"),
        ("[::1]:8420", "http://[::1]:8421/"),
    ],
)
def test_it_leads_to_the_pages(service: Service, host: str, leads: str) -> None:
    answer = look(service, host)
    assert (answer.status_code, answer.headers["location"]) == (303, leads)
    assert f"Pages for people are at {leads}" in answer.text
    assert "POST /v1/decisions" in answer.text
    assert look(service, host, "HEAD").headers["location"] == leads


@pytest.mark.parametrize(
    "host", ["evil.example/", "a b", "x@evil.example", "evil.example:80:90", "[x", "", "a?b", "a#"]
)
def test_what_is_no_name_leads_nowhere(service: Service, host: str) -> None:
    KeyStore(service.database).create(Wanted(kind="secret"), now=NOW, entropy=os.urandom(ENTROPY_BYTES))
    answer = look(service, host)
    assert answer.status_code in {200, 400}  # Litestar itself refuses some
    assert "location" not in answer.headers
    assert host == "" or host not in answer.text


def test_without_keys_a_stranger_s_name_is_refused(service: Service) -> None:
    assert look(service, "evil.example").status_code == 403
