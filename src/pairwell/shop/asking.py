"""Questions of outsiders, checked before anything is asked of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import msgspec

from pairwell.config.explaining import explain
from pairwell.errors import RequestError
from pairwell.records import BehaviourType, DecisionRequest

SessionAsked = Sequence[str | tuple[str, str]]

_MOST = 10_000  # items of one answer
_TYPES = (*get_args(BehaviourType), "purchase")
_HINT = 'Write [["22423", "85123A"]], or [[("view", "22423"), ("add_to_cart", "85123A")]].'


def read_request(request: DecisionRequest | Mapping[str, Any]) -> DecisionRequest:
    """The request as a record. Raises `RequestError` naming the field that is wrong."""
    if isinstance(request, DecisionRequest):
        return request
    try:
        return msgspec.convert(request, DecisionRequest)
    except msgspec.ValidationError as error:
        mistake = explain(error, DecisionRequest)
        raise RequestError(f"{mistake.said}.", field=mistake.field, hint=mistake.hint) from error


def read_visits(sessions: Sequence[SessionAsked], n: int = 1) -> list[list[tuple[str, str]]]:
    """Visits as (type, item id); a bare id was viewed. Raises `RequestError` naming the visit and what was expected.

    `n` is how many items are asked for: it is only looked at.
    """
    if type(n) is not int or not 1 <= n <= _MOST:
        raise RequestError(f"{n!r} items were asked for; expected 1 to {_MOST:,}.", field="n")
    if isinstance(sessions, str):
        raise RequestError("The visits are a text; expected a list of visits.", hint=_HINT, field="sessions")
    return [_visit(number, visit) for number, visit in enumerate(sessions)]


def _visit(number: int, visit: object) -> list[tuple[str, str]]:
    if isinstance(visit, str) or not isinstance(visit, Sequence):
        found = "a text" if isinstance(visit, str) else f"a {type(visit).__name__}"
        raise RequestError(f"Visit {number} is {found}; expected a list.", hint=_HINT, field=f"sessions[{number}]")
    return [_step(f"sessions[{number}][{place}]", step) for place, step in enumerate(visit)]


def _step(field: str, step: object) -> tuple[str, str]:
    if isinstance(step, str):
        return "view", step
    if not isinstance(step, tuple | list) or len(step) != len(("type", "item_id")):
        raise RequestError(f"{field} is {step!r}; expected an item id or (type, item_id).", hint=_HINT, field=field)
    kind, item_id = step
    if kind not in _TYPES or not isinstance(item_id, str):
        raise RequestError(
            f"{field} is {step!r}; expected (type, item_id) with a type of {', '.join(_TYPES)}.",
            hint=_HINT,
            field=field,
        )
    return kind, item_id
