from __future__ import annotations

import pytest

from pairwell.errors import RequestError
from pairwell.operations.keys.origins import read_origin


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://shop.example", "https://shop.example"),
        ("https://Shop.Example/", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://shop.example:80", "http://shop.example"),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://käse.example", "https://xn--kse-qla.example"),
        (" https://shop.example ", "https://shop.example"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(written: str, read: str) -> None:
    assert read_origin(written) == read
    assert read_origin(read) == read


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "*", "shop.example", "https://", "https://*.shop.example", "https://shop.example/cart",
        "https://shop.example?x", "https://shop.example#x", "https://me@shop.example", "ftp://shop.example",
        "https://shop.example:x", "https://shop.example:99999", "https://a b.example", "https://[::1", "https://..",
        "file:///etc", "https://" + "a" * 300,
    ],
)  # fmt: skip
def test_what_is_no_single_origin_is_refused_with_the_way_to_write_one(text: str) -> None:
    with pytest.raises(RequestError) as refused:
        read_origin(text)
    assert "https://shop.example" in (refused.value.hint or "")
