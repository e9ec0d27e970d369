"""The scripts for a shop's pages, `/widget.js` and `/datalayer.js`: the same bytes for everybody."""

from __future__ import annotations

import gzip
import hashlib
from importlib.resources import files
from typing import Final

import msgspec

from pairwell.serve.online.faults import wrong_method
from pairwell.serve.online.storefront.words import unusual_digits, words_by_language
from pairwell.serve.online.wire import Scope, Send

PATHS: Final = ("/widget.js", "/datalayer.js")
_WORDS = '"the catalogues\' words, by language"'
_DIGITS = '"decimals of currencies that have other than two"'
_HEADERS = [
    (b"content-type", b"text/javascript; charset=utf-8"),
    (b"cache-control", b"public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"),
    (b"vary", b"Accept-Encoding"),
    # It is the same for all and holds nothing of the shop's: every page may load it, with an integrity check too.
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
]


def render_script(path: str) -> bytes:
    """The source of one of `PATHS`; the widget's with the catalogues' words in it."""
    source = (files(__package__) / path[1:]).read_text(encoding="utf-8")
    marks = {_WORDS: words_by_language(), _DIGITS: unusual_digits()} if path == "/widget.js" else {}
    for mark, value in marks.items():
        assert source.count(mark) == 1, f"widget.js has no place for {mark}"
        source = source.replace(mark, msgspec.json.encode(value).decode())
    return source.encode()


class Script:
    """Answers `GET` and `HEAD` of one of `PATHS` from memory."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._plain = render_script(path)
        self._packed = gzip.compress(self._plain, mtime=0)
        self._name = hashlib.sha256(self._plain).hexdigest()[:32]

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Raises `Refused` (405) for other methods."""
        method = scope["method"]
        if method not in {"GET", "HEAD"}:
            raise wrong_method(method, self._path, "GET, HEAD")
        asked = {name: value for name, value in scope["headers"] if name in {b"accept-encoding", b"if-none-match"}}
        packed = takes_gzip(asked.get(b"accept-encoding", b""))
        tag = f'"{self._name}{"-gzip" if packed else ""}"'.encode()
        same = asked.get(b"if-none-match") is not None and self._name.encode() in asked[b"if-none-match"]
        body = b"" if same else self._packed if packed else self._plain
        headers = [*_HEADERS, (b"etag", tag)]
        if not same:
            headers += [(b"content-length", str(len(body)).encode())]
            headers += [(b"content-encoding", b"gzip")] if packed else []
        await send({"type": "http.response.start", "status": 304 if same else 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def takes_gzip(accepted: bytes) -> bool:
    """Whether `Accept-Encoding` names gzip, and not only to refuse it."""
    for one in accepted.lower().split(b","):
        coding, _, quality = one.partition(b";")
        if coding.strip() in {b"gzip", b"*"}:
            return quality.replace(b" ", b"").rstrip(b"0.") != b"q="
    return False
