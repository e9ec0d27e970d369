"""What a request shows of itself: its key, the page it comes from, the customer's token."""

from __future__ import annotations

import base64
import binascii
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


def read_shown(scope: Scope, *, as_user: bool = False) -> Shown:
    """Read the headers; `as_user`: a key may stand as the user of HTTP's Basic authentication, too.

    Raises `Refused` for a key in the URL, and for headers that are no way to show a key.
    """
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
        key=None if authorization is None else _key(authorization, as_user=as_user),
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


def show_in_body(key: str | None, shown: Shown) -> Shown:
    """What a request shows that has its key in the body, too."""
    return msgspec.structs.replace(shown, key=key)


def _key(authorization: str, *, as_user: bool) -> str:
    scheme, _, key = authorization.strip().partition(" ")
    if as_user and scheme.lower() == "basic":
        return _user(key.strip())
    if scheme.lower() != "bearer":
        raise key_malformed("`Authorization` shows no key: expected `Bearer KEY`.")
    return key.strip()


def _user(encoded: str) -> str:
    """The user of Basic authentication; what follows the colon, libraries leave empty or write quotes there."""
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError) as error:
        raise key_malformed("`Authorization: Basic` is no base64 of `KEY:`.") from error
