"""What the real data sets are taken for."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairwell.errors import MappingError
from pairwell.ingest.mapping import Composed
from pairwell.ingest.sniff import Sniffed, sniff
from pairwell.ingest.sources import Limits


def sniffed(data_dir: Path, table: str, *names: str) -> Sniffed:
    return sniff(table, [data_dir / name for name in names], limits=Limits())


def columns(found: Sniffed) -> dict[str, object]:
    return {
        field: column.join if isinstance(column, Composed) else column
        for field, column in found.mapping.columns.items()
    }


def test_online_retail(data_dir: Path) -> None:
    found = sniffed(data_dir, "orders", "online_retail/online_retail.parquet")
    assert columns(found) == {
        "order_id": "InvoiceNo",
        "item_id": "StockCode",
        "placed_at": "InvoiceDate",
        "customer_id": "CustomerID",
        "title": "Description",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
        "attributes.country": "Country",
    }
    assert min(found.confidence.values()) > 0.7


def test_adventureworks_takes_cost_price_and_two_levels_of_category_from_lookups(data_dir: Path) -> None:
    names = ("sales_clean.csv.gz", "products_clean.csv", "subcategories_clean.csv", "customers_noname.csv.gz")
    found = sniffed(data_dir, "orders", *(f"adventureworks/{name}" for name in names))
    taken = columns(found)
    wanted = {
        "order_id": "OrderNumber",
        "item_id": "ProductKey",
        "placed_at": "OrderDate",
        "customer_id": "CustomerKey",
        "title": "ProductName",
        "quantity": "OrderQuantity",
        "unit_price": "ProductPrice",
        "unit_cost": "ProductCost",
        "category": ("CategoryName", "SubcategoryName"),
        "family": "ModelName",
        "item_attributes.color": "ProductColor",
        "attributes.gender": "Gender",
    }
    assert {field: taken.get(field) for field in wanted} == wanted
    assert found.mapping.dates is None
    links = {lookup.file: (lookup.key, lookup.lookup_key) for lookup in found.mapping.lookup}
    assert links["products_clean.csv"] == ("ProductKey", "Product-ID")
    assert links["subcategories_clean.csv"] == ("SubcategoryKey", "ProductSubcategoryKey")


def test_adventureworks_sales_alone_has_no_price(data_dir: Path) -> None:
    found = sniffed(data_dir, "orders", "adventureworks/sales_clean.csv.gz")
    assert "unit_price" not in found.mapping.columns
    assert found.mapping.columns["placed_at"] == "OrderDate"


def test_adventureworks_products(data_dir: Path) -> None:
    found = sniffed(data_dir, "items", "adventureworks/products_clean.csv", "adventureworks/subcategories_clean.csv")
    taken = columns(found)
    wanted = {
        "item_id": "Product-ID",
        "title": "ProductName",
        "category": ("CategoryName", "SubcategoryName"),
        "family": "ModelName",
        "price": "ProductPrice",
        "cost": "ProductCost",
        "attributes.product_color": "ProductColor",
    }
    assert {field: taken.get(field) for field in wanted} == wanted


def test_adventureworks_customers(data_dir: Path) -> None:
    found = sniffed(data_dir, "customers", "adventureworks/customers_noname.csv.gz")
    taken = columns(found)
    assert taken["customer_id"] == "CustomerKey"
    assert taken["attributes.annual_income"] == "AnnualIncome"


def test_fuzzy_factory_joins_orders_and_products(data_dir: Path) -> None:
    names = ("orders.csv.gz", "products.csv.gz", "order_items.csv.gz")
    found = sniffed(data_dir, "orders", *(f"fuzzy_factory/{name}" for name in names))
    assert columns(found) == {
        "order_id": "order_id",
        "item_id": "product_id",
        "placed_at": "created_at",
        "customer_id": "user_id",
        "title": "product_name",
        "unit_price": "price_usd",
        "unit_cost": "cogs_usd",
        "role": "is_primary_item",
    }


def test_fuzzy_factory_refunds(data_dir: Path) -> None:
    found = sniffed(data_dir, "returns", "fuzzy_factory/order_item_refunds.csv.gz")
    assert columns(found) == {
        "order_id": "order_id",
        "line_id": "order_item_id",
        "at": "created_at",
        "refund": "refund_amount_usd",
    }


def test_pizza_place_joins_three_files_and_date_with_time(data_dir: Path) -> None:
    names = ("order_details.csv.gz", "orders.csv.gz", "pizzas.csv.gz", "pizza_types.csv.gz")
    found = sniffed(data_dir, "orders", *(f"pizza_place/{name}" for name in names))
    assert columns(found) == {
        "order_id": "order_id",
        "item_id": "pizza_id",
        "placed_at": ("date", "time"),
        "title": "name",
        "quantity": "quantity",
        "unit_price": "price",
        "category": "category",
        "family": "pizza_type_id",
        "item_attributes.size": "size",
    }


def test_foodmart_has_no_order_and_the_answer_offers_one_to_confirm(data_dir: Path) -> None:
    names = ("sales_fact_1997.csv.gz", "product.csv.gz", "product_class.csv.gz", "time_by_day.csv.gz")
    with pytest.raises(MappingError, match="order_id") as caught:
        sniffed(data_dir, "orders", *(f"foodmart/{name}" for name in names))
    assert caught.value.hint is not None
    assert 'order_id = { join = ["customer_id", "the_date"] }' in caught.value.hint


def test_foodmart_catalogue_has_four_levels(data_dir: Path) -> None:
    found = sniffed(data_dir, "items", "foodmart/product.csv.gz", "foodmart/product_class.csv.gz")
    taken = columns(found)
    levels = ("product_family", "product_department", "product_category", "product_subcategory")
    assert taken["category"] == levels
    assert (taken["item_id"], taken["title"], taken["brand"]) == ("product_id", "product_name", "brand_name")


def test_extended_bakery_without_header_by_content(data_dir: Path) -> None:
    found = sniffed(data_dir, "orders", "extended_bakery/75000i_receipt_qty_item.csv.gz")
    assert columns(found) == {"order_id": "column_1", "item_id": "column_3", "quantity": "column_2"}
    assert not found.mapping.file.header


def test_extended_bakery_looks_prices_up_by_content(data_dir: Path) -> None:
    names = ("extended_bakery/75000i_receipt_qty_item.csv.gz", "extended_bakery/goods.csv")
    found = sniffed(data_dir, "orders", *names)
    taken = columns(found)
    assert (taken["order_id"], taken["item_id"], taken["unit_price"]) == ("column_1", "column_3", "price")
    assert found.mapping.lookup[0].lookup_key == "id"


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("groceries/groceries.csv.gz", "baskets"),
        ("fimi/retail.dat.gz", "baskets"),
        ("fimi/T10I4D100K.dat.gz", "baskets"),
        ("tafeng/tafeng_history.json.gz", "json-baskets"),
        ("tafeng/tafeng_future.json.gz", "json-baskets"),
    ],
)
def test_baskets(data_dir: Path, name: str, layout: str) -> None:
    assert sniffed(data_dir, "orders", name).mapping.layout == layout


def test_telco_accounts(data_dir: Path) -> None:
    found = sniffed(data_dir, "customers", "telco/Telco-Customer-Churn.csv.gz")
    taken = columns(found)
    assert taken["customer_id"] == "customerID"
    assert taken["attributes.contract"] == "Contract"


@pytest.mark.parametrize("name", ["cdnow/CDNOW_sample.txt", "hillstrom/hillstrom.csv.gz"])
def test_files_without_items_are_no_orders(data_dir: Path, name: str) -> None:
    with pytest.raises(MappingError, match="item_id"):
        sniffed(data_dir, "orders", name)
