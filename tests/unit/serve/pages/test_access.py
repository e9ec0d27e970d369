from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from tests.unit.serve.pages.conftest import BASE, NOW, Ask, MadeUp

from pairwell.operations.keys.store import KeyStore, Wanted
from pairwell.operations.keys.text import ENTROPY_BYTES

BROWSER = {"accept": "text/html"}
REPORT = "/api/v1/reports/overview"
PAGE = "https://shop.example"
OPEN = ("/healthz", "/style.css", "/icon.svg", "/openapi.json", "/sign-in")


@pytest.fixture
def secret(keys: KeyStore) -> str:
    return keys.create(Wanted(kind="secret"), now=NOW, entropy=os.urandom(ENTROPY_BYTES)).text


@pytest.fixture
def publishable(keys: KeyStore) -> str:
    wanted = Wanted(kind="publishable", origins=[PAGE])
    return keys.create(wanted, now=NOW, entropy=os.urandom(ENTROPY_BYTES)).text


def bearer(text: str, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}", **more}


def sign_in(ask: Ask, key: str, **headers: str) -> tuple[int, str]:
    """The status, and the cookie that was set."""
    answer = ask("POST", "/sign-in", data={"key": key}, headers={"origin": BASE, **headers})
    return answer.status_code, answer.headers.get("set-cookie", "")


def test_without_keys_this_machine_reads_everything(ask: Ask) -> None:
    assert ask("GET", REPORT).status_code == 200
    assert ask("GET", "/").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8421", "127.0.0.1.evil.example", "10.0.0.7", ""])
def test_without_keys_a_name_that_was_made_to_lead_here_is_refused(ask: Ask, maker: MadeUp, host: str) -> None:
    for path in (REPORT, "/", "/openapi.json", "/sign-in"):
        told = ask("GET", path, headers={"host": host})
        assert (told.status_code, told.json()["error"]["code"]) == (403, "foreign_host")
    assert not maker.asked


def test_without_keys_pages_of_others_may_not_ask(ask: Ask, maker: MadeUp) -> None:
    told = ask("GET", REPORT, headers={"origin": "https://evil.example"})
    assert (told.status_code, told.json()["error"]["code"]) == (403, "foreign_origin")
    embedded = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    assert ask("GET", REPORT, headers=embedded).json()["error"]["code"] == "foreign_origin"
    assert not maker.asked
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert ask("GET", "/", headers=followed).status_code == 200


def test_with_keys_a_secret_one_is_needed(ask: Ask, maker: MadeUp, secret: str, publishable: str) -> None:
    assert ask("GET", REPORT).json()["error"]["code"] == "key_missing"
    assert ask("GET", REPORT).status_code == 401
    told = ask("GET", REPORT, headers=bearer(publishable, origin=PAGE))
    assert (told.status_code, told.json()["error"]["code"]) == (403, "needs_secret_key")
    assert ask("GET", REPORT, headers=bearer(secret, origin=PAGE)).json()["error"]["code"] == "secret_key_in_page"
    assert ask("GET", REPORT, headers=bearer(secret[:-1])).status_code == 401
    assert ask("GET", f"{REPORT}?key={secret}").json()["error"]["code"] == "key_in_url"
    assert not maker.asked
    assert ask("GET", REPORT, headers=bearer(secret)).status_code == 200
    assert [ask("GET", path).status_code for path in OPEN] == [200] * len(OPEN)
    assert not [
        path for path in ("/", "/reports", "/api/v1/reports", "/nowhere") if ask("GET", path).status_code != 401
    ]


def test_beyond_this_machine_nobody_reads_without_a_key(pages: Callable[[bool], Ask], maker: MadeUp) -> None:
    ask = pages(False)
    assert ask("GET", REPORT).json()["error"]["code"] == "key_missing"
    assert not maker.asked


def test_beyond_this_machine_any_name_will_do_with_a_key(pages: Callable[[bool], Ask], secret: str) -> None:
    assert pages(False)("GET", REPORT, headers=bearer(secret, host="reports.shop.example")).status_code == 200


