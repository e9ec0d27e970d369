"""Bodies that nobody is known to have signed yet: a stranger's network takes no room from others."""

from __future__ import annotations

from typing import Final

from pairwell.serve.online.access.limits import network_of
from pairwell.serve.online.holding import Holding
from pairwell.serve.online.wire import Message, Receive, Scope

_SECONDS: Final = 10.0
_ALL_BYTES, _ALL_BODIES = 64_000_000, 500
_NETWORK_BYTES, _NETWORK_BODIES = 8_000_000, 25


class Arrivals:
    """Room for bodies on their way in, of all networks and of each. For one thread."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._all = Holding(what, most_bytes=_ALL_BYTES, most_bodies=_ALL_BODIES, seconds=_SECONDS)
        self._of: dict[str, Holding] = {}

    async def read(self, scope: Scope, receive: Receive, *, limit: int) -> bytes:
        """The whole body. Raises `Refused`: 413 above `limit`, 503 without room, 408 where it is slow."""
        client = scope.get("client")
        network = network_of(client[0] if client else "")
        own = self._of.get(network)
        if own is None:
            own = Holding(self._what, most_bytes=_NETWORK_BYTES, most_bodies=_NETWORK_BODIES, seconds=_SECONDS)
            self._of[network] = own
        try:
            with own.open() as place, self._all.open() as opened:

                async def counted() -> Message:
                    message = await receive()
                    place.hold(len(message.get("body", b"")))
                    return message

                return await opened.read(scope, counted, limit=limit)
        finally:
            if not own.bodies:
                self._of.pop(network, None)
