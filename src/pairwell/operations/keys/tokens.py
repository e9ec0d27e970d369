"""Tokens by which a shop's server tells a browser's requests which customer they are of.

A token is `base64url(payload).base64url(mac)`, both without padding: the payload is JSON with `customer_id` and `exp`
(seconds since 1970), the mac HMAC-SHA256 over the encoded payload. The signing key is
HMAC-SHA256(key = SHA-256 of the secret key's text, message = "pairwell customer token"): the shop computes it from its
secret key, we from the digest that we keep, and there is no further secret to look after.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pairwell.events import Id

LONGEST = timedelta(hours=24)
SKEW = timedelta(seconds=60)  # that the shop's clock may be off ours
_MOST_CHARACTERS = 4_096
_PURPOSE = b"pairwell customer token"
TokenCode = Literal["customer_token_invalid", "customer_token_expired"]


class _Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    customer_id: Id
    exp: Annotated[int, Meta(ge=0, le=2**53)]


_claims = msgspec.json.Decoder(_Claim)


class TokenError(ValueError):
    """A token that proves nothing; `code` says of which kind."""

    def __init__(self, code: TokenCode, message: str) -> None:
        super().__init__(message)
        self.code: TokenCode = code


def sign_customer(customer_id: str, *, until: datetime, digest: bytes) -> str:
    """A token for a customer, signed with the secret key of this digest."""
    claim = _Claim(customer_id=customer_id, exp=int(until.timestamp()))
    payload = _encode(msgspec.json.encode(claim))
    return f"{payload.decode()}.{_encode(_mac(payload, digest)).decode()}"


def read_customer(token: str, *, digests: Iterable[bytes], now: datetime) -> str:
    """The customer that a token names, signed with one of the secret keys of these digests. Raises `TokenError`."""
    payload, _, mac = token.encode("utf-8", "replace").partition(b".")
    if len(token) > _MOST_CHARACTERS or not _is_signed(payload, mac, digests):
        raise TokenError("customer_token_invalid", "The customer token is not signed with a secret key that counts.")
    claim = _claim_in(payload)
    left = claim.exp - now.timestamp()
    if left < -SKEW.total_seconds():
        raise TokenError("customer_token_expired", "The customer token has expired.")
    if left > (LONGEST + SKEW).total_seconds():
        raise TokenError("customer_token_invalid", "The customer token is good for longer than 24 hours.")
    return claim.customer_id


def _is_signed(payload: bytes, mac: bytes, digests: Iterable[bytes]) -> bool:
    return any(hmac.compare_digest(_encode(_mac(payload, digest)), mac) for digest in digests)


def _claim_in(payload: bytes) -> _Claim:
    try:
        text = base64.b64decode(payload + b"=" * (-len(payload) % 4), altchars=b"-_", validate=True)
        claim = _claims.decode(text)
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TokenError(
            "customer_token_invalid", "The customer token holds no JSON of `customer_id` (text) and `exp` (seconds)."
        ) from error
    if "\0" in claim.customer_id:
        raise TokenError(
            "customer_token_invalid", "The customer token's `customer_id` holds U+0000, which no database keeps."
        )
    return claim


def _mac(payload: bytes, digest: bytes) -> bytes:
    return hmac.digest(hmac.digest(digest, _PURPOSE, "sha256"), payload, "sha256")


def _encode(plain: bytes) -> bytes:
    return base64.urlsafe_b64encode(plain).rstrip(b"=")
