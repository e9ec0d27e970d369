"""Sets of orders as bits: how many are in one, how many in two."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from pairwell.learn.baskets import Array
from pairwell.learn.compiled import compiled

WORD = 64  # orders in a word


@intrinsic  # type: ignore[untyped-decorator] # Numba carries no types
def ones(_typing: Any, _word: Any) -> Any:  # noqa: ANN401 - Numba's own protocol
    """How many bits of a 64-bit word are set: one instruction of the processor, for which Numba has no name."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@compiled
def meet(one: Array, other: Array, both: Array) -> None:
    """Write into `both` what is in `one` and in `other`."""
    for word in range(both.size):
        both[word] = one[word] & other[word]


@compiled
def overlap(one: Array, other: Array) -> int:
    """How many orders are in both."""
    found = 0
    for word in range(one.size):
        found += ones(one[word] & other[word])
    return found


@compiled
def fill(bits: Array, n: int) -> None:
    """Put the first `n` orders in, and no other."""
    for word in range(bits.size):
        left = n - word * WORD
        bits[word] = ~types.uint64(0) if left >= WORD else (types.uint64(1) << types.uint64(left)) - types.uint64(1)
