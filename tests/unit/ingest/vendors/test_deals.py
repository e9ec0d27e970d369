from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.unit.ingest.vendors.conftest import FILES, Filled, Importer, filled

from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.errors import MappingError
from pairwell.ingest.load import IngestReport
from pairwell.ingest.mapping import load_mapping, parse_mapping, render_mapping

Beside = Callable[[IngestReport], dict[str, Counter[str]]]
HUBSPOT = ("hubspot_deals.json", "hubspot_line_items.json")
BITRIX24 = ("bitrix24_deals.json", "bitrix24_product_rows.json")
AMOCRM = ("amocrm_leads.json", "amocrm_elements.json")
SOLD = ("order_id", "item_id", "quantity", "unit_price_minor", "discount_minor")


@pytest.fixture
def roubles(importer: Importer) -> Importer:
    """A workspace whose money is roubles with a tax of 20 percent inside."""
    importer.settle(shop={"tax_rate": 0.2, "prices_include_tax": True, "currency": "RUB"})
    return importer


@pytest.fixture(scope="module")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """HubSpot's contacts."""
    with filled(tmp_path_factory.mktemp("contacts"), ("customers", "hubspot_contacts.json")) as made:
        yield made


def at(importer: Importer) -> dict[str, str]:
    return {name: moment.isoformat() for name, moment in importer.rows("orders", "order_id", "placed_at")}


# --- HubSpot --------------------------------------------------------------------------------------


def test_hubspots_won_deals_become_orders_of_their_line_items(importer: Importer) -> None:
    report = importer.take("orders", *HUBSPOT)
    assert report.recognised == "hubspot"
    assert (report.read, report.taken, report.merged, report.refused) == (9, 3, 2, 4)
    assert report.refused_by_reason == {"deal_not_won": 2, "deal_without_products": 1, "line_without_deal": 1}
    assert sorted(importer.rows("order_lines", *SOLD)) == [
        ("9001", "772", 2.0, 19000, 0),
        ("9001", "LAP-14", 2.0, 110000, 20000),
        ("9002", "Monitor 27", 1.0, 15000, 0),
    ]
    assert sorted(importer.rows("orders", "order_id", "customer_id", "seller_id")) == [
        ("9001", "151", "71"),
        ("9002", "company:56", "72"),
    ]
    assert at(importer)["9002"] == "2026-03-20T10:00:00+00:00"


def test_hubspots_files_may_come_in_any_order_and_again(importer: Importer) -> None:
    importer.take("orders", *reversed(HUBSPOT))
    before = importer.rows("order_lines", *SOLD)
    copies = [importer.write(name, (FILES / name).read_text(encoding="utf-8")) for name in HUBSPOT]
    again = importer.take("orders", *HUBSPOT, *copies)
    assert importer.rows("order_lines", *SOLD) == before
    assert again.merged_by_rule == {"part_of_deal": 2, "exact_duplicate": 9}
    assert not any(again.stored.values())


def test_hubspots_deals_may_name_their_line_items_instead(importer: Importer) -> None:
    bare = json.loads((FILES / HUBSPOT[1]).read_text(encoding="utf-8"))
    for item in bare["results"]:
        item.pop("associations")
    report = importer.take("orders", HUBSPOT[0], importer.write("items.json", json.dumps(bare)))
    assert sorted(importer.rows("order_lines", "order_id", "item_id")) == [("9001", "LAP-14")]
    assert report.refused_by_reason["line_without_deal"] == 4


def test_hubspots_export_is_read_by_its_labels(importer: Importer) -> None:
    report = importer.take("orders", "hubspot_deals.csv", "hubspot_line_items.csv")
    assert (report.read, report.taken, report.merged, report.refused) == (7, 2, 1, 4)
    assert sorted(importer.rows("order_lines", *SOLD))[1] == ("9001", "LAP-14", 2.0, 110000, 20000)
    assert importer.rows("orders", "order_id", "customer_id") == [("9001", "151")]


def test_a_person_says_which_stages_are_won(importer: Importer) -> None:
    names = ("hubspot_deals.csv", "hubspot_line_items.csv")
    saved = load_mapping(Path(importer.take("orders", *names).mapping or ""))
    edited = msgspec.structs.replace(saved, won=("Signed", "closed won"))
    assert parse_mapping(render_mapping(edited)) == edited
    assert importer.take("orders", *names, mapping=edited).taken == 3
    # Named stages are all that are won: what was won before is taken out.
    alone = importer.take("orders", *names, mapping=msgspec.structs.replace(saved, won=("signed",)))
    assert (alone.taken, importer.rows("orders", "order_id")) == (1, [("9002",)])


