from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.unit.ingest.vendors.conftest import FILES, Filled, Importer, filled

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
    assert again.merged_by_rule == {"part_of_deal": 2, "repeated_order": 4, "exact_duplicate": 5}
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
    assert (report.read, report.taken, report.merged, report.refused) == (8, 3, 2, 3)
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
    assert {who for (who,) in importer.rows("consents", "customer_id")} == buyers & told


def test_bitrix24s_and_amocrms_contacts(importer: Importer) -> None:
    importer.take("customers", "bitrix24_contacts.json")
    assert importer.rows("customers", "customer_id", "account_id")[0] == ("12", "company:7")
    assert importer.take("customers", "bitrix24_contacts.csv").recognised == "bitrix24"
    importer.take("customers", "amocrm_contacts.json")
    assert ("901", "company:404") in importer.rows("customers", "customer_id", "account_id")
