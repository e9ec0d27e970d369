from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from tests.unit.ingest.conftest import Loader

from pairwell.ingest.load import IngestReport
from pairwell.ingest.mapping import Goods

HEAD = "order_id,item_id,title,quantity,unit_price,placed_at,customer_id"
Quarantined = Callable[[IngestReport], list[dict[str, str]]]


def test_equal_rows_of_one_order_count_once(loader: Loader) -> None:
    row = "1,cup,Cup,2,3.00,2026-01-01 10:00,ann"
    report = loader.orders(HEAD, row, row, "2,cup,Cup,2,3.00,2026-01-01 10:00,ann")
    assert (report.read, report.taken, report.merged) == (3, 2, 1)
    assert report.merged_by_rule == {"exact_duplicate": 1}
    assert loader.rows("order_lines", "order_id", "line_no") == [("1", 1), ("2", 1)]


def test_without_quantities_every_row_is_one_more_piece(loader: Loader) -> None:
    report = loader.orders("order_id,item_id", "1,milk", "1,milk", "1,bread")
    assert report.merged == 0
    assert loader.rows("order_lines", "line_no", "item_id", "quantity") == [
        (1, "milk", 1.0),
        (2, "milk", 1.0),
        (3, "bread", 1.0),
    ]


def test_what_is_no_sale_is_refused_with_its_reason(loader: Loader, quarantined: Quarantined) -> None:
    bad = {
        "A1,cup,Cup,1,3.00,2026-01-01,ann": "adjustment",
        "1,POST,POSTAGE,1,3.00,2026-01-01,ann": "not_goods",
        "1,cup,Cup,0,3.00,2026-01-01,ann": "zero_quantity",
        "11,cup,damages,-4,0,2026-01-01,": "stock_correction",
        "1,cup,Cup,1,-3.00,2026-01-01,ann": "negative_price",
        "1,cup,Cup,1,0.00,2026-01-01,ann": "zero_price",
        ",cup,Cup,1,3.00,2026-01-01,ann": "no_order_id",
        "1,,,1,3.00,2026-01-01,ann": "no_item_id",
        "1,cup,Cup,many,3.00,2026-01-01,ann": "bad_number",
        "1,cup,Cup,1,dear,2026-01-01,ann": "bad_number",
        "1,cup,Cup,1,3.00,2026-02-30,ann": "bad_date",
        "1,cup,Cup,1,3.00,1026-01-01,ann": "bad_date",
        "9,cup,Cup,1,3.00,,ann": "no_date",
        f"1,{'x' * 257},Cup,1,3.00,2026-01-01,ann": "id_too_long",
    }
    report = loader.orders(HEAD, "7,pot,Pot,1,9.00,2026-01-01,bob", *bad)
    assert (report.read, report.taken, report.refused) == (15, 1, 14)
    assert report.refused_by_reason == Counter(bad.values())
    kept = {(row["file"], int(row["line"])): row["reason"] for row in quarantined(report)}
    assert kept == {("orders.csv", line): reason for line, reason in enumerate(bad.values(), start=3)}
    assert loader.rows("orders", "order_id") == [("7",)]


def test_a_status_tells_cancelled_from_returned(loader: Loader) -> None:
    report = loader.orders(
        "order_id,item_id,quantity,unit_price,placed_at,status",
        "1,cup,1,3.00,2026-01-01,Отменён",
        "2,cup,2,3.00,2026-01-02,refunded",
        "3,cup,1,3.00,2026-01-03,completed",
    )
    assert report.refused_by_reason == {"order_cancelled": 1}
    assert report.changed_by_rule == {"status_to_return": 1}
    assert loader.rows("returns", "order_id", "line_no", "quantity", "refund_minor") == [("2", 1, 2.0, 600)]


