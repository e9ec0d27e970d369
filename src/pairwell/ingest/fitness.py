"""How well the content of a column fits a field, whatever the column is called."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pairwell.ingest.profiles import Profile
from pairwell.ingest.vocabulary import kind_of

_ENOUGH = 50  # rows from which shares of distinct values mean something
_SURE = 0.95
_LONG = 12  # characters
_MICROS = 16  # digits
_SOME = 0.4
_RATES = 6  # different ones at most
_EVENT_NAMES = 60  # … of what a log calls the things that are done

Fit = Callable[[Profile], float]


def fit(table: str, field: str, column: Profile) -> float:
    """0: it cannot be this field; .5: it may be; 1: it looks exactly like it."""
    if not column.rows:
        return 0.0
    of_field = _FITS_OF.get(table, {}).get(field)
    return (of_field or _FITS.get(field) or _BY_KIND.get(kind_of(table, field), _text))(column)


def looks_like_title(column: Profile) -> bool:
    """Whether a column of ids reads as names for people."""
    return column.letters > _SURE and (column.words > 0.4 or column.length > 12) and column.email < 0.5


def _is_number(column: Profile) -> bool:
    return column.number >= _SURE


def _is_measure(column: Profile) -> bool:
    """Numbers with a fraction: these measure, they do not name."""
    return _is_number(column) and column.whole < 0.98


def _id(column: Profile) -> float:
    if _is_measure(column) or column.moments.share > _SURE or column.clock > _SURE:
        return 0.0
    if column.position:
        return 0.05
    return 0.5 * min(1.0, column.filled * 2)


def _order_id(column: Profile) -> float:
    base = _id(column)
    if not base or (column.distinct == 1 and column.rows > 3):
        return 0.0
    if column.length > 40 or column.email > 0.5:
        return 0.1
    if column.rows >= _ENOUGH and column.unique < 0.005:
        return 0.1
    runs = 0.3 if 0.05 < column.repeats < 0.98 else 0.0
    return (
        base
        + runs
        + 0.15 * (column.rising > _SURE and column.distinct > 2)
        - 0.25 * (column.unique > 0.999 and column.rows > 20)
    )


def _item_id(column: Profile) -> float:
    base = _id(column)
    if not base or column.email > 0.5:
        return 0.0
    if column.distinct < 3 and column.rows >= _ENOUGH:
        return 0.1
    if column.rows >= 4 * _ENOUGH and column.unique > 0.999:
        return 0.15
    spread = 0.3 if column.repeats < 0.5 and column.distinct >= min(10, column.rows) else 0.0
    return base + spread - 0.15 * (column.rising > _SURE)


def _catalogue_id(column: Profile) -> float:
    base = _id(column)
    return base + 0.45 if base and column.unique > 0.999 else base * 0.8


def _customer_id(column: Profile) -> float:
    base = 0.5 if column.email > 0.5 else _id(column)
    if not base or (column.distinct == 1 and column.rows >= _ENOUGH):
        return 0.0
    if column.rows >= _ENOUGH and column.distinct < 5:
        return 0.1
    return base + 0.2 * (column.repeats > 0.05 or column.unique < 0.9)


def _event_id(column: Profile) -> float:
    return 2 * _id(column) if column.unique > 0.999 else 0.05


def _session_id(column: Profile) -> float:
    """Many visits, most of them of several events."""
    base = _id(column)
    if column.rows >= _ENOUGH and (column.unique > 0.999 or column.distinct < 5):
        return 0.5 * base
    return base + 0.35 * (column.repeats > 0.05 or column.unique < 0.9)


def _event_type(column: Profile) -> float:
    """Few words that stand again and again; numbers and moments name nothing that was done."""
    if _is_number(column) or column.moments.share > 0.5 or column.letters < _SURE:
        return 0.0
    return 0.9 if column.distinct <= _EVENT_NAMES else 0.2


def _moment(column: Profile) -> float:
    if column.moments.share >= 0.6:
        return min(1.0, column.moments.share)
    if _is_number(column) and column.whole > _SURE:
        middle = sorted(number for number in column.numbers if number == number)[column.rows // 2]  # noqa: PLR0124
        compact = 19_700_101 <= middle <= 21_001_231
        return 0.7 if compact or 6e8 <= middle <= 4e9 or 6e11 <= middle <= 4e12 else 0.0
    return 0.0


def _instant(column: Profile) -> float:
    """A moment to the second; days do not tell what follows what."""
    if column.length == _MICROS and not column.letters and not column.words:
        return 0.7  # microseconds since 1970: too long for a number
    to_the_day = column.moments.share > 0 and not column.moments.clock
    return 0.3 * _moment(column) if to_the_day else _moment(column)


def _somebody(column: Profile) -> float:
    """Who did it: known of few events, as people seldom sign in; a browser's id may read as a long fraction."""
    if column.moments.share > _SURE or column.clock > _SURE or (_is_measure(column) and column.length < _LONG):
        return 0.0
    return 0.2 if column.rows >= _ENOUGH and column.distinct < 5 else 0.8


