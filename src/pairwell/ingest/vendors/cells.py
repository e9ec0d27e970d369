"""What vendors write into cells, as the words of our fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from pairwell.ingest.words import tokens

_DOTTED = re.compile(
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?:,? +(?P<clock>\d{1,2}:\d{2}(?::\d{2})?))?"
)

_MOST_DIGITS = 15  # before the decimal point, as where numbers of files are read


def text(value: Any) -> str | None:  # noqa: ANN401  (any JSON value)
    """The value as text without blanks around it; None where nothing is left, or where it is no single value."""
    if value is None or isinstance(value, (dict, list)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() or None


def amount(value: Any) -> Decimal | None:  # noqa: ANN401
    """The value as a number with a decimal point; None where it is none, or has more digits than any amount.

    What is smaller than any amount is 0: numbers of a thousand digits would be texts of a thousand signs again.
    """
    try:
        number = Decimal(text(value) or "")
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() > _MOST_DIGITS:
        return None
    return number if number.adjusted() >= -_MOST_DIGITS else Decimal(0)


def moment(value: Any) -> str | None:  # noqa: ANN401
    """A moment as text; a date with dots, which has its day first everywhere, in the order of ISO 8601."""
    said = text(value)
    dotted = _DOTTED.fullmatch(said) if said else None
    if dotted is None:
        return said
    day = f"{dotted['year']}-{dotted['month']:0>2}-{dotted['day']:0>2}"
    return f"{day} {dotted['clock']}" if dotted["clock"] else day


def plain(number: Decimal) -> str:
    """The number as files write it, without an exponent."""
    return f"{number:f}"


def filled(cells: Mapping[str, Any]) -> dict[str, str]:
    """The cells as text, without the empty ones."""
    return {name: said for name, value in cells.items() if (said := text(value)) is not None}


def is_yes(value: Any) -> bool:  # noqa: ANN401
    """Whether a flag is set, as vendors write flags."""
    return (text(value) or "").casefold() in {"true", "yes", "1", "y"}


def email_of(value: Any) -> str | None:  # noqa: ANN401
    """An address as the name of a customer: in lower case, since shops take both for one."""
    said = text(value)
    return said.casefold() if said else None


def deepest(paths: Iterable[str]) -> str | None:
    """The category with the most levels, the first of several; levels are parted by " > "."""
    levels = [[level.strip() for level in path.split(">") if level.strip()] for path in paths]
    best = max(levels, key=len, default=[])
    return " > ".join(best) or None


def attribute(name: str) -> str:
    """The field that keeps what a vendor calls `name` with an item."""
    return f"attributes.{'_'.join(tokens(name)) or name.casefold()}"
