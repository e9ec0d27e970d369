"""The live settings with some of them changed for a look: checked as all settings are, published by nobody."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
import tomli_w

from pairwell.config.document import compact_settings, parse_settings
from pairwell.config.editing import next_step, not_a_setting, read_value, steps_of
from pairwell.config.explaining import name_neighbours
from pairwell.config.published import Change, Published, compare_settings, settings_hash
from pairwell.config.settings import Settings
from pairwell.errors import SettingsError
from pairwell.said import phrase

Entries = Literal["rules", "caps"]
_SOURCE: Final = phrase("Your change")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Other values of settings as a person writes them, by dotted name; and rules and caps that are left out."""

    settings: Mapping[str, str] = {}
    rules_off: Sequence[str] = ()
    caps_off: Sequence[str] = ()


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one of the changes. `name` is that of the setting, or `rules` or `caps`."""

    name: str
    said: str
    hint: str | None = None


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """The changed settings; None where nothing changes, or anything is wrong."""

    published: Published | None
    changes: list[Change]
    mistakes: list[Mistake]


def try_changes(live: Settings, wanted: Wanted) -> Tried:
    """Change a copy of the live settings; each change that is wrong is told by itself."""
    tree = tomllib.loads(compact_settings(live))
    mistakes = [
        *(found for name, text in wanted.settings.items() if (found := _find_mistake(tree, name, text))),
        *_leave_out(tree, "rules", wanted.rules_off),
        *_leave_out(tree, "caps", wanted.caps_off),
    ]
    if mistakes:
        return Tried(published=None, changes=[], mistakes=mistakes)
    for name, text in wanted.settings.items():
        _put(tree, name, text)
    try:
        changed = _parsed(tree)
    except SettingsError as error:
        return Tried(published=None, changes=[], mistakes=[_told(error.field or "", error)])
    changes = _changes(live, changed, wanted)
    return Tried(
        published=Published(settings_hash(changed), changed) if changes else None, changes=changes, mistakes=[]
    )


def write_wanted(settings: Mapping[str, str]) -> str:
    """The values by dotted name as pairwell.toml would say them."""
    tree: dict[str, Any] = {}
    for name, text in settings.items():
        *tables, last = steps_of(name)
        inside = tree
        for step in tables:
            inside = inside.setdefault(step, {})
        inside[last] = read_value(text)
    return tomli_w.dumps(tree)


def _changes(live: Settings, changed: Settings, wanted: Wanted) -> list[Change]:
    """What differs; an entry that is left out is one change, whatever it says."""
    without = msgspec.structs.replace(
        live,
        rules=tuple(rule for rule in live.rules if rule.name not in wanted.rules_off),
        caps=tuple(cap for cap in live.caps if cap.name not in wanted.caps_off),
    )
    gone = [*(f"rules.{name}" for name in wanted.rules_off), *(f"caps.{name}" for name in wanted.caps_off)]
    return [*compare_settings(without, changed), *(Change(name, before="on", after="off") for name in gone)]


def _find_mistake(tree: Mapping[str, Any], name: str, text: str) -> Mistake | None:
    """What is wrong with one change alone."""
    alone = tomllib.loads(tomli_w.dumps(tree))
    try:
        _put(alone, name, text)
        _parsed(alone)
    except SettingsError as error:
        return _told(name, error)
    return None


def _told(name: str, error: SettingsError) -> Mistake:
    return Mistake(name=name, said=error.message, hint=next_step(error))


def _parsed(tree: Mapping[str, Any]) -> Settings:
    try:
        return parse_settings(tomli_w.dumps(tree), source=_SOURCE)
    except (TypeError, ValueError, RecursionError) as error:
        raise SettingsError(
            phrase("{source} cannot be read.", source=_SOURCE), hint=phrase("Write a value as pairwell.toml has it.")
        ) from error


def _put(tree: dict[str, Any], name: str, text: str) -> None:
    """Set one setting. Raises `SettingsError` where there is no such table."""
    *tables, last = steps_of(name)
    inside: Any = tree
    for step in tables:
        inside = inside.get(step) if isinstance(inside, dict) else None
    if not isinstance(inside, dict):
        raise not_a_setting(_SOURCE, name)
    inside[last] = read_value(text)


def _leave_out(tree: dict[str, Any], table: Entries, names: Sequence[str]) -> list[Mistake]:
    """Take these entries out of a table; what is wrong where one is not there."""
    entries: list[dict[str, Any]] = tree.get(table, [])
    known = [entry["name"] for entry in entries]
    tree[table] = [entry for entry in entries if entry["name"] not in names]
    one = phrase("rule") if table == "rules" else phrase("cap")
    return [
        Mistake(
            name=table,
            said=phrase("There is no {kind} {name}.", kind=one, name=repr(name[:100])),
            hint=name_neighbours(name, known),
        )
        for name in names
        if name not in known
    ]
