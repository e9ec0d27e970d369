from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.unit.ingest.conftest import NOW, Loader

from pairwell.ingest.load import ingest_files

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def test_a_catalogue_holds_since_ever_and_its_changes_from_now(loader: Loader) -> None:
    loader.load("items", "item_id,title,price,cost", "cup,Cup,3.00,1.00", "pot,Pot,9.00,4.00")
    later = NOW + timedelta(days=30)
    report = loader.load("items", "item_id,title,price,cost", "cup,Cup,3.50,1.00", "pot,Pot,9.00,4.00", now=later)
    assert report.stored == {"items": 1}
    history = loader.dataset.history("items").to_pyarrow().to_pylist()
    assert sorted((row["item_id"], row["valid_from"], row["price_minor"]) for row in history) == [
        ("cup", _ALWAYS, 300),
        ("cup", later, 350),
        ("pot", _ALWAYS, 900),
    ]


def test_of_rows_with_one_id_the_last_counts(loader: Loader) -> None:
    report = loader.load("items", "item_id,title,price", "cup,Cup,3.00", "cup,Blue cup,4.00", "pot,Pot,1")
    assert (report.taken, report.merged_by_rule) == (2, {"repeated_id": 1})
    assert loader.rows("items", "item_id", "title") == [("cup", "Blue cup"), ("pot", "Pot")]


def test_an_unknown_kind_is_refused(loader: Loader) -> None:
    report = loader.load("items", "item_id,title,kind", "cup,Cup,Good", "pot,Pot,potion")
    assert report.refused_by_reason == {"unknown_kind": 1}


def test_stock_becomes_a_fact_and_stays_one(loader: Loader) -> None:
    loader.load("items", "item_id,title,price,stock", "cup,Cup,3.00,5", "pot,Pot,9.00,")
    assert {i: item.stock for i, item in loader.facts.items().items()} == {"cup": 5, "pot": None}
    loader.load("items", "item_id,title,price,stock", "cup,Cup,3.00,0")
    loader.load("items", "item_id,title,price", "pot,Pot,9.50")
    assert {i: item.stock for i, item in loader.facts.items().items()} == {"cup": 0, "pot": None}


def test_customers_keep_what_a_list_says_of_them(loader: Loader) -> None:
    loader.load("orders", "order_id,item_id,quantity,unit_price,placed_at,customer_id", "1,cup,1,3.00,2026-01-01,ann")
    report = loader.load("customers", "customer_id,account_id,attributes.age", "ann,firm,30-39", "bob,,")
    assert (report.taken, report.refused) == (2, 0)
    loader.load("orders", "order_id,item_id,quantity,unit_price,placed_at,customer_id", "2,cup,1,3.00,2026-02-01,ann")
    assert loader.rows("customers", "customer_id", "account_id", "attributes") == [
        ("ann", "firm", '{"age":"30-39"}'),
        ("bob", None, None),
    ]


def test_relations_lead_in_their_order(loader: Loader) -> None:
    report = loader.load(
        "relations",
        "anchor_id,item_id,relation,rank",
        "tent,mat,complement,2",
        "tent,lamp,complement,1",
        "tent,tent,complement,1",
        "tent,pan,friend,1",
    )
    assert (report.taken, report.refused_by_reason) == (2, {"unknown_relation": 2})
    assert [relation.item_id for relation in loader.facts.relations_of(["tent"])] == ["lamp", "mat"]


def test_a_list_of_relations_replaces_the_one_of_its_source(loader: Loader) -> None:
    header = "anchor_id,item_id,relation"
    loader.source = "people"
    loader.load("relations", header, "tent,mat,complement", "tent,lamp,complement")
    loader.load("relations", header, "tent,stove,complement", now=NOW + timedelta(days=1))
    assert loader.rows("relations", "anchor_id", "item_id") == [("tent", "stove")]
    assert [relation.item_id for relation in loader.facts.relations_of(["tent"])] == ["stove"]


def test_relations_of_items_that_nobody_knows_are_taken_and_told(loader: Loader) -> None:
    header, known = "anchor_id,item_id,relation", "order_id,item_id,quantity,unit_price,placed_at"
    loader.load("orders", known, "1,tent,1,9.00,2026-02-01", "1,mat,1,3.00,2026-02-01")
    lost = [f"tent,lost-{number},complement" for number in range(7)]
    report = loader.load("relations", header, "tent,mat,complement", "gone,mat,never", *lost)
    assert report.taken == 9
    (note,) = report.notes
    assert note.startswith(
        "Relations of items that neither a catalogue nor an order knows: 8 "
        "(gone, lost-0, lost-1, lost-2, lost-3 and 3 more)."
    )
    assert loader.load("relations", header, "tent,mat,complement").notes == []


def test_a_rank_that_is_a_word_is_refused_also_where_the_columns_were_found(loader: Loader, tmp_path: Path) -> None:
    path = tmp_path / "pins.csv"
    path.write_text("anchor_id,item_id,relation,rank\ntent,mat,complement,1\ntent,lamp,complement,first\n")
    report = ingest_files("relations", [path], place=loader.place, now=NOW)
    assert report.columns["rank"] == "rank"
    assert (report.taken, report.refused_by_reason) == (1, {"bad_number": 1})
