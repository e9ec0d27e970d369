"""What accounts are compared by: what they hold, what they are, and what they need."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec
import numpy as np

from pairwell.advise.account import Account
from pairwell.advise.whitespace.fitting import Floats

MOST_VALUES: Final = 30  # an attribute with more of them names accounts rather than kinds of them
FEWEST: Final = 5  # accounts that share a trait
_NAMING: Final = frozenset({"name", "owner", "kind", "email", "phone"})  # say who it is, not what it is like
_BARRED: Final = frozenset({"gender", "sex", "ethnicity", "religion", "nationality"})  # no reason to sell or not


class Trait(msgspec.Struct, frozen=True, order=True):
    """Something that an account has or has not."""

    kind: Literal["holds", "attribute", "need"]
    name: str  # of the product, the attribute, the need
    value: str = ""  # of the attribute


class Compared(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Accounts and their traits: 1 where the account of a row has the trait of a column, else 0."""

    account_ids: Sequence[str]
    traits: Sequence[Trait]
    rows: Floats

    def columns_but(self, product_id: str) -> list[int]:
        """The places of all traits but of holding that product."""
        return [place for place, trait in enumerate(self.traits) if trait != Trait("holds", product_id)]


def compare_accounts(accounts: Sequence[Account], held: Mapping[str, frozenset[str]]) -> Compared:
    """The traits that at least `FEWEST` accounts share, in a fixed order. `held`: products by account id."""
    counts = Counter(trait for account in accounts for trait in set(_traits(account, held[account.account_id])))
    values = Counter(trait.name for trait in counts if trait.kind == "attribute")
    kept = sorted(
        trait
        for trait, count in counts.items()
        if count >= FEWEST and (trait.kind != "attribute" or values[trait.name] <= MOST_VALUES)
    )
    ids = [account.account_id for account in accounts]
    return Compared(account_ids=ids, traits=kept, rows=describe(accounts, held, kept))


def describe(accounts: Sequence[Account], held: Mapping[str, frozenset[str]], traits: Sequence[Trait]) -> Floats:
    """One row an account, one column a trait."""
    places = {trait: place for place, trait in enumerate(traits)}
    rows = np.zeros((len(accounts), len(traits)))
    for row, account in enumerate(accounts):
        rows[row, [places[one] for one in _traits(account, held[account.account_id]) if one in places]] = 1
    return rows


def _traits(account: Account, held: frozenset[str]) -> Iterator[Trait]:
    yield from (Trait("holds", product_id) for product_id in held)
    yield from (Trait("need", need.need) for need in account.needs)
    for name, value in account.attributes.items():
        if name not in _NAMING | _BARRED and not _is_measure(name, value):
            yield Trait("attribute", name, value)
    if account.size is not None and (employees := _number(account.size)) is not None:
        yield Trait("attribute", "size", size_class(employees))


def size_class(employees: float) -> str:
    """The class that statistics of the EU put a firm of so many people into (Eurostat, SME definition 2003/361/EC)."""
    for most, name in ((9, "1-9"), (49, "10-49"), (249, "50-249")):
        if employees <= most:
            return name
    return "250+"


def _is_measure(name: str, value: str) -> bool:
    """Whether the attribute counts, measures or dates: its values are no kinds, and money paid tells what is held."""
    return name in {"size", "employees"} or _number(value) is not None or _is_day(value)


def _is_day(text: str) -> bool:
    """When a contract ends says nothing of what an account is like."""
    try:
        dt.date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
