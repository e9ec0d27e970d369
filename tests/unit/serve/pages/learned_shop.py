"""Fixtures of pages over a shop that has learned."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.serve.online.conftest import learned, taught
from tests.unit.serve.pages.conftest import NOW

from pairwell.config.workspace import Workspace
from pairwell.ingest.facts import write_facts
from pairwell.shop.face import Shop, open_shop

__all__ = ["learned", "shop", "taught", "workspace"]


@pytest.fixture
def workspace(learned: Workspace) -> Workspace:
    """In the place of the shop that knows nothing."""
    return learned


@pytest.fixture
def shop(workspace: Workspace) -> Iterator[Shop]:
    with open_shop(workspace.root) as opened:
        write_facts(opened.dataset, opened.facts, timezone="UTC", now=NOW)
        yield opened