def _quantity(column: Profile) -> float:
    if not _is_number(column) or column.moments.share > _SURE:
        return 0.0
    if column.position or (column.rows >= _ENOUGH and column.unique > 0.9):
        return 0.1
    if np.mean(column.numbers == 0) > 0.3:
        return 0.1  # nobody buys nothing: a flag
    if column.whole > _SURE and column.small:
        return 0.95 if column.distinct > 1 else 0.6
    return 0.6 if column.whole > 0.5 else 0.35


def _money(column: Profile) -> float:
    if not _is_number(column) or column.moments.share > _SURE:
        return 0.0
    if column.position or (column.rows >= _ENOUGH and column.unique > 0.99 and column.whole > _SURE):
        return 0.1
    if column.distinct <= 2 and column.whole > _SURE and column.rows >= _ENOUGH:
        return 0.3
    return 1.0 if column.whole < _SURE else 0.6


def _discount(column: Profile) -> float:
    share = _is_measure(column) and float(np.nanmax(np.abs(column.numbers))) <= 1
    return 0.05 if share else _money(column)


def _tax(column: Profile) -> float:
    """An amount; few whole numbers that are no amounts of anything are rates."""
    real = column.numbers[~np.isnan(column.numbers)]
    rates = column.distinct <= _RATES and column.whole > _SURE and len(real) > 0 and float(np.max(np.abs(real))) < 30
    return 0.05 if rates and column.rows > _RATES else _money(column)


def _title(column: Profile) -> float:
    if column.letters < 0.6 or column.email > 0.5 or column.moments.share > 0.5:
        return 0.05
    return 0.95 if looks_like_title(column) else 0.6 if column.length > 3 else 0.3


def _text(column: Profile) -> float:
    if _is_measure(column) or column.moments.share > 0.5:
        return 0.1
    return 0.6 if column.letters > 0.5 else 0.35


def _label(column: Profile) -> float:
    """Few texts that stand again and again."""
    if _is_measure(column) or column.moments.share > 0.5 or column.email > 0.5:
        return 0.0
    if column.rows >= _ENOUGH and column.unique > 0.5:
        return 0.2
    return 0.7 if column.letters > 0.5 else 0.4


def _role(column: Profile) -> float:
    return 0.8 if column.distinct <= 3 else 0.05


def _currency(column: Profile) -> float:
    return 1.0 if column.currency and column.distinct < 50 else 0.1


def _number(column: Profile) -> float:
    return 0.8 if _is_number(column) else 0.0


def _count(column: Profile) -> float:
    return 0.8 if _is_number(column) and column.whole > _SURE else 0.0


def _amount(column: Profile) -> float:
    """A number, but for some cells with words: "on request", "unlimited"."""
    return 0.8 if column.number >= _SOME and column.moments.share < _SURE else 0.0


def _share(column: Profile) -> float:
    """A number, a percentage or a word."""
    return 0.8 if _is_number(column) else 0.5


def _day(column: Profile) -> float:
    """A moment, or a month such as 2026-11."""
    months = column.length <= len("2026-11") and not (column.letters or column.number or column.words)
    return max(_moment(column), 0.7 if months else 0.0)


def _flag(column: Profile) -> float:
    return 0.8 if column.distinct <= 2 else 0.1


def _relation(column: Profile) -> float:
    return 0.8 if column.distinct <= 5 and column.letters > 0.5 else 0.05


_FITS: dict[str, Fit] = {
    "order_id": _order_id,
    "item_id": _item_id,
    "customer_id": _customer_id,
    "title": _title,
    "quantity": _quantity,
    "role": _role,
    "line_discount": _discount,
    "discount": _discount,
    "tax": _tax,
    "currency": _currency,
    "relation": _relation,
    "channel": _label,
    "status": _label,
    "category": _label,
    "brand": _label,
    "seller_id": _label,
    "attributes.country": _label,
    "attributes.region": _label,
    "attributes.city": _label,
    "attributes.gender": _label,
}
_FITS_OF: dict[str, dict[str, Fit]] = {
    "events": {
        "type": _event_type,
        "at": _instant,
        "event_id": _event_id,
        "session_id": _session_id,
        "customer_id": _somebody,
        "visitor_id": _somebody,
    },
    "plans": dict.fromkeys(("fee", "seat_price", "cost"), _amount),
    "usage": {"quantity": _amount},
}
_BY_KIND: dict[str, Fit] = {
    "id": _id,
    "text": _text,
    "number": _number,
    "count": _count,
    "money": _money,
    "moment": _moment,
    "flag": _flag,
    "code": _label,
    "share": _share,
    "limit": _share,
    "rate": _amount,
    "day": _day,
}


def fit_catalogue(table: str, field: str, column: Profile) -> float:
    """As `fit`, where each row is one thing: its id is unique and its labels need not repeat."""
    if field in {"item_id", "customer_id"} and table in {"items", "customers"}:
        return _catalogue_id(column)
    if field in {"category", "brand", "attributes.country"}:
        return _text(column)
    return fit(table, field, column)
