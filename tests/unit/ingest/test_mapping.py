"""Mappings as TOML, both ways, and what is wrong with them in words."""

from __future__ import annotations

import pytest

from pairwell.errors import MappingError
from pairwell.ingest.mapping import Composed, FileFormat, Goods, Lookup, Mapping, parse_mapping, render_mapping

FULL = Mapping(
    table="orders",
    decimal=",",
    dates="%d.%m.%Y",
    file=FileFormat(delimiter=";", encoding="windows-1250", skip=2),
    columns={
        "order_id": "Nr zamówienia",
        "item_id": 'with "quotes"',
        "placed_at": Composed(join=("Data", "Godzina")),
        "category": Composed(join=("Grupa", "Podgrupa"), separator=" / "),
        "currency": Composed(constant="PLN"),
        "attributes.kraj": "Kraj",
    },
    lookup=(
        Lookup(file="items.csv", key="id", columns=("Nazwa",)),
        Lookup(file="b.parquet", key="x", lookup_key="y", columns=("z",), format=FileFormat(format="parquet")),
    ),
    goods=Goods(include=r"^\d{5}", exclude=("POST", "M")),
)


def test_a_full_mapping_is_read_back_equal() -> None:
    assert parse_mapping(render_mapping(FULL, {"order_id": 0.97})) == FULL


def test_the_smallest_mapping() -> None:
    text = 'table = "orders"\n[columns]\norder_id = "a"\nitem_id = "b"\n'
    assert parse_mapping(text) == Mapping(table="orders", columns={"order_id": "a", "item_id": "b"})


def test_confidence_is_a_comment() -> None:
    assert 'order_id = "Nr zamówienia"  # 97% sure' in render_mapping(FULL, {"order_id": 0.97})


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("table = ", "not valid TOML", "Mend"),
        ('table = "ordrs"', "ordrs", "`orders`"),
        ('table = "orders"\n[columns]\nordr_id = "x"', "ordr_id", "`order_id`"),
        ('table = "orders"\n[columns]\nattributes = "x"', "attributes", "attributes.NAME"),
        ('table = "items"\n[columns]\nquantity = "x"', "quantity", "Known here|Did you mean"),
        ('table = "orders"\n[file]\ndelimeter = ";"', "delimeter", "`delimiter`"),
        ('table = "orders"\nlookups = 1', "lookups", "`lookup`"),
        ('table = "orders"\n[[lookup]]\nfile = "x"\nkee = "y"', "kee", "`key`"),
        ('table = "orders"\n[goods]\nincluded = "x"', "included", "`include`"),
        ('table = "orders"\n[columns]\norder_id = { konstant = "x" }', "konstant", "`constant`"),
        ('table = "orders"\n[columns]\norder_id = {}', "constant", "join"),
    ],
)
def test_misspelt_names_are_answered_with_their_neighbours(text: str, message: str, hint: str) -> None:
    with pytest.raises(MappingError, match=message) as caught:
        parse_mapping(text)
    assert caught.value.hint is not None
    assert any(part in caught.value.hint for part in hint.split("|"))


@pytest.mark.parametrize(
    ("text", "field"),
    [('table = "orders"\nlayout = "wide"', "layout"), ('table = "orders"\n[file]\nskip = "2"', "file.skip")],
)
def test_a_wrong_value_is_named_by_its_place(text: str, field: str) -> None:
    with pytest.raises(MappingError) as caught:
        parse_mapping(text)
    assert caught.value.field == field
