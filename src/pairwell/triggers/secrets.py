"""What webhooks are signed with: secrets in environment variables, never anywhere else."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

from standardwebhooks import Webhook

from pairwell.config.rules.trigger import Trigger
from pairwell.config.tasks import Tasks
from pairwell.errors import SettingsError

_PREFIX = "whsec_"
_FIELDS = {True: "triggers.secret_env", False: "tasks.secret_env"}
_LEAST, _MOST = 24, 64  # bytes, as the Standard Webhooks specification has it
_HINT = "Make one with `python -c \"import base64, os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())\"`."


class Signer:
    """Signs as the Standard Webhooks specification says, with each secret that counts."""

    def __init__(self, trigger: Trigger | Tasks, environment: Mapping[str, str]) -> None:
        """Raises `SettingsError` where a secret is missing or none."""
        names = [name for name in (trigger.secret_env, trigger.other_secret_env) if name is not None]
        self._secrets = [Webhook(_read(name, trigger, environment)) for name in names]

    def headers(self, trigger_id: str, body: bytes, now: datetime) -> dict[str, str]:
        """The headers that tell the receiver what it is, when it was sent, and that it is from here."""
        signatures = [secret.sign(trigger_id, now, body.decode()) for secret in self._secrets]
        return {
            "content-type": "application/json",
            "webhook-id": trigger_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


def _read(name: str, trigger: Trigger | Tasks, environment: Mapping[str, str]) -> bytes:
    text, is_trigger = environment.get(name, ""), isinstance(trigger, Trigger)
    whose = f"the trigger {trigger.name!r}" if is_trigger else f"tasks to {trigger.name!r}"
    where, field = f"The environment variable {name}, with the secret of {whose},", _FIELDS[is_trigger]
    if not text:
        raise SettingsError(f"{where} is not set.", hint=_HINT, field=field)
    try:
        secret = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not text.startswith(_PREFIX) or not _LEAST <= len(secret) <= _MOST:
        found = f"{where} holds no such secret; expected {_PREFIX} and {_LEAST} to {_MOST} bytes in base 64."
        raise SettingsError(found, hint=_HINT, field=field)
    return secret
