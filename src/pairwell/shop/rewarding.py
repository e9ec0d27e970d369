"""What a loyalty programme would have cost on the orders of an open workspace."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

import ibis
from babel.numbers import get_currency_precision

from pairwell.advise.loyalty import Programme, ProgrammeSheet, Purchase, reckon_programme
from pairwell.config.turns import files_in_use
from pairwell.engines.engine import storage_failures
from pairwell.errors import RequestError
from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History
from pairwell.measure.sales.orders import kept_orders
from pairwell.said import phrase

if TYPE_CHECKING:
    from pairwell.shop.parts import Parts

PURCHASES: Final = 5  # that earn a bonus, unless it is said otherwise
EXPIRES_DAYS: Final = 180
_MOST_PURCHASES: Final = 1_000
_MOST_DAYS: Final = 3_650
_MOST_MINOR: Final = 10**12


def read_programme(asked: dict[str, str], currency: str) -> Programme:
    """The rules as people write them: `bonus` and `least` as amounts of the currency. Raises `RequestError`."""
    return Programme(
        purchases=_whole(asked, "purchases", PURCHASES, _MOST_PURCHASES),
        bonus_minor=_amount(asked, "bonus", currency),
        least_minor=_amount(asked, "least", currency) if asked.get("least", "").strip() else 0,
        expires_days=_whole(asked, "expires_days", EXPIRES_DAYS, _MOST_DAYS),
    )


def reckon(shop: Parts, programme: Programme, period: Period) -> ProgrammeSheet:
    """Run a programme over the orders of a period, cancelled ones left out."""
    settings, dataset = shop.published.settings.shop, shop.measured
    with files_in_use(shop.workspace.hidden), storage_failures():
        rows = kept_orders(History(dataset=dataset, snapshot=dataset.newest(), shop=settings), make=True)
        assert rows is not None
        rows = rows.filter(period.holds(rows.placed_at))
        unnamed = int(rows.filter(~rows.named).count().to_pyarrow().as_py())
        bought = _bought(rows.filter(rows.named))
    return ProgrammeSheet(
        currency=settings.currency,
        timezone=settings.timezone,
        since=period.since,
        until=period.until,
        days=max((period.until - period.since).days, 1),
        programme=programme,
        orders=sum(map(len, bought.values())),
        unnamed=unnamed,
        cost=reckon_programme(programme, bought),
    )


def _bought(rows: ibis.Table) -> dict[str, list[Purchase]]:
    found: defaultdict[str, list[Purchase]] = defaultdict(list)
    told = rows.select("customer_id", "placed_at", "revenue", "margin").to_pyarrow().to_pydict()
    for who, at, revenue, margin in zip(*told.values(), strict=True):
        found[who].append(Purchase(at, round(revenue), round(margin)))
    return found


def _whole(asked: dict[str, str], field: str, usual: int, most: int) -> int:
    text = asked.get(field, "").strip()
    if not text:
        return usual
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most:
        return int(text[:9])
    raise RequestError(
        phrase(
            "`{field}` is {text}; expected a whole number from 1 to {most}.",
            field=field,
            text=repr(text[:20]),
            most=most,
        ),
        field=field,
    )


def _amount(asked: dict[str, str], field: str, currency: str) -> int:
    text = asked.get(field, "").strip().replace(",", ".")
    try:
        minor = Decimal(text).scaleb(get_currency_precision(currency))
    except InvalidOperation:
        minor = Decimal(-1)
    if not minor.is_finite() or minor != minor.to_integral_value() or not 0 <= minor <= _MOST_MINOR:
        raise RequestError(
            phrase(
                "`{field}` is {text}; expected an amount in {currency}, such as {example}.",
                field=field,
                text=repr(text[:20]),
                currency=currency,
                example="5.00" if get_currency_precision(currency) else "500",
            ),
            field=field,
        )
    return int(minor)
