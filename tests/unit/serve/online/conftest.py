"""A small shop that has learned, its service, and a client that asks the application in memory."""

from __future__ import annotations

import asyncio
import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from tests.unit.conftest import new_postgres_database

from pairwell.config.document import render_settings
from pairwell.config.published import publish_settings
from pairwell.config.settings import Choice, Guards, Placement, Settings, Shop
from pairwell.config.storing import Operations
from pairwell.config.workspace import Workspace, create_workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES
from pairwell.facts.store import FactStore
from pairwell.learn.fit import fit
from pairwell.operations.database import open_database
from pairwell.records import Answer, DecisionRequest, Item
from pairwell.serve.online.app import OnlineApp, create_app
from pairwell.serve.online.notices import Notices
from pairwell.serve.online.service import DecisionJob, Service

NOW = datetime(2026, 11, 21, 10, 20, 0, 123_456, tzinfo=UTC)
PRICES = {"tent": 23_500, "mat": 2_700, "lamp": 1_500, "pan": 3_900, "mug/blue": 900}
Ask = Callable[..., httpx.Response]

# Nothing here is about speed: no deadline ends an answer unless a test sets one.
SETTINGS = Settings(
    shop=Shop(prices_include_tax=False),
    guards=Guards(add_on_price_share=0.5),
    choice=Choice(salt="fixed", holdout=0.0, withheld=0.0),
    placements={
        "cart": Placement(deadline_ms=60_000, attention_minor=0.0, friction=0.0),
        "hasty": Placement(deadline_ms=40, attention_minor=0.0, friction=0.0),
        "call": Placement(deadline_ms=60_000, attention_minor=0.0, friction=0.0, channel="call", interrupts=True),
    },
)


def publish(workspace: Workspace, settings: Settings) -> str:
    """Make `settings` live; returns their hash."""
    workspace.settings_file.write_text(render_settings(settings), encoding="utf-8")
    return publish_settings(workspace).hash


def _orders() -> list[tuple[str, str]]:
    """Mostly a tent with a mat, else two things at random; by order number and item."""
    others = list(PRICES)
    pairs = [("tent", "mat") if n % 2 else (others[n % 5], others[(n // 5 + 1) % 5]) for n in range(400)]
    return [(f"o{n}", item) for n, pair in enumerate(pairs) for item in dict.fromkeys(pair)]


def _write(folder: Path, table: str, rows: list[dict[str, Any]]) -> Path:
    path = folder / f"{table}.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=TABLES[table].schema), path)
    return path


def _stage(folder: Path) -> dict[str, Path]:
    lines = _orders()
    day = {f"o{n}": NOW - timedelta(days=200) + timedelta(hours=n) for n in range(400)}
    order = {"discount_minor": 0, "shipping_minor": 0, "tax_minor": 0, "currency": "EUR", "rate": 1.0}
    line = {"quantity": 1.0, "discount_minor": 0}
    valid = {"valid_from": NOW - timedelta(days=400), "derived": False, "published": True}
    return {
        "items": _write(
            folder,
            "items",
            [{"item_id": i, "title": i.title(), "price_minor": p, **valid} for i, p in PRICES.items()],
        ),
        "orders": _write(folder, "orders", [{"order_id": o, "placed_at": at, **order} for o, at in day.items()]),
        "order_lines": _write(
            folder,
            "order_lines",
            [
                {"order_id": o, "item_id": i, "line_no": n, "unit_price_minor": PRICES[i], **line}
                for n, (o, i) in enumerate(lines)
            ],
        ),
    }


def _write_items(workspace: Workspace, url: str = "") -> None:
    database = open_database(workspace.operations_url(url), durability="process")
    items = [Item(item_id=i, title=i.title(), price_minor=p, stock=5) for i, p in PRICES.items()]
    FactStore(database).write_items(items, at=NOW)
    database.close()


@pytest.fixture
def empty(workspace: Workspace) -> Workspace:
    """Settings are published and items known; nothing is learned."""
    publish(workspace, SETTINGS)
    _write_items(workspace)
    return workspace


@pytest.fixture(scope="session")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace that has learned; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("taught")
    workspace = create_workspace(folder / "shop")
    publish(workspace, SETTINGS)
    _write_items(workspace)
    source = Source(name="till", files=("orders.csv",), at=NOW, rows={})
    Dataset(workspace).merge(_stage(folder), source=source, now=NOW)
    fit(Dataset(workspace), SETTINGS, models=workspace.models, now=NOW)
    return workspace


@pytest.fixture
def learned(taught: Workspace, tmp_path: Path) -> Workspace:
    """Settings are published, items known, a model is live."""
    shutil.copytree(taught.root, tmp_path / "learned")
    return Workspace(tmp_path / "learned")


@pytest.fixture
def log() -> StringIO:
    """What the process said to its operator."""
    return StringIO()


@pytest.fixture
def service(learned: Workspace, log: StringIO) -> Iterator[Service]:
    opened = Service(learned, clock=lambda: NOW, notices=Notices(clock=lambda: NOW, stream=log))
    yield opened
    opened.close()


def decide_one(service: Service, request: DecisionRequest) -> Answer:
    """The answer to one request that nobody waits for."""
    (answer,) = service.decide([DecisionJob(request=request, until=math.inf)])
    assert isinstance(answer, Answer)
    return answer


@pytest.fixture
def app(service: Service) -> Iterator[OnlineApp]:
    made = create_app(service)
    yield made
    made.close()


@pytest.fixture
def ask(app: OnlineApp) -> Ask:
    """Send one request: `ask("POST", path, json=…)`."""

    async def send(method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8420") as client:
            return await client.request(method, path, **options)

    return lambda method, path, **options: asyncio.run(send(method, path, **options))


@pytest.fixture
def decide(ask: Ask) -> Callable[..., dict[str, Any]]:
    """The answer to a request for the cart with a tent in it, changed by `fields`."""

    def send(**fields: Any) -> dict[str, Any]:
        response = ask("POST", "/v1/decisions", json={"placement": "cart", "cart": [{"item_id": "tent"}], **fields})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = msgspec.json.decode(response.content)
        return answer

    return send


@pytest.fixture
def postgres_app(learned: Workspace, postgres: sa.URL) -> Iterator[OnlineApp]:
    """The same application, but its operations are in a PostgreSQL of their own."""
    url = new_postgres_database(postgres)
    publish(learned, msgspec.structs.replace(SETTINGS, operations=Operations(url=url)))
    _write_items(learned, url)
    with closing(Service(learned, clock=lambda: NOW)) as opened, closing(create_app(opened)) as made:
        yield made
