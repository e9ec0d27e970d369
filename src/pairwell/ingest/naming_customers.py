"""Customers under their pseudonyms, before anything of a file is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import pyarrow as pa

from pairwell.config.pseudonyms import pseudonym_of
from pairwell.ingest.mapping import Mapping
from pairwell.ingest.sources import Batch, Refuse, RefusedRow


def with_pseudonyms(batches: Iterable[Batch], mapping: Mapping, secret: bytes) -> Iterator[Batch]:
    """The batches with pseudonyms for customers and their accounts, and for orders that are called after them."""
    names = ["customer_id", "account_id"]  # a firm is a customer, too, where it buys or subscribes itself
    names += ["order_id"] if mapping.layout == "json-baskets" else []
    for batch in batches:
        columns = batch.columns
        for name in names:
            if name in columns.column_names:
                place = columns.column_names.index(name)
                columns = columns.set_column(place, name, _named(columns[name].combine_chunks(), secret))
        yield msgspec.structs.replace(batch, columns=columns)


def without_text(refuse: Refuse) -> Refuse:
    """Refuse rows that could not be read without what stood in them: nobody knows which part names a customer."""

    def refuse_bare(row: RefusedRow) -> None:
        refuse(msgspec.structs.replace(row, row=""))

    return refuse_bare


def _named(ids: pa.Array, secret: bytes) -> pa.Array:
    coded = ids.cast(pa.string()).dictionary_encode()
    names = pa.array([pseudonym_of(secret, one) for one in coded.dictionary.to_pylist()], pa.string())
    return names.take(coded.indices)
