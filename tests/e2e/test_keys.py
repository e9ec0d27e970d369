"""Keys on the online process as it is started: made by command, counting at once, ended at once."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.e2e.running import NOW, PAIRWELL, serving, stock_shop

from pairwell.config.published import publish_settings
from pairwell.config.workspace import Workspace
from pairwell.operations.database import open_database
from pairwell.operations.keys.store import KeyStore, Wanted
from pairwell.operations.keys.text import ENTROPY_BYTES

PAGE = "https://shop.example"
CART = {"placement": "cart", "cart": [{"item_id": "tent"}]}
EVENT = {"event_id": "e-1", "type": "exposure", "at": NOW.isoformat(), "item_id": "mat", "visitor_id": "v-9"}


@pytest.fixture
def shop(workspace: Workspace) -> Path:
    """A workspace with two items and a relation that people set."""
    publish_settings(workspace)
    stock_shop(workspace)
    return workspace.root


@pytest.fixture
def keys(workspace: Workspace, shop: Path) -> Iterator[KeyStore]:
    """The keys as another process sees them."""
    assert shop == workspace.root
    database = open_database(workspace.operations_url(""), durability="process")
    yield KeyStore(database)
    database.close()


def create_secret(shop: Path) -> str:
    """The text of a secret key that the command made."""
    command = [PAIRWELL, "keys", "create", "--secret", "--workspace", str(shop), "--json"]
    made = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return str(made["text"])


def bearer(text: str, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}", **more}


def test_keys_close_open_and_end_a_running_server(shop: Path, keys: KeyStore) -> None:
    with serving(shop) as (client, said):
        assert client.post("/v1/decisions", json=CART).status_code == 200
        secret = create_secret(shop)
        assert client.post("/v1/decisions", json=CART).status_code == 401
        assert client.post("/v1/decisions", json=CART, headers=bearer(secret)).json()["arm"]
        wanted = Wanted(kind="publishable", origins=[PAGE])
        made = keys.create(wanted, now=NOW, entropy=os.urandom(ENTROPY_BYTES))
        page, token = made.text, keys.sign_customer("c-17", until=datetime.now(UTC) + timedelta(hours=1))
        as_page = bearer(page, origin=PAGE, **{"x-pairwell-customer": token})
        answer = client.post("/v1/decisions", json=CART, headers=as_page)
        assert (answer.status_code, "arm" in answer.json()) == (200, False)
        assert answer.headers["access-control-allow-origin"] == PAGE
        beacon = json.dumps({"key": page, "events": [EVENT]})
        headers = {"origin": PAGE, "content-type": "text/plain"}
        assert client.post("/v1/events", content=beacon, headers=headers).json()["accepted"] == 1
        metrics = client.get("/metrics", headers=bearer(secret)).text
        assert 'pairwell_events_taken_total{outcome="accepted"} 1' in metrics
        keys.revoke(made.key.key_id, now=NOW)
        assert client.post("/v1/decisions", json=CART, headers=as_page).json()["error"]["code"] == "key_revoked"
        assert client.get(f"/healthz?key={secret}").status_code == 400
    everything = "".join(said)
    assert "open: without keys" in everything
    assert not [text for text in (secret[3:], page[3:], token, "c-17", "v-9") if text in everything]


def test_beyond_loopback_it_starts_with_keys_only(shop: Path) -> None:
    command = [PAIRWELL, "serve", "--host", "0.0.0.0", "--port", "0", "--pages-port", "0"]
    refused = subprocess.run(command, cwd=shop, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "pairwell keys create" in refused.stderr
    secret = create_secret(shop)
    with serving(shop, "--host", "0.0.0.0") as (client, said):
        assert client.post("/v1/decisions", json=CART).status_code == 401
        assert client.post("/v1/decisions", json=CART, headers=bearer(secret)).status_code == 200
        foreign = bearer(secret, host="offers.shop.example")
        assert client.post("/v1/decisions", json=CART, headers=foreign).status_code == 200
    assert "1 secret" in "".join(said)
