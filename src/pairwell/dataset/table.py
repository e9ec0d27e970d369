"""What a table of the dataset is made of."""

from __future__ import annotations

import msgspec
import pyarrow as pa

TEXT, WHOLE, REAL, FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
MOMENT = pa.timestamp("us", "UTC")


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table of the dataset.

    Rows that agree in `owner` belong to one thing and are replaced together. Where the moment is part of
    the key, every owner has a history: its rows of one moment are one revision of it.
    """

    name: str
    schema: pa.Schema
    key: tuple[str, ...]  # unique, never null
    owner: tuple[str, ...]
    moment: str | None  # the column that "as of" looks at
    whole: bool = False  # a revision says all of its thing: what it leaves empty is empty, not as it was before

    @property
    def revised(self) -> bool:
        """Whether the table keeps the older revisions of its things."""
        return self.moment in self.key and self.moment not in self.owner

    @property
    def group(self) -> tuple[str, ...]:
        """The columns of what one merge replaces whole."""
        return (*self.owner, self.moment) if self.revised and self.moment else self.owner


def schema_of(columns: dict[str, pa.DataType]) -> pa.Schema:
    """Columns by name; a name that ends in `?` may be null."""
    return pa.schema([pa.field(name.rstrip("?"), kind, nullable=name.endswith("?")) for name, kind in columns.items()])