def test_stages_are_of_deals_alone(importer: Importer) -> None:
    saved = load_mapping(Path(importer.take("orders", "shopify_orders.csv").mapping or ""))
    with pytest.raises(MappingError, match="`won` names stages of deals"):
        importer.take("orders", "shopify_orders.csv", mapping=msgspec.structs.replace(saved, won=("paid",)))


def test_where_no_stage_is_known_as_won_it_is_said(importer: Importer) -> None:
    text = (FILES / "hubspot_deals.csv").read_text(encoding="utf-8").replace("Closed won", "Podpisano")
    report = importer.take("orders", importer.write("deals.csv", text), "hubspot_line_items.csv")
    assert report.refused_by_reason == {"deal_not_won": 7}
    assert any("No deal is known as won" in note and "won = [" in note for note in report.notes)


def test_a_deal_that_is_won_no_more_is_taken_out(importer: Importer) -> None:
    importer.take("orders", *HUBSPOT)
    text = (FILES / HUBSPOT[0]).read_text(encoding="utf-8")
    lost = text.replace('"hs_is_closed_won": "true", "hs_lastmodifieddate"', '"hs_is_closed_won": "false", "x"')
    assert text != lost
    importer.take("orders", importer.write("deals.json", lost), HUBSPOT[1])
    assert importer.rows("orders", "order_id") == [("9002",)]
    importer.take("orders", *HUBSPOT)
    assert sorted(importer.rows("orders", "order_id")) == [("9001",), ("9002",)]


def test_probability_says_what_is_won_where_nothing_else_does(importer: Importer) -> None:
    rows = list(csv.DictReader((FILES / "hubspot_deals.csv").read_text(encoding="utf-8").splitlines()))
    sure = {"9001": "0%", "9002": "100%", "9003": "20%"}
    text = "\n".join(
        [",".join([*rows[0], "Deal probability"])]
        + [",".join(f'"{cell}"' for cell in [*row.values(), sure[row["Record ID"]]]) for row in rows]
    )
    importer.take("orders", importer.write("deals.csv", text), "hubspot_line_items.csv")
    assert importer.rows("orders", "order_id") == [("9002",)]


def test_dates_with_slashes_are_read_by_all_of_them(importer: Importer) -> None:
    text = (FILES / "hubspot_deals.csv").read_text(encoding="utf-8")
    for day in ("02", "20", "30"):
        for month in ("03", "04"):
            text = text.replace(f"2026-{month}-{day} ", f"{day}/{month}/2026 ")
    importer.take("orders", importer.write("deals.csv", text), "hubspot_line_items.csv")
    assert at(importer) == {"9001": "2026-03-02T15:10:00+00:00"}


def test_pages_of_a_list_a_line_each(importer: Importer) -> None:
    for name in HUBSPOT:
        page = json.loads((FILES / name).read_text(encoding="utf-8"))
        halves = [page | {"results": half} for half in (page["results"][:2], page["results"][2:])]
        importer.write(name + "l", "\n".join(map(json.dumps, halves)))
    report = importer.take("orders", *(importer.folder / f"{name}l" for name in HUBSPOT))
    assert (report.read, report.taken, report.merged, report.refused) == (9, 3, 2, 4)


# --- Bitrix24 -------------------------------------------------------------------------------------


def test_bitrix24s_list_has_a_row_for_each_product(roubles: Importer) -> None:
    report = roubles.take("orders", "bitrix24_deals.csv")
    assert report.recognised == "bitrix24"
    assert (report.read, report.taken, report.refused) == (6, 3, 3)
    assert report.refused_by_reason == {"deal_not_won": 2, "deal_without_products": 1}
    assert sorted(roubles.rows("order_lines", *SOLD)) == [
        ("41", "Кресло", 6.0, 583333, 0),
        ("41", "Стол письменный", 6.0, 1250000, 0),
        ("42", "Лампа", 1.0, 416708, 0),
    ]
    # A close date where there is one, else the day it was created; contacts are called by name alone there.
    assert at(roubles) == {"41": "2026-03-05T00:00:00+00:00", "42": "2026-02-02T11:00:00+00:00"}
    assert {who for (who,) in roubles.rows("orders", "customer_id")} == {None}