def test_an_order_that_was_cancelled_since_is_taken_out(loader: Loader) -> None:
    head = "order_id,item_id,quantity,unit_price,placed_at,customer_id,status"
    kept, sold = "1,cup,1,3.00,2026-01-01,ann,completed", "2,cup,2,3.00,2026-01-02,bob,{}"
    loader.orders(head, kept, sold.format("refunded"))
    report = loader.orders(head, kept, sold.format("cancelled"))
    assert (report.stored["orders"], report.stored["order_lines"], report.stored["returns"]) == (1, 1, 1)
    assert loader.rows("orders", "order_id") == loader.rows("order_lines", "order_id") == [("1",)]
    assert loader.rows("returns", "order_id") == []
    again = loader.orders(head, kept, sold.format("cancelled"))
    assert (again.snapshot, any(again.stored.values())) == (report.snapshot, False)


def test_a_cancelled_line_leaves_the_rest_of_its_order(loader: Loader) -> None:
    head = "order_id,item_id,quantity,unit_price,placed_at,status"
    cup, pot = "1,cup,1,3.00,2026-01-01,completed", "1,pot,1,9.00,2026-01-01,{}"
    loader.orders(head, cup, pot.format("completed"))
    loader.orders(head, cup, pot.format("cancelled"))
    assert loader.rows("order_lines", "order_id", "item_id") == [("1", "cup")]


def test_a_cancellation_meets_the_newest_earlier_order_of_its_customer(loader: Loader) -> None:
    report = loader.orders(
        HEAD,
        "1,cup,Cup,5,3.00,2026-01-01,ann",
        "2,cup,Cup,5,3.00,2026-01-02,ann",
        "3,cup,Cup,5,3.00,2026-01-02,bob",
        "4,cup,Cup,5,3.00,2026-01-09,ann",
        "C5,cup,Cup,-2,3.00,2026-01-05,ann",
    )
    assert (report.taken, report.refused) == (5, 0)
    assert report.changed_by_rule == {"cancellation_to_return": 1}
    assert loader.rows("returns", "order_id", "line_no", "quantity", "at", "refund_minor") == [
        ("2", 1, 2.0, datetime(2026, 1, 5, tzinfo=UTC), 600)
    ]


def test_a_negative_line_meets_its_own_order_first(loader: Loader) -> None:
    loader.orders(
        HEAD,
        "1,cup,Cup,5,3.00,2026-01-01,",
        "2,cup,Cup,5,3.00,2026-01-02,",
        "1,cup,Cup,-1,3.00,2026-01-04,",
    )
    assert loader.rows("returns", "order_id", "line_no", "quantity") == [("1", 1, 1.0)]


def test_a_cancellation_meets_an_order_that_was_loaded_before(loader: Loader) -> None:
    loader.orders(HEAD, "1,cup,Cup,5,3.00,2026-01-01,ann")
    report = loader.orders(HEAD, "C2,cup,Cup,-2,3.00,2026-02-01,ann", "3,pot,Pot,1,9.00,2026-02-01,bob")
    assert report.refused == 0
    assert loader.rows("returns", "order_id", "quantity") == [("1", 2.0)]


def test_a_cancellation_without_an_earlier_order_is_refused(loader: Loader) -> None:
    report = loader.orders(
        HEAD,
        "1,cup,Cup,5,3.00,2026-01-02,ann",
        "2,cup,Cup,5,3.00,2026-01-02,bob",
        "3,cup,Cup,5,3.00,2026-01-02,bob",
        "4,cup,Cup,5,3.00,2026-01-02,bob",
        "C1,cup,Cup,-2,3.00,2026-01-01,ann",
        "C2,cup,Cup,-2,3.00,2026-01-05,eve",
        "C3,cup,Cup,-2,3.00,2026-01-05,",
    )
    assert report.refused_by_reason == {"return_without_order": 3}
    assert loader.rows("returns", "order_id") == []


