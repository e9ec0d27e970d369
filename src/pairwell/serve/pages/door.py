"""Who may use the pages: users who have signed in, whoever holds a secret key, or anybody where there is neither."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from urllib.parse import parse_qsl

from pairwell.operations.users.sessions import LASTS, form_token
from pairwell.said import phrase
from pairwell.serve.online.access.credentials import Shown
from pairwell.serve.online.access.gate import Gate
from pairwell.serve.online.access.limits import Buckets, network_of
from pairwell.serve.online.access.refusals import key_missing, needs_secret_key, too_many
from pairwell.serve.online.faults import Fault, Refused
from pairwell.serve.online.loopback import require_local
from pairwell.serve.online.wire import Scope
from pairwell.serve.pages.asking import cookies, sent
from pairwell.serve.pages.register import Register
from pairwell.serve.pages.visitors import ANYBODY, Visitor, of_holder, of_key

COOKIE = "pairwell_session"
TOKEN = "token"  # noqa: S105 - the field of a form that carries one
_TRIES_PER_S, _TRIES = 0.2, 10.0  # passwords and keys that one network may try
_FIELDS = 200
_MOST_SESSIONS = 4  # names that one browser may show


class Door:
    """Tells who asks, and signs browsers in and out. For one event loop."""

    def __init__(self, gate: Gate, register: Register) -> None:
        self._gate = gate
        self._register = register
        self._tries = Buckets()

    async def is_open(self) -> bool:
        """Whether nobody has to say who they are, as it stands now: users are added beside this process."""
        return self._gate.is_open and not (await self._register.look(())).has_users

    def pass_by(self, scope: Scope) -> None:
        """Let a request in to what is no secret. Raises `Refused` where it comes from a stranger's page."""
        if not self._register.has_users:
            self._gate.pass_by(scope)

    async def admit(self, scope: Scope, shown: Shown) -> Visitor:
        """Who asks. Raises `Refused` (401, 403) for whoever is nobody, `KeysUnreadError` where that cannot be told."""
        _require_not_embedded(scope)
        look = await self._register.look(_names(scope))
        if shown.key is None:
            if look.holder is not None:
                return of_holder(look.holder, form_token(look.name))
            if look.has_users:
                raise _sign_in_first()
        caller = await self._gate.admit(scope, shown)
        caller.require_everything()
        if caller.kind == "secret":
            return of_key(caller.key_id or "")
        if look.has_users:
            raise _sign_in_first()
        return ANYBODY

    async def sign_in(self, scope: Scope, form: bytes) -> str | None:
        """The cookie for a browser that sends a name and a password, or a secret key; None where none is needed.

        Raises `Refused` where they do not count, or the form is of another site.
        """
        origin = require_own_form(scope)
        ring, look = await self._gate.keyring.fresh(), await self._register.look(())
        if ring.open and not look.has_users:
            require_local(scope["headers"])
            return None
        network = network_of(scope["client"][0] if scope.get("client") else "")
        wait = self._tries.take(network, per_s=_TRIES_PER_S, burst=_TRIES, now=time.monotonic())
        if wait > 0.0:
            raise too_many(wait)
        name = await self._open(read_fields(form), network)
        await self._register.sign_out(_names(scope))  # whoever signs in is somebody else from then on
        return _cookie(name, origin, seconds=round(LASTS.total_seconds()))

    async def sign_out(self, scope: Scope) -> str:
        """The cookie that ends a browser's session. Raises `Refused` where the form is of another site."""
        origin = require_own_form(scope)
        await self._register.sign_out(_names(scope))
        return _cookie("", origin, seconds=0)

    async def _open(self, fields: Mapping[str, str], network: str) -> str:
        if user := fields.get("name", "").strip():
            name = await self._register.sign_in(user, fields.get("password", ""), network=network)
            if name is None:
                raise _not_signed_in()
            return name
        text = fields.get("key", "").strip()
        if not text:
            raise key_missing()
        key = (await self._gate.keyring.fresh()).find(text)
        if key.kind != "secret":
            raise needs_secret_key()
        return await self._register.open_for(key)


def require_own_form(scope: Scope) -> str:
    """The origin of a form that is sent. Raises `Refused` unless it is a page of this very process."""
    hosts, origins = sent(scope, b"host"), sent(scope, b"origin")
    if len(hosts) != 1 or len(origins) != 1 or origins[0].lower().partition("://")[2] != hosts[0].lower():
        raise _foreign(phrase("This form was not sent by a page of this server."))
    return origins[0]


def require_token(visitor: Visitor, fields: Mapping[str, str]) -> None:
    """Raise `Refused` where a form lacks what only a page of this visitor's session can hold."""
    if visitor.token is not None and not hmac.compare_digest(visitor.token, fields.get(TOKEN, "")):
        raise _foreign(phrase("This form is of another session."))


def read_fields(form: bytes) -> dict[str, str]:
    """The fields of a form by name; of one that is there twice the last. Raises `Refused` (400)."""
    try:
        pairs = parse_qsl(form.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
    except ValueError as error:  # UnicodeDecodeError, too
        raise Refused(400, Fault(code="bad_request", message=phrase("The form cannot be read."))) from error
    return dict(pairs)


def _require_not_embedded(scope: Scope) -> None:
    """Raise `Refused` where a page of another site has a browser fetch this, be it as a picture or a script."""
    told = {name: value for name, value in scope["headers"] if name.startswith(b"sec-fetch-")}
    site, mode = told.get(b"sec-fetch-site", b"none"), told.get(b"sec-fetch-mode", b"navigate")
    if site not in {b"none", b"same-origin"} and mode != b"navigate":
        raise _foreign(phrase("A page of another site asks for this."))


def _foreign(message: str) -> Refused:
    return Refused(403, Fault(code="foreign_origin", message=message, hint=phrase("Open the pages themselves.")))


def _sign_in_first() -> Refused:
    return Refused(
        401,
        Fault(code="not_signed_in", message=phrase("The pages are for users."), hint=phrase("Sign in at /sign-in.")),
    )


def _not_signed_in() -> Refused:
    message = phrase("The name or the password is wrong, or your network tried too many wrong ones and has to wait.")
    hint = phrase("`pairwell users password NAME` gives another password and opens a locked name.")
    return Refused(401, Fault(code="wrong_password", message=message, hint=hint))


def _names(scope: Scope) -> list[str]:
    return cookies(scope, COOKIE)[:_MOST_SESSIONS]


def _cookie(value: str, origin: str, *, seconds: int) -> str:
    # What the browser came by tells whether a proxy in front speaks TLS.
    secure = "; Secure" if origin.lower().startswith("https:") else ""
    return f"{COOKIE}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"
