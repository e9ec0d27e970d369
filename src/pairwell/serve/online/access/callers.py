"""Whoever was let in."""

from __future__ import annotations

from typing import Literal

import msgspec

from pairwell.serve.online.access.refusals import key_missing, needs_secret_key

CallerKind = Literal["open", "secret", "publishable", "nobody"]


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and for whom."""

    kind: CallerKind
    key_id: str | None = None
    customer_id: str | None = None  # whom a token proves
    epoch: int = 0  # of the keys by which it was let in

    @property
    def may_everything(self) -> bool:
        """Whether it holds a secret key, or asks on this machine where there are no keys."""
        return self.kind in {"secret", "open"}

    def require_key(self) -> None:
        """Raise `Refused` unless it showed a key, or needs none."""
        if self.kind == "nobody":
            raise key_missing()

    def require_everything(self) -> None:
        """Raise `Refused` unless it may do everything."""
        self.require_key()
        if not self.may_everything:
            raise needs_secret_key()


CALLER = "pairwell.caller"  # where a scope holds it
NOBODY = Caller(kind="nobody")