def test_a_browser_signs_in_once_and_out_again(ask: Ask, secret: str) -> None:
    first = ask("GET", "/", headers=BROWSER)
    assert (first.status_code, 'action="/sign-in"' in first.text) == (401, True)
    assert "/reports/profit" not in first.text  # what there is, strangers are not told
    status, cookie = sign_in(ask, secret)
    assert status == 303
    assert re.fullmatch(r"pairwell_session=[\w-]{43}; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict", cookie), (
        "nothing of the key, and no script can read it"
    )
    mine = {"cookie": cookie.partition(";")[0], **BROWSER}
    shown = ask("GET", "/", headers=mine)
    assert (shown.status_code, 'action="/sign-out"' in shown.text) == (200, True)
    assert ask("GET", REPORT, headers=mine).status_code == 200
    assert (
        ask("POST", "/sign-out", headers={**mine, "origin": BASE})
        .headers["set-cookie"]
        .startswith("pairwell_session=;")
    )
    assert ask("GET", "/", headers=mine).status_code == 401


def test_a_revoked_key_signs_its_browsers_out(ask: Ask, keys: KeyStore) -> None:
    made = keys.create(Wanted(kind="secret"), now=NOW, entropy=os.urandom(ENTROPY_BYTES))
    _, cookie = sign_in(ask, made.text)
    mine = {"cookie": cookie.partition(";")[0]}
    assert ask("GET", REPORT, headers=mine).status_code == 200
    keys.revoke(made.key.key_id, now=NOW)
    assert ask("GET", REPORT, headers=mine).status_code == 401


@pytest.mark.parametrize(
    "cookie", ["pairwell_session=", "pairwell_session=x", "pairwell_session=None", "a=b; ;=;", "\xff"]
)
def test_a_made_up_session_is_none(ask: Ask, secret: str, cookie: str) -> None:
    assert secret
    assert ask("GET", REPORT, headers={b"cookie": cookie.encode("latin-1")}).status_code == 401


def test_whoever_signs_in_names_the_session_not_the_browser(ask: Ask, secret: str) -> None:
    chosen = "pairwell_session=" + "a" * 43
    _, cookie = sign_in(ask, secret, cookie=chosen)
    assert not cookie.startswith(chosen)
    assert ask("GET", REPORT, headers={"cookie": chosen}).status_code == 401


def test_only_its_own_form_signs_in_and_out(ask: Ask, secret: str) -> None:
    for origin in ("https://evil.example", "null", "http://127.0.0.1:8420", "http://127.0.0.1:8421.evil.example"):
        assert sign_in(ask, secret, origin=origin) == (403, "")
        assert ask("POST", "/sign-out", headers={"origin": origin}).status_code == 403
    assert ask("POST", "/sign-in", data={"key": secret}).status_code == 403


def test_a_wrong_key_signs_nobody_in_and_is_not_shown(ask: Ask, secret: str, publishable: str) -> None:
    assert sign_in(ask, publishable) == (403, "")
    for key in ("", secret[:-1], "<script>", "sk_" + "a" * 40):
        answer = ask("POST", "/sign-in", data={"key": key}, headers={"origin": BASE})
        assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
        assert not key or key not in answer.text
    assert ask("POST", "/sign-in", content=b"key=" + b"x" * 5_000, headers={"origin": BASE}).status_code == 413
    assert ask("POST", "/sign-in", content=b"\xff\xfe", headers={"origin": BASE}).status_code == 400
    assert ask("POST", "/sign-in", content=b"&a=1" * 9, headers={"origin": BASE}).status_code == 401


def test_keys_cannot_be_tried_without_end(ask: Ask, secret: str) -> None:
    statuses = [sign_in(ask, "sk_" + "a" * 40)[0] for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert sign_in(ask, secret)[0] == 429


def test_over_tls_the_cookie_never_goes_in_the_clear(pages: Callable[[bool], Ask], secret: str) -> None:
    status, cookie = sign_in(pages(False), secret, origin="https://reports.shop.example", host="reports.shop.example")
    assert (status, cookie.endswith("; Secure")) == (303, True)


def test_without_keys_nobody_needs_to_sign_in(ask: Ask) -> None:
    assert sign_in(ask, "") == (303, "")
    assert ask("GET", "/sign-in").headers["location"] == "/"
    assert sign_in(ask, "", host="evil.example", origin="http://evil.example") == (403, "")
