"""Payloads about a person, readable only with that person's key (AES-GCM, NIST SP 800-38D)."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pairwell.errors import StorageError

KEY_BYTES = 16
_NONCE_BYTES = 12


def new_key() -> bytes:
    """A key for one person."""
    return os.urandom(KEY_BYTES)


def seal(payload: bytes, key: bytes, *, name: str) -> bytes:
    """`payload` under `key`, bound to the `name` of the row it stands in."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, payload, name.encode())


def unseal(sealed: bytes, key: bytes, *, name: str) -> bytes:
    """What was sealed. Raises `StorageError` where row, key and name do not belong together."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
    except (InvalidTag, ValueError) as error:
        raise StorageError(
            f"The payload of {name} in the operations database is damaged.", hint="Restore a backup."
        ) from error
