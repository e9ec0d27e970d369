from __future__ import annotations

import csv
import tempfile
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pairwell.config.settings import Settings
from pairwell.config.workspace import create_workspace
from pairwell.dataset.store import Dataset
from pairwell.facts.store import FactStore
from pairwell.ingest.convert import Conversion, convert_batch
from pairwell.ingest.load import IngestOptions, IngestPlace, ingest_files
from pairwell.ingest.mapping import Composed, Mapping
from pairwell.ingest.moments import parse_moments
from pairwell.ingest.money import Money, money_of, to_net_minor
from pairwell.ingest.numbers import by_distinct, parse_decimals, to_minor
from pairwell.ingest.sources import Batch
from pairwell.operations.database import open_database

_FIELDS = ("order_id", "item_id", "title", "quantity", "unit_price", "placed_at", "customer_id", "status")
_CELLS = st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["1", "-2", "0", "3.50", "2026-01-01", "€5", "1e3"]))
_ORDERS = st.sampled_from(["1", "2", "3", "C4", "A5", ""])
_ITEMS = st.sampled_from(["cup", "pot", "POST", ""])
_ROW = st.tuples(
    _ORDERS,
    _ITEMS,
    st.sampled_from(["Cup", "POSTAGE", "?", ""]),
    st.sampled_from(["1", "2", "-1", "-9", "0", "", "x"]),
    st.sampled_from(["3.00", "0", "-1", "", "x"]),
    st.sampled_from(["2026-01-01", "2026-01-02 10:00", "", "x"]),
    st.sampled_from(["ann", "bob", ""]),
    st.sampled_from(["", "completed", "cancelled", "returned"]),
)


@given(st.lists(_CELLS, max_size=20))
def test_any_text_is_a_number_or_null(cells: list[str | None]) -> None:
    assert len(parse_decimals(pa.array(cells, pa.string()), decimal=".")) == len(cells)
    assert len(parse_moments(pa.array(cells, pa.string()), pattern=None, timezone="UTC")) == len(cells)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6))
def test_money_is_exact(amount: Decimal) -> None:
    text = f"{amount:,.6f}"
    minor = to_minor(parse_decimals(pa.array([text]), decimal="."), Decimal(100)).to_pylist()[0]
    assert minor == int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


@given(
    st.one_of(
        st.lists(
            st.one_of(st.none(), st.floats(-1e15, 1e15), st.sampled_from([0.0, -0.0, 2.675, 0.005, 1e-13, 19.99]))
        ),
        st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))),
        st.lists(st.one_of(st.none(), st.decimals(-(10**9), 10**9, places=5))),
        st.lists(_CELLS),
    ),
    st.data(),
)
def test_money_and_numbers_read_once_for_each_different_value_are_those_of_every_row(
    amounts: list[float | str | Decimal | None], data: st.DataObject
) -> None:
    money = Money(currency="EUR", rates={"EUR": Decimal(1), "PLN": Decimal("0.2337")}, net_share=1 / Decimal("1.2"))
    values = pa.array(amounts + amounts) if any(amount is not None for amount in amounts) else pa.nulls(2, pa.string())
    currencies = [data.draw(st.sampled_from(["EUR", "PLN", "XXX"])) for _ in range(len(values))]
    read = to_net_minor(values, pa.array(currencies), decimal=".", money=money, kind="taxed").to_pylist()
    as_text = values.cast(pa.string())
    for place, currency in enumerate(currencies):
        alone = parse_decimals(as_text[place : place + 1], decimal=".")
        known = currency in money.rates
        assert read[place] == (to_minor(alone, money.factor(currency, "taxed")).to_pylist()[0] if known else None)
    numbers = by_distinct(values, lambda some: parse_decimals(some, decimal="."))
    assert numbers.equals(parse_decimals(values, decimal="."))


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 - strategies are naive
def test_a_written_moment_is_read_back(moment: datetime) -> None:
    read = parse_moments(pa.array([moment.isoformat()]), pattern=None, timezone="UTC").to_pylist()[0]
    assert read == moment.replace(tzinfo=UTC)


@given(st.lists(st.tuples(*(_CELLS for _ in _FIELDS)), max_size=12))
def test_typing_accounts_for_every_row(rows: list[tuple[str | None, ...]]) -> None:
    columns = {name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(_FIELDS)}
    batch = Batch(file="f", lines=pa.array(range(1, len(rows) + 1), pa.int64()), columns=pa.table(columns))
    conversion = Conversion(
        table="orders", decimal=".", dates=None, timezone="Europe/Warsaw", money=money_of(Settings())
    )
    converted = convert_batch(batch, conversion)
    lines = [*converted.rows["line"].to_pylist(), *(row.line for row in converted.refused)]
    assert sorted(lines) == list(range(1, len(rows) + 1))


@settings(max_examples=5, deadline=None)
@given(st.lists(_ROW, min_size=5, max_size=40))
def test_loading_accounts_for_every_row_and_is_idempotent(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = create_workspace(Path(folder) / "shop")
        path = Path(folder) / "orders.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([_FIELDS, *rows])
        columns: dict[str, str | Composed] = {name: name for name in _FIELDS}
        database = open_database(workspace.operations_url(""), durability="process")
        place = IngestPlace(
            workspace=workspace, settings=Settings(), dataset=Dataset(workspace), facts=FactStore(database)
        )
        options = IngestOptions(mapping=Mapping(table="orders", columns=columns))
        now = datetime(2026, 3, 1, tzinfo=UTC)
        first, again = (ingest_files("orders", [path], place=place, options=options, now=now) for _ in range(2))
        returned = first.changed_by_rule.get("cancellation_to_return", 0)
        lines = place.dataset.table("order_lines").count().to_pyarrow().as_py()
        database.close()
    assert first.read == len(rows) == first.taken + first.merged + first.refused
    assert first.refused == sum(first.refused_by_reason.values())
    assert first.merged == sum(first.merged_by_rule.values())
    assert first.taken == lines + returned
    assert again.snapshot == first.snapshot
    assert not any(again.stored.values())
