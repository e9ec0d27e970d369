from __future__ import annotations

import re

import msgspec
import pytest
from tests.unit.model.conftest import Made, made
from tests.unit.serve.pages.browsing import HOME, Browser
from tests.unit.serve.pages.conftest import EVIL, Ask

from pairwell.config.workspace import Workspace
from pairwell.model.store import models_standing, publish_model
from pairwell.operations.users.store import Role

__all__ = ["made"]  # a fixture

pytestmark = pytest.mark.usefixtures("cheap_hashes", "published", "users")


@pytest.fixture
def two(workspace: Workspace, made: Made) -> tuple[str, str]:
    """The model live before, and the live one."""
    validation = {"protocol": "basket", "cases": 919, "hr@10": {"value": 0.4, "ci": [0.37, 0.44]}}
    manifests = [msgspec.structs.replace(made.manifest, snapshot=one, validation=validation) for one in (1, 2)]
    old, live = (publish_model(workspace.models, one, made.names, made.arrays) for one in manifests)
    return old, live


def test_the_page_tells_how_well_each_model_guesses(ask: Ask, two: tuple[str, str]) -> None:
    page = ask("GET", "/models", headers={**HOME, **_cookie(Browser(ask, "viewer"))}).text
    assert all(f"<code>{one[:8]}</code>" in page for one in two)
    assert "37.0% – 44.0%" in page
    assert 'method="post" action="/models' not in page
    assert "checksums" not in Browser(ask, "viewer").see("/api/v1/models")[1]


def test_an_admin_gives_a_model_to_a_share_withdraws_it_and_goes_back(
    ask: Ask, workspace: Workspace, two: tuple[str, str]
) -> None:
    (old, live), admin = two, Browser(ask, "admin")
    assert set(re.findall(r'action="(/models/[a-z]+)"', admin.see("/models")[1])) == {
        "/models/publish", "/models/rollback",
    }  # fmt: skip
    status, told = admin.send("/models/publish", live=live, model=old, share="0.1", reason=EVIL)
    assert (status, told.startswith(f"Live: model {old}, for 10% of the customers.")) == (303, True)
    stands = models_standing(workspace.models)
    assert (stands.live, stands.canary, stands.share, stands.author) == (live, old, 0.1, "admin")
    page = admin.see("/models")[1]
    assert ("<script>alert" in page, "<img" in page) == (False, False)
    assert admin.send("/models/withdraw", live=live, reason="enough") == (303, f"Live: model {live}, for everybody.")
    back = admin.send("/models/rollback", live=live, reason="the old one")
    assert back == (303, f"Back: model {old} is live for everybody.")
    assert models_standing(workspace.models).reason == "the old one"


@pytest.mark.parametrize("role", ["viewer", "merchandiser", "analyst"])
def test_nobody_else_makes_a_model_live(ask: Ask, workspace: Workspace, two: tuple[str, str], role: Role) -> None:
    (old, live), browser, stands = two, Browser(ask, role), models_standing(workspace.models)
    assert browser.send("/models/publish", live=live, model=old, share="1", reason="r")[0] == 403
    assert browser.send("/models/rollback", live=live, reason="r")[0] == 403
    assert browser.send("/models/withdraw", live=live, reason="r")[0] == 403
    assert models_standing(workspace.models) == stands


def test_what_is_wrong_changes_nothing(ask: Ask, workspace: Workspace, two: tuple[str, str]) -> None:
    (old, live), admin, stands = two, Browser(ask, "admin"), models_standing(workspace.models)
    sent = [
        ("/models/publish", {"live": old, "model": old, "share": "1", "reason": "r"}),
        ("/models/publish", {"live": live, "model": "f" * 24, "share": "1", "reason": "r"}),
        ("/models/publish", {"live": live, "model": "../../etc", "share": "1", "reason": "r"}),
        ("/models/publish", {"live": live, "model": old, "share": "2", "reason": "r"}),
        ("/models/publish", {"live": live, "model": old, "share": "1", "reason": " "}),
        ("/models/withdraw", {"live": live, "reason": "r"}),
        ("/models/rollback", {"live": old, "reason": "r"}),
    ]
    for path, fields in sent:
        assert 400 <= admin.send(path, **fields)[0] < 500, (path, fields)
    assert models_standing(workspace.models) == stands


def test_one_that_surely_guesses_worse_is_refused(ask: Ask, workspace: Workspace, made: Made) -> None:
    rates = {1: (0.1, [0.08, 0.12]), 2: (0.4, [0.37, 0.44])}
    worse, live = (
        publish_model(
            workspace.models,
            msgspec.structs.replace(
                made.manifest,
                snapshot=one,
                validation={"protocol": "basket", "cases": 919, "hr@10": {"value": value, "ci": ci}},
            ),
            made.names,
            made.arrays,
        )
        for one, (value, ci) in rates.items()
    )
    status, page = Browser(ask, "admin").send("/models/publish", live=live, model=worse, share="1", reason="r")
    assert (status, "is not made live" in page) == (409, True)
    assert models_standing(workspace.models).live == live


def test_a_shop_that_learned_nothing_says_what_to_do(ask: Ask) -> None:
    assert "<code>pairwell learn</code>" in Browser(ask, "viewer").see("/models")[1]


def _cookie(browser: Browser) -> dict[str, str]:
    return {"cookie": browser.headers["cookie"]}
