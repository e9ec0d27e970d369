from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from tests.receiving import OTHER, SECRET

from pairwell.config.rules.trigger import Trigger
from pairwell.errors import SettingsError
from pairwell.triggers.secrets import Signer

TRIGGER = Trigger(name="t", on="need", placement="email", url="https://x.example", secret_env="A")
BODY = '{"text":"żółw"}'.encode()


def _signed(trigger: Trigger = TRIGGER, **environment: str) -> dict[str, str]:
    return Signer(trigger, environment).headers("msg_1", BODY, datetime.now(UTC))


def test_a_receiver_with_the_secret_can_tell_that_it_is_from_here() -> None:
    assert Webhook(SECRET).verify(BODY, _signed(A=SECRET)) == {"text": "żółw"}
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(BODY, _signed(A=SECRET))


def test_while_secrets_change_both_count() -> None:
    changing = Trigger(
        name="t", on="need", placement="email", url="https://x.example", secret_env="A", other_secret_env="B"
    )
    headers = _signed(changing, A=SECRET, B=OTHER)
    assert Webhook(SECRET).verify(BODY, headers) == Webhook(OTHER).verify(BODY, headers)


def test_a_secret_that_is_none_is_named_by_its_variable_and_never_shown() -> None:
    short = "whsec_" + base64.b64encode(b"short").decode()
    for held in ("", SECRET.removeprefix("whsec_"), "whsec_%%%", short):
        with pytest.raises(SettingsError, match="environment variable A") as caught:
            _signed(A=held)
        assert not held or held not in f"{caught.value.message} {caught.value.hint}"
