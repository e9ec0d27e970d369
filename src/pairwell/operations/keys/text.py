"""The text of a key: what it is of, 32 random bytes, and a checksum that tells a typo from a key we do not know."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final, Literal

KeyKind = Literal["publishable", "secret"]
ENTROPY_BYTES = 32
_CHECK_BYTES = 4  # with the 32 before it, base64 needs no padding: every text is written in one way only
_PREFIXES: Final[dict[KeyKind, str]] = {"publishable": "pk_", "secret": "sk_"}


class MistypedError(ValueError):
    """A text that is no key, or a key with a typo."""


def make_key(kind: KeyKind, entropy: bytes) -> str:
    """The text of a key (51 characters) with `ENTROPY_BYTES` of entropy."""
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"entropy has {len(entropy)} bytes; a key takes {ENTROPY_BYTES}")
    return _PREFIXES[kind] + base64.urlsafe_b64encode(entropy + _check(kind, entropy)).decode()


def read_kind(text: str) -> KeyKind:
    """What kind of key `text` is, by its form alone. Raises `MistypedError`."""
    for kind, prefix in _PREFIXES.items():
        if text.startswith(prefix):
            return _checked(kind, text.removeprefix(prefix))
    raise MistypedError("A key begins with `pk_` or `sk_`.")


def digest_of(text: str) -> bytes:
    """What is kept of a key.

    A plain SHA-256 will do: slow hashes such as Argon2 protect what a person thought of and another can guess, and
    nobody guesses 256 random bits. It costs each request a microsecond.
    """
    return hashlib.sha256(text.encode()).digest()


def id_of(digest: bytes) -> str:
    """The name of a key, which may be shown: nothing of the key can be told from it."""
    return f"key_{hashlib.sha256(b'pairwell key id' + digest).hexdigest()[:10]}"


def _checked(kind: KeyKind, body: str) -> KeyKind:
    try:
        whole = base64.b64decode(body, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise MistypedError("The key holds a character that no key holds.") from error
    entropy, check = whole[:ENTROPY_BYTES], whole[ENTROPY_BYTES:]
    if not hmac.compare_digest(check, _check(kind, entropy)):
        raise MistypedError("The key has a typo, or a part of it is missing.")
    return kind


def _check(kind: KeyKind, entropy: bytes) -> bytes:
    return hashlib.sha256(_PREFIXES[kind].encode() + entropy).digest()[:_CHECK_BYTES]
