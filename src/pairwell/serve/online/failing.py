"""What is answered where a request fails."""

from __future__ import annotations

from litestar.exceptions import HTTPException

from pairwell.errors import PairwellError
from pairwell.serve.online.access.keyring import KeysUnreadError
from pairwell.serve.online.access.refusals import keys_unread
from pairwell.serve.online.faults import BUSY, Fault, Refused, fault_of, internal
from pairwell.serve.online.notices import Notices

Answer = tuple[int, Fault, dict[str, str]]
"""Status, body and headers."""


def answer_to(error: Exception, notices: Notices) -> Answer:
    """The answer to an error, whatever it is; the operator is told of what is the server's fault."""
    if isinstance(error, KeysUnreadError):
        error = keys_unread()
    if isinstance(error, Refused):
        return error.status, error.fault, error.headers
    if isinstance(error, PairwellError):
        status, fault = fault_of(error)
        if status >= 500:  # noqa: PLR2004  (the server's side of HTTP's statuses)
            notices.tell("error", error.code, error.message)
        return status, fault, {"retry-after": "1"} if status == BUSY else {}
    if isinstance(error, HTTPException):
        return error.status_code, Fault(code="bad_request", message=error.detail), dict(error.headers or {})
    notices.failure(error)
    return *internal(), {}
