from __future__ import annotations

import pytest

from pairwell.operations.keys.text import ENTROPY_BYTES, KeyKind, MistypedError, digest_of, id_of, make_key, read_kind

ENTROPY = bytes(range(ENTROPY_BYTES))
KINDS: tuple[KeyKind, ...] = ("publishable", "secret")


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_says_of_which_kind_it_is(kind: KeyKind) -> None:
    text = make_key(kind, ENTROPY)
    assert (read_kind(text), len(text)) == (kind, 51)


def test_any_one_character_changed_is_seen() -> None:
    text = make_key("secret", ENTROPY)
    for place in range(3, len(text)):
        with pytest.raises(MistypedError):
            read_kind(text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "pk_", "sk_", "key", "sk_" + "!" * 48, "sk_" + "ä" * 48, make_key("secret", ENTROPY)[:-1]]
)
def test_what_is_no_key_is_said_to_be_none(text: str) -> None:
    with pytest.raises(MistypedError):
        read_kind(text)


def test_a_secret_key_does_not_become_a_publishable_one_by_its_first_letter() -> None:
    with pytest.raises(MistypedError):
        read_kind("p" + make_key("secret", ENTROPY)[1:])


def test_the_id_tells_nothing_of_the_key() -> None:
    text = make_key("secret", ENTROPY)
    digest = digest_of(text)
    assert id_of(digest) not in text
    assert id_of(digest).removeprefix("key_") not in digest.hex()


def test_a_key_needs_all_of_its_entropy() -> None:
    with pytest.raises(ValueError, match="32"):
        make_key("secret", b"short")
