"""End what engines started for this process, for those who leave without Python's own farewell."""

from __future__ import annotations

import sys


def close_engines() -> None:
    """End Spark, and take away what it spilled, where it was ever asked for; it may be opened again."""
    if (session := sys.modules.get("pairwell.engines.session")) is not None:
        session.close_session()
