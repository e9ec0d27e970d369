"""What headers mean, in three languages."""

from __future__ import annotations

import pytest

from pairwell.ingest.naming import name_score, nameable_fields
from pairwell.ingest.words import concepts, currency_of, fold, tokens


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("InvoiceNo", ["invoice", "no"]),
        ("Nr zamówienia", ["nr", "zamowienia"]),
        ("CENA_SPRZEDAŻY", ["cena", "sprzedazy"]),
        ("Кол-во", ["количество"]),
        ("№ чека", ["no", "чека"]),
        ("Цена с НДС", ["цена", "gross"]),
        ("SKUCode2", ["sku", "code", "2"]),
        ("Number of items", ["quantity", "items"]),
    ],
)
def test_headers_are_taken_apart(header: str, words: list[str]) -> None:
    assert tokens(header) == words


def test_diacritics_fold_but_letters_of_their_own_stay() -> None:
    assert fold("Żółć Łódź ЁЛКА Чай") == "zolc lodz елка чай"


@pytest.mark.parametrize("header", ["customerid", "CustomerID", "id_klienta", "Код клиента", "cust_no", "Custmer Id"])
def test_one_meaning_in_many_spellings(header: str) -> None:
    assert set(concepts(header)[0]) == {"customer", "id"}


@pytest.mark.parametrize(
    ("header", "currency"),
    [("Cena (PLN)", "PLN"), ("price_usd", "USD"), ("Сумма, ₽", "RUB"), ("Price £", "GBP"), ("x", None)],
)
def test_a_header_may_name_a_currency(header: str, currency: str | None) -> None:
    assert currency_of(header) == currency


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Data sprzedaży", "placed_at"),
        ("Дата и время покупки", "placed_at"),
        ("Numer paragonu", "order_id"),
        ("Номер накладной", "order_id"),
        ("transaction id", "order_id"),
        ("Kod towaru", "item_id"),
        ("Штрихкод", "item_id"),
        ("Nazwa produktu", "title"),
        ("Номенклатура, наименование", "title"),
        ("Liczba sztuk", "quantity"),
        ("Units sold", "quantity"),
        ("Cena jednostkowa netto", "unit_price"),
        ("Цена за единицу", "unit_price"),
        ("Wartość brutto", "line_total"),
        ("Сумма строки", "line_total"),
        ("Koszt", "unit_cost"),
        ("Закупочная цена", "unit_cost"),
        ("Rabat", "line_discount"),
        ("Скидка на товар", "line_discount"),
        ("Waluta", "currency"),
        ("Подкатегория", "category"),
        ("Producent", "brand"),
        ("Кассир", "seller_id"),
        ("Status zamówienia", "status"),
        ("Koszt dostawy", "shipping"),
        ("Kwota VAT", "tax"),
        ("Kraj", "attributes.country"),
        ("OdbKod", "customer_id"),
        ("Sold-to party", "customer_id"),
        ("Код ТМЦ", "item_id"),
        ("Cena zakupu", "unit_cost"),
        ("Cena po upuście", "unit_price"),
        ("К-во", "quantity"),
        ("E-mail kupującego", "customer_id"),
    ],
)
def test_a_header_names_one_field_best(header: str, field: str) -> None:
    scores = {name: name_score("orders", name, header) for name in nameable_fields("orders")}
    assert max(scores, key=lambda name: scores[name]) == field
    assert scores[field] >= 0.5


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Ship Date", "placed_at"),
        ("Дата рождения клиента", "placed_at"),
        ("StockDate", "placed_at"),
        ("Line No", "order_id"),
        ("Customer name", "title"),
        ("Discount %", "line_discount"),
        ("promotion_id", "line_discount"),
        ("Stock quantity", "quantity"),
        ("Order total", "order_id"),
        ("Сумма НДС", "line_total"),
        ("Комиссия", "unit_price"),
        ("Cust. PO", "order_id"),
        ("Covers", "customer_id"),
    ],
)
def test_a_header_that_only_sounds_alike_names_little(header: str, field: str) -> None:
    assert name_score("orders", field, header) < 0.5


@pytest.mark.parametrize(
    ("better", "worse", "field"),
    [
        ("Заявка", "Накладная", "order_id"),
        ("Receipt No", "Tracking No", "order_id"),
        ("Артикул", "Баркод", "item_id"),
        ("Kod towaru", "Kod EAN", "item_id"),
        ("Цена со скидкой", "Цена без скидки", "unit_price"),
        ("Cena po rabacie", "Cena katalogowa", "unit_price"),
        ("Price after discount", "Price before discount", "unit_price"),
        ("Ordered", "Fulfilled", "quantity"),
        ("Кол-во, шт.", "Кол-во, кор.", "quantity"),
        ("Data zlec.", "Data sprzed.", "placed_at"),
        ("Дата заказа", "Дата выгрузки", "placed_at"),
    ],
)
def test_of_two_headers_one_names_the_field_better(better: str, worse: str, field: str) -> None:
    assert name_score("orders", field, better) > name_score("orders", field, worse)
