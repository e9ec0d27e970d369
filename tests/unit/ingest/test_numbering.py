"""Sales are numbered within their order, however their rows are cut into batches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairwell.ingest.numbering import keep_rows, number_sales, numbered, to_order_lines

ORDERS = ["a", "a", "a", "b", "c", "c", "c", "d"]
REFUSED = {1, 7}
BACK = {4}
NUMBERS = [1, None, 2, 1, None, 1, 2, None]


def _judged(cuts: Sequence[int]) -> list[pa.RecordBatch]:
    rows = pa.table(
        {
            "order_id": ORDERS,
            "item_id": [f"i{place}" for place in range(8)],
            "quantity": [1.0] * 8,
            "discount_minor": [99] * 8,
            "line_discount_minor": pa.array([5, *[None] * 7], pa.int64()),
            "verdict": pa.array(["zero_price" if place in REFUSED else None for place in range(8)], pa.string()),
            "back": [place in BACK for place in range(8)],
        }
    )
    ends = [*cuts, len(rows)]
    pieces = [rows.slice(begin, end - begin) for begin, end in zip([0, *cuts], ends, strict=True)]
    return [
        piece.combine_chunks().to_batches()[0] if len(piece) else pa.RecordBatch.from_pylist([], rows.schema)
        for piece in pieces
    ]


@pytest.mark.parametrize("cuts", [[], [1], [2, 2, 3], [4, 5, 6], [1, 2, 3, 4, 5, 6, 7]])
def test_an_order_may_go_on_in_the_next_batch(cuts: list[int]) -> None:
    found = [number for batch in number_sales(_judged(cuts)) for number in batch["line_no"].to_pylist()]
    assert found == NUMBERS


def test_only_sales_become_order_lines_with_the_discount_of_their_line() -> None:
    lines = pa.Table.from_batches(to_order_lines(number_sales(_judged([3])))).to_pylist()
    assert [(line["order_id"], line["line_no"], line["item_id"]) for line in lines] == [
        ("a", 1, "i0"), ("a", 2, "i2"), ("b", 1, "i3"), ("c", 1, "i5"), ("c", 2, "i6"),
    ]  # fmt: skip
    assert [line["discount_minor"] for line in lines] == [5, 0, 0, 0, 0]


def test_rows_are_kept_while_they_pass(tmp_path: Path) -> None:
    batches = _judged([2])
    passed = list(keep_rows(number_sales(batches), numbered(batches[0].schema), tmp_path / "rows.parquet"))
    assert pq.read_table(tmp_path / "rows.parquet").equals(pa.Table.from_batches(passed))


def test_no_rows_make_an_empty_file(tmp_path: Path) -> None:
    schema = numbered(_judged([])[0].schema)
    assert list(keep_rows(number_sales([]), schema, tmp_path / "rows.parquet")) == []
    assert pq.read_table(tmp_path / "rows.parquet").num_rows == 0
