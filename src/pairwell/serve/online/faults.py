"""The one error shape: `{"error": {"code", "message", "field"?, "hint"?}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from pairwell.errors import PairwellError, http_status
from pairwell.said import phrase

BUSY: Final = 503  # the status of who comes while there is no room


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is wrong, where, and what to do about it."""

    code: str
    message: str
    field: str | None = None
    hint: str | None = None


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    error: Fault


class Refused(Exception):  # noqa: N818  (an answer of HTTP, not an error of the engine)
    """A request that HTTP itself answers: no such route, too large, not JSON, too busy."""

    def __init__(self, status: int, fault: Fault, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(fault.message)
        self.status = status
        self.fault = fault
        self.headers: Final = dict(headers or {})


def fault_of(error: PairwellError) -> tuple[int, Fault]:
    """Status and body for an error that the engine raised on purpose."""
    fault = Fault(code=error.code, message=error.message, field=error.field, hint=error.hint)
    return http_status(error), fault


def internal() -> tuple[int, Fault]:
    """Status and body for an error of ours; what it was stands in the log, not in the answer."""
    return 500, Fault(code="internal", message=phrase("The server failed; its log says where."))


def no_route(path: str) -> Refused:
    return Refused(
        404,
        Fault(
            code="not_found",
            message=phrase("There is nothing at {path}.", path=path),
            hint=phrase("/openapi.json lists what there is."),
        ),
    )


def wrong_method(method: str, path: str, allowed: str) -> Refused:
    fault = Fault(
        code="method_not_allowed",
        message=phrase("{path} takes {allowed}, not {method}.", path=path, allowed=allowed, method=method),
    )
    return Refused(405, fault, {"allow": allowed})


def too_large(limit: int) -> Refused:
    fault = Fault(
        code="too_large",
        message=phrase("The body is larger than {limit} bytes.", limit=str(limit)),
        hint=phrase("Send it in several requests."),
    )
    return Refused(413, fault)


def too_many_events(most: int) -> Refused:
    fault = Fault(
        code="too_large",
        message=phrase("The body holds more than {most} events.", most=str(most)),
        hint=phrase("Send them in several requests."),
    )
    return Refused(413, fault)


def too_slow(seconds: float) -> Refused:
    fault = Fault(
        code="too_slow", message=phrase("The body took longer than {seconds} s to arrive.", seconds=f"{seconds:g}")
    )
    return Refused(408, fault, {"connection": "close"})


def too_busy(what: str) -> Refused:
    fault = Fault(
        code="overloaded",
        message=phrase("Too many {what} wait already.", what=what),
        hint=phrase("Send them again in a second."),
    )
    return Refused(BUSY, fault, {"retry-after": "1"})
