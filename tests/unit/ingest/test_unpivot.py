"""One wide table as a row for each of its things."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tests.unit.ingest.conftest import NOW, Loader

from pairwell.errors import MappingError
from pairwell.ingest.load import IngestOptions, IngestReport, ingest_files
from pairwell.ingest.mapping import parse_mapping, render_mapping
from pairwell.ingest.sniff import sniff
from pairwell.ingest.sources import Limits

SERVICES = """
table = "subscriptions"

[columns]
account_id = "id"
started_at = { constant = "2026-01-01" }

[unpivot]
columns = ["Phone", "Net", "Music"]
into = "plan_id"
value = "held"
keep = ["Yes", "DSL"]
names = { Net = "internet" }
"""


def take(loader: Loader, mapping: str, name: str, text: str) -> IngestReport:
    path = loader.folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    options = IngestOptions(mapping=parse_mapping(mapping))
    table = options.mapping.table if options.mapping else ""
    return ingest_files(table, [path], place=loader.place, options=options, now=NOW)


def test_services_held_become_subscriptions(loader: Loader) -> None:
    text = "id,Phone,Net,Music\n1,Yes,DSL,No\n2,No,No,No\n3,No,Fiber,Yes\n"
    report = take(loader, SERVICES, "services.csv.gz", text)
    assert (report.read, report.taken, report.refused) == (3, 3, 0)
    assert loader.rows("subscriptions", "account_id", "plan_id") == [("1", "Phone"), ("1", "internet"), ("3", "Music")]
    assert loader.facts.owned("1", ["Phone", "internet", "Music"]) == {"Phone", "internet"}
    again = take(loader, SERVICES, "services.csv.gz", text)
    assert (again.snapshot, again.stored) == (report.snapshot, {"subscriptions": 0})


def test_the_mapping_that_is_saved_is_read_back(loader: Loader) -> None:
    report = take(loader, SERVICES, "services.csv", "id,Phone,Net,Music\n1,Yes,DSL,No\n")
    assert report.mapping is not None
    saved = parse_mapping(Path(report.mapping).read_text())
    assert (saved.unpivot, saved.columns["plan_id"]) == (parse_mapping(SERVICES).unpivot, "plan_id")
    assert parse_mapping(render_mapping(saved)) == saved


def test_orders_with_a_column_for_each_item_are_taken_apart(loader: Loader) -> None:
    mapping = """
table = "orders"
[columns]
order_id = "Bill"
placed_at = "Day"
[unpivot]
columns = ["tea", "cake"]
into = "item_id"
value = "quantity"
"""
    text = "Bill,Day,tea,cake\n1,2026-01-01,2,1\n2,2026-01-02,,3\n3,2026-01-02,x,\n"
    report = take(loader, mapping, "bills.csv", text)
    assert (report.taken, report.refused_by_reason) == (3, {"bad_number": 1})
    rows = loader.rows("order_lines", "order_id", "item_id", "quantity")
    assert rows == [("1", "cake", 1.0), ("1", "tea", 2.0), ("2", "cake", 3.0)]


def test_records_that_leave_columns_out_are_taken_apart_too(loader: Loader) -> None:
    rows = [{"id": "1", "Phone": "Yes"}, {"id": "2", "Music": "Yes", "Net": "No"}]
    mapping = SERVICES.replace("[columns]", '[file]\nformat = "jsonl"\n[columns]')
    take(loader, mapping, "services.jsonl", "\n".join(map(json.dumps, rows)) + "\n")
    assert loader.rows("subscriptions", "account_id", "plan_id") == [("1", "Phone"), ("2", "Music")]


@pytest.mark.parametrize(
    ("edited", "said"),
    [
        (SERVICES.replace('"plan_id"', '"plan"'), "`[unpivot]` fills the field 'plan', which `subscriptions` does not"),
        (SERVICES.replace('keep = ["Yes", "DSL"]', ""), "`[unpivot]` fills the field 'held'"),
        (SERVICES.replace('["Phone", "Net", "Music"]', "[]"), "`[unpivot]` is for files with a row a line"),
        (SERVICES.replace("[columns]", 'source = "stripe"\n[columns]'), "and no vendor's export"),
    ],
)
def test_what_cannot_be_taken_apart_is_no_mapping(edited: str, said: str) -> None:
    with pytest.raises(MappingError) as caught:
        parse_mapping(edited)
    assert said in str(caught.value)
    assert caught.value.hint


def test_columns_that_are_not_there_or_would_be_there_twice_are_named(loader: Loader) -> None:
    with pytest.raises(MappingError, match="no column 'Music'") as missing:
        take(loader, SERVICES, "services.csv", "id,Phone,Net\n1,Yes,No\n")
    assert missing.value.field == "Music"
    with pytest.raises(MappingError, match="has a column 'plan_id' already"):
        take(loader, SERVICES, "services.csv", "id,Phone,Net,Music,plan_id\n1,Yes,No,No,x\n")


def test_usage_with_a_column_for_each_meter_is_found(tmp_path: Path, loader: Loader) -> None:
    path = tmp_path / "usage.csv"
    path.write_text("Account;Month;Assessments used;Messages;Plan\nacme;2026-01;3;1 000;pro\nzen;2026-02;;5;pro\n")
    found = sniff("usage", [path], limits=Limits())
    assert found.mapping.unpivot is not None
    assert found.mapping.unpivot.columns == ("Assessments used", "Messages")
    assert any("taken for a meter" in note for note in found.notes)
    report = ingest_files("usage", [path], place=loader.place, now=NOW)
    assert report.taken == 3
    rows = loader.rows("usage", "account_id", "meter", "quantity")
    assert rows == [("acme", "assessments", 3.0), ("acme", "messages", 1000.0), ("zen", "messages", 5.0)]
