"""Origins of web pages, written as browsers write them."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from pairwell.errors import RequestError

_USUAL_PORTS = {"http": 80, "https": 443}
_HINT = "Write the shop's address without a path, as https://shop.example; one --origin for each."


def read_origin(text: str) -> str:
    """`text` as a browser's `Origin` header has it: scheme, host, and the port where it is not the usual one.

    Raises `RequestError` for what is no origin of one site.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = _host(parts), parts.port
    except ValueError as error:
        raise _refused(text) from error
    if parts.scheme not in _USUAL_PORTS or not host or _more_than_origin(parts):
        raise _refused(text)
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in {None, _USUAL_PORTS[parts.scheme]} else f":{port}")


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if "*" in host or any(sign.isspace() for sign in host):
        return ""
    return host if ":" in host else host.encode("idna").decode()


def _more_than_origin(parts: SplitResult) -> bool:
    return parts.path not in {"", "/"} or bool(parts.query or parts.fragment or "@" in parts.netloc)


def _refused(text: str) -> RequestError:
    return RequestError(f"{text!r} is not the origin of one site.", hint=_HINT, field="origin")
