"""Questions of outsiders, checked before anything is asked of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, cast, get_args

import msgspec

from pairwell.config.explaining import explain
from pairwell.errors import RequestError
from pairwell.events import BehaviourType
from pairwell.records import Relation

Asked = TypeVar("Asked", bound=msgspec.Struct)
SessionAsked = Sequence[str | tuple[str, str]]

_TYPES = (*get_args(BehaviourType), "purchase")
_HINT = 'Write [["22423", "85123A"]], or [[("view", "22423"), ("add_to_cart", "85123A")]].'


def read_asked(asked: Asked | Mapping[str, Any], kind: type[Asked]) -> Asked:
    """What is asked as a record. Raises `RequestError` naming the field that is wrong."""
    if isinstance(asked, kind):
        return asked
    try:
        return msgspec.convert(asked, kind)
    except msgspec.ValidationError as error:
        mistake = explain(error, kind)
        raise RequestError(f"{mistake.said}.", field=mistake.field, hint=mistake.hint) from error


def read_count(n: int) -> int:
    """How many are asked for. Raises `RequestError` where that is no whole number from 1 on."""
    if type(n) is not int or n < 1:
        raise RequestError(f"{n!r} were asked for; expected a whole number, 1 or more.", hint="Write n=10.", field="n")
    return n


def read_relation(relation: str) -> Relation:
    """The relation asked for. Raises `RequestError` naming those that exist."""
    for known in get_args(Relation):
        if relation == known:
            return cast(Relation, known)
    known = ", ".join(get_args(Relation))
    raise RequestError(f"{relation!r} is no relation of items.", hint=f"Ask for one of: {known}.", field="relation")


def read_visits(sessions: Sequence[SessionAsked]) -> list[list[tuple[str, str]]]:
    """Visits as (type, item id); a bare id was viewed. Raises `RequestError` naming the visit and what was expected."""
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


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC, which is its zone too where it names none."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
