"""Webhooks through a real server, signed by hand as docs/feeds.md says."""

from __future__ import annotations

import base64
import hmac
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from tests.e2e.running import PATIENCE_S, RUN, Server, publish_patient, started, stock_shop
from tests.unit.serve.online.feeds.payloads import MAT, TENT, shopify_order, shopify_refund

from pairwell.config.document import render_settings
from pairwell.config.feeds import Feed, Feeds
from pairwell.config.published import publish_settings
from pairwell.config.workspace import Workspace, read_draft
from pairwell.facts.store import FactStore
from pairwell.operations.database import open_database

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "feeds.md").read_text(encoding="utf-8")
BASE = "http://127.0.0.1:8420"
SECRET = "shpss_of_a_test"


@pytest.fixture
def server(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that knows the secret of Shopify's webhooks."""
    monkeypatch.setenv("SHOPIFY_WEBHOOK_SECRET", SECRET)
    publish_patient(workspace)
    feeds = Feeds(shopify=Feed(secret_env="SHOPIFY_WEBHOOK_SECRET"))
    settings = msgspec.structs.replace(read_draft(workspace), feeds=feeds)
    workspace.settings_file.write_text(render_settings(settings), encoding="utf-8")
    publish_settings(workspace)
    stock_shop(workspace)
    with started([sys.executable, "-W", "error", "-c", RUN, str(workspace.root)]) as running:
        yield running


def _signed(body: bytes) -> str:
    return base64.b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()


def test_the_documented_signature_is_made_by_hand_and_heard(server: Server) -> None:
    (block, answer) = re.findall(r"```sh\n(BODY=.*?)```\n```json\n(.*?)```", PAGE, re.DOTALL)[0]
    script = "set -eu -o pipefail\n" + block.replace(BASE, server.base)
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert json.loads(done.stdout) == json.loads(answer)
    again = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert json.loads(again.stdout)["duplicates"] == 2


def test_the_documented_call_is_heard(server: Server) -> None:
    block = re.findall(r"```sh\n(curl.*?)```", PAGE, re.DOTALL)[0]
    script = "set -eu\nKEY=\n" + block.replace(BASE, server.base).replace('-u "$KEY:" ', "")
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert json.loads(done.stdout) == {"success": True, "accepted": 1, "duplicates": 0, "refused": [], "left": {}}


def test_an_order_and_what_came_back_of_it_change_what_is_known_of_its_customer(
    server: Server, workspace: Workspace
) -> None:
    refund = shopify_refund((12, 2, "78.00"))
    later = shopify_order(TENT, MAT, refunds=[refund], updated_at="2026-03-05T10:00:01+01:00")
    with httpx.Client(base_url=server.base, timeout=PATIENCE_S) as client:
        for payload in (later, shopify_order(TENT, MAT), later):  # late, and twice
            body = msgspec.json.encode(payload)
            headers = {"x-shopify-topic": "orders/updated", "x-shopify-hmac-sha256": _signed(body)}
            assert client.post("/v1/webhooks/shopify", content=body, headers=headers).status_code == 200
            forged = client.post("/v1/webhooks/shopify", content=body + b"\n", headers=headers)
            assert forged.status_code == 401
    database = open_database(workspace.operations_url(""), durability="process")
    facts = FactStore(database)
    known = facts.customers(["buyer1@example.com"])["buyer1@example.com"]
    database.close()
    assert known.orders == 1
    assert server.end() == 0
    assert SECRET not in "".join(server.said)
    assert "buyer1" not in "".join(server.said).casefold()