def test_no_more_comes_back_than_was_bought(loader: Loader) -> None:
    report = loader.orders(
        HEAD,
        "1,cup,Cup,5,3.00,2026-01-01,ann",
        "3,pot,Pot,1,9.00,2026-01-01,bob",
        "C1,cup,Cup,-2,3.00,2026-01-02,ann",
        "C2,cup,Cup,-9,3.00,2026-01-03,ann",
        "C3,cup,Cup,-1,3.00,2026-01-04,ann",
    )
    assert report.refused_by_reason == {"return_exceeds_order": 1}
    assert report.changed_by_rule == {"cancellation_to_return": 2, "return_cut": 1}
    assert loader.rows("returns", "order_id", "quantity", "refund_minor") == [("1", 2.0, 600), ("1", 3.0, 900)]


def test_letters_before_every_order_id_mean_nothing(loader: Loader) -> None:
    report = loader.orders(HEAD, "C1,cup,Cup,5,3.00,2026-01-01,ann", "A2,cup,Cup,5,3.00,2026-01-02,ann")
    assert (report.taken, report.changed, report.refused) == (2, 0, 0)


def test_a_missing_price_is_the_catalogues_then_the_usual_one(loader: Loader) -> None:
    loader.load("items", "item_id,title,price", "cup,Cup,4.00")
    report = loader.orders(
        HEAD,
        "1,cup,Cup,1,,2026-01-01,ann",
        "1,pot,Pot,1,,2026-01-01,ann",
        "2,pot,Pot,1,9.00,2026-01-01,ann",
        "2,pan,Pan,1,,2026-01-01,ann",
    )
    assert report.changed_by_rule == {"price_from_item": 2, "price_unknown": 1}
    assert loader.rows("order_lines", "item_id", "unit_price_minor") == [
        ("cup", 400),
        ("pan", None),
        ("pot", 900),
        ("pot", 900),
    ]


def test_a_total_becomes_a_price_by_the_piece(loader: Loader) -> None:
    report = loader.orders("order_id,item_id,quantity,line_total,placed_at", "1,cup,4,10.00,2026-01-01")
    assert report.changed_by_rule == {"price_from_total": 1}
    assert loader.rows("order_lines", "unit_price_minor") == [(250,)]


def test_notes_do_not_become_titles(loader: Loader) -> None:
    report = loader.orders(
        HEAD,
        "1,cup,damages,1,3.00,2026-01-01,ann",
        "2,cup,damages,1,3.00,2026-01-01,ann",
        "3,cup,?,1,3.00,2026-01-01,ann",
        "4,cup,Blue cup,1,3.00,2026-01-01,ann",
    )
    assert report.changed_by_rule == {"title_note": 3}
    assert loader.rows("items", "item_id", "title") == [("cup", "Blue cup")]


def test_the_title_is_the_one_most_sales_carry(loader: Loader) -> None:
    loader.orders(
        HEAD,
        "1,cup,Blue cup,1,3.00,2026-01-01,ann",
        "2,cup,Blue cup,1,3.00,2026-01-02,ann",
        "3,cup,Cup blue new,1,3.00,2026-01-03,ann",
        "4,cup,amazon adjust,1,0,2026-01-03,ann",
        "5,cup,amazon adjust,1,0,2026-01-03,bob",
        "6,cup,amazon adjust,1,0,2026-01-03,eve",
    )
    assert loader.rows("items", "title") == [("Blue cup",)]


def test_an_order_has_one_date_and_one_customer(loader: Loader) -> None:
    report = loader.orders(
        HEAD,
        "1,cup,Cup,1,3.00,2026-01-01 10:05,ann",
        "1,pot,Pot,1,3.00,2026-01-01 10:04,",
        "1,pan,Pan,1,3.00,,bob",
    )
    assert report.changed_by_rule == {"order_customer": 2, "order_date": 2}
    assert report.changed == 3
    assert loader.rows("orders", "customer_id", "placed_at") == [("ann", datetime(2026, 1, 1, 10, 4, tzinfo=UTC))]