def test_bitrix24s_stages_that_were_renamed_are_known_by_their_group(roubles: Importer) -> None:
    text = (FILES / "bitrix24_deals.csv").read_text(encoding="utf-8")
    bare = text.replace('"Группа стадий";', "").replace('"S";', "").replace('"P";', "").replace('"F";', "")
    roubles.take("orders", roubles.write("deals.csv", bare))
    assert roubles.rows("orders", "order_id") == [("41",)]  # "Подписан договор" is anybody's guess


def test_bitrix24s_english_list(importer: Importer) -> None:
    header = '"ID";"Deal Name";"Stage";"Responsible";"Currency";"Assumed close date";"Product";"Price";"Quantity"'
    rows = (
        '"1";"Office";"Deal won";"Seller One";"EUR";"03/25/2026 10:00:00 am";"Desk";"1,200.50";"2"',
        '"2";"Later";"New";"Seller One";"EUR";"04/02/2026 10:00:00 am";"Desk";"1,200.50";"1"',
    )
    report = importer.take("orders", importer.write("deals.csv", "\n".join([header, *rows])))
    assert (report.recognised, report.taken) == ("bitrix24", 1)
    assert importer.rows("order_lines", *SOLD) == [("1", "Desk", 2.0, 120050, 0)]
    assert at(importer) == {"1": "2026-03-25T10:00:00+00:00"}


def test_bitrix24s_deals_and_product_rows_of_its_api(roubles: Importer) -> None:
    report = roubles.take("orders", *BITRIX24)
    assert (report.read, report.taken, report.merged, report.refused) == (7, 3, 2, 2)
    assert report.refused_by_reason == {"deal_not_won": 1, "line_without_deal": 1}
    assert sorted(roubles.rows("order_lines", *SOLD)) == [
        ("41", "689", 6.0, 1250000, 750000),
        ("41", "690", 6.0, 583333, 0),
        ("42", "Лампа", 1.0, 416708, 0),
    ]
    assert sorted(roubles.rows("orders", "order_id", "customer_id", "seller_id")) == [
        ("41", "12", "1"),
        ("42", "company:8", "2"),
    ]
    assert at(roubles)["42"] == "2026-03-07T00:00:00+00:00"


# --- amoCRM ---------------------------------------------------------------------------------------


def test_amocrms_deals_take_names_and_prices_of_the_catalogue(roubles: Importer) -> None:
    report = roubles.take("orders", *AMOCRM)
    assert report.recognised == "amocrm"
    assert (report.read, report.taken, report.merged, report.refused) == (9, 3, 3, 3)
    assert report.refused_by_reason == {"deal_not_won": 2, "deal_without_products": 1}
    assert sorted(roubles.rows("order_lines", *SOLD)) == [
        ("17657", "525439", 2.0, 375000, 0),
        ("17657", "525441", 1.0, 83333, 0),
        ("17658", "525441", 1.0, 58333, 0),  # an invoice beside it is of another catalogue
    ]
    assert sorted(roubles.rows("orders", "order_id", "customer_id", "discount_minor")) == [
        ("17657", "901", 83333),  # the deal was 1000 cheaper than what it sold
        ("17658", "company:405", 0),
    ]
    assert ("525439", "Кофемашина") in roubles.rows("items", "item_id", "title")
    assert at(roubles)["17657"] == "2026-03-05T08:40:00+00:00"


def test_amocrms_deals_alone_say_what_and_how_many(roubles: Importer) -> None:
    report = roubles.take("orders", AMOCRM[0])
    assert (report.taken, report.changed_by_rule["price_unknown"]) == (4, 4)


# --- contacts -------------------------------------------------------------------------------------


def test_hubspots_contacts_are_customers_without_names_and_addresses(contacts: Filled, beside: Beside) -> None:
    report = contacts.reports["customers"]
    assert (report.read, report.taken) == (2, 2)
    assert beside(report) == {"consents": Counter(taken=1, merged=0, refused=0)}
    told = dict(contacts.rows("customers", "customer_id", "attributes"))
    assert json.loads(told["151"]) == {
        "city": "Leeds",
        "company": "Northwind",
        "industry": "Retail",
        "job_title": "Head of IT",
        "lifecycle_stage": "customer",
    }
    assert dict(contacts.rows("customers", "customer_id", "account_id")) == {"151": "company:55", "153": None}
    assert contacts.rows("consents", "customer_id", "channel", "given") == [("151", "email", False)]


