"""Baskets, one row each or by customer, as long rows: one item a row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from pairwell.config.progress import BytesRead
from pairwell.ingest.documents import read_pieces
from pairwell.ingest.mapping import Mapping
from pairwell.ingest.sources import Batch, Limits, Refuse, RefusedRow, read_rows, trimmed
from pairwell.ingest.streams import RAW_KEPT, open_text

#: Stands in Ta-Feng's baskets where there is none.
_NOTHING = {"-1", ""}


def read_baskets(
    path: Path, mapping: Mapping, *, limits: Limits, refuse: Refuse, advance: BytesRead
) -> Iterator[Batch]:
    """One row a basket: leading columns that the mapping names, then items.

    Columns are those named in `[file] columns` and `item_id`; where no column is mapped to `order_id`, an order is
    called after its file and line, so that the same file gives the same orders.
    """
    leading = mapping.file.columns
    rows = read_rows(path, mapping.file, limits=limits, refuse=refuse, advance=advance)
    long = _Long(path, limits, [*leading, "item_id", "order_id"])
    for line, cells in rows:
        heads, items = cells[: len(leading)], cells[len(leading) :]
        heads += [""] * (len(leading) - len(heads))
        yield from long.add(line, [[*heads, item, f"{stem(path)}-{line}"] for item in items if item.strip()])
    yield from long.rest()


def read_json_baskets(
    path: Path, mapping: Mapping, *, limits: Limits, refuse: Refuse, advance: BytesRead
) -> Iterator[Batch]:
    """Customer → ordered baskets: columns `customer_id`, `order_id` (file, customer, place), `item_id`.

    The item -1 stands for nothing. A customer whose value is no list of lists is refused as `not_baskets`; the line
    is the customer's place in the document.
    """
    long = _Long(path, limits, ["customer_id", "item_id", "order_id"])
    with open_text(path, mapping.file.encoding, advance=advance) as text:
        for line, (customer, value) in enumerate(read_pieces(text, max_characters=limits.max_line_bytes), start=1):
            if customer is None or not _are_baskets(value):
                row = f"{customer}: {value}"[:RAW_KEPT]
                refuse(RefusedRow(file=path.name, line=line, reason="not_baskets", row=row))
                continue
            yield from long.add(line, _of_customer(f"{stem(path)}-{customer}", customer, value))
    yield from long.rest()


def stem(path: Path) -> str:
    """The file's name without its endings."""
    return path.name.split(".", 1)[0] or path.name


def _are_baskets(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and all(isinstance(basket, list) for basket in value)


def _of_customer(prefix: str, customer: str, baskets: list[list[object]]) -> list[list[str]]:
    full = [items for basket in baskets if (items := [str(item) for item in basket if str(item) not in _NOTHING])]
    return [[customer, item, f"{prefix}-{place}"] for place, items in enumerate(full, start=1) for item in items]


class _Long:
    """Gathers long rows into batches."""

    def __init__(self, path: Path, limits: Limits, names: list[str]) -> None:
        self._file = path.name
        self._size = limits.batch_rows
        self._names = names
        self._lines: list[int] = []
        self._rows: list[list[str]] = []

    def add(self, line: int, rows: list[list[str]]) -> Iterator[Batch]:
        self._rows += rows
        self._lines += [line] * len(rows)
        if len(self._rows) >= self._size:
            yield from self.rest()

    def rest(self) -> Iterator[Batch]:
        if not self._rows:
            return
        columns = [pa.array(column, pa.string()) for column in zip(*self._rows, strict=True)]
        table = pa.table(columns, names=self._names)
        yield Batch(file=self._file, lines=pa.array(self._lines, pa.int64()), columns=trimmed(table))
        self._rows, self._lines = [], []
