"""What people come for: the jobs that a shop's goods are bought to do."""

from __future__ import annotations

from typing import Literal

import msgspec


class Goes(msgspec.Struct, frozen=True):
    """A need that another one brings with it, and how many of its buyers take it along."""

    need: str
    strength: float


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One job; every brand, tier and variant made for it can stand in for the others."""

    key: str
    category: str
    noun: str
    price: int  # of the lowest tier, minor units
    brands: tuple[str, ...]
    role: Literal["main", "extra"] = "main"
    variants: tuple[str, ...] = ("",)
    lasting: bool = True  # who has one seldom buys another
    pull: float = 0.0  # how much it is wanted, log scale
    peak: int = 180  # day of the year at which it is wanted most
    swing: float = 0.3  # how much more than on average, log scale
    attributes: dict[str, tuple[str, str, str]] = {}
    goes: tuple[Goes, ...] = ()

    @property
    def department(self) -> str:
        return self.category.split(" > ", 1)[0]
