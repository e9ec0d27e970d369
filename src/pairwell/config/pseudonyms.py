"""Names for customers that nobody can turn back without the workspace's own secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets

from pairwell.config.durable import sync_folder, write_synced
from pairwell.config.workspace import Workspace
from pairwell.errors import StorageError

_SECRET_BYTES = 32
_NAME_BYTES = 15  # 24 letters; that two of a billion customers share a name has a chance of 4 in 10^19


def pseudonym_of(secret: bytes, customer_id: str) -> str:
    """The name that stands for `customer_id`: 24 lower-case letters and digits, the same for the same id and secret.

    HMAC-SHA256 (RFC 2104), cut short and written in base 32.
    """
    digest = hmac.digest(secret, customer_id.encode(), hashlib.sha256)
    return base64.b32encode(digest[:_NAME_BYTES]).decode().lower()


def read_secret(workspace: Workspace) -> bytes:
    """The secret of the workspace's pseudonyms, made when it is first asked for.

    Its file can be read by its owner alone. Raises `StorageError` where it cannot be made, or is damaged.
    """
    path = workspace.pseudonym_key
    try:
        if not path.exists():
            _make_secret(workspace)
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise StorageError(
            f"The secret of the pseudonyms, {path}, cannot be used: {error}.",
            hint="Restore it from where you keep it: with another one, every customer would be somebody new.",
        ) from error
    if len(secret) != _SECRET_BYTES:
        raise StorageError(
            f"The secret of the pseudonyms, {path}, has {len(secret)} bytes, expected {_SECRET_BYTES}.",
            hint="Restore it from where you keep it: with another one, every customer would be somebody new.",
        )
    return secret


def _make_secret(workspace: Workspace) -> None:
    path = workspace.pseudonym_key
    draft = path.with_name(f"{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    draft.touch(mode=0o600, exist_ok=False)
    try:
        write_synced(draft, secrets.token_bytes(_SECRET_BYTES).hex().encode())
        os.link(draft, path)  # of two that make it at once, the first wins
    except FileExistsError:
        return
    finally:
        draft.unlink()
    sync_folder(path.parent)
