"""A workspace to load into, and files with as little in them as a test needs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.facts.store import FactStore
from pairwell.ingest import load
from pairwell.ingest.facts import write_facts
from pairwell.ingest.load import IngestOptions, IngestPlace, IngestReport, ingest_files
from pairwell.ingest.mapping import Composed, Goods, Mapping
from pairwell.operations.database import Database, open_database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_FIELDS = {
    "orders": (
        "order_id,item_id,title,quantity,unit_price,line_total,placed_at,customer_id,currency,status,discount,"
        "attributes.country"
    ),
    "items": "item_id,title,price,cost,category,stock,kind",
    "customers": "customer_id,account_id,attributes.age",
    "relations": "anchor_id,item_id,relation,rank",
    "offer_texts": "item_id,kind,locale,placement,variant,title,argument,image_url,withdrawn",
    "returns": "order_id,item_id,line_no,quantity,at,refund",
    "events": "type,at,item_id,customer_id,visitor_id,session_id,event_id,placement",
    "consents": "customer_id,channel,given,at",
    "needs": "customer_id,need,how,since",
    "feedback": "kind,at,customer_id,score,text,order_id,decision_id",
    "order_status": "order_id,status,at",
    "subscriptions": "subscription_id,account_id,plan_id,started_at,ended_at,seats,is_trial",
    "accounts": "account_id,valid_from,attributes.industry,attributes.kind",
    "plans": (
        "plan_id,valid_from,kind,family,tier,title,fee,period,seats_included,seats_max,seat_price,meters,features,"
        "min_term_months,prorated,requires,cost,meter,included,price,up_to,block,cap,per_seat,volume,"
        "meters.messages.included,meters.messages.price,meters.calls.included,features.sso"
    ),
    "usage": "account_id,meter,at,quantity,usage_id",
    "benefits": "feature,meter,minutes,money,text",
    "stories": "story_id,text,locale,industry,need,use",
    "sellers": "seller_id,store,name",
    "targets": "seller_id,period,revenue,attach_rate",
}


class LateFacts(FactStore):
    """Facts that are written when somebody asks for them."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.unwritten: list[partial[int]] = []

    def write(self) -> None:
        """Bring them up to the newest snapshot; of what was said before it only stocks are not in the dataset."""
        said, self.unwritten = self.unwritten, []
        for place, write in enumerate(said, 1):
            if place == len(said) or write.keywords["stocks"]:
                write()


def _write_later(dataset: Dataset, facts: FactStore, **said: Any) -> int:
    write = partial(write_facts, dataset, facts, **said)
    if not isinstance(facts, LateFacts):
        return write()
    facts.unwritten.append(write)
    return dataset.newest().number


class Loader:
    """Loads rows, written as one CSV file, whose columns are called as the fields are."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.workspace = workspace
        self.folder = folder
        self.dataset = Dataset(workspace)
        self.database = open_database(workspace.operations_url(""), durability="process")
        self._facts = LateFacts(self.database)
        self.settings = Settings()
        self.goods = Goods()
        self.source: str | None = None

    def load(self, table: str, header: str, *rows: str, dry_run: bool = False, now: datetime = NOW) -> IngestReport:
        path = self.folder / f"{table}.csv"
        path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
        known: dict[str, str | Composed] = {
            field: field for field in _FIELDS[table].split(",") if field in header.split(",")
        }
        mapping = Mapping(table=table, columns=known, goods=self.goods)
        options = IngestOptions(mapping=mapping, source=self.source, dry_run=dry_run)
        return ingest_files(table, [path], place=self.place, options=options, now=now)

    def orders(self, header: str, *rows: str, **options: Any) -> IngestReport:
        return self.load("orders", header, *rows, **options)

    @property
    def facts(self) -> FactStore:
        """What is known by item and customer, of all that was loaded."""
        self._facts.write()
        return self._facts

    @property
    def place(self) -> IngestPlace:
        return IngestPlace(workspace=self.workspace, settings=self.settings, dataset=self.dataset, facts=self._facts)

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """The stored rows of a table, in order, as tuples of the columns asked for."""
        found = self.dataset.table(table).select(*columns).order_by(*columns).to_pyarrow().to_pylist()
        return [tuple(row[column] for column in columns) for row in found]

    def settle(self, **sections: dict[str, Any]) -> None:
        """Change settings, section by section."""
        for name, values in sections.items():
            section = msgspec.structs.replace(getattr(self.settings, name), **values)
            self.settings = msgspec.structs.replace(self.settings, **{name: section})


@pytest.fixture
def loader(workspace: Workspace, tmp_path: Path) -> Iterator[Loader]:
    """A new workspace that files are loaded into."""
    made = Loader(workspace, tmp_path)
    yield made
    made.database.close()


@pytest.fixture(scope="package", autouse=True)
def _facts_when_asked() -> Iterator[None]:
    """Facts, which take a third of the time, are written once a test asks for them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(load, "write_facts", _write_later)
        yield


@pytest.fixture
def facts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts are written after each file, for tests of what stands between two of them."""
    monkeypatch.setattr(load, "write_facts", write_facts)


@pytest.fixture
def quarantined() -> Callable[[IngestReport], list[dict[str, str]]]:
    """The rows that a run put into quarantine."""

    def read(report: IngestReport) -> list[dict[str, str]]:
        if report.quarantine is None:
            return []
        with Path(report.quarantine).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return read
