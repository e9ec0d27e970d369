"""Directed pairs of items, by anchor and target, as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from pairwell.learn.baskets import Array


class Directed(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs anchor → target among `n_items` items, ascending, each of them once, an item with itself never."""

    n_items: int
    anchors: Array
    targets: Array

    @property
    def offsets(self) -> Array:
        """Those of anchor i lie between `offsets[i]` and `offsets[i + 1]`."""
        return np.searchsorted(self.anchors, np.arange(self.n_items + 1))

    def only(self, chosen: Array) -> Directed:
        """The pairs marked in `chosen`."""
        return Directed(n_items=self.n_items, anchors=self.anchors[chosen], targets=self.targets[chosen])

    def places(self, anchors: Array, targets: Array) -> Array:
        """Where each of the given pairs lies among these; they are all there."""
        return np.searchsorted(_keys(self), anchors * self.n_items + targets)

    def among(self, others: Directed) -> Array:
        """Whether each pair is one of `others`, too."""
        ours, theirs = _keys(self), _keys(others)
        if not theirs.size:
            return np.zeros(ours.size, dtype=bool)
        places = np.minimum(np.searchsorted(theirs, ours), theirs.size - 1)
        marked: Array = theirs[places] == ours
        return marked


def direct(n_items: int, anchors: Array, targets: Array) -> Directed:
    """The distinct pairs of two columns in any order."""
    keys = anchors.astype(np.int64) * n_items + targets
    keys.sort()  # numpy's own search for distinct values hashes, which takes many times as long
    first = np.ones(keys.size, dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    one, other = np.divmod(keys[first], max(1, n_items))
    apart = one != other
    return Directed(n_items=n_items, anchors=one[apart], targets=other[apart])


def both_ways(found: Sequence[Directed]) -> Directed:
    """Every pair of any of `found`, in both directions."""
    ends = [(each.anchors, each.targets) for each in found]
    anchors = np.concatenate([end for one, other in ends for end in (one, other)])
    targets = np.concatenate([end for one, other in ends for end in (other, one)])
    return direct(found[0].n_items, anchors, targets)


def _keys(pairs: Directed) -> Array:
    keys: Array = pairs.anchors * pairs.n_items + pairs.targets
    return keys
