"""Judged rows, order by order: the number of each sale within its order, and the order lines they become."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pairwell.dataset.tables import TABLES

_LINES = TABLES["order_lines"].schema
_LINE_NO = pa.field("line_no", pa.int64())


def numbered(schema: pa.Schema) -> pa.Schema:
    """The columns of judged rows once they are numbered."""
    return schema.append(_LINE_NO)


def number_sales(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The judged rows, those that are sales numbered within their order from 1 as `line_no`.

    They come by order and, within one, in the order of the source; an order may go on in the next batch.
    """
    order: str | None = None
    sold = 0  # so far of that order
    for batch in batches:
        if not batch.num_rows:
            continue
        sold_here = pc.and_(pc.is_null(batch["verdict"]), pc.invert(batch["back"]))
        sale = pc.fill_null(sold_here, fill_value=False).to_numpy(zero_copy_only=False)
        numbers = _count_up(_starts(batch["order_id"], order), sale, sold)
        order, sold = batch["order_id"][-1].as_py(), int(numbers[-1])
        yield batch.append_column(_LINE_NO, pa.array(numbers, mask=~sale))


def _starts(order_ids: pa.Array, before: str | None) -> npt.NDArray[np.bool_]:
    """Whether each row is the first of its order."""
    starts = np.empty(len(order_ids), bool)
    starts[0] = order_ids[0].as_py() != before
    starts[1:] = pc.not_equal(order_ids[1:], order_ids[:-1]).to_numpy(zero_copy_only=False)
    return starts


def _count_up(starts: npt.NDArray[np.bool_], sale: npt.NDArray[np.bool_], sold: int) -> npt.NDArray[np.int64]:
    """How many sales of its order have come with each row; `sold`: those before the first row."""
    until = np.cumsum(sale, dtype=np.int64)
    before = np.append(np.int64(-sold), (until - sale)[starts])
    numbers: npt.NDArray[np.int64] = until - before[np.cumsum(starts)]
    return numbers


def keep_rows(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> Iterator[pa.RecordBatch]:
    """Write the batches to the Parquet file `path` and pass them on."""
    with pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=False) as writer:
        for batch in batches:
            writer.write_batch(batch)
            yield batch


def to_order_lines(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The sales among numbered rows, as the dataset keeps them."""
    for batch in batches:
        sales = batch.filter(pc.is_valid(batch["line_no"]))
        yield pa.record_batch([_line_column(sales, field) for field in _LINES], schema=_LINES)


def _line_column(sales: pa.RecordBatch, field: pa.Field) -> pa.Array:
    of_line = field.name == "discount_minor"  # the rows have their order's, too
    name = "line_discount_minor" if of_line else field.name
    column = sales[name] if name in sales.schema.names else pa.nulls(sales.num_rows, field.type)
    return pc.fill_null(column, 0) if of_line else column
