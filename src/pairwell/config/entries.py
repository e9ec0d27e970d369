"""Placements, caps, rules, levers, triggers and tasks: where they stand in the text; whether one can rely on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pairwell.config import caps, channels, triggers
from pairwell.config.explaining import Mistake, name_neighbours
from pairwell.config.rules.checking import Fault, find_fault
from pairwell.config.rules.fields import Places, field_of
from pairwell.config.rules.lever import Lever
from pairwell.config.rules.rule import Rule
from pairwell.config.rules.trigger import Trigger
from pairwell.config.settings import USUAL_CHANNELS, Cap, Settings
from pairwell.config.tasks import Tasks
from pairwell.config.waiving import Waived
from pairwell.errors import SettingsError

# array of tables -> what one of them is called
ENTRIES = {
    "caps": "cap",
    "rules": "rule",
    "levers": "lever",
    "triggers": "trigger",
    "tasks": "receiver of tasks",
    "waived": "waiver",
}

_HEADER = re.compile(r"\s*\[\[?\s*([\w.\"'-]+(?:\s*\.\s*[\w\"'-]+)*)\s*\]\]?")
_UNSAID = re.compile(r"[\s\"']")  # in the name of a table
_STEP = re.compile(r"(\w+)\[(\d+)\](?:\.(\w+))?.*")
_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=\s*(\"{3}|'{3})?")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One `[table]` or `[[table]]`: the line of its head and of each of its keys, counted from 1."""

    line: int
    keys: dict[str, int]


def find_entries(text: str, table: str) -> list[Entry]:
    """The entries of a table or array of tables in `text`, in order; none where they are written in another way."""
    entries: list[Entry] = []
    inside, quote = False, None
    for number, line in enumerate(text.splitlines(), start=1):
        if quote is not None:
            quote = None if quote in line else quote
        elif header := _HEADER.fullmatch(line.split("#")[0].rstrip()):
            inside = _UNSAID.sub("", header[1]) == table
            if inside:
                entries.append(Entry(line=number, keys={}))
        elif key := _KEY.match(line):
            if inside:
                # What begins behind the quotes' line is counted from there.
                below = bool(key[2]) and not line[key.end() :].strip()
                entries[-1].keys[key[1]] = number + below
            quote = key[2] if key[2] and key[2] not in line[key.end() :] else None
    return entries


def line_of(text: str, table: str, place: int, key: str | None = None) -> int | None:
    """The line of an entry's key, else of its head; None where it cannot be told."""
    entries = find_entries(text, table)
    if place >= len(entries):
        return None
    entry = entries[place]
    return entry.line if key is None else entry.keys.get(key, entry.line)


def place_of(field: str, tree: Mapping[str, Any], text: str) -> str | None:
    """Where the setting `caps[1].limit` stands, in words; None of any other setting."""
    found = _STEP.fullmatch(field)
    if found is None or found[1] not in ENTRIES:
        return None
    place, entries = int(found[2]), tree[found[1]]
    entry = entries[place] if isinstance(entries, list) and place < len(entries) else None
    return _place(text, (found[1], place, found[3]), entry.get("name") if isinstance(entry, dict) else None)


def check_entries(settings: Settings, text: str, source: str) -> None:
    """Raise `SettingsError` at the first entry that cannot be meant, naming its line, its name and what is wrong."""
    for table in ENTRIES:
        _check_names(table, getattr(settings, table), text, source)
    for name, placement in settings.placements.items():
        if mistake := channels.find_misspelt([placement.channel]):
            raise _mistaken(mistake, f"{source}, {_place_of_placement(text, name)}", f"placements.{name}.channel")
        if mistake := _find_weightless(placement.weights):
            where = f"{source}, {_place_of_placement(text, name, 'weights')}"
            raise _mistaken(mistake, where, f"placements.{name}.weights")
    for place, cap in enumerate(settings.caps):
        if mistake := caps.find_mistake(cap) or channels.find_unknown(cap.channels, settings.placements):
            raise _mistaken(mistake, f"{source}, {_place(text, ('caps', place, mistake.field), cap.name)}", "caps")
    _check_rules(settings, text, source)


