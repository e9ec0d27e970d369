"""Which offer a purchase is put down to: the last one of that item that the customer saw before."""

from __future__ import annotations

import msgspec
import numpy as np

from pairwell.measure.offers.estimates import Ints
from pairwell.measure.offers.rows import NEVER, Lines, Offers, Told, newest_before, part_codes


class Attributed(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What each line of an order is put down to."""

    offer: Ints  # its row among the offers; NEVER: to none


class _Wanted(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Lines under every name that they may be bought under: their item's, and that of each bundle that is complete."""

    line: Ints
    name: Ints


def attribute(told: Told, lines: Lines, *, window: int) -> Attributed:
    """Put each line down to the last exposure of its item to its unit, at most `window` microseconds before.

    Of a bundle all parts must be in the order, and all of them count; of an upgrade the dearer item does. Of an
    exposure that was told more than once the first and the last time count; of two of one moment the later offer.
    """
    seen = np.flatnonzero((told.offers.exposed >= 0) & (told.slates.unit[told.offers.slate] >= 0))
    if not len(seen):
        return Attributed(offer=np.full(lines.size, NEVER, dtype=np.int64))
    row, at = _exposures(told.offers, seen)
    wanted = _wanted(told, lines)
    unit, many = told.slates.unit[told.offers.slate[row]], len(told.names.offers)
    asked = lines.unit[wanted.line] * many + wanted.name
    found = newest_before(unit * many + told.offers.name[row], at, asked, lines.at[wanted.line])
    near = (found >= 0) & (lines.at[wanted.line] - at[np.maximum(found, 0)] <= window)
    return Attributed(offer=_last_seen(wanted.line[near], found[near], row, lines.size))


def _exposures(offers: Offers, seen: Ints) -> tuple[Ints, Ints]:
    """Offers and the moments at which they were seen, first and last, in order of time and of the offers."""
    again = seen[offers.exposed_last[seen] > offers.exposed[seen]]
    row = np.concatenate([seen, again])
    at = np.concatenate([offers.exposed[seen], offers.exposed_last[again]])
    order = np.lexsort((row, at))
    return row[order], at[order]


def _wanted(told: Told, lines: Lines) -> _Wanted:
    parts = part_codes(told.names.offers, lines.items)
    name_of = np.full(len(lines.items), NEVER, dtype=np.int64)
    for name, items in enumerate(parts):
        if len(items) == 1 and items[0] >= 0:
            name_of[items[0]] = name
    alone = np.flatnonzero(name_of[lines.item] >= 0) if lines.size else np.empty(0, dtype=np.int64)
    rows, names = [alone], [name_of[lines.item[alone]]]
    by_item = np.argsort(lines.item, kind="stable")
    starts = np.searchsorted(lines.item[by_item], np.arange(len(lines.items) + 1))
    for name, items in enumerate(parts):
        if len(items) > 1 and items[0] >= 0:
            there = np.concatenate([by_item[starts[item] : starts[item + 1]] for item in items])
            inside = _complete(lines, there, len(items))
            rows.append(inside)
            names.append(np.full(len(inside), name, dtype=np.int64))
    return _Wanted(line=np.concatenate(rows), name=np.concatenate(names))


def _complete(lines: Lines, there: Ints, parts: int) -> Ints:
    """Of these lines those in orders that hold as many items as there are parts."""
    pairs = np.unique(np.stack([lines.order[there], lines.item[there]]), axis=1)
    orders, counts = np.unique(pairs[0], return_counts=True)
    return there[np.isin(lines.order[there], orders[counts == parts])]


def _last_seen(line: Ints, exposure: Ints, row: Ints, size: int) -> Ints:
    """Of each line the offer seen last, of all names that it was bought under; exposures are in order of time."""
    newest = np.full(size, NEVER, dtype=np.int64)
    np.maximum.at(newest, line, exposure)
    return np.where(newest >= 0, row[np.maximum(newest, 0)], NEVER)
