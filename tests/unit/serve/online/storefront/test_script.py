from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable

import httpx
import pytest
from babel.numbers import get_currency_precision

from pairwell.offer_words import GROUNDS
from pairwell.serve.online.storefront.script import PATHS, render_script
from pairwell.serve.online.storefront.words import MESSAGES, NAMES, unusual_digits, words_by_language

Ask = Callable[..., httpx.Response]
MOST_BYTES = {"/widget.js": 12_000, "/datalayer.js": 3_000}


@pytest.mark.parametrize("path", PATHS)
def test_it_is_small_enough(path: str) -> None:
    assert len(gzip.compress(render_script(path))) < MOST_BYTES[path]


def test_every_word_that_it_says_is_in_the_catalogues_and_every_word_there_is_said() -> None:
    source = render_script("/widget.js").decode()
    code = source[source.index("const SCRIPT") :]
    unsaid = {name for name in words_by_language()["en"] if not re.search(rf'"{name}"|\b{name}:', code)}
    assert unsaid <= {"rating", "tier"}  # named by rows of comparisons
    said = set(re.findall(r'_say\("(\w+)"', code))
    assert {f"storefront_{name}" for name in said} <= set(MESSAGES)
    assert len(said) > 8


def test_plurals_are_those_that_browsers_know() -> None:
    words = words_by_language()
    assert words["ru"]["count"] == {
        "one": "%(count)s предложение",
        "few": "%(count)s предложения",
        "many": "%(count)s предложений",
        "other": "%(count)s предложения",
    }
    assert set(words["en"]["count"]) == {"one", "other"}
    assert words["pl"].keys() == words["en"].keys() >= set(NAMES)


def test_it_writes_prices_with_as_many_decimals_as_reasons_do() -> None:
    digits = unusual_digits()
    assert (digits["JPY"], digits["KWD"]) == (0, 3)
    assert all(get_currency_precision(currency) == number for currency, number in digits.items())
    assert json.dumps(digits, separators=(",", ":")) in render_script("/widget.js").decode()


@pytest.mark.parametrize("path", PATHS)
def test_it_is_for_everybody_and_kept(ask: Ask, path: str) -> None:
    answer = ask("GET", path, headers={"accept-encoding": "identity", "origin": "https://shop.example"})
    assert answer.status_code == 200
    assert answer.content == render_script(path)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    again = ask("GET", path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert ask("GET", path, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip, deflate, br", True), ("*", True), ("gzip;q=0", False), ("br, gzip; q=0.000", False), ("", False)],
)
def test_it_comes_packed_to_who_takes_that(ask: Ask, accepted: str, packed: bool) -> None:
    answer = ask("GET", "/widget.js", headers={"accept-encoding": accepted})
    assert (answer.headers.get("content-encoding") == "gzip") is packed
    assert answer.content == render_script("/widget.js")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["etag"].endswith('-gzip"') is packed


def test_head_is_get_without_a_body(ask: Ask) -> None:
    head, get = ask("HEAD", "/widget.js"), ask("GET", "/widget.js")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", get.headers["etag"])


@pytest.mark.parametrize("path", PATHS)
def test_it_is_not_written(ask: Ask, path: str) -> None:
    answer = ask("POST", path, json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


def test_no_key_belongs_into_its_address(ask: Ask) -> None:
    answer = ask("GET", "/widget.js?key=pk_" + "A" * 46)
    assert answer.json()["error"]["code"] == "key_in_url"


def test_the_widget_and_fragments_leave_out_the_same_beside_an_own_text() -> None:
    found = re.search(r"^const GROUNDS = /(.+)/;", render_script("/widget.js").decode(), re.MULTILINE)
    assert found is not None
    told = {"own_text", "price_beside", "upgrade", "repeat", "bundle_price"}
    assert {code for code in GROUNDS | told if re.search(found[1], code)} == GROUNDS
