"""Tokens signed here, and by the programs that docs/keys.md gives to shops."""

from __future__ import annotations

import base64
import hmac
import json
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pairwell.operations.keys.text import ENTROPY_BYTES, digest_of, make_key
from pairwell.operations.keys.tokens import LONGEST, SKEW, TokenError, read_customer, sign_customer

NOW = datetime(2026, 11, 21, 10, 20, 0, 500_000, tzinfo=UTC)
KEY = make_key("secret", bytes(range(ENTROPY_BYTES)))
DIGEST = digest_of(KEY)
PAGE = Path(__file__).resolve().parents[4] / "docs" / "keys.md"


def signed(payload: bytes) -> str:
    """A well signed token of any payload."""
    text = base64.urlsafe_b64encode(payload).rstrip(b"=")
    mac = hmac.digest(hmac.digest(DIGEST, b"pairwell customer token", "sha256"), text, "sha256")
    return f"{text.decode()}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def code_of(token: str, *, now: datetime = NOW, digest: bytes = DIGEST) -> str:
    with pytest.raises(TokenError) as refused:
        read_customer(token, digests=[digest], now=now)
    return refused.value.code


@pytest.mark.parametrize("customer_id", ["c-17", "ä ö.é", "a" * 256, '"quoted"', "12345.0"])
def test_a_token_names_its_customer(customer_id: str) -> None:
    token = sign_customer(customer_id, until=NOW + timedelta(hours=1), digest=DIGEST)
    assert read_customer(token, digests=[b"another", DIGEST], now=NOW) == customer_id


def test_a_token_of_another_key_proves_nothing() -> None:
    token = sign_customer("c-17", until=NOW + timedelta(hours=1), digest=DIGEST)
    assert code_of(token, digest=digest_of("sk_other")) == "customer_token_invalid"


def test_a_token_with_one_character_changed_proves_nothing() -> None:
    token = sign_customer("c-17", until=NOW + timedelta(hours=1), digest=DIGEST)
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        assert code_of(token[:place] + other + token[place + 1 :]) == "customer_token_invalid"


@pytest.mark.parametrize("token", ["", ".", "a.b", "..", "ä.ü", "a" * 10_000, "e30." + "=" * 43])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert code_of(token) == "customer_token_invalid"


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"{}", b"[]", b"no JSON", b"\xff", b'{"customer_id": "c"}', b'{"customer_id": "", "exp": 1}',
        b'{"customer_id": 17, "exp": 1}', b'{"customer_id": "c", "exp": "1"}', b'{"customer_id": "c", "exp": -1}',
        b'{"customer_id": "c", "exp": 1e400}', b'{"customer_id": "c", "exp": ' + b"9" * 400 + b"}",
        b'{"customer_id": "c", "exp": 1, "admin": true}', b'{"customer_id": "a\\u0000b", "exp": 1}',
    ],
)  # fmt: skip
def test_a_payload_that_says_something_else_is_refused_though_it_is_signed(payload: bytes) -> None:
    assert code_of(signed(payload)) == "customer_token_invalid"


def test_a_clock_may_be_off_by_a_minute_and_a_token_be_good_for_a_day() -> None:
    for until in (NOW - SKEW + timedelta(seconds=1), NOW + LONGEST + SKEW - timedelta(seconds=1)):
        read_customer(sign_customer("c", until=until, digest=DIGEST), digests=[DIGEST], now=NOW)
    late = sign_customer("c", until=NOW - SKEW - timedelta(seconds=1), digest=DIGEST)
    assert code_of(late) == "customer_token_expired"
    long = sign_customer("c", until=NOW + LONGEST + SKEW + timedelta(seconds=1), digest=DIGEST)
    assert code_of(long) == "customer_token_invalid"


def program(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("customer_id", ["c-17", "Zoë ✓", 'a "b" \\ c'])
def test_the_python_program_of_the_page_signs_as_we_do(customer_id: str) -> None:
    code = f"{program('python')}\nimport sys\nprint(customer_token(*sys.argv[1:]))"
    run = subprocess.run([sys.executable, "-c", code, KEY, customer_id], capture_output=True, text=True, check=True)
    assert read_customer(run.stdout.strip(), digests=[DIGEST], now=datetime.now(UTC)) == customer_id


@pytest.mark.parametrize("customer_id", ["c-17", "Zoë ✓", 'a "b" \\ c'])
def test_the_javascript_program_of_the_page_signs_as_we_do(customer_id: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    code = f"{program('js')}\nconsole.log(customerToken(...process.argv.slice(1)))"
    run = subprocess.run([node, "-e", code, KEY, customer_id], capture_output=True, text=True, check=True)
    assert read_customer(run.stdout.strip(), digests=[DIGEST], now=datetime.now(UTC)) == customer_id
    assert json.loads(base64.urlsafe_b64decode(run.stdout.split(".")[0] + "=="))["exp"] > time.time()
