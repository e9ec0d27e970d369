from __future__ import annotations

import json
import re
from datetime import datetime
from html.parser import HTMLParser
from io import StringIO

import pytest
from tests.unit.serve.pages.conftest import EVIL, REPORT, Ask, MadeUp

from pairwell.errors import JournalError, RequestError
from pairwell.report.reports import REPORTS
from pairwell.report.shown.csv import render_csv
from pairwell.report.shown.json import render_json
from pairwell.report.shown.page import render_page
from pairwell.serve.pages.contents import list_contents
from pairwell.serve.pages.scripts import addresses

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Elements(HTMLParser):
    """All elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_report_is_the_bytes_of_the_command(ask: Ask) -> None:
    path = "/api/v1/reports/overview"
    assert ask("GET", path).text == render_json(REPORT)
    assert ask("GET", f"{path}?format=html").text == render_page(REPORT)
    for key, text in render_csv(REPORT).items():
        answer = ask("GET", f"{path}?format=csv&table={key}")
        assert answer.text == text
        assert answer.headers["content-disposition"] == f'attachment; filename="overview-{key}.csv"'


def test_of_several_tables_one_is_to_be_named(ask: Ask) -> None:
    told = ask("GET", "/api/v1/reports/overview?format=csv")
    assert (told.status_code, told.json()["error"]["field"]) == (400, "table")
    assert "figures, categories" in told.json()["error"]["message"]
    missing = ask("GET", "/api/v1/reports/overview?format=csv&table=x%0d%0aset-cookie:a=b")
    assert (missing.status_code, missing.json()["error"]["field"]) == (404, "table")
    assert "set-cookie" not in missing.headers


def test_what_is_asked_arrives(ask: Ask, maker: MadeUp) -> None:
    ask("GET", "/api/v1/reports/pairs?since=2026-01-31&until=2026-02-28T09:30&by=")
    ask("GET", "/reports/overview?by=customer.city", headers=BROWSER)
    first, second = maker.asked
    assert (first.name, first.since, first.until, first.by) == (
        "pairs",
        datetime(2026, 1, 31),  # noqa: DTZ001 - in the shop's time
        datetime(2026, 2, 28, 9, 30),  # noqa: DTZ001
        None,
    )
    assert (second.name, second.by) == ("overview", "customer.city")


@pytest.mark.parametrize("path", ["/api/v1/reports/overview", "/reports/overview", "/"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=yesterday", "since"),
        ("until=2026-13-01", "until"),
        ("since=2026-01-01&since=2026-01-02", "since"),
        ("sincee=2026-01-01", "sincee"),
        ("by=" + "x" * 201, "by"),
        ("by=%FF", None),
        ("&".join(f"a{n}=1" for n in range(50)), None),
    ],
)
def test_a_wrong_parameter_is_named(ask: Ask, path: str, query: str, field: str | None) -> None:
    told = ask("GET", f"{path}?{query}")
    assert told.status_code == 400
    assert told.json()["error"].get("field") == field
    assert set(told.json()["error"]) <= {"code", "message", "field", "hint"}


def test_a_query_without_end_is_refused(ask: Ask) -> None:
    told = ask("GET", "/api/v1/reports/overview?by=" + "x" * 3_000)
    assert (told.status_code, told.json()["error"]["code"]) == (414, "too_large")


def test_an_unknown_report_is_not_found(ask: Ask) -> None:
    told = ask("GET", "/api/v1/reports/nope")
    assert (told.status_code, told.json()["error"]["code"], told.json()["error"]["field"]) == (404, "not_found", "name")
    shown = ask("GET", "/reports/nope", headers=BROWSER)
    assert shown.status_code == 404
    assert "There is no report" in shown.text


@pytest.mark.parametrize(
    "path",
    ["/reports/../../etc/passwd", "/reports/..%2f..%2fetc%2fpasswd", "/reports/a%2fb", "/api/v1/reports/", "/static/x",
     "/reports//overview", "/api/v1/reports/overview/x", "/%00", "/openapi.json/.."],
)  # fmt: skip
def test_no_path_leads_anywhere_else(ask: Ask, maker: MadeUp, path: str) -> None:
    answer = ask("GET", path)
    assert answer.status_code in {200, 404}
    assert not maker.asked or answer.status_code == 200
    assert "root:" not in answer.text


def test_nothing_of_the_shop_becomes_part_of_the_page(ask: Ask, maker: MadeUp) -> None:
    maker.error = None
    for path in ("/reports/overview", "/api/v1/reports/overview?format=html"):
        answer = ask("GET", path, headers=BROWSER)
        tags = Elements(answer.text).found
        assert answer.status_code == 200
        assert not [tag for tag, _ in tags if tag in {"img", "iframe", "object", "base"}]
        assert {one.get("src") for tag, one in tags if tag == "script"} <= {*addresses().values()}
        assert not [attributes for _, attributes in tags if any(name.startswith("on") for name in attributes)]
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'; " in policy or "script-src" not in policy
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_nothing_of_the_address_becomes_part_of_the_page(ask: Ask, maker: MadeUp) -> None:
    by = ask("GET", "/reports/overview", params={"by": EVIL}, headers=BROWSER)
    assert ("value", EVIL) in [pair for _, attributes in Elements(by.text).found for pair in attributes.items()]
    maker.error = RequestError(f"There is no segment {EVIL!r}.", hint=EVIL, field="by")
    wrong = ask("GET", "/reports/overview", params={"by": EVIL + "2"}, headers=BROWSER)
    name = ask("GET", "/reports/" + EVIL.replace("/", "%2F"), headers=BROWSER)
    query = ask("GET", "/reports/overview", params={EVIL: "1"}, headers=BROWSER)
    assert [one.status_code for one in (by, wrong, query)] == [200, 400, 400]
    for answer in (by, wrong, name, query):
        own = {*addresses().values()}
        found = Elements(answer.text).found
        assert not [tag for tag, one in found if tag in {"script", "img"} and one.get("src") not in own]


def test_what_was_typed_can_be_mended(ask: Ask, maker: MadeUp) -> None:
    ask("GET", "/reports/overview")
    maker.error = RequestError("There is no segment 'chanel'.", hint="Did you mean 'channel'?", field="by")
    shown = ask("GET", "/reports/overview?since=2026-11-02&by=chanel", headers=BROWSER)
    fields = {a["name"]: a["value"] for tag, a in Elements(shown.text).found if tag == "input"}
    assert fields == {"since": "2026-11-02", "until": "", "by": "chanel"} | {
        "to": "/reports/overview?since=2026-11-02&by=chanel"
    }
    assert "Did you mean" in shown.text


def test_every_answer_is_kept_by_nobody_and_framed_by_nobody(ask: Ask) -> None:
    for path in ("/", "/reports", "/reports/overview", "/api/v1/reports", "/openapi.json", "/style.css", "/nowhere",
                 "/sign-in", "/api/v1/reports/overview?since=x", "/healthz", "/icon.svg"):  # fmt: skip
        headers = ask("GET", path).headers
        assert headers["cache-control"] == "no-store", path
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cross-origin-resource-policy"] == "same-origin"


def test_pages_ask_no_other_host_and_hold_no_style_of_their_own(ask: Ask) -> None:
    for path in ("/", "/reports", "/sign-in", "/nowhere"):
        found = Elements(ask("GET", path, headers=BROWSER).text).found
        links = [
            link for _, attributes in found for name in ("href", "src", "action") if (link := attributes.get(name))
        ]
        assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in links), links
        assert "style" not in [tag for tag, _ in found]


def test_head_is_get_without_the_body(ask: Ask) -> None:
    for path in ("/", "/api/v1/reports/overview", "/nowhere"):
        got, head = ask("GET", path), ask("HEAD", path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["content-length"] == got.headers["content-length"]


def test_only_reading_is_allowed(ask: Ask, maker: MadeUp) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        told = ask(method, "/api/v1/reports/overview", content=b"x" * 100)
        assert (told.status_code, told.json()["error"]["code"]) == (405, "method_not_allowed")
    options = ask("OPTIONS", "/api/v1/reports/overview")
    assert "access-control-allow-origin" not in options.headers
    assert not maker.asked


def test_the_lists_name_every_report(ask: Ask) -> None:
    listed = ask("GET", "/api/v1/reports").json()["reports"]
    assert {one["name"] for one in listed} == set(REPORTS)
    assert [one.name for one in list_contents(REPORTS) if not one.about] == [], "say of it what it answers"
    hrefs = [attributes.get("href") for _, attributes in Elements(ask("GET", "/reports", headers=BROWSER).text).found]
    assert {f"/reports/{name}" for name in REPORTS if name != "sellers"} <= set(hrefs)  # nobody sold here yet


def test_a_page_leads_to_the_same_as_a_program_reads(ask: Ask) -> None:
    page = ask("GET", "/reports/overview?since=2026-11-01&by=channel", headers=BROWSER).text
    hrefs = [attributes.get("href") or "" for _, attributes in Elements(page).found]
    assert "/api/v1/reports/overview?since=2026-11-01&by=channel" in hrefs
    assert "/api/v1/reports/overview?since=2026-11-01&by=channel&format=csv&table=categories" in hrefs
    assert "/reports/pairs?since=2026-11-01" in hrefs
    assert all(ask("GET", href).status_code == 200 for href in hrefs if href.startswith("/api"))


def test_the_form_shows_the_period_that_the_report_is_of(ask: Ask) -> None:
    fields = {
        a["name"]: a["value"] for tag, a in Elements(ask("GET", "/", headers=BROWSER).text).found if tag == "input"
    }
    assert fields == {"since": "2026-10-22", "until": "2026-11-21", "by": "", "to": "/"}


def test_what_fails_is_told_in_the_one_shape_and_to_the_operator(ask: Ask, maker: MadeUp, log: StringIO) -> None:
    maker.error = JournalError("The disk is full.")
    told = ask("GET", "/api/v1/reports/overview")
    assert (told.status_code, told.headers["retry-after"]) == (503, "1")
    assert told.json()["error"]["code"] == "journal_unavailable"
    maker.error = ZeroDivisionError("c-17")  # type: ignore[assignment]  # an error of ours
    ours = ask("GET", "/api/v1/reports/pairs")
    assert (ours.status_code, ours.json()["error"]["code"]) == (500, "internal")
    assert "c-17" not in ours.text + log.getvalue()
    assert "ZeroDivisionError" in log.getvalue()


def test_it_describes_itself(ask: Ask) -> None:
    found = json.loads(ask("GET", "/openapi.json").content)
    assert found["openapi"] == "3.1.0"
    assert {"/", "/reports", "/reports/{name}", "/api/v1/reports", "/api/v1/reports/{name}"} <= set(found["paths"])
    assert {"Report", "Figure", "Table", "ErrorBody"} <= set(found["components"]["schemas"])


def test_language_and_account_stand_before_the_navigation_which_a_button_opens_on_a_telephone(ask: Ask) -> None:
    page = ask("GET", "/reports", headers=BROWSER).text
    places = [page.index(part) for part in ('popovertarget="menu"', '<details class="who">', '<nav id="menu" popover')]
    assert places == sorted(places)
    headings = re.findall(r"<h2>(\w+)</h2>", page[places[-1] : page.index("</nav>")])
    assert headings == ["Reports", "Offers", "Customers", "Trials", "Setup"]
