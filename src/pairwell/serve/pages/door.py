"""Who may read the pages: whoever may do everything on the online API, by key or as a browser that has shown one."""

from __future__ import annotations

import time
from urllib.parse import parse_qsl

from pairwell.serve.online.access.callers import NOBODY, Caller
from pairwell.serve.online.access.credentials import Shown
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.limits import Buckets, network_of
from pairwell.serve.online.access.refusals import key_malformed, needs_secret_key, too_many
from pairwell.serve.online.faults import Fault, Refused
from pairwell.serve.online.loopback import require_local
from pairwell.serve.online.wire import Scope
from pairwell.serve.pages.sessions import SESSION_S, Sessions

COOKIE = "pairwell_session"
_TRIES_PER_S, _TRIES = 0.2, 10.0  # keys that one network may try
_FIELDS = 4


class Door:
    """Tells who asks, and signs browsers in and out. For one event loop."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._sessions = Sessions()
        self._tries = Buckets()

    @property
    def is_open(self) -> bool:
        """Whether nobody needs a key."""
        return self._gate.is_open

    async def admit(self, scope: Scope, shown: Shown) -> Caller:
        """Who asks; `NOBODY` without a key. Raises `Refused`, and `KeysUnreadError` where nobody can be let in."""
        _require_not_embedded(scope)
        caller = await self._gate.admit(scope, shown)
        return self._browser(scope) if caller.kind == "nobody" else caller

    async def sign_in(self, scope: Scope, form: bytes) -> str | None:
        """The cookie for a browser that sends a secret key in a form; None where none is needed.

        Raises `Refused` where the key does not count, is none of a server's, or the form is of another site.
        """
        origin = _require_own_form(scope)
        ring = await self._gate.keyring.fresh()
        if ring.open:
            require_local(scope["headers"])
            return None
        address = network_of(scope["client"][0] if scope.get("client") else "")
        wait = self._tries.take(address, per_s=_TRIES_PER_S, burst=_TRIES, now=time.monotonic())
        if wait > 0.0:
            raise too_many(wait)
        key = ring.find(_key_of(form))
        if key.kind != "secret":
            raise needs_secret_key()
        return _cookie(self._sessions.open(key.key_id, time.monotonic()), origin, seconds=round(SESSION_S))

    def sign_out(self, scope: Scope) -> str:
        """The cookie that ends a browser's session. Raises `Refused` where the form is of another site."""
        origin = _require_own_form(scope)
        for name in _names(scope):
            self._sessions.close(name)
        return _cookie("", origin, seconds=0)

    def _browser(self, scope: Scope) -> Caller:
        ring = self._gate.keyring.last
        found = {self._sessions.find(name, time.monotonic()) for name in _names(scope)}
        for key in [] if ring is None else ring.live:
            if key.kind == "secret" and key.key_id in found:
                return Caller(kind="secret", key_id=key.key_id)
        return NOBODY


def _require_not_embedded(scope: Scope) -> None:
    """Raise `Refused` where a page of another site has a browser fetch this, be it as a picture or a script."""
    told = {name: value for name, value in scope["headers"] if name.startswith(b"sec-fetch-")}
    site, mode = told.get(b"sec-fetch-site", b"none"), told.get(b"sec-fetch-mode", b"navigate")
    if site not in {b"none", b"same-origin"} and mode != b"navigate":
        raise _foreign("A page of another site asks for this.")


def _require_own_form(scope: Scope) -> str:
    """The origin of a form that is sent. Raises `Refused` unless it is a page of this very process."""
    hosts, origins = _sent(scope, b"host"), _sent(scope, b"origin")
    if len(hosts) != 1 or len(origins) != 1 or origins[0].lower().partition("://")[2] != hosts[0].lower():
        raise _foreign("This form was not sent by a page of this server.")
    return origins[0]


def _sent(scope: Scope, header: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == header]


def _foreign(message: str) -> Refused:
    return Refused(403, Fault(code="foreign_origin", message=message, hint="Open the pages themselves."))


def _key_of(form: bytes) -> str:
    try:
        fields = parse_qsl(form.decode("ascii"), max_num_fields=_FIELDS)
    except ValueError as error:
        raise key_malformed("The form cannot be read.") from error
    return dict(fields).get("key", "").strip()


def _names(scope: Scope) -> list[str]:
    parts = [one.strip().partition("=") for cookies in _sent(scope, b"cookie") for one in cookies.split(";")]
    return [value for name, _, value in parts if name == COOKIE and value]


def _cookie(value: str, origin: str, *, seconds: int) -> str:
    # What the browser came by tells whether a proxy in front speaks TLS.
    secure = "; Secure" if origin.lower().startswith("https:") else ""
    return f"{COOKIE}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"