def test_undated_orders_keep_the_order_of_their_rows(loader: Loader) -> None:
    report = loader.orders("order_id,item_id,quantity", "b,cup,1", "a,cup,1", "b,pot,1")
    assert report.changed_by_rule["time_from_order_of_rows"] == 3
    assert loader.rows("orders", "placed_at", "order_id") == [
        (datetime(1970, 1, 1, tzinfo=UTC), "b"),
        (datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC), "a"),
    ]


def test_what_exports_repeat_on_every_line_is_taken_once(loader: Loader) -> None:
    loader.orders(
        "order_id,item_id,quantity,unit_price,placed_at,discount",
        "1,cup,1,3.00,2026-01-01,-2.50",
        "1,pot,1,3.00,2026-01-01,-2.50",
    )
    assert loader.rows("orders", "discount_minor") == [(250,)]


def test_foreign_money_needs_a_rate(loader: Loader) -> None:
    loader.settle(currency={"rates": {"GBP": 1.17}})
    report = loader.orders(
        "order_id,item_id,quantity,unit_price,placed_at,currency",
        "1,cup,1,10.00,2026-01-01,gbp",
        "2,cup,1,10.00,2026-01-01,€",
        "3,cup,1,10.00,2026-01-01,USD",
        "4,cup,1,10.00,2026-01-01,",
    )
    assert report.refused_by_reason == {"unknown_currency": 1}
    assert any("`[currency.rates]`" in note for note in report.notes)
    assert loader.rows("order_lines", "order_id", "unit_price_minor") == [("1", 1170), ("2", 1000), ("4", 1000)]
    assert loader.rows("orders", "order_id", "currency", "rate") == [
        ("1", "GBP", 1.17),
        ("2", "EUR", 1.0),
        ("4", "EUR", 1.0),
    ]


def test_tax_is_taken_out_at_the_door(loader: Loader) -> None:
    loader.settle(shop={"prices_include_tax": True, "tax_rate": 0.2})
    loader.orders("order_id,item_id,quantity,unit_price,placed_at", "1,cup,1,12.00,2026-01-01")
    loader.settle(shop={"prices_include_tax": False, "tax_rate": 0.2})
    loader.orders("order_id,item_id,quantity,unit_price,placed_at", "2,cup,1,12.00,2026-01-01")
    assert loader.rows("order_lines", "order_id", "unit_price_minor") == [("1", 1000), ("2", 1200)]


def test_a_currency_without_cents_has_none(loader: Loader) -> None:
    loader.settle(shop={"currency": "JPY"})
    loader.orders("order_id,item_id,quantity,unit_price,placed_at", "1,cup,1,1200,2026-01-01")
    assert loader.rows("order_lines", "unit_price_minor") == [(1200,)]


def test_what_is_no_goods_is_listed_for_a_person_to_confirm(loader: Loader) -> None:
    rows = ("1,cup,Cup,1,3.00,2026-01-01,ann", "1,POST,POSTAGE,1,3.00,2026-01-01,ann")
    report = loader.orders(HEAD, *rows)
    assert report.goods_excluded == ["POST"]
    loader.goods = Goods(exclude=("cup",))
    report = loader.orders(HEAD, *rows)
    assert report.refused_by_reason == {"not_goods": 1}
    assert report.goods_excluded == ["cup"]
    assert ("POST",) in loader.rows("order_lines", "item_id")


def test_goods_outside_the_expression_are_refused(loader: Loader) -> None:
    loader.goods = Goods(include=r"\d{5}")
    report = loader.orders(HEAD, "1,12345A,Cup,1,3.00,2026-01-01,ann", "1,x,Pot,1,3.00,2026-01-01,ann")
    assert report.refused_by_reason == {"not_goods": 1}
    assert loader.rows("items", "item_id") == [("12345A",)]
