"""Which items truly go together, how strongly, and from when to when."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.simulate.arrays import Floats, Ints
from pairwell.simulate.catalogue import Catalogue
from pairwell.simulate.size import ShopSize

MOST = 4  # complements of one anchor
_SAME_BRAND = 3.0  # times as likely to be the one that goes with it
_APPEARING, _VANISHING = 0.08, 0.08  # shares of complements that drift


class Edges(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Complements, one row an anchor item and `MOST` places in it; an empty place holds add-on -1.

    `strength` is the chance that a typical buyer of the anchor takes the add-on along. An edge is alive on the
    days `since <= day < until`.
    """

    add_on: Ints
    strength: Floats
    since: Ints
    until: Ints


def plant_complements(catalogue: Catalogue, size: ShopSize, rng: np.random.Generator) -> Edges:
    """Give every family of anchors its add-ons: one item of each need that goes with it."""
    shape = (len(catalogue.items), MOST)
    add_on, strength = np.full(shape, -1, dtype=np.int64), np.zeros(shape)
    since, until = np.zeros(shape, dtype=np.int64), np.full(shape, size.horizon, dtype=np.int64)
    for family in range(len(catalogue.families)):
        members = np.flatnonzero(catalogue.family == family)
        for place, goes in enumerate(catalogue.needs[catalogue.need[members[0]]].goes):
            add_on[members, place] = _matches(catalogue, members, goes.need, rng)
            strength[members, place] = float(np.clip(goes.strength * np.exp(rng.normal(0.0, 0.2)), 0.05, 0.6))
            since[members, place], until[members, place] = _span(size, rng)
    return Edges(add_on=add_on, strength=strength, since=since, until=until)


def _matches(catalogue: Catalogue, members: Ints, need: str, rng: np.random.Generator) -> Ints:
    """The add-on of each member: one family for all, in the variant that fits where both come in as many."""
    place = next(number for number, each in enumerate(catalogue.needs) if each.key == need)
    choices = np.unique(catalogue.family[catalogue.need == place])
    brand_of = np.array([catalogue.brand[catalogue.family == family][0] for family in choices])
    weight = np.where(brand_of == catalogue.brand[members[0]], _SAME_BRAND, 1.0)
    add_ons = np.flatnonzero(catalogue.family == rng.choice(choices, p=weight / weight.sum()))
    if len(add_ons) == len(members):
        return add_ons
    return np.full(len(members), rng.choice(add_ons))


def _span(size: ShopSize, rng: np.random.Generator) -> tuple[int, int]:
    drawn, turn = rng.random(), int(size.days * rng.uniform(0.35, 0.65))
    if drawn < _APPEARING:
        return turn, size.horizon
    if drawn < _APPEARING + _VANISHING:
        return 0, turn
    return 0, size.horizon
