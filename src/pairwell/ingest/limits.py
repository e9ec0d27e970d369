"""How price lists say that there is no limit, or that there is nothing of a thing."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pairwell.ingest.numbers import is_text

_NO_LIMIT = pa.array(
    ["unlimited", "no limit", "∞", "inf", "безлимит", "безлимитно", "без ограничений", "без лимита", "не ограничено",
     "неограниченно", "bez limitu", "bez ograniczeń", "nielimitowane", "nieograniczone", "nielimitowany"],
)  # fmt: skip
_NOTHING = pa.array(["-", "–", "—", "−", "n/a", "n.a.", "нет", "brak", "none", "no", "nie"])


def open_ended(cells: pa.Array) -> pa.Array:
    """Whether each cell says that there is no limit; null where it is empty."""
    return pc.is_in(_plain(cells), value_set=_NO_LIMIT) if is_text(cells.type) else pc.is_nan(cells.cast(pa.float64()))


def without_dashes(cells: pa.Array) -> pa.Array:
    """The cells, those empty that say by a dash or a word that there is none of it."""
    if not is_text(cells.type):
        return cells
    return pc.if_else(pc.is_in(_plain(cells), value_set=_NOTHING), None, cells)


def _plain(cells: pa.Array) -> pa.Array:
    return pc.utf8_lower(pc.utf8_trim_whitespace(cells.cast(pa.string())))
