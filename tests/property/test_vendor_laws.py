"""Whatever stands in an export of a vendor, each of its rows becomes one row, or is left out under a known rule."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pairwell.ingest.rules import BY_NAME
from pairwell.ingest.vendors.export import Export, Given, Row
from pairwell.ingest.vendors.known import EXPORTS
from pairwell.ingest.vocabulary import is_field

ODD = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "1",
        "2",
        "1e999",
        "NaN",
        "yes",
        "true",
        "paid",
        "variable",
        "variation",
        "simple",
        "a",
        "b; c",
    ]
)
WORDS = ODD | st.text(max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
JSON = {export.title for export in EXPORTS if export.member}


def columns(export: Export) -> list[str]:
    """Columns as the file has them, as far as its header and its fields tell."""
    told = {
        part.split(" and ")[0]
        for fields in export.fields.values()
        for said in fields.values()
        for part in said.split(", ")
    }
    return sorted({part.removeprefix("else ").split(".")[0] for part in told})


def rows(export: Export) -> st.SearchStrategy[list[Given]]:
    names = columns(export)
    if export.title in JSON:
        inner = sorted({said.split(".")[-1] for fields in export.fields.values() for said in fields.values()})
        lines = st.lists(
            st.dictionaries(st.sampled_from([*inner, "product_type", "item_id"]), VALUES, max_size=6), max_size=4
        )
        cells: Any = st.fixed_dictionaries(
            {}, optional=dict.fromkeys(names, VALUES) | {"line_items": lines, "items": lines}
        )
    else:
        cells = st.fixed_dictionaries({}, optional=dict.fromkeys(names, WORDS.filter(bool)))
    return st.lists(cells, max_size=6).map(lambda found: [Given("f", place, one) for place, one in enumerate(found, 2)])


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: f"{export.source}-{export.table}")
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_row_is_accounted_for(export: Export, data: st.DataObject) -> None:
    given_rows = data.draw(rows(export))
    pieces = list(export.reshape(given_rows))
    main = Counter(piece.given.line for piece in pieces if piece.table == export.table)
    if export.title in JSON or export.source == "metrika":
        assert main.keys() == {row.line for row in given_rows}  # at least one piece each; one for each line inside
    else:
        assert main == Counter(row.line for row in given_rows)
    for piece in pieces:
        assert piece.table in export.fields
        if isinstance(piece, Row):
            assert all(is_field(piece.table, name) and isinstance(cell, str) for name, cell in piece.cells.items())
        else:
            assert BY_NAME[piece.rule].effect in {"refuses", "merges"}


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: f"{export.source}-{export.table}")
def test_every_field_told_is_a_field_of_its_table(export: Export) -> None:
    assert all(is_field(table, field) for table, fields in export.fields.items() for field in fields)
    assert export.page.startswith("https://")
    assert export.marks
    assert all(mark == mark.casefold() for generation in export.marks for mark in generation)
