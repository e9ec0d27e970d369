from __future__ import annotations

import pytest

from pairwell.errors import MappingError
from pairwell.ingest.goods import exclude_items, find_non_goods
from pairwell.ingest.mapping import Goods

_SHOP = {str(10_000 + n): f"BLUE CUP {n}" for n in range(200)}


@pytest.mark.parametrize(
    ("item_id", "title"),
    [
        ("POST", "POSTAGE"),
        ("DOT", "DOTCOM POSTAGE"),
        ("M", "Manual"),
        ("BANK CHARGES", "Bank Charges"),
        ("C2", "CARRIAGE"),
        ("D", "Discount"),
        ("S", "SAMPLES"),
        ("gift_0001_20", "Dotcomgiftshop Gift Voucher £20.00"),
        ("23444", "Next Day Carriage"),
        ("10999", "Доставка курьером"),
        ("10998", "Koszt wysyłki"),
        ("shipping", None),
    ],
)
def test_what_is_no_goods_is_found(item_id: str, title: str | None) -> None:
    assert find_non_goods({**_SHOP, item_id: title}) == [item_id]


@pytest.mark.parametrize(
    ("item_id", "title"),
    [
        ("20001", "GIFT VOUCHER HOLDER CREAM"),
        ("20002", "VINTAGE POSTAGE STAMP MUG"),
        ("20003", "Manual coffee grinder"),
        ("20004", "Manual"),
        ("PADS", "PADS TO MATCH ALL CUSHIONS"),
        ("20005", "Delivery van, red"),
        ("20006", "Сумка для доставки пиццы"),
        ("20007", None),
    ],
)
def test_goods_whose_name_only_sounds_alike_stay(item_id: str, title: str | None) -> None:
    assert find_non_goods({**_SHOP, item_id: title}) == []


def test_a_confirmed_mapping_is_taken_at_its_word() -> None:
    titles = {**_SHOP, "POST": "POSTAGE", "M": "Manual"}
    assert exclude_items(titles, Goods(exclude=("M",)), confirmed=True) == (["M"], ["M"])
    assert exclude_items(titles, Goods(), confirmed=True) == (["M", "POST"], ["M", "POST"])


def test_include_leaves_out_what_it_does_not_match_from_the_start() -> None:
    excluded, listed = exclude_items({"12345A": "CUP", "X12345": "CUP"}, Goods(include=r"\d{5}"), confirmed=True)
    assert excluded == ["X12345"]
    assert listed == []


def test_a_broken_expression_is_the_mappings_fault() -> None:
    with pytest.raises(MappingError, match="include"):
        exclude_items({"1": None}, Goods(include="("), confirmed=True)
