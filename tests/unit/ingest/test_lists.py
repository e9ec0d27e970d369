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


class TestTakingBack:
    HEADER = "anchor_id,item_id,relation"

    def _said(self, loader: Loader) -> list[tuple[str, str]]:
        return [(one.item_id, one.relation) for one in loader.facts.relations_of(["tent"])]

    def _list(self, loader: Loader, source: str, *rows: str, days: int = 0) -> int:
        loader.source = source
        return loader.load("relations", self.HEADER, *rows, now=NOW + timedelta(days=days)).stored["relations"]

    def test_nothing_takes_back_what_every_other_list_says_of_the_two(self, loader: Loader) -> None:
        self._list(loader, "shop", "tent,mat,complement", "tent,lamp,complement")
        self._list(loader, "people", "tent,mat,upgrade", days=1)
        assert self._list(loader, "correction", "tent,mat,nothing", days=2) == 1
        assert self._said(loader) == [("lamp", "complement")]
        assert self._list(loader, "shop", "tent,mat,complement", "tent,pan,complement", days=3)
        assert self._said(loader) == [("pan", "complement")]

    def test_said_again_it_changes_nothing(self, loader: Loader) -> None:
        self._list(loader, "shop", "tent,mat,complement")
        assert self._list(loader, "correction", "tent,mat,nothing", days=1) == 1
        assert self._list(loader, "correction", "tent,mat,nothing", days=2) == 0
        assert self._list(loader, "shop", "tent,mat,complement", days=3) == 0
        assert self._said(loader) == []

    def test_it_ends_with_its_list(self, loader: Loader) -> None:
        self._list(loader, "shop", "tent,mat,complement")
        self._list(loader, "correction", "tent,mat,nothing", days=1)
        self._list(loader, "correction", "tent,pan,nothing", days=2)
        assert self._said(loader) == [("mat", "complement")]

    def test_beside_a_relation_it_says_this_and_nothing_else(self, loader: Loader) -> None:
        self._list(loader, "shop", "tent,mat,complement", "tent,mat,requires")
        self._list(loader, "correction", "tent,mat,nothing", "tent,mat,substitute", days=1)
        assert self._said(loader) == [("mat", "substitute")]

    def test_of_two_that_take_back_the_newest_is_heard(self, loader: Loader) -> None:
        self._list(loader, "b", "tent,mat,nothing", "tent,mat,upgrade")
        self._list(loader, "a", "tent,mat,nothing", "tent,mat,complement", days=1)
        assert self._said(loader) == [("mat", "complement")]
        self._list(loader, "b", "tent,mat,nothing", days=2)
        assert self._said(loader) == []

    def test_it_holds_one_way_and_from_its_moment(self, loader: Loader) -> None:
        self._list(loader, "shop", "tent,mat,complement", "mat,tent,complement")
        self._list(loader, "correction", "tent,mat,nothing", days=5)
        assert [one.item_id for one in loader.facts.relations_of(["mat"])] == ["tent"]
        before = loader.dataset.table("relations", as_of=NOW + timedelta(days=4)).to_pyarrow().to_pylist()
        assert {row["relation"] for row in before} == {"complement"}