@pytest.mark.parametrize(
    "name", ["hubspot_contacts.json", "bitrix24_contacts.json", "bitrix24_contacts.csv", "amocrm_contacts.json"]
)
def test_no_name_telephone_or_address_of_a_contact_is_stored(importer: Importer, name: str) -> None:
    importer.take("customers", name)
    stored = str(importer.rows("customers", "customer_id", "account_id", "attributes"))
    for personal in ("Sample", "example.com", "+7", "+44", "Пример", "Образ", "ул."):
        assert personal not in stored


def test_contacts_and_deals_meet_and_take_one_pseudonym(importer: Importer) -> None:
    importer.take("orders", *HUBSPOT, pseudonyms=True)
    importer.take("customers", "hubspot_contacts.json", pseudonyms=True)
    buyers = {who for (who,) in importer.rows("orders", "customer_id")}
    assert not buyers & {"151", "company:56"}
    told = {who for who, said in importer.rows("customers", "customer_id", "attributes") if said}
    assert len(buyers & told) == 1
    accounts = {account for (account,) in importer.rows("customers", "account_id")} - {None}
    secret = read_secret(importer.workspace)
    assert accounts == {pseudonym_of(secret, "company:55")}
    assert pseudonym_of(secret, "company:56") in buyers
    assert {who for (who,) in importer.rows("consents", "customer_id")} == buyers & told


def test_bitrix24s_and_amocrms_contacts(importer: Importer) -> None:
    importer.take("customers", "bitrix24_contacts.json")
    assert importer.rows("customers", "customer_id", "account_id")[0] == ("12", "company:7")
    assert importer.take("customers", "bitrix24_contacts.csv").recognised == "bitrix24"
    importer.take("customers", "amocrm_contacts.json")
    assert ("901", "company:404") in importer.rows("customers", "customer_id", "account_id")


# --- told again, and what is kept -----------------------------------------------------------------


def test_hubspots_deal_counts_as_it_was_changed_last(importer: Importer) -> None:
    def deal(name: str, won: str, changed: str) -> Path:
        said = {"dealname": "x", "dealstage": "1", "hs_is_closed_won": won, "closedate": "2026-03-05T10:00:00Z"}
        links = {"line items": {"results": [{"id": "70"}]}}
        record = {"id": "9", "properties": {"hs_object_id": "9", "hs_lastmodifieddate": changed, **said}}
        return importer.write(name, json.dumps({"results": [record | {"associations": links}]}))

    item = {"hs_object_id": "70", "name": "Pump", "quantity": "1", "price": "10", "hs_sku": "P"}
    items = importer.write("items.json", json.dumps({"results": [{"id": "70", "properties": item}]}))
    old = deal("old.json", "false", "2026-03-01T00:00:00Z")
    new = deal("new.json", "true", "2026-03-01T03:30:00.500+03:00")
    for files in ((old, new, items), (new, old, items)):
        report = importer.take("orders", *files)
        assert (report.taken, report.merged_by_rule) == (1, {"part_of_deal": 1, "repeated_order": 1})
    # Without a moment the last telling counts.
    bare = deal("bare.json", "false", "")
    assert importer.take("orders", new, bare, items).taken == 0
    assert importer.rows("orders", "order_id") == []
    assert importer.take("orders", bare, new, items).taken == 1


def test_an_archived_deal_of_hubspot_is_not_won(importer: Importer) -> None:
    importer.take("orders", *HUBSPOT)
    text = (FILES / HUBSPOT[0]).read_text(encoding="utf-8")
    gone = importer.write("deals.json", text.replace('"archived": false', '"archived": true'))
    report = importer.take("orders", gone, HUBSPOT[1])
    assert (report.taken, report.refused_by_reason["deal_not_won"]) == (0, 8)
    assert importer.rows("orders", "order_id") == []


def test_hubspots_prices_are_without_tax_whatever_the_shop_says(importer: Importer) -> None:
    importer.settle(shop={"tax_rate": 0.2, "prices_include_tax": True})
    importer.take("orders", *HUBSPOT)
    assert ("9002", "Monitor 27", 1.0, 15000, 0) in importer.rows("order_lines", *SOLD)


