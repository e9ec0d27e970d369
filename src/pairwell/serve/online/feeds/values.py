"""What other systems write, as events write it: moments, money, names."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from babel.numbers import get_currency_precision

from pairwell.clock import to_micros
from pairwell.events import MOST_STOCK
from pairwell.ingest.vendors.cells import amount, text

_MOST_NAME = 200  # characters of a name before it is cut; those of events have 256
_MOST = Decimal(10) ** 12  # as of the money of events
_RANK_US = 200_000  # of the microseconds of a second, for each of the ranks 0 to 4


def moment(said: Any, zone: tzinfo = UTC) -> datetime | None:  # noqa: ANN401  (any JSON value)
    """A moment as ISO 8601 writes it; one that names no time zone is of `zone`. None where it is none."""
    try:
        found = datetime.fromisoformat(text(said) or "")
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def within_second(at: datetime, rank: int, said: bytes) -> datetime:
    """A moment in whole seconds, with microseconds that put the versions made in that second in one order.

    The one of the higher rank (0 to 4) is the later one; of one rank any, but always the same, whichever comes first.
    """
    if at.microsecond:
        return at
    spread = int.from_bytes(hashlib.sha256(said).digest()[:4]) % _RANK_US
    return at + timedelta(microseconds=rank * _RANK_US + spread)


def minor(said: Any, currency: str) -> int | str | None:  # noqa: ANN401
    """An amount in minor units of `currency`, halves to the even one, as files are read.

    None where nothing is said; what is no amount comes back as its text, for the intake to refuse.
    """
    number = amount(said)
    if number is None or abs(number) >= _MOST:
        return text(said)
    return int((number * 10 ** get_currency_precision(currency)).quantize(Decimal(1), ROUND_HALF_EVEN))


def whole(said: Any) -> int | str | None:  # noqa: ANN401
    """A whole number; as `minor` where it is none."""
    number = amount(said)
    return text(said) if number is None or abs(number) >= _MOST or number % 1 else int(number)


def count(said: Any) -> int | None:  # noqa: ANN401
    """Pieces in stock, parts of one cut off; None where that is no number, or more than an event may say."""
    number = amount(said)
    return None if number is None or abs(number) > MOST_STOCK else int(number)


def name_of(*parts: object) -> str:
    """The name of an event, made of what it is about: the same for the same, however often it is told."""
    name = ":".join(str(to_micros(part)) if isinstance(part, datetime) else str(part) for part in parts)
    return name if len(name) <= _MOST_NAME else f"{name[:100]}:{hashlib.sha256(name.encode()).hexdigest()}"
