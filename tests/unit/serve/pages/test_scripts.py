"""The scripts of the pages: the very files that were taken along, each kept under an address of its own."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from tests.unit.serve.pages.conftest import Ask, MadeUp
from tests.unit.serve.pages.test_routes import BROWSER, Elements

from pairwell.errors import NotFoundError
from pairwell.serve.pages.scripts import SCRIPTS, addresses, read_script

_ROOT = Path(__file__).resolve().parents[4]
DECISION = (_ROOT / "docs" / "decisions" / "0016-pages.md").read_text(encoding="utf-8")
VENDOR = _ROOT / "src" / "pairwell" / "serve" / "pages" / "vendor"


def test_what_was_taken_along_is_what_the_decision_names() -> None:
    told = dict(re.findall(r"^\| `([\w.]+\.js)` \|.*\| `([0-9a-f]{64})` \|$", DECISION, re.MULTILINE))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.glob("*.js")}
    assert found == told
    assert {f"vendor/{name}" for name in told} == {script for script in SCRIPTS if script.startswith("vendor/")}


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("LICENSE-echarts", "Apache License"), ("NOTICE-echarts", "Apache ECharts"), ("LICENSE-d3", "Mike Bostock"),
        ("LICENSE-htmx", "Zero-Clause BSD"),
    ],
)  # fmt: skip
def test_licences_stand_beside(file: str, words: str) -> None:
    assert words in (VENDOR / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_kept_and_asks_for_nobody_s_name(pages: object, ask: Ask, script: str) -> None:
    assert pages is not None
    address = addresses()[script.rpartition("/")[2]]
    for accepted in ("identity", "gzip, br"):
        answer = ask("GET", address, headers={"accept-encoding": accepted})
        assert (answer.status_code, answer.content) == (200, read_script(script))
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers.get("content-encoding") == ("gzip" if "gzip" in accepted else None)
        assert "Accept-Encoding" in answer.headers["vary"]


def test_another_content_has_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    address = addresses()["live.js"]
    assert hashlib.sha256(read_script("live.js")).hexdigest()[:16] in address
    with monkeypatch.context() as patched:
        patched.setattr("pairwell.serve.pages.scripts.read_script", lambda script: script.encode())
        addresses.cache_clear()
        assert addresses()["live.js"] != address
    addresses.cache_clear()
    assert addresses()["live.js"] == address


@pytest.mark.parametrize("path", ["/scripts/charts.js", "/scripts/..%2fapp.py", "/scripts/app.py", "/scripts/"])
def test_no_other_file_is_given(ask: Ask, path: str) -> None:
    answer = ask("GET", path)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_charts_are_loaded_only_where_there_is_one(ask: Ask, maker: MadeUp) -> None:
    maker.error = None
    heavy = addresses()["echarts.common.min.js"]
    assert heavy in ask("GET", "/reports/overview", headers=BROWSER).text
    for path in ("/reports", "/sign-in"):
        assert heavy not in ask("GET", path, headers=BROWSER).text
    maker.error = NotFoundError("There is no report.")
    assert heavy not in ask("GET", "/reports/overview?by=x", headers=BROWSER).text


def test_every_script_is_deferred_and_ours(ask: Ask) -> None:
    found = [
        one for tag, one in Elements(ask("GET", "/reports/overview", headers=BROWSER).text).found if tag == "script"
    ]
    assert found
    assert all("defer" in one and one["src"] in addresses().values() for one in found)


def test_our_scripts_neither_evaluate_text_nor_write_html() -> None:
    for script in SCRIPTS:
        if not script.startswith("vendor/"):
            source = read_script(script).decode()
            assert not re.search(
                r"\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write", source
            )
