from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from html import unescape

import pytest
from tests.unit.serve.pages.browsing import HOME, Browser
from tests.unit.serve.pages.conftest import EVIL, Ask
from tests.unit.serve.pages.test_settings_page import write

from pairwell.config.published import publish_settings
from pairwell.config.workspace import Workspace
from pairwell.records import Answer
from pairwell.serve.pages.views import limits, slow
from pairwell.shop.face import open_shop

pytestmark = pytest.mark.usefixtures("cheap_hashes", "published")


def add_rule(workspace: Workspace, name: str, when: str) -> None:
    """A rule of scope item beside the usual ones, published."""
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    rule = f'\n[[rules]]\nname = {quoted}\nstage = "eligibility"\nscope = "item"\nwhen = "{when}"\nreason = "mine"\n'
    text = workspace.settings_file.read_text(encoding="utf-8")
    workspace.settings_file.write_text(text + rule, encoding="utf-8")
    publish_settings(workspace)


def decide(workspace: Workspace, times: int = 1) -> list[Answer]:
    with closing(open_shop(workspace.root)) as shop:
        return [shop.decide({"placement": "cart", "cart": [{"item_id": "tent"}]}) for _ in range(times)]


def test_a_rule_is_told_with_what_it_held_back(ask: Ask, workspace: Workspace) -> None:
    add_rule(workspace, EVIL, "false")
    decide(workspace, 3)
    found = ask("GET", "/api/v1/limits").json()
    assert (found["decisions"], found["newest"], found["seconds"]) == (3, 100, 3.0)
    assert [one["decisions"] for one in found["placements"] if one["name"] == "cart"] == [3]
    page = ask("GET", "/limits", headers=HOME).text
    assert EVIL in unescape(page)
    assert ("<script>alert" in page, "<img" in page) == (False, False)
    assert "<code>customer.open_complaints &gt; 0</code>" in page


def test_an_empty_journal_says_so(ask: Ask) -> None:
    assert "No decision to count yet." in ask("GET", "/limits", headers=HOME).text


@pytest.mark.parametrize("path", ["/limits", "/trial"])
@pytest.mark.parametrize("query", ["newest=101", "newest=-1", "newest=1e9", "newest=x", "colour=red"])
def test_no_other_number_is_computed(ask: Ask, path: str, query: str) -> None:
    assert ask("GET", f"{path}?{query}").status_code == 400
    assert ask("GET", f"{path}?{query}", headers=HOME).status_code == 400


def test_what_there_was_no_time_for_is_told(ask: Ask, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_COUNTING_S", 0.0)
    monkeypatch.setattr(limits, "_TRYING_S", 0.0)
    decide(workspace, 2)
    write(workspace, add_on_price_share=0.2)
    for path in ("/limits", "/trial"):
        page = ask("GET", path, headers=HOME).text
        assert "2 decisions are left out:" in page
        assert "waits for 0 seconds at most" in page


def test_slow_pages_are_made_one_at_a_time(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, "PATIENCE_S", 0.0)
    with slow.alone():
        for path in ("/limits?newest=300", "/trial"):
            told = ask("GET", path)
            assert (told.status_code, told.json()["error"]["code"]) == (503, "overloaded")
        assert all(ask("GET", path).status_code == 200 for path in ("/settings", "/limits"))
    assert ask("GET", "/limits?newest=300").status_code == 200


def test_who_comes_second_to_a_slow_page_waits_for_it(ask: Ask) -> None:
    with ThreadPoolExecutor(1) as elsewhere:
        with slow.alone():
            second = elsewhere.submit(ask, "GET", "/limits?newest=300")
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
        assert second.result(timeout=60).status_code == 200


def test_no_more_wait_than_leave_a_thread_for_others(ask: Ask) -> None:
    waiting = [threading.Thread(target=_pass_through) for _ in range(slow.AT_MOST - 1)]
    with slow.alone():
        for one in waiting:
            one.start()
        while slow._HERE.acquire(blocking=False):
            slow._HERE.release()
        assert ask("GET", "/limits?newest=300").status_code == 503
    for one in waiting:
        one.join()


def _pass_through() -> None:
    with slow.alone():
        pass


@pytest.mark.usefixtures("users")
class TestTrial:
    def test_the_draft_is_tried_and_nothing_is_published_or_journaled(self, ask: Ask, workspace: Workspace) -> None:
        made = decide(workspace, 2)
        write(workspace, add_on_price_share=0.2)
        analyst = Browser(ask, "analyst")
        assert 'href="/trial"' in analyst.see("/settings")[1]
        status, page = analyst.see("/trial")
        assert status == 200
        assert "guards.add_on_price_share" in page
        assert 'method="post" action="/settings' not in page
        with closing(open_shop(workspace.root)) as shop:
            assert shop.published.settings.guards.add_on_price_share == 0.3
            assert shop.journal.count().decisions == len(made)

    def test_it_is_for_who_runs_experiments(self, ask: Ask, workspace: Workspace) -> None:
        write(workspace, add_on_price_share=0.2)
        for role in ("viewer", "merchandiser"):
            browser = Browser(ask, role)
            assert browser.see("/trial")[0] == 403
            assert 'href="/trial"' not in browser.see("/settings")[1]

    def test_a_draft_that_cannot_be_read_is_an_error(self, ask: Ask, workspace: Workspace) -> None:
        write(workspace, add_on_price_share=-1)
        assert Browser(ask, "admin").see("/trial")[0] == 400

    def test_a_draft_of_what_is_live_has_nothing_to_try(self, ask: Ask, workspace: Workspace) -> None:
        decide(workspace)
        assert "Nothing: pairwell.toml says what is live for everybody." in Browser(ask, "admin").see("/trial")[1]