@pytest.mark.parametrize("with_tax", [True, False])
def test_bitrix24s_prices_are_with_tax_whatever_the_shop_says(importer: Importer, *, with_tax: bool) -> None:
    importer.settle(shop={"tax_rate": 0.2, "prices_include_tax": with_tax, "currency": "RUB"})
    importer.take("orders", "bitrix24_deals.csv")
    assert ("42", "Лампа", 1.0, 416708, 0) in importer.rows("order_lines", *SOLD)


def test_a_won_deal_whose_products_are_gone_stays_as_it_was(importer: Importer) -> None:
    importer.take("orders", *HUBSPOT)
    report = importer.take("orders", HUBSPOT[0])
    assert report.refused_by_reason == {"deal_not_won": 1, "deal_without_products": 3}
    assert sorted(importer.rows("orders", "order_id")) == [("9001",), ("9002",)]


def test_nothing_personal_of_a_deal_stands_in_the_quarantine(importer: Importer) -> None:
    head = "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Currency,Associated Contact IDs"
    rows = (
        "1,Ann pump,Closed won,2026-03-05 10:00,71,90,EUR,5504,Cy (cy@example.com)",
        "2,Bob pump,Closed lost,2026-03-05 10:00,71,90,EUR,5505,Bo (bo@example.com)",
        ",Cid pump,Closed won,2026-03-05 10:00,71,90,EUR,5506,Di (di@example.com)",
    )
    deals = importer.write("deals.csv", "\n".join([f"{head},Associated Contact", *rows]))
    report = importer.take("orders", deals)
    assert report.refused_by_reason == {"deal_not_won": 1, "deal_without_products": 1, "no_order_id": 1}
    kept = Path(report.quarantine or "").read_text(encoding="utf-8")
    assert not any(personal in kept for personal in ("example.com", "pump", "Cy", "Bo ", "Di"))
    # What names the deal and its customer does.
    assert '""customer_id"":""5504""' in kept
    assert '""hs_object_id"":""1""' in kept


def test_bitrix24s_list_told_twice_counts_once(roubles: Importer) -> None:
    once = roubles.take("orders", "bitrix24_deals.csv")
    before = roubles.rows("order_lines", *SOLD)
    text = (FILES / "bitrix24_deals.csv").read_text(encoding="utf-8")
    twice = roubles.take("orders", "bitrix24_deals.csv", roubles.write("again.csv", text))
    assert (twice.read, twice.taken, twice.merged_by_rule) == (2 * once.read, once.taken, {"exact_duplicate": 6})
    assert roubles.rows("order_lines", *SOLD) == before


def listed(importer: Importer, name: str, *rows: str) -> Path:
    head = "ID;Название сделки;Стадия;Товар;Цена;Количество;Валюта;Дата изменения;Предполагаемая дата закрытия"
    return importer.write(name, "\n".join([head, *(f"{row};05.03.2026" for row in rows)]))


def test_a_deal_of_a_list_at_the_seam_of_two_parts(roubles: Importer) -> None:
    pump, hose = "7;x;Сделка успешна;Насос;100,50;2;RUB;", "7;x;Сделка успешна;Шланг;20,00;1;RUB;"
    # Whole at the end of one and the start of the next: once, and lines that are equal there are two lines.
    whole = (listed(roubles, "1.csv", pump, pump, hose), listed(roubles, "2.csv", pump, pump, hose))
    report = roubles.take("orders", *whole)
    assert report.merged_by_rule == {"exact_duplicate": 3, "part_of_line": 1}
    assert roubles.rows("order_lines", "item_id", "quantity") == [("Насос", 4.0), ("Шланг", 1.0)]
    # Cut between them: one deal.
    cut = (listed(roubles, "1.csv", pump), listed(roubles, "2.csv", hose))
    assert roubles.take("orders", *cut).merged == 0
    assert roubles.rows("order_lines", "item_id", "quantity") == [("Насос", 2.0), ("Шланг", 1.0)]


def test_a_deal_of_a_list_counts_as_it_was_changed_last(roubles: Importer) -> None:
    old, new = ("7;x;{};Насос;100,50;{};RUB;{}".format(*said) for said in (("Новая", 2, ""), ("Сделка успешна", 3, "")))
    first, second = listed(roubles, "1.csv", old), listed(roubles, "2.csv", new)
    assert roubles.take("orders", first, second).merged_by_rule == {"repeated_order": 1}
    assert roubles.rows("order_lines", "quantity") == [(3.0,)]
    roubles.take("orders", second, first)
    assert roubles.rows("orders", "order_id") == []
    dated = listed(roubles, "3.csv", new + "02.03.2026 10:00"), listed(roubles, "4.csv", old + "01.03.2026 10:00")
    assert roubles.take("orders", *dated).taken == 1


