from __future__ import annotations

from tests.e2e.killing import check_promises, kill_again_and_again, stock_shop

from pairwell.config.published import publish_settings
from pairwell.config.workspace import Workspace


def test_what_was_acknowledged_is_there_once_after_ten_kills(workspace: Workspace) -> None:
    publish_settings(workspace)
    stock_shop(workspace, "")
    promised = kill_again_and_again(workspace, 10, seed=3)
    assert len(promised.decisions) > 50
    assert len(promised.events) > 50
    check_promises(workspace, "", promised)
