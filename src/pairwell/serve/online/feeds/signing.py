"""Whether a delivery was signed by whom it says: HMAC-SHA256 of its raw body, in base64."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence

from pairwell.config.feeds import Feed
from pairwell.serve.online.faults import Fault, Refused
from pairwell.serve.online.wire import Scope

_DIGEST_BYTES = 32


def secrets_of(feed: Feed, environment: Mapping[str, str]) -> list[bytes]:
    """The secrets that count now, as far as the environment holds them; an empty one is none."""
    names = (feed.secret_env, feed.other_secret_env)
    return [secret.encode() for name in names if name and (secret := environment.get(name, ""))]


def read_signature(scope: Scope, header: bytes) -> bytes:
    """The digest that the request shows. Raises `Refused` (401) where it shows none, several, or none that is one."""
    shown = [value for name, value in scope["headers"] if name == header]
    if len(shown) != 1:
        raise _unsigned("missing" if not shown else "there more than once", header)
    try:
        digest = base64.b64decode(shown[0], validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unsigned("no base64", header) from error
    # One digest has one spelling: base64 leaves bits of the last sign open.
    if len(digest) != _DIGEST_BYTES or base64.b64encode(digest) != shown[0]:
        raise _unsigned("no SHA-256 in base64", header)
    return digest


def require_signed(body: bytes, signature: bytes, secrets: Sequence[bytes]) -> None:
    """Raise `Refused` (401) unless one of the secrets signed exactly this body; how long it takes tells nothing."""
    signed = [hmac.compare_digest(hmac.digest(secret, body, "sha256"), signature) for secret in secrets]
    if not any(signed):
        hint = "Is the secret of the webhook that which `secret_env` names? Nothing of the body was read."
        raise Refused(401, Fault(code="signature_wrong", message="Nobody here signed this body.", hint=hint))


def _unsigned(why: str, header: bytes) -> Refused:
    name = header.decode()
    hint = f"The shop system signs what it sends in `{name}`: give its webhook a secret."
    return Refused(401, Fault(code="signature_missing", message=f"`{name}` is {why}.", hint=hint))