def _check_rules(settings: Settings, text: str, source: str) -> None:
    places = _places(settings)
    for place, rule in enumerate(settings.rules):
        if mistake := _find_nowhere(rule, settings):
            raise _mistaken(mistake, f"{source}, {_place(text, ('rules', place, mistake.field), rule.name)}", "rules")
        if fault := find_fault(rule, places):
            raise _faulty(fault, rule, (text, source), ("rules", place))
    for place, lever in enumerate(settings.levers):
        if fault := find_fault(lever, places):
            raise _faulty(fault, lever, (text, source), ("levers", place))
    _check_triggers(settings, text, source)


def _check_triggers(settings: Settings, text: str, source: str) -> None:
    places = _places(settings)
    for place, trigger in enumerate(settings.triggers):
        if mistake := triggers.find_mistake(trigger, settings):
            where = f"{source}, {_place(text, ('triggers', place, mistake.field), trigger.name)}"
            raise _mistaken(mistake, where, "triggers")
        if fault := find_fault(trigger, places):
            raise _faulty(fault, trigger, (text, source), ("triggers", place))
    for place, tasks in enumerate(settings.tasks):
        if mistake := triggers.find_mistaken_tasks(tasks, settings):
            raise _mistaken(mistake, f"{source}, {_place(text, ('tasks', place, mistake.field), tasks.name)}", "tasks")


def _find_weightless(weights: Mapping[str, float]) -> Mistake | None:
    """What is wrong where a weight is of something that no offer is."""
    known = (*field_of("offer", "kind").values, *field_of("offer", "source").values)
    unknown = next((name for name in weights if name not in known), None)
    if unknown is None:
        return None
    said = f"`weights` names {unknown!r}, which is no kind and no source of offers"
    return Mistake(field="weights", said=said, hint=name_neighbours(unknown, known))


def _places(settings: Settings) -> Places:
    found = {placement.channel for placement in settings.placements.values()}
    return Places(placements=tuple(settings.placements), channels=tuple(sorted(found.union(USUAL_CHANNELS))))


def _find_nowhere(rule: Rule, settings: Settings) -> Mistake | None:
    """What is wrong where `rule` holds at a placement or on a channel that does not exist."""
    for name in rule.placements:
        if name not in settings.placements:
            hint = name_neighbours(name, settings.placements)
            return Mistake(field="placements", said=f"there is no placement `{name}`", hint=hint)
    of = {name: one for name, one in settings.placements.items() if not rule.placements or name in rule.placements}
    return channels.find_unknown(rule.channels, of)


def _mistaken(mistake: Mistake, where: str, field: str) -> SettingsError:
    return SettingsError(f"{where}: {mistake.said}.", hint=mistake.hint, field=field)


def _check_names(
    table: str, entries: Sequence[Cap | Rule | Lever | Trigger | Tasks | Waived], text: str, source: str
) -> None:
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        if entry.name in seen:
            where = _place(text, (table, place, "name"), entry.name)
            hint = "Give each a name of its own: reports and answers tell them apart by it."
            raise SettingsError(f"{source}, {where}: another one has that name.", hint=hint, field=table)
        seen.add(entry.name)


def _faulty(fault: Fault, rule: Rule | Lever | Trigger, read: tuple[str, str], entry: tuple[str, int]) -> SettingsError:
    (text, source), (table, place) = read, entry
    row = rule.when.count("\n", 0, fault.at)
    start = rule.when.rfind("\n", 0, fault.at) + 1
    where = _place(text, (table, place, "when"), rule.name, row=row)
    column = fault.at - start + 1
    shown = "\n".join(_caret(rule.when.splitlines() or [""], row, column))
    return SettingsError(
        f"{source}, {where}, column {column} of `when`: {fault.said}.\n{shown}", hint=fault.hint, field=f"{table}.when"
    )


def _caret(lines: Sequence[str], row: int, column: int) -> Iterator[str]:
    line = lines[min(row, len(lines) - 1)]
    # Tabs stay, so that the sign stands below what it means.
    yield f"    {line}"
    yield f"    {''.join(sign if sign == chr(9) else ' ' for sign in line[: column - 1])}^"


def _place(text: str, entry: tuple[str, int, str | None], name: object, *, row: int = 0) -> str:
    table, place, key = entry
    line = line_of(text, table, place, key)
    called = f"{ENTRIES[table]} {name!r}" if isinstance(name, str) else f"{ENTRIES[table]} {place + 1}"
    return called if line is None else f"line {line + row}, {called}"


def _place_of_placement(text: str, name: str, key: str = "channel") -> str:
    line = line_of(text, f"placements.{name}", 0, key)
    called = f"placement {name!r}"
    return called if line is None else f"line {line}, {called}"
