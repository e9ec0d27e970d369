"""What a request shows of itself: its key, the page it comes from, the customer's token."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from pairwell.serve.online.access.refusals import key_in_url, key_malformed
from pairwell.serve.online.reading import decode
from pairwell.serve.online.wire import Scope

_IN_URL = re.compile(rb"(?:^|[^A-Za-z0-9])[ps]k_[A-Za-z0-9_-]{20}")
_SHOW = frozenset({b"authorization", b"origin", b"x-pairwell-customer"})
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_text = msgspec.json.Decoder(str)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a request shows, nothing of it believed yet."""

    key: str | None
    origin: str | None
    token: str | None  # of the customer


_NOTHING = Shown(key=None, origin=None, token=None)


def read_shown(scope: Scope) -> Shown:
    """Read the headers. Raises `Refused` for a key in the URL, and for headers that are no way to show a key."""
    if _IN_URL.search(unquote_to_bytes(scope["query_string"] + b" " + scope["path"].encode())):
        raise key_in_url()
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name not in _SHOW:
            continue
        if name in found:
            raise key_malformed("`Authorization`, `Origin` or `X-Pairwell-Customer` is there more than once.")
        found[name] = value.decode("latin-1")
    if not found:
        return _NOTHING
    authorization = found.get(b"authorization")
    return Shown(
        key=None if authorization is None else _bearer(authorization),
        origin=found.get(b"origin"),
        token=found.get(b"x-pairwell-customer"),
    )


def take_from_beacon(body: bytes, shown: Shown) -> tuple[Shown, bytes]:
    """What a beacon shows in its body (`key`, `customer_token`), and the body without it."""
    fields: dict[str, Any] = decode(body, _fields)
    key, token = fields.pop("key", None), fields.pop("customer_token", None)
    read = Shown(
        key=None if key is None else decode(key, _text),
        origin=shown.origin,
        token=shown.token if token is None else decode(token, _text),
    )
    return read, msgspec.json.encode(fields)


def _bearer(authorization: str) -> str:
    scheme, _, key = authorization.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise key_malformed("`Authorization` shows no key: expected `Bearer KEY`.")
    return key.strip()
