"""Every key in memory, looked at anew for each request."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from pairwell.errors import JournalError
from pairwell.operations.keys.store import ApiKey, KeysHeld, KeyStore
from pairwell.operations.keys.text import MistypedError, digest_of, read_kind
from pairwell.serve.online.access.refusals import key_malformed, key_revoked, key_unknown
from pairwell.serve.online.notices import Notices


class KeysUnreadError(Exception):
    """Whether a key counts cannot be told now."""


class Ring:
    """The keys as of one look."""

    def __init__(self, held: KeysHeld) -> None:
        self.epoch = held.epoch
        self._by_digest: Mapping[bytes, ApiKey] = held.by_digest
        live = {digest: key for digest, key in held.by_digest.items() if key.revoked_at is None}
        self.signers = [digest for digest, key in live.items() if key.kind == "secret"]
        self.origins = frozenset(origin for key in live.values() for origin in key.origins)
        self.live = list(live.values())

    @property
    def open(self) -> bool:
        """Whether no key was ever made; revoking the last one opens nothing."""
        return not self._by_digest

    def find(self, text: str) -> ApiKey:
        """The key of this text. Raises `Refused` (401) where it has a typo, is unknown or revoked.

        The look-up is by the digest: what its time could tell of a digest says nothing of a text.
        """
        try:
            read_kind(text)
        except MistypedError as error:
            raise key_malformed(str(error)) from error
        key = self._by_digest.get(digest_of(text))
        if key is None:
            raise key_unknown()
        if key.revoked_at is not None:
            raise key_revoked(key)
        return key


class Keyring:
    """Reads the keys on a thread of its own: a database that hangs must not keep other requests waiting."""

    def __init__(self, store: KeyStore, notices: Notices, *, patience_s: Callable[[], float]) -> None:
        self._store = store
        self._notices = notices
        self._patience_s = patience_s
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keys")
        self._lock = threading.Lock()
        self._look: Future[bool] | None = None
        self.last: Ring | None = None  # None: never read yet
        self._read()

    async def fresh(self) -> Ring:
        """The keys as of a moment after this call. Raises `KeysUnreadError` where they cannot be read in time.

        Requests that wait at the same time share one look.
        """
        look = asyncio.wrap_future(self._next_look())
        done, _ = await asyncio.wait([look], timeout=self._patience_s())
        if not done or not look.result() or self.last is None:
            raise KeysUnreadError
        return self.last

    def close(self) -> None:
        """End the thread."""
        self._executor.shutdown(wait=True)

    def _next_look(self) -> Future[bool]:
        with self._lock:
            # One that runs already may have read before this request came.
            if self._look is None or self._look.running() or self._look.done():
                self._look = self._executor.submit(self._read)
            return self._look

    def _read(self) -> bool:
        try:
            if self.last is None or self._store.read_epoch() != self.last.epoch:
                self.last = Ring(self._store.read())
        except JournalError as error:
            self._notices.tell("error", "keys_unread", error.message)
            return False
        except Exception as error:  # noqa: BLE001  (whatever it is, nobody is let in)
            self._notices.failure(error)
            return False
        return True
