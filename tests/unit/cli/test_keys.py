from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pairwell.errors import NotFoundError, RequestError
from pairwell.operations.keys.text import digest_of, read_kind
from pairwell.operations.keys.tokens import read_customer

from .conftest import Command


@pytest.fixture
def shop(pairwell: Command, tmp_path: Path) -> Path:
    pairwell("init", tmp_path / "shop")
    return tmp_path / "shop"


def document(pairwell: Command, *words: object) -> dict[str, Any]:
    done = pairwell("keys", *words, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_key_is_shown_once_listed_and_revoked(pairwell: Command, shop: Path) -> None:
    place = ("--workspace", shop)
    assert "No keys yet" in pairwell("keys", "list", *place).stdout
    made = pairwell("keys", "create", "--publishable", "--origin", "https://shop.example", "--name", "widget", *place)
    text = made.stdout.splitlines()[0]
    assert read_kind(text) == "publishable"
    listed = pairwell("keys", "list", *place).stdout
    assert "widget" in listed
    assert "https://shop.example" in listed
    assert text[3:] not in listed
    (key,) = document(pairwell, "list", *place)["keys"]
    assert set(key) == {"key_id", "kind", "name", "origins", "created_at", "revoked_at"}
    assert "counts no longer" in pairwell("keys", "revoke", key["key_id"], *place).stdout
    assert document(pairwell, "list", *place)["keys"][0]["revoked_at"]


def test_a_token_is_signed_with_the_secret_key_that_is_there(pairwell: Command, shop: Path) -> None:
    place = ("--workspace", shop)
    assert isinstance(pairwell("keys", "token", "c-17", *place).exception, NotFoundError)
    secret = document(pairwell, "create", "--secret", *place)["text"]
    token = document(pairwell, "token", "c-17", *place)["token"]
    assert read_customer(token, digests=[digest_of(secret)], now=datetime.now(UTC)) == "c-17"
    assert pairwell("keys", "token", "c-17", "--minutes", "1441", *place).exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--publishable with --origin"),
        (["--publishable", "--secret"], "--publishable with --origin"),
    ],
)
def test_a_key_of_no_kind_or_both_is_not_made(pairwell: Command, shop: Path, words: list[str], said: str) -> None:
    done = pairwell("keys", "create", *words, "--workspace", shop)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


@pytest.mark.parametrize("words", [["--publishable"], ["--secret", "--origin", "https://shop.example"]])
def test_origins_are_for_publishable_keys_and_needed_there(pairwell: Command, shop: Path, words: list[str]) -> None:
    assert isinstance(pairwell("keys", "create", *words, "--workspace", shop).exception, RequestError)
