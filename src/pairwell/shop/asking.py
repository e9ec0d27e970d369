"""Questions of outsiders, checked before anything is asked of a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

import msgspec

from pairwell.config.explaining import explain, require_storable
from pairwell.errors import RequestError
from pairwell.events import BehaviourType, Event
from pairwell.records import Relation
from pairwell.said import phrase

Asked = TypeVar("Asked", bound=msgspec.Struct)
Made = TypeVar("Made")
SessionAsked = Sequence[str | tuple[str, str]]

_TYPES = (*get_args(BehaviourType), "purchase")
_HINT = 'Write [["22423", "85123A"]], or [[("view", "22423"), ("add_to_cart", "85123A")]].'


def read_asked(asked: Asked | Mapping[str, Any], kind: type[Asked], place: str = "") -> Asked:
    """What is asked as a record. Raises `RequestError` naming the field that is wrong; `place` is that of the whole."""
    if isinstance(asked, kind):
        return asked
    try:
        return msgspec.convert(asked, kind)
    except UnicodeEncodeError as error:
        raise _unexpected("\ud800", "letters", place or "request", "Send whole letters.") from error
    except msgspec.ValidationError as error:
        mistake = explain(error, kind)
        field = ".".join(step for step in (place, mistake.field) if step) or None
        said = f"{place}: {mistake.said}" if place else mistake.said
        known = None if mistake.field else f"Fields of it: {', '.join(kind.__struct_encode_fields__)}."
        raise RequestError(f"{said}.", field=field, hint=mistake.hint or known) from error


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


def read_text(value: object, field: str, example: str) -> str:
    """A text that is not empty and can be stored. Raises `RequestError` saying what was found instead."""
    if isinstance(value, str) and value and _storable(value):
        require_storable(value, field)
        return value
    raise _unexpected(value, "a text", field, f'Write "{example}".')


def read_texts(values: object, field: str, example: str) -> list[str]:
    """A list of texts, from any sequence of them. Raises `RequestError` naming the place of what is none."""
    hint = f'Write ["{example}"].'
    return [
        _member(value, f"{field}[{place}]", hint)
        for place, value in enumerate(_listed(values, field, "of texts", hint))
    ]


def read_baskets(baskets: object) -> list[list[str]]:
    """Lists of item ids. Raises `RequestError` naming the place of what is none."""
    hint = 'Write [["22423", "85123A"]].'
    return [
        [
            _member(item_id, f"baskets[{place}][{inner}]", hint)
            for inner, item_id in enumerate(_listed(basket, f"baskets[{place}]", "of item ids", hint))
        ]
        for place, basket in enumerate(_listed(baskets, "baskets", "of baskets", hint))
    ]


def read_moment(moment: object, field: str) -> datetime:
    """A moment in UTC, which it is taken for where it names no zone. Raises `RequestError`."""
    if not isinstance(moment, datetime):
        raise _unexpected(moment, "a moment", field, "Write datetime(2026, 1, 31, tzinfo=UTC).")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_paths(path: object) -> list[Path]:
    """The files of an export, one or its parts. Raises `RequestError` where that is no path."""
    hint = 'Write "orders.csv", or ["orders-1.csv", "orders-2.csv"].'
    if isinstance(path, str | Path):
        return [_path(path, "path", hint)]
    listed = _listed(path, "path", "of paths", hint)
    return [_path(one, f"path[{place}]", hint) for place, one in enumerate(listed)]


def read_path(path: object, field: str, example: str) -> Path:
    """A file or folder. Raises `RequestError` where that is no path."""
    return _path(path, field, f'Write "{example}".')


def read_made(value: object, kind: type[Made], field: str, example: str) -> Made:
    """What must have been made by its own class. Raises `RequestError` saying how."""
    if isinstance(value, kind):
        return value
    raise _unexpected(value, f"a {kind.__name__}", field, f"Write {example}.")


def _path(value: object, field: str, hint: str) -> Path:
    if isinstance(value, str | Path) and str(value) and "\0" not in str(value) and _storable(str(value)):
        return Path(value)
    raise _unexpected(value, "a path", field, hint)


def _listed(values: object, field: str, of: str, hint: str) -> Iterable[object]:
    if isinstance(values, Iterable) and not isinstance(values, str | bytes | Mapping):
        return values
    raise _unexpected(values, f"a list {of}", field, hint)


def _member(value: object, field: str, hint: str) -> str:
    # An empty id is one that nobody knows, as any other that is in no order; such a list has an answer.
    if isinstance(value, str) and _storable(value):
        return value
    raise _unexpected(value, "a text", field, hint)


def _storable(text: str) -> bool:
    """Whether every letter of it is one, and no half of a broken pair."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _unexpected(value: object, expected: str, field: str, hint: str) -> RequestError:
    return RequestError(f"`{field}` is {_found(value)}; expected {expected}.", hint=hint, field=field)


def _found(value: object) -> str:
    if value is None:
        return "None"
    if isinstance(value, str):
        return "a text" if value and _storable(value) else "a text with half a letter" if value else "empty"
    return f"of the type {type(value).__name__}"


def read_events(events: object) -> list[Event]:
    """Events as records, or as mappings with their fields. Raises `RequestError` naming the one that is none."""
    listed = _listed(events, "events", "of events", 'Write [{"event_id": "e-1", "type": "view", "at": …}].')
    read = [read_asked(cast(Any, event), Event, f"events[{place}]") for place, event in enumerate(listed)]
    for place, event in enumerate(read):
        require_storable(event, f"events[{place}]")
    return read


def read_visits(sessions: Sequence[SessionAsked]) -> list[list[tuple[str, str]]]:
    """Visits as (type, item id); a bare id was viewed. Raises `RequestError` naming the visit and what was expected."""
    return [_visit(number, visit) for number, visit in enumerate(_listed(sessions, "sessions", "of visits", _HINT))]


def _visit(number: int, visit: object) -> list[tuple[str, str]]:
    if isinstance(visit, str | bytes) or not isinstance(visit, Sequence):
        raise _unexpected(visit, "a list of steps", f"sessions[{number}]", _HINT)
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


def require_seen(field: str, seen: str, now: str | None) -> None:
    """Raise `RequestError` where it is not what whoever asks was looking at."""
    if seen != now:
        raise RequestError(
            phrase("What would change is another thing now than this page showed: nothing was done."),
            hint=phrase("Open /settings again, look at the changes, and send the form from there."),
            field=field,
        )
