"""Months of a history, laid on each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec
import numpy as np

_Record = TypeVar("_Record", bound=msgspec.Struct)


def stack_months(rows: Sequence[_Record]) -> _Record:
    """One record whose arrays have the months as their first axis, of records with a month's arrays each."""
    stacked = {name: np.stack([getattr(row, name) for row in rows]) for name in rows[0].__struct_fields__}
    return msgspec.structs.replace(rows[0], **stacked)
