from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from pairwell.operations.database import Database
from pairwell.operations.users import passwords
from pairwell.operations.users.store import UserStore


@pytest.fixture
def users(database: Database) -> UserStore:
    """No users yet."""
    return UserStore(database)


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little: these tests ask what becomes of passwords, not how long it takes."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
