from __future__ import annotations

import pyarrow as pa
import pytest

from pairwell.dataset.table import Table
from pairwell.dataset.tables import TABLES, find_table
from pairwell.errors import NotFoundError

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@every_table
def test_keys_are_never_null(table: Table) -> None:
    assert not [name for name in table.key if table.schema.field(name).nullable]


@every_table
def test_what_is_replaced_whole_is_part_of_the_key(table: Table) -> None:
    assert set(table.group) <= set(table.key)


@every_table
def test_money_is_whole_and_moments_are_utc(table: Table) -> None:
    for field in table.schema:
        if field.name.endswith("_minor"):
            assert field.type == pa.int64()
        if pa.types.is_timestamp(field.type):
            assert field.type == pa.timestamp("us", "UTC")


def test_only_what_people_state_keeps_its_older_revisions() -> None:
    assert [name for name, table in TABLES.items() if table.revised] == [
        "items",
        "relations",
        "offer_texts",
        "customers",
        "plans",
        "sellers",
    ]


def test_an_unknown_table_names_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="'clicks'") as caught:
        find_table("clicks")
    assert "order_lines" in str(caught.value.hint)
