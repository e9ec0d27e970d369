"""Whatever deals and subscriptions are in an export, each row becomes one piece, and only won deals sell."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.ingest.cleaning import NOT_WON
from pairwell.ingest.rules import BY_NAME
from pairwell.ingest.vendors.amocrm import AMOCRM
from pairwell.ingest.vendors.bitrix24_deals import BITRIX24_DEALS
from pairwell.ingest.vendors.export import Export, Given, Left, Piece, Row
from pairwell.ingest.vendors.hubspot_deals import HUBSPOT_DEALS
from pairwell.ingest.vendors.stripe import STRIPE_SUBSCRIPTIONS

_NUMBERS = st.sampled_from(["1", "2", "3"])
_MONEY = st.sampled_from(["10", "2.50", "0", "", "n/a", None])
_STAGES = st.sampled_from(["closedwon", "Closed Won", "Signed", "closedlost", "", None])
_FLAGS = st.sampled_from(["true", "false", "", None])


def _linked(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(_NUMBERS, max_size=2).map(lambda ids: {kind: {"results": [{"id": one} for one in ids]}})


_DEAL = st.fixed_dictionaries(
    {
        "id": _NUMBERS,
        "properties": st.fixed_dictionaries(
            {"dealname": st.text(max_size=3), "dealstage": _STAGES, "hs_is_closed_won": _FLAGS}
        ),
        "associations": _linked("contacts"),
    }
)
_LINE_ITEM = st.fixed_dictionaries(
    {
        "id": _NUMBERS,
        "properties": st.fixed_dictionaries({"name": st.text(max_size=3), "price": _MONEY, "quantity": _MONEY}),
        "associations": _linked("deals"),
    }
)
_BITRIX24 = st.fixed_dictionaries(
    {"ID": _NUMBERS, "STAGE_ID": st.sampled_from(["WON", "C1:WON", "NEW", "LOSE"]), "CONTACT_ID": _NUMBERS}
) | st.fixed_dictionaries(
    {
        "id": _NUMBERS,
        "ownerId": _NUMBERS,
        "ownerType": st.sampled_from(["D", "L"]),
        "productName": st.sampled_from(["desk", "lamp"]),
        "price": _MONEY,
        "priceBrutto": _MONEY,
        "quantity": _MONEY,
    }
)
_LISTED = st.fixed_dictionaries(
    {"ID": _NUMBERS, "Стадия сделки": st.sampled_from(["Сделка успешна", "Новая"])},
    optional={"Товар": st.sampled_from(["desk", "lamp"]), "Цена": st.sampled_from(["10", "x"]), "Количество": _NUMBERS},
)
_WON, _OTHER = 142, 6  # a stage and a catalogue
_LEAD = st.fixed_dictionaries(
    {
        "id": st.integers(1, 3),
        "status_id": st.sampled_from([142, 143, 7]),
        "price": st.integers(0, 30),
        "_embedded": st.fixed_dictionaries(
            {
                "catalog_elements": st.lists(
                    st.fixed_dictionaries(
                        {
                            "id": st.integers(8, 9),
                            "metadata": st.sampled_from(
                                [{"quantity": 2}, {"quantity": 2, "catalog_id": 5}, {"quantity": 2, "catalog_id": 6}]
                            ),
                        }
                    ),
                    max_size=3,
                )
            }
        ),
    }
)
_ELEMENT = st.fixed_dictionaries({"id": st.integers(8, 9), "name": st.text(max_size=3), "catalog_id": st.just(5)})
_STATUSES = ("active", "trialing", "past_due", "unpaid", "paused", "canceled", "incomplete", "incomplete_expired", "?")
_SUBSCRIPTION = st.fixed_dictionaries(
    {"id": _NUMBERS, "customer": _NUMBERS, "status": st.sampled_from(_STATUSES), "start_date": st.just(1767225600)}
    | {"billing_cycle_anchor": st.just(1767225600)},
    optional={
        "items": st.lists(st.fixed_dictionaries({"price": st.just({"id": "p"}), "quantity": _MONEY}), max_size=3).map(
            lambda data: {"data": data}
        ),
        "ended_at": st.just(1769904000),
    },
)


def _pieces(export: Export, told: list[dict[str, Any]]) -> tuple[list[Given], list[Piece]]:
    rows = [Given("f", place, cells) for place, cells in enumerate(told, 2)]
    pieces = [piece for piece in export.reshape(rows) if piece.table == export.table]
    assert {piece.given.line for piece in pieces} == {row.line for row in rows}
    assert all(piece.rule in BY_NAME for piece in pieces if isinstance(piece, Left))
    return rows, pieces


def _sold(pieces: list[Piece]) -> list[Row]:
    return [piece for piece in pieces if isinstance(piece, Row) and piece.cells.get("status") != NOT_WON]


@settings(max_examples=80, deadline=None)
@given(st.lists(_DEAL | _LINE_ITEM, max_size=8))
def test_hubspots_records_each_become_one_piece(told: list[dict[str, Any]]) -> None:
    rows, pieces = _pieces(HUBSPOT_DEALS, told)
    assert Counter(piece.given.line for piece in pieces) == Counter(row.line for row in rows)
    last = {cells["id"]: cells["properties"] for cells in told if "dealstage" in cells["properties"]}
    for row in _sold(pieces):
        said = last[row.cells["order_id"]]
        by_name = not said["hs_is_closed_won"] and (said["dealstage"] or "").casefold() in {"closedwon", "closed won"}
        assert said["hs_is_closed_won"] == "true" or by_name


@settings(max_examples=80, deadline=None)
@given(st.lists(_BITRIX24, max_size=8) | st.lists(_LISTED, max_size=8))
def test_bitrix24s_rows_each_become_one_piece(told: list[dict[str, Any]]) -> None:
    rows, pieces = _pieces(BITRIX24_DEALS, told)
    assert Counter(piece.given.line for piece in pieces) == Counter(row.line for row in rows)


@settings(max_examples=80, deadline=None)
@given(st.lists(_LEAD | _ELEMENT, max_size=8))
def test_amocrms_deals_lose_no_product(told: list[dict[str, Any]]) -> None:
    """Each product of a won deal is sold or added to an equal one; entries of another catalogue are told apart."""
    _, pieces = _pieces(AMOCRM[0], told)
    listed = any("catalog_id" in cells for cells in told)
    last = {str(cells["id"]): cells for cells in told if "status_id" in cells}
    for number, deal in last.items():
        products = deal["_embedded"]["catalog_elements"]
        theirs = [piece for piece in pieces if piece.given.cells.get("order_id") == number]
        others = [one for one in products if listed and one["metadata"].get("catalog_id") == _OTHER]
        assert [piece.rule for piece in theirs if isinstance(piece, Left)].count("part_of_deal") == len(others)
        if deal["status_id"] == _WON and len(products) > len(others):
            assert len(theirs) == len(products)
            sold = [row for row in _sold(pieces) if row.cells["order_id"] == number]
            assert sum(Decimal(row.cells["quantity"]) for row in sold) == 2 * (len(products) - len(others))


@settings(max_examples=80, deadline=None)
@given(st.lists(_SUBSCRIPTION, max_size=6))
def test_subscriptions_become_a_row_for_each_plan(told: list[dict[str, Any]]) -> None:
    _, pieces = _pieces(STRIPE_SUBSCRIPTIONS, told)
    begun = [cells for cells in told if not cells["status"].startswith("incomplete")]
    rows = [piece for piece in pieces if isinstance(piece, Row)]
    assert len(rows) == sum(len(cells.get("items", {}).get("data", [])) or 1 for cells in begun)
    ended = {"unpaid", "paused", "canceled"}
    for row in rows:
        status = told[row.given.line - 2]["status"]
        assert ("ended_at" in row.cells) == (status in ended or "ended_at" in told[row.given.line - 2])
        assert (row.cells["is_trial"] == "true") == (status == "trialing")
