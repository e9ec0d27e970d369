from __future__ import annotations

from tests.e2e.killing import kill_again_and_again
from tests.e2e.promises import check_promises
from tests.e2e.running import stock_shop

from pairwell.config.published import publish_settings
from pairwell.config.workspace import Workspace


def test_what_was_acknowledged_is_there_once_after_ten_kills(workspace: Workspace) -> None:
    publish_settings(workspace)
    stock_shop(workspace)
    promised = kill_again_and_again(workspace, 10, seed=3)
    assert len(promised.decisions) > 50
    assert len(promised.events) > 50
    check_promises(workspace, "", decided=promised.decisions, taken=promised.events)
