"""Pairwell: a self-hosted cross-sell and upsell engine.

::

    import pairwell

    shop = pairwell.open("my-shop")
    shop.ingest("orders", "orders.csv")
    shop.learn()
    shop.decide({"placement": "cart", "cart": [{"item_id": "22423"}]})
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pairwell.config.version import engine_version
from pairwell.errors import PairwellError

if TYPE_CHECKING:
    from pathlib import Path

    from pairwell.shop.face import Shop

__all__ = ["PairwellError", "__version__", "create", "open"]

__version__ = engine_version()


def open(workspace: str | Path | None = None) -> Shop:  # noqa: A001 - `pairwell.open` reads as what it does
    """Open the workspace at `workspace`, else the one of `PAIRWELL_WORKSPACE`, else the current folder.

    Raises `WorkspaceError` where there is none.
    """
    from pairwell.shop.face import open_shop

    return open_shop(workspace)


def create(workspace: str | Path, *, industry: str = "retail") -> Shop:
    """Make a workspace with an industry's settings, publish them and open it.

    Raises `WorkspaceError` where one exists already, `SettingsError` for an unknown industry.
    """
    from pairwell.shop.face import create_shop

    return create_shop(workspace, industry=industry)
