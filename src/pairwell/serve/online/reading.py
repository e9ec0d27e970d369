"""JSON bodies to records, with errors that name the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from pairwell.config.explaining import explain, require_storable
from pairwell.errors import RequestError
from pairwell.serve.online.faults import Fault, Refused

T = TypeVar("T")
_NUL = b"\\u0000"  # JSON has no other way to write it


def decode(body: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[T], *, beside: Sequence[str] = ()) -> T:
    """The record in `body`. Raises `Refused` where it is no JSON, `RequestError` naming the field that is wrong.

    `beside` are fields that a body of another form may have: a misspelt one may stand for them, too.
    """
    try:
        found = decoder.decode(body)
    except msgspec.ValidationError as error:
        mistake = explain(error, decoder.type, beside=beside)
        raise RequestError(f"{mistake.said}.", field=mistake.field, hint=mistake.hint) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        fault = Fault(code="invalid_json", message=f"The body is not JSON: {_said(error)}.", hint="Send UTF-8 JSON.")
        raise Refused(400, fault) from error
    if _NUL in bytes(body):
        require_storable(found)
    return found


def _said(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error).rstrip(".")
