"""What the simulated shop sells, as records for the shop and as arrays for its customers' choices."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from pairwell.errors import RequestError
from pairwell.records import Item
from pairwell.simulate.arrays import Bools, Floats, Ints
from pairwell.simulate.home import CLEANING, COFFEE, KITCHEN, OFFICE
from pairwell.simulate.needs import Need
from pairwell.simulate.outdoor import BACKPACKS, CAMPING, CLOTHING, COOKING, FOOTWEAR, LIGHTS

_DEPARTMENTS = (CAMPING, COFFEE, FOOTWEAR, COOKING, OFFICE, BACKPACKS, LIGHTS, CLOTHING, KITCHEN, CLEANING)
_SERIES = {1: "Start", 2: "Plus", 3: "Summit"}
_WHOLE_FROM = 5_000  # minor units from which prices have no cents
_TIER_STEP = (1.28, 1.52)  # how much dearer the next tier is, at least and at most


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Items in the order of their needs; one array entry an item, unless said otherwise."""

    needs: tuple[Need, ...]
    brands: tuple[str, ...]
    families: tuple[str, ...]
    items: tuple[Item, ...]
    index: dict[str, int]  # item_id -> place in `items`
    need: Ints
    brand: Ints
    family: Ints
    tier: Ints
    variant: Ints  # colour or size: its place among those of the need
    price: Ints  # minor units, at the opening
    cost: Ints
    quality: Floats  # as customers feel it, around 0
    need_start: Ints  # by need: its first item
    department: Ints  # by need
    lasting: Bools  # by need


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """A family as it is being made: one brand's answer to a need, at one tier."""

    need: Need
    brand: str
    tier: int
    price: int
    cost: int
    quality: float
    rating: float
    n_ratings: int


def make_catalogue(n_items: int, rng: np.random.Generator) -> Catalogue:
    """About `n_items` items, by whole departments; `RequestError` where the assortment is smaller."""
    needs = _needs_for(n_items)
    lines = [line for need in needs for brand in need.brands for line in _ladder(need, brand, rng)]
    made = [(line, item) for line in lines for item in _variants(line)]
    return _as_arrays(needs, [line for line, _ in made], [item for _, item in made])


def _needs_for(n_items: int) -> tuple[Need, ...]:
    counts = list(itertools.accumulate(sum(map(_count, department)) for department in _DEPARTMENTS))
    if n_items > counts[-1]:
        raise RequestError(
            f"A world of {n_items} items was asked for; the assortment has {counts[-1]}.",
            hint=f"Ask for at most {counts[-1]} items.",
        )
    enough = next(place for place, count in enumerate(counts) if count >= n_items)
    return tuple(itertools.chain.from_iterable(_DEPARTMENTS[: enough + 1]))


def _count(need: Need) -> int:
    return len(need.variants) * _families(need)


def _families(need: Need) -> int:
    return len(need.brands) * _n_tiers(need)


def _n_tiers(need: Need) -> int:
    return 3 if need.role == "main" else 1


def _ladder(need: Need, brand: str, rng: np.random.Generator) -> Iterator[_Line]:
    price = need.price * rng.uniform(0.92, 1.08)
    for tier in range(1, _n_tiers(need) + 1):
        rounded = _shelf_price(price)
        yield _Line(
            need=need,
            brand=brand,
            tier=tier,
            price=rounded,
            cost=round(rounded * rng.uniform(0.48, 0.68)),
            quality=0.7 * (tier - 2) + rng.normal(0.0, 0.25),
            rating=round(float(np.clip(3.7 + 0.25 * tier + rng.normal(0.0, 0.1), 1.0, 5.0)), 1),
            n_ratings=int(rng.integers(5, 900)),
        )
        price *= rng.uniform(*_TIER_STEP)


def _shelf_price(price: float) -> int:
    """The price as a shop would write it: 12.90, 149.00."""
    return round(price / 1000) * 1000 - 100 if price >= _WHOLE_FROM else round(price / 100) * 100 - 10


def _variants(line: _Line) -> Iterator[Item]:
    need, family = line.need, _family_id(line)
    for variant in need.variants:
        suffix = variant.removeprefix("size ").replace(" ", "").upper()
        yield Item(
            item_id=f"{family}-{suffix}" if variant else family,
            title=_title(line, variant),
            category=need.category,
            brand=line.brand,
            family=family,
            tier=line.tier,
            price_minor=line.price,
            cost_minor=line.cost,
            rating=line.rating,
            n_ratings=line.n_ratings,
            attributes={name: values[line.tier - 1] for name, values in need.attributes.items()},
        )


def _family_id(line: _Line) -> str:
    step = str(line.tier) if line.need.role == "main" else ""
    return f"{line.need.key}-{line.brand[:3].upper()}{step}"


def _title(line: _Line, variant: str) -> str:
    series = f" {_SERIES[line.tier]}" if line.need.role == "main" else ""
    return f"{line.brand}{series} {line.need.noun}" + (f", {variant}" if variant else "")


def _as_arrays(needs: tuple[Need, ...], lines: Sequence[_Line], items: Sequence[Item]) -> Catalogue:
    brands = tuple(sorted({line.brand for line in lines}))
    families = tuple(dict.fromkeys(_family_id(line) for line in lines))
    departments = list(dict.fromkeys(need.department for need in needs))
    place = {need.key: number for number, need in enumerate(needs)}
    need = np.array([place[line.need.key] for line in lines], dtype=np.int64)
    return Catalogue(
        needs=needs,
        brands=brands,
        families=families,
        items=tuple(items),
        index={item.item_id: number for number, item in enumerate(items)},
        need=need,
        brand=np.array([brands.index(line.brand) for line in lines], dtype=np.int64),
        family=np.array([families.index(_family_id(line)) for line in lines], dtype=np.int64),
        tier=np.array([line.tier for line in lines], dtype=np.int64),
        variant=np.concatenate([np.arange(len(need.variants)) for need in needs for _ in range(_families(need))]),
        price=np.array([line.price for line in lines], dtype=np.int64),
        cost=np.array([line.cost for line in lines], dtype=np.int64),
        quality=np.array([line.quality for line in lines]),
        need_start=np.searchsorted(need, np.arange(len(needs))),
        department=np.array([departments.index(need.department) for need in needs], dtype=np.int64),
        lasting=np.array([need.lasting for need in needs]),
    )