def test_rows_of_a_list_in_any_order_are_one_deal(roubles: Importer) -> None:
    rows = ("7;x;Сделка успешна;Насос;10;2;RUB;", "8;y;Сделка успешна;Насос;10;1;RUB;")
    more = ("7;x;Сделка успешна;Шланг;20;1;RUB;", rows[1])
    report = roubles.take("orders", listed(roubles, "1.csv", *rows, *more))
    assert (report.taken, report.merged_by_rule) == (3, {"exact_duplicate": 1})
    assert roubles.rows("order_lines", "order_id", "quantity") == [("7", 1.0), ("7", 2.0), ("8", 1.0)]


def test_rest_deals_of_bitrix24_and_amocrm_count_as_they_were_changed_last(roubles: Importer) -> None:
    def bitrix24(name: str, stage: str, changed: str) -> Path:
        deal = {"ID": "5", "STAGE_ID": stage, "OPPORTUNITY": "1", "CURRENCY_ID": "RUB", "CONTACT_ID": "2"}
        dates = {"CLOSEDATE": "2026-03-05T03:00:00+03:00", "DATE_MODIFY": changed}
        return roubles.write(name, json.dumps({"result": [deal | dates]}))

    row = {"ID": "1", "OWNER_ID": "5", "OWNER_TYPE": "D", "PRODUCT_ID": "9", "PRODUCT_NAME": "P", "PRICE": 1}
    rows = roubles.write("rows.json", json.dumps({"result": [row | {"QUANTITY": 1}]}))
    new = bitrix24("new.json", "WON", "2026-04-01T03:00:00+03:00")
    assert roubles.take("orders", new, bitrix24("old.json", "NEW", "2026-04-01T01:00:00+02:00"), rows).taken == 1
    leads = json.loads((FILES / AMOCRM[0]).read_text(encoding="utf-8"))
    for lead in leads["_embedded"]["leads"]:
        lead |= {"updated_at": 1772600000, "status_id": 143}
    older = roubles.write("older.json", json.dumps(leads))
    report = roubles.take("orders", AMOCRM[0], older, AMOCRM[1])
    assert ("17657",) in roubles.rows("orders", "order_id")
    assert ("17658",) not in roubles.rows("orders", "order_id")  # does not say when it was changed
    assert report.merged_by_rule == {"part_of_deal": 3, "repeated_order": 5}


def test_a_product_that_the_catalogue_lacks_is_sold_all_the_same(roubles: Importer) -> None:
    elements = json.loads((FILES / AMOCRM[1]).read_text(encoding="utf-8"))
    elements["_embedded"]["elements"].pop()
    report = roubles.take("orders", AMOCRM[0], roubles.write("elements.json", json.dumps(elements)))
    assert (report.read, report.taken, report.merged_by_rule) == (8, 3, {"part_of_deal": 2})
    sold = {(order, item): price for order, item, _, price, _ in roubles.rows("order_lines", *SOLD)}
    assert sold.keys() == {("17657", "525439"), ("17657", "525441"), ("17658", "525441")}
    assert sold["17657", "525439"] == 375000  # its own price, not that of the whole deal
    assert sold["17658", "525441"] == 58333


def test_entries_of_another_catalogue_alone_are_no_products(roubles: Importer) -> None:
    leads = json.loads((FILES / AMOCRM[0]).read_text(encoding="utf-8"))
    leads["_embedded"]["leads"] = leads["_embedded"]["leads"][1:2]
    leads["_embedded"]["leads"][0]["_embedded"]["catalog_elements"].pop(0)
    report = roubles.take("orders", roubles.write("leads.json", json.dumps(leads)), AMOCRM[1])
    assert (report.refused_by_reason, report.merged_by_rule) == ({"deal_without_products": 1}, {"part_of_deal": 3})


def test_a_deal_of_amocrm_that_was_deleted_is_not_won(roubles: Importer) -> None:
    roubles.take("orders", *AMOCRM)
    text = (FILES / AMOCRM[0]).read_text(encoding="utf-8").replace('"is_deleted": false', '"is_deleted": true')
    report = roubles.take("orders", roubles.write("leads.json", text), AMOCRM[1])
    assert (report.taken, roubles.rows("orders", "order_id")) == (0, [])
