"""A shop's web server of its own, and endpoints that fail in the ways that endpoints fail."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

SHOP_JS = (Path(__file__).parent / "shop.js").read_text(encoding="utf-8")
PIXEL = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="72" height="72"><rect width="72" height="72" fill="#7a9"/></svg>'
)
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 sans-serif }
body { margin: 0; background: Canvas; color: CanvasText }
main { max-width: 50rem; margin: 0 auto; padding: 1rem }
ul { padding-left: 1.2rem }
.room { display: block; min-height: 52rem }
.tall { height: 3000px }
"""


class Told(NamedTuple):
    """What the server answers for a path."""

    body: str
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = {}


class Web:
    """Pages by path; `requests` are the bodies sent here."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.pages: dict[str, Told] = {
            "/shop.js": Told(SHOP_JS, "text/javascript"),
            "/shop.css": Told(STYLE, "text/css"),
            "/pictures/mat.svg": Told(PIXEL, "image/svg+xml"),
            "/favicon.ico": Told("", "image/x-icon"),
        }
        self.wait_s = 0.0
        self.base = f"http://127.0.0.1:{server.server_address[1]}"

    def show(self, path: str, told: Told) -> str:
        self.pages[path] = told
        return self.base + path


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # browsers hang up
            super().handle_error(request, client_address)


@contextmanager
def web() -> Iterator[Web]:
    """A server on a free port of this machine."""
    held: list[Web] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._tell(held[0].pages.get(self.path.partition("?")[0]))

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self.do_GET()

        def _tell(self, told: Told | None) -> None:
            time.sleep(held[0].wait_s)
            body = (told.body if told else "").encode()
            self.send_response(200 if told else 404)
            self.send_header("content-type", told.kind if told else "text/plain")
            self.send_header("content-length", str(len(body)))
            self.send_header("access-control-allow-origin", "*")
            for name, value in (told.headers if told else {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its name in the standard library)
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    held.append(Web(server))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield held[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def cart_page(
    script: str, *, lang: str = "en", before: str = "", inside: str = "", after: str = "<p>Total</p>", **attributes: str
) -> str:
    """A cart with the widget in it; attributes are written `customer_token` for `customer-token`."""
    told = "".join(f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"' for name, value in attributes.items())
    return f"""<!doctype html>
<html lang="{escape(lang)}"><head><meta charset="utf-8"><title>Cart</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/shop.css"><script src="{escape(script)}" async></script></head>
<body><main><h1>Cart</h1><ul id="lines"><li>1 × tent</li></ul>{before}
<pairwell-offers{told}>{inside}</pairwell-offers>
{after}<button id="checkout" type="button">Check out</button></main>
<script src="/shop.js"></script></body></html>"""
