"""How many requests one key and one address may send."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict

from pairwell.config.settings import Limits

_MOST = 20_000  # buckets at a time; of more the ones that rested longest are forgotten


class Buckets:
    """A bucket of tokens for each name: a request takes one, time fills it up again. For one thread."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()  # name -> tokens left, as of when

    def __len__(self) -> int:
        return len(self._held)

    def take(self, name: str, *, per_s: float, burst: float, now: float) -> float:
        """Take a token; returns 0.0, or the seconds after which there will be one. `per_s` 0: without limit."""
        if per_s <= 0.0:
            return 0.0
        burst = max(burst, 1.0)
        left, at = self._held.get(name, (burst, now))
        left = min(burst, left + max(0.0, now - at) * per_s)
        enough = left >= 1.0
        self._held[name] = (left - 1.0 if enough else left, now)
        self._held.move_to_end(name)
        if len(self._held) > self._most:
            self._held.popitem(last=False)
        return 0.0 if enough else (1.0 - left) / per_s


def wait_of_page(buckets: Buckets, limits: Limits, *, key_id: str, address: str, now: float) -> float:
    """Seconds that a request with a publishable key has to wait; 0.0: none, and it is counted."""
    visitor = f"a\x1f{network_of(address)}"
    wait = buckets.take(visitor, per_s=limits.visitor_per_s, burst=limits.visitor_burst, now=now)
    return wait or buckets.take(f"k\x1f{key_id}", per_s=limits.key_per_s, burst=limits.key_burst, now=now)


def wait_of_server(buckets: Buckets, limits: Limits, *, key_id: str, now: float) -> float:
    """As `wait_of_page`, with a secret key."""
    return buckets.take(f"k\x1f{key_id}", per_s=limits.secret_per_s, burst=limits.secret_burst, now=now)


def network_of(address: str) -> str:
    """Whom an address belongs to: one household has a whole /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
