"""Passwords: which will do, and what is kept of them."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pairwell.errors import RequestError
from pairwell.said import phrase

LEAST, MOST = 12, 1_024
_FEWEST_KINDS = 5  # different characters
#: Argon2id with 64 MiB and three passes: the second choice of RFC 9106, for machines that do other work beside.
_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)


def require_good(password: str, *, name: str) -> None:
    """Raise `RequestError` for a password that is soon guessed; length counts, odd characters are not asked for.

    After NIST SP 800-63B: a least length, no rules of composition, nothing that is made of the name.
    """
    if not LEAST <= len(password) <= MOST:
        raise _bad(
            phrase("It has {many} characters; expected {least} to {most}.", many=len(password), least=LEAST, most=MOST)
        )
    if len(set(password)) < _FEWEST_KINDS:
        kinds, least = len(set(password)), _FEWEST_KINDS
        raise _bad(
            phrase("It is made of {kinds} different characters; expected {least} or more.", kinds=kinds, least=least)
        )
    if name.casefold() in password.casefold():
        raise _bad(phrase("It holds the name."))


def hash_password(password: str) -> str:
    """What is kept: an Argon2id hash with its salt and cost. Takes 64 MiB and some tens of milliseconds."""
    return _HASHER.hash(password)


def is_password(password: str, kept: str) -> bool:
    """Whether `kept` is of `password`. Takes as long as `hash_password`."""
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def _bad(why: str) -> RequestError:
    return RequestError(
        phrase("This password will not do. {why}", why=why),
        hint=phrase("Take four or five words that nobody else would."),
        field="password",
    )
