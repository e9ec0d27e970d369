"""Requests that show a key, and what they get."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from pairwell.operations.keys.store import KeyStore, NewKey, Wanted

from .conftest import NOW

Ask = Callable[..., httpx.Response]
PAGE, OTHER = "https://shop.example", "https://evil.example"
CART = {"placement": "cart", "cart": [{"item_id": "tent"}]}
EXPOSURE = {"event_id": "e-1", "type": "exposure", "at": NOW.isoformat(), "item_id": "tent"}


class Keys:
    """A secret key and a publishable one, and what requests show of them."""

    def __init__(self, store: KeyStore) -> None:
        self.store = store
        self.secret = self.make(Wanted(kind="secret"), 1)
        self.page = self.make(Wanted(kind="publishable", origins=[PAGE]), 2)
        self.as_server = {"authorization": f"Bearer {self.secret.text}"}
        self.as_page = {"authorization": f"Bearer {self.page.text}", "origin": PAGE}

    def make(self, wanted: Wanted, number: int) -> NewKey:
        return self.store.create(wanted, now=NOW, entropy=bytes([number]) * 32)

    def page_of(self, customer_id: str, hours: float = 1.0) -> dict[str, str]:
        token = self.store.sign_customer(customer_id, until=NOW + timedelta(hours=hours))
        return {**self.as_page, "x-pairwell-customer": token}


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def decided(ask: Ask, headers: dict[str, str], **fields: Any) -> dict[str, Any]:
    response = ask("POST", "/v1/decisions", json={**CART, **fields}, headers=headers)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def told(ask: Ask, headers: dict[str, str], *events: dict[str, Any]) -> dict[str, Any]:
    batch = [{**EXPOSURE, "event_id": f"e-{place}", **event} for place, event in enumerate(events)]
    response = ask("POST", "/v1/events", json={"events": batch}, headers=headers)
    assert response.status_code == 202, response.text
    receipt: dict[str, Any] = response.json()
    return receipt


def codes(receipt: dict[str, Any]) -> list[tuple[int, str]]:
    return [(one["index"], one["code"]) for one in receipt["refused"]]
