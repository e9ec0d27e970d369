"""Lets requests in, each with what it may do."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import msgspec

from pairwell.clock import Clock
from pairwell.config.settings import Limits
from pairwell.operations.keys.store import ApiKey
from pairwell.operations.keys.tokens import TokenError, read_customer
from pairwell.serve.online.access import refusals
from pairwell.serve.online.access.callers import NOBODY, Caller
from pairwell.serve.online.access.credentials import Shown
from pairwell.serve.online.access.keyring import Keyring, KeysUnreadError, Ring
from pairwell.serve.online.access.limits import Buckets, wait_of_page, wait_of_server
from pairwell.serve.online.access.settling import KeysMovedError
from pairwell.serve.online.faults import Refused
from pairwell.serve.online.loopback import require_local
from pairwell.serve.online.wire import Scope

_TOO_MANY = 429  # HTTP's status
T = TypeVar("T")


class Gate:
    """Tells who asks. `local`: nobody but this machine can reach the process."""

    def __init__(self, keyring: Keyring, *, limits: Callable[[], Limits], clock: Clock, local: bool) -> None:
        self.keyring = keyring
        self._limits = limits
        self._clock = clock
        self._local = local
        self._buckets = Buckets()

    @property
    def is_open(self) -> bool:
        """Whether, as far as was read last, everybody who reaches the process may do everything."""
        return self.keyring.last is not None and self.keyring.last.open and self._local

    @property
    def origins(self) -> frozenset[str]:
        """Origins of the pages that may read answers, as far as was read last."""
        return frozenset() if self.keyring.last is None else self.keyring.last.origins

    def pass_by(self, scope: Scope) -> None:
        """Let a request in to what is no secret. Raises `Refused` only where it comes from a stranger's page."""
        if self.is_open:
            require_local(scope["headers"])

    async def admit(self, scope: Scope, shown: Shown) -> Caller:
        """Who asks; `NOBODY` without a key. Raises `Refused`, and `KeysUnreadError` where nobody can be let in."""
        return self._admitted(scope, shown, await self.keyring.fresh())

    async def recall(self, scope: Scope, shown: Shown) -> Caller:
        """As `admit`, by the keys as they were read last, for work that is given to `settle`.

        Whoever these keys refuse is looked at anew: theirs may have been made a moment ago.
        """
        if self.keyring.last is not None:
            try:
                return self._admitted(scope, shown, self.keyring.last)
            except Refused as refused:
                if refused.status == _TOO_MANY:
                    raise
        return await self.admit(scope, shown)

    async def settle(self, scope: Scope, shown: Shown, caller: Caller, do: Callable[[Caller], Awaitable[T]]) -> T:
        """What `do` gives for the caller; where the keys have moved meanwhile, for whoever it is by the new ones.

        Raises what `do` raises, `Refused`, and `KeysUnreadError` where the keys never stand still.
        """
        with suppress(KeysMovedError):
            return await do(caller)
        caller = await self.admit(scope, shown)
        caller.require_key()
        try:
            return await do(caller)
        except KeysMovedError as error:
            raise KeysUnreadError from error

    async def admit_signed(self, name: str) -> Caller:
        """A system that signs what it sends, let in as who holds a secret key, and limited so.

        Raises `Refused` (429), and `KeysUnreadError` where nobody can be let in.
        """
        ring = await self.keyring.fresh()
        _require_no_wait(wait_of_server(self._buckets, self._limits(), key_id=name, now=time.monotonic()))
        return Caller(kind="secret", key_id=name, epoch=ring.epoch)

    def _admitted(self, scope: Scope, shown: Shown, ring: Ring) -> Caller:
        if ring.open:
            if not self._local:
                raise refusals.not_open_here()
            require_local(scope["headers"])
            return Caller(kind="open", epoch=ring.epoch)
        if shown.key is None:
            return NOBODY
        key = ring.find(shown.key)
        caller = self._server(key, shown) if key.kind == "secret" else self._page(key, shown, ring, scope)
        return msgspec.structs.replace(caller, epoch=ring.epoch)

    def _server(self, key: ApiKey, shown: Shown) -> Caller:
        if shown.origin is not None:
            raise refusals.secret_in_page(key)
        now = time.monotonic()
        _require_no_wait(wait_of_server(self._buckets, self._limits(), key_id=key.key_id, now=now))
        return Caller(kind="secret", key_id=key.key_id)

    def _page(self, key: ApiKey, shown: Shown, ring: Ring, scope: Scope) -> Caller:
        if shown.origin is None:
            raise refusals.origin_missing()
        if shown.origin not in key.origins:
            raise refusals.origin_not_allowed(shown.origin)
        address = scope["client"][0] if scope.get("client") else ""
        now = time.monotonic()
        _require_no_wait(wait_of_page(self._buckets, self._limits(), key_id=key.key_id, address=address, now=now))
        return Caller(kind="publishable", key_id=key.key_id, customer_id=self._customer(shown.token, ring))

    def _customer(self, token: str | None, ring: Ring) -> str | None:
        if token is None:
            return None
        try:
            return read_customer(token, digests=ring.signers, now=self._clock())
        except TokenError as error:
            raise refusals.token_refused(error.code, str(error)) from error


def _require_no_wait(seconds: float) -> None:
    if seconds > 0.0:
        raise refusals.too_many(seconds)
