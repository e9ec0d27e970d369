"""The laws of stores are held on the same databases as the stores themselves."""

from __future__ import annotations

from tests.unit.conftest import database_url, postgres

__all__ = ["database_url", "postgres"]
