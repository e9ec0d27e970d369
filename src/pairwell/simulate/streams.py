"""Where chance comes from: one independent stream for each purpose and person."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream is drawn for; the numbers are part of what a seed means."""

    CATALOGUE = 1
    PLANTING = 2
    MARKET = 3
    CROWD = 4
    LIFE = 5
    RESPONSE = 6
    IMAGINED = 7
    DIRT = 8
    BROWSING = 9
    ACCOUNT = 10
    NEED = 11
    TEMPER = 12
    HOLDING = 13
    FUTURE = 14
    FIRM_FILES = 15
    SELLERS = 16
    COUNTER = 17


def open_stream(seed: int, purpose: Purpose, *keys: int) -> np.random.Generator:
    """A stream that depends on these numbers only, never on what was drawn before."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(int(purpose), *keys))))
