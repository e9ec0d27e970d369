"""JSON bodies to records, with errors that name the field."""

from __future__ import annotations

import difflib
import re
from typing import TypeVar

import msgspec

from pairwell.errors import RequestError
from pairwell.serve.online.faults import Fault, Refused

T = TypeVar("T")
_PLACED = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_NAMED = re.compile(r"Object (?:missing required|contains unknown) field `(?P<name>[^`]*)`")


def decode(body: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    """The record in `body`. Raises `Refused` where it is no JSON, `RequestError` naming the field that is wrong."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _explained(str(error), decoder.type) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        fault = Fault(code="invalid_json", message=f"The body is not JSON: {_said(error)}.", hint="Send UTF-8 JSON.")
        raise Refused(400, fault) from error


def _said(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error).rstrip(".")


def _explained(text: str, kind: object) -> RequestError:
    placed = _PLACED.match(text)
    what, path = (placed["what"], placed["path"] or "") if placed else (text, "")
    named = _NAMED.match(what)
    if named is None:
        return RequestError(f"`{path}` is not valid: {what}." if path else f"{what}.", field=path or None)
    field = f"{path}.{named['name']}" if path else named["name"]
    if "missing" in what:
        return RequestError(f"`{field}` is missing.", field=field, hint="Add it to the body.")
    return RequestError(f"`{field}` is not a field here.", field=field, hint=_neighbours(named["name"], kind))


def _neighbours(name: str, kind: object) -> str:
    fields = getattr(kind, "__struct_fields__", ())
    near = difflib.get_close_matches(name, fields, n=1)
    return f"Did you mean `{near[0]}`?" if near else f"Known here: {', '.join(fields)}."
