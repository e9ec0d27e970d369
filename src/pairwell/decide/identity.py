"""Names of decisions: sortable by time, and the same for the same request."""

from __future__ import annotations

import hashlib
from datetime import datetime

from pairwell.clock import to_micros

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
ENTROPY_BYTES = 10


def ulid(now: datetime, entropy: bytes) -> str:
    """The ULID (26 characters) of the millisecond of `now` and ten bytes of entropy."""
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"entropy has {len(entropy)} bytes; a ULID takes {ENTROPY_BYTES}")
    number = (to_micros(now) // 1_000 << 8 * ENTROPY_BYTES) | int.from_bytes(entropy)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def name_decision(request_id: str | None, *, now: datetime, salt: str, entropy: bytes) -> str:
    """The id of a decision made now; its entropy is that of the request where the request has a name."""
    if request_id is None:
        return ulid(now, entropy)
    digest = hashlib.blake2b(f"{salt}\x1frequest\x1f{request_id}".encode(), digest_size=ENTROPY_BYTES).digest()
    return ulid(now, digest)
