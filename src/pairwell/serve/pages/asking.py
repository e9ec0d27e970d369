"""What a request of the pages shows: its scope, whoever asks, the parameters of its address, its cookies."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request

from pairwell.errors import RequestError
from pairwell.said import phrase
from pairwell.serve.online.faults import Fault, Refused
from pairwell.serve.online.wire import Scope
from pairwell.serve.pages.asked import read_parameters
from pairwell.serve.pages.visitors import Visitor

VISITOR: Final = "pairwell.visitor"  # where a scope holds whoever asks
LONGEST_QUERY = 2_000
_MOST_PARAMETERS = 40
_MOST_COOKIES = 50
Asking = Request[Any, Any, Any]


def scope_of(request: Asking) -> Scope:
    """The scope as plain ASGI knows it."""
    return request.scope  # type: ignore[return-value]  # Litestar narrows ASGI's open types


def visitor_of(request: Asking) -> Visitor:
    """Whoever was let in."""
    visitor: Visitor = scope_of(request)[VISITOR]
    return visitor


def parameters_of(scope: Scope, known: tuple[str, ...]) -> dict[str, str]:
    """The parameters of an address by name. Raises `Refused` (414), and `RequestError` for those that are wrong."""
    query: bytes = scope["query_string"]
    if len(query) > LONGEST_QUERY:
        message = phrase("What stands behind the `?` is longer than {most} bytes.", most=str(LONGEST_QUERY))
        raise Refused(414, Fault(code="too_large", message=message, hint=phrase("Shorten it.")))
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="strict"
        )
    except ValueError as error:  # UnicodeDecodeError, too
        raise RequestError(
            phrase("What stands behind the `?` cannot be read."), hint=phrase("Write NAME=VALUE&NAME=VALUE.")
        ) from error
    return read_parameters(pairs, known)


def sent(scope: Scope, header: bytes) -> list[str]:
    """The values of a header, as often as it was sent."""
    return [value.decode("latin-1") for name, value in scope["headers"] if name == header]


def cookies(scope: Scope, wanted: str) -> list[str]:
    """The values of a cookie, as often as a browser shows it."""
    parts = [part.strip().partition("=") for line in sent(scope, b"cookie") for part in line.split(";")]
    return [value for name, _, value in parts[:_MOST_COOKIES] if name == wanted and value]
