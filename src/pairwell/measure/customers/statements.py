"""What the shop said of each customer, and by when it had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa

from pairwell.clock import to_micros
from pairwell.dataset.store import Dataset
from pairwell.engines.engine import FILE_COLUMN, storage_failures

_ALWAYS: Final = to_micros(datetime(1970, 1, 1, tzinfo=UTC))  # of what was said without a date, the first time


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a customer. Moments in microseconds since 1970."""

    since: int  # it holds from then on
    by: int  # then the shop had said so: the date it gave, else that of the file it is stored in
    attributes: dict[str, str]


def read_statements(dataset: Dataset) -> dict[str, list[Statement]]:
    """By customer everything that was ever said, in order of `since`.

    What a list says first without a date holds since ever, though a tier in it may follow from what was bought last
    week; so it counts from when it was stored.
    """
    stored = {name: to_micros(at) for name, at in dataset.stored_by("customers").items()}
    rows = dataset.history_by_file("customers")
    with storage_failures():
        table = rows.select("customer_id", "valid_from", "attributes", FILE_COLUMN).to_pyarrow()
    since = table["valid_from"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_pylist()
    columns = [table[name].to_pylist() for name in ("customer_id", "attributes", FILE_COLUMN)]
    found = dict[str, list[Statement]]()
    for at, customer, attributes, path in zip(since, *columns, strict=True):
        by = stored[Path(path).name] if at <= _ALWAYS else at
        found.setdefault(customer, []).append(Statement(since=at, by=by, attributes=_decode(attributes)))
    return {customer: sorted(one, key=lambda said: said.since) for customer, one in sorted(found.items())}


def find_statement(statements: Sequence[Statement], moment: int) -> Statement | None:
    """What held by a moment, of what had been said by then; else what was said first after it; None: nothing ever."""
    known = [one for one in statements if one.by <= moment]
    return known[-1] if known else min(statements, key=lambda one: (one.by, one.since), default=None)


def _decode(attributes: str | None) -> dict[str, str]:
    said = msgspec.json.decode(attributes) if attributes else {}
    return {name: str(value) for name, value in said.items() if value is not None and value != ""}
