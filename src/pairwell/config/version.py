"""The version of the engine: models and decisions carry it, and another one refuses to replay them."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version


@cache
def engine_version() -> str:
    """The installed version of this package."""
    return version("pairwell")
