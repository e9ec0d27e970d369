"""Price lists, usage, accounts and the tables of sellers as people write them, in three languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairwell.errors import MappingError
from pairwell.ingest.mapping import Composed
from pairwell.ingest.phrases import PHRASES, phrase_score
from pairwell.ingest.sniff import Sniffed, sniff
from pairwell.ingest.sources import Limits
from pairwell.ingest.vocabulary import is_field

FILES: dict[str, tuple[str, str, dict[str, str]]] = {
    "a price list": (
        "plans",
        (
            "Plan,Name,Family,Monthly fee (EUR),Included assessments,Price per extra assessment,"
            "Included API calls,Seats\n"
            "payg,Pay as you go,hiring,75,1,50,100,1\nscale,Scale,hiring,125,15,40,unlimited,5\n"
        ),
        {
            "plan_id": "Plan",
            "title": "Name",
            "family": "Family",
            "fee": "Monthly fee (EUR)",
            "meters.assessments.included": "Included assessments",
            "meters.assessments.price": "Price per extra assessment",
            "meters.api_calls.included": "Included API calls",
            "seats_included": "Seats",
        },
    ),
    "a price list in Russian": (
        "plans",
        (
            "Тариф;Абонентская плата;Период;Включено звонков;Сверх лимита за звонок;Пользователи\n"
            "Старт;990;месяц;100;5,50;3\nБизнес;9900;год;1000;3;10\n"
        ),
        {
            "plan_id": "Тариф",
            "fee": "Абонентская плата",
            "period": "Период",
            "meters.звонков.included": "Включено звонков",
            "meters.звонков.price": "Сверх лимита за звонок",
            "seats_included": "Пользователи",
        },
    ),
    "a price list in Polish with a row for each meter": (
        "plans",
        (
            "Abonament;Opłata miesięczna;Licznik;Wliczone;Cena jednostkowa;Do\n"
            "Start;49,00;sms;100;0,10;500\nStart;49,00;mms;10;0,50;\n"
        ),
        {
            "plan_id": "Abonament",
            "fee": "Opłata miesięczna",
            "meter": "Licznik",
            "included": "Wliczone",
            "price": "Cena jednostkowa",
            "up_to": "Do",
        },
    ),
    "usage": (
        "usage",
        "Customer ID,Metric,Date,Used\nacme,calls,2026-01-05,3\nacme,mails,2026-01-06,5\n",
        {"account_id": "Customer ID", "meter": "Metric", "at": "Date", "quantity": "Used"},
    ),
    "usage in Russian": (
        "usage",
        "Код клиента;Показатель;Месяц;Количество\nА-1;звонки;2026-01;3\nА-2;звонки;2026-02;5\n",
        {"account_id": "Код клиента", "meter": "Показатель", "at": "Месяц", "quantity": "Количество"},
    ),
    "usage in Polish": (
        "usage",
        "Klient;Licznik;Data;Zużycie\nfirma1;sms;05.01.2026;3\nfirma2;sms;31.01.2026;5\n",
        {"account_id": "Klient", "meter": "Licznik", "at": "Data", "quantity": "Zużycie"},
    ),
    "accounts": (
        "accounts",
        (
            "Account ID,Company,Industry,Employees,Account manager,Region,Health\n"
            "acme,Acme Ltd,Retail,120,Ann,North,good\nzen,Zen,IT,30,Bob,South,bad\n"
        ),
        {
            "account_id": "Account ID",
            "attributes.name": "Company",
            "attributes.industry": "Industry",
            "attributes.size": "Employees",
            "attributes.owner": "Account manager",
            "attributes.region": "Region",
            "attributes.health": "Health",
        },
    ),
    "accounts in Polish": (
        "accounts",
        (
            "Id klienta;Nazwa firmy;Branża;Liczba pracowników;Opiekun\n"
            "k1;Alfa sp. z o.o.;IT;30;Ewa\nk2;Beta;Handel;5;Jan\n"
        ),
        {
            "account_id": "Id klienta",
            "attributes.name": "Nazwa firmy",
            "attributes.industry": "Branża",
            "attributes.size": "Liczba pracowników",
            "attributes.owner": "Opiekun",
        },
    ),
    "benefits in Russian": (
        "benefits",
        "Функция;Показатель;Минут;Описание\nскоринг;;600;без ручной проверки\n;звонки;5;\n",
        {"feature": "Функция", "meter": "Показатель", "minutes": "Минут", "text": "Описание"},
    ),
    "stories": (
        "stories",
        (
            "Story,Industry,Challenge,Product,Text\n"
            "s1,retail,slow hiring,Scale,They halved the time.\ns2,it,cost,Pro,They saved a third.\n"
        ),
        {"story_id": "Story", "industry": "Industry", "need": "Challenge", "use": "Product", "text": "Text"},
    ),
    "sellers in Russian": (
        "sellers",
        "Табельный номер;ФИО;Магазин\n17;Петров П. П.;Север\n18;Сидоров С. С.;Юг\n",
        {"seller_id": "Табельный номер", "name": "ФИО", "store": "Магазин"},
    ),
    "targets in Polish": (
        "targets",
        "Sprzedawca;Miesiąc;Plan sprzedaży;Udział dosprzedaży\ns1;2026-11;10000;30%\ns2;2026-11;12000;25%\n",
        {
            "seller_id": "Sprzedawca",
            "period": "Miesiąc",
            "revenue": "Plan sprzedaży",
            "attach_rate": "Udział dosprzedaży",
        },
    ),
}


def found_in(tmp_path: Path, table: str, text: str) -> Sniffed:
    path = tmp_path / f"{table}.csv"
    path.write_text(text, encoding="utf-8")
    return sniff(table, [path], limits=Limits())


@pytest.mark.parametrize("name", FILES)
def test_columns_are_found_by_what_they_are_called(tmp_path: Path, name: str) -> None:
    table, text, expected = FILES[name]
    columns = found_in(tmp_path, table, text).mapping.columns
    assert {field: column for field, column in columns.items() if isinstance(column, str)} == expected


def test_accounts_are_marked_as_firms(tmp_path: Path) -> None:
    table, text, _ = FILES["accounts"]
    assert found_in(tmp_path, table, text).mapping.columns["attributes.kind"] == Composed(constant="firm")


def test_stories_without_a_language_are_in_english_and_the_mapping_says_so(tmp_path: Path) -> None:
    table, text, _ = FILES["stories"]
    found = found_in(tmp_path, table, text)
    assert found.mapping.columns["locale"] == Composed(constant="en")
    assert any("language" in note for note in found.notes)


def test_plans_without_an_id_are_called_by_their_titles(tmp_path: Path) -> None:
    found = found_in(tmp_path, "plans", "Name,Price\nPro,10\nMax,20\n")
    assert (found.mapping.columns["plan_id"], found.mapping.columns["fee"]) == ("Name", "Price")


def test_a_file_that_does_not_say_whose_use_it_is_is_refused_with_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as caught:
        found_in(tmp_path, "usage", "Metric,Date,Used\ncalls,2026-01-05,3\n")
    assert (caught.value.field, "--mapping" in str(caught.value.hint)) == ("account_id", True)


def test_every_field_with_phrases_is_a_field_and_no_two_fields_share_their_first() -> None:
    for table, fields in PHRASES.items():
        assert all(is_field(table, field) for field in fields)
        for field, phrases in fields.items():
            first = phrases.split(";")[0].strip()
            assert max(fields, key=lambda other: phrase_score(table, other, first)) == field, (table, field)
