"""How money in files becomes net minor units of the shop's currency."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Literal

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from babel.numbers import get_currency_precision

from pairwell.config.settings import Settings
from pairwell.ingest.numbers import by_distinct, parse_decimals, to_exact_minor, to_minor

_SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "$": "USD",
    "¥": "JPY",
    "₽": "RUB",
    "₴": "UAH",
    "₸": "KZT",
    "ZŁ": "PLN",
    "РУБ": "RUB",
    "РУБ.": "RUB",
    "Р": "RUB",
}
Kind = Literal["taxed", "net"]


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """The shop's currency, what others are worth in it, and the share of a stated price that is net."""

    currency: str
    rates: dict[str, Decimal]  # shop currency for one unit
    net_share: Decimal

    def factor(self, currency: str, kind: Kind) -> Decimal:
        """Net minor units of the shop's currency in one unit of `currency` as a file states it."""
        minor = Decimal(10) ** get_currency_precision(self.currency) * self.rates[currency]
        return minor * self.net_share if kind == "taxed" else minor


def money_of(settings: Settings, *, net: bool = False, taxed: bool = False) -> Money:
    """What the settings say of money; `net`, `taxed`: the file states all of it so, whatever they say of prices."""
    shop = settings.shop
    tax = Decimal(repr(shop.tax_rate)) if (taxed or shop.prices_include_tax) and not net else Decimal(0)
    rates = {code: Decimal(repr(rate)) for code, rate in settings.currency.rates.items()}
    return Money(currency=shop.currency, rates={**rates, shop.currency: Decimal(1)}, net_share=1 / (1 + tax))


def name_currencies(values: pa.Array, money: Money) -> pa.Array:
    """Three-letter names of the currencies in a column; the shop's where the cell is empty."""
    upper = pc.fill_null(pc.utf8_upper(values), money.currency)
    coded = upper.dictionary_encode()
    named = pa.array([_SIGNS.get(text, text) for text in coded.dictionary.to_pylist()], pa.string())
    return named.take(coded.indices)


def known_currencies(currencies: pa.Array, money: Money) -> pa.Array:
    """Whether each currency has a rate."""
    return pc.is_in(currencies, value_set=pa.array(list(money.rates), pa.string()))


def rates_of(currencies: pa.Array, money: Money) -> pa.Array:
    """The rate of each row's currency; null where there is none."""
    coded = currencies.dictionary_encode()
    rates = [float(money.rates[name]) if name in money.rates else None for name in coded.dictionary.to_pylist()]
    return pa.array(rates, pa.float64()).take(coded.indices)


def to_net_minor(
    values: pa.Array, currencies: pa.Array, *, decimal: Literal[".", ","], money: Money, kind: Kind
) -> pa.Array:
    """Amounts as written, in each row's currency, as net minor units; null where the currency has no rate."""

    def read(factor: Decimal, some: pa.Array) -> pa.Array:
        return to_minor(parse_decimals(some, decimal=decimal), factor)

    return _by_currency(values, currencies, _factors(money, kind), read)


def to_net_rate(values: pa.Array, currencies: pa.Array, *, decimal: Literal[".", ","], money: Money) -> pa.Array:
    """As `to_net_minor`, to a millionth of a minor unit: a single unit may cost a tenth of a cent."""

    def read(factor: Decimal, some: pa.Array) -> pa.Array:
        return to_exact_minor(parse_decimals(some, decimal=decimal), factor)

    return _by_currency(values, currencies, _factors(money, "taxed"), read)


def _factors(money: Money, kind: Kind) -> dict[str, Decimal]:
    return {name: money.factor(name, kind) for name in money.rates}


def _by_currency(
    values: pa.Array,
    currencies: pa.Array,
    factors: dict[str, Decimal],
    read: Callable[[Decimal, pa.Array], pa.Array],
) -> pa.Array:
    result: pa.Array | None = None
    for name in pc.unique(currencies).to_pylist():
        if name in factors:
            mine = pc.equal(currencies, name)
            amounts = by_distinct(pc.if_else(mine, values, None), partial(read, factors[name]))
            result = amounts if result is None else pc.if_else(mine, amounts, result)
    return read(Decimal(1), pa.nulls(len(values), pa.string())) if result is None else result
