"""Deliveries signed as shop systems sign them, and a server that knows the secrets."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
from tests.unit.serve.online.conftest import SETTINGS, Ask, publish

from pairwell.config.feeds import Feed, Feeds
from pairwell.serve.online.service import Service

SECRET, OTHER = "shpss_0123456789abcdef", "the one before"
SHOPIFY, WOO = "/v1/webhooks/shopify", "/v1/webhooks/woocommerce"
Deliver = Callable[..., httpx.Response]


def signed(body: bytes, secret: str = SECRET) -> str:
    """What stands in the signature's header."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


@pytest.fixture
def known(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service with secrets for both systems, one of Shopify's being changed."""
    monkeypatch.setenv("SHOPIFY_SECRET", SECRET)
    monkeypatch.setenv("SHOPIFY_OLD", OTHER)
    monkeypatch.setenv("WOO_SECRET", SECRET)
    feeds = Feeds(
        shopify=Feed(secret_env="SHOPIFY_SECRET", other_secret_env="SHOPIFY_OLD"),
        woocommerce=Feed(secret_env="WOO_SECRET"),
    )
    publish(service._workspace, msgspec.structs.replace(SETTINGS, feeds=feeds))
    service.refresh()
    return service


@pytest.fixture
def shopify(ask: Ask, known: Service) -> Deliver:
    """Deliver a payload of a topic as Shopify does."""
    del known  # only its settings count

    def send(topic: str, payload: Any, *, secret: str = SECRET, **headers: str) -> httpx.Response:
        body = msgspec.json.encode(payload)
        shown = {"x-shopify-topic": topic, "x-shopify-hmac-sha256": signed(body, secret), **headers}
        return ask("POST", SHOPIFY, content=body, headers={"content-type": "application/json", **shown})

    return send


@pytest.fixture
def woocommerce(ask: Ask, known: Service) -> Deliver:
    """Deliver a payload of a topic as WooCommerce does."""
    del known  # only its settings count

    def send(topic: str, payload: Any, *, secret: str = SECRET, **headers: str) -> httpx.Response:
        body = msgspec.json.encode(payload)
        shown = {"x-wc-webhook-topic": topic, "x-wc-webhook-signature": signed(body, secret), **headers}
        return ask("POST", WOO, content=body, headers={"content-type": "application/json", **shown})

    return send
