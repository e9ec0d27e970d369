"""Numbers as forms and addresses write them."""

from __future__ import annotations

import math

from pairwell.errors import RequestError
from pairwell.said import phrase
from pairwell.serve.pages.views.view import Fields

_MOST_WHOLE = 1_000_000_000
_DIGITS = 20  # Python refuses to read thousands of them


def read_whole(fields: Fields, name: str) -> int | None:
    """A whole number from 1 on; None where nothing is written. Raises `RequestError` naming the field."""
    text = fields.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS or not 1 <= int(text) <= _MOST_WHOLE:
        raise RequestError(
            phrase("`{name}` is {text}; expected a whole number from 1 on.", name=name, text=repr(text[:40])),
            hint=phrase("Write 28, or nothing."),
            field=name,
        )
    return int(text)


def read_part(fields: Fields, name: str, usual: float) -> float:
    """A share above 0 and below 1, also in per cent; `usual` where nothing is written.

    Raises `RequestError` naming the field.
    """
    text = fields.get(name, "").strip()
    share = read_float(text.removesuffix("%")) / (100 if text.endswith("%") else 1) if text else usual
    if not 0 < share < 1:
        raise RequestError(
            phrase("`{name}` is {text}; expected a share above 0 and below 1.", name=name, text=repr(text[:40])),
            hint=phrase("Write 0.5 for a half, or 50%."),
            field=name,
        )
    return share


def read_float(text: str) -> float:
    """The number; NaN where it is none, which is within no bounds."""
    try:
        return float(text)
    except ValueError:
        return math.nan
