"""Every setting that can be told anew one by one, and the draft in which it then stands, published by nobody yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from pairwell.config.document import describe_setting, parse_settings, say_value, setting_names
from pairwell.config.editing import edit_draft, next_step, not_a_setting, read_value, steps_of
from pairwell.config.entries import ENTRIES
from pairwell.config.published import Published
from pairwell.config.settings import Settings
from pairwell.config.workspace import SETTINGS_NAME, Workspace, parse_draft, read_draft_text
from pairwell.errors import RequestError, SettingsError
from pairwell.operations.users.audit import AuditLog, Change
from pairwell.said import phrase

#: What starts a process, draws lots or names secrets: whoever changes it has the file before them.
IN_FILE_ALONE: Final = (*ENTRIES, "operations", "engine", "ingest", "feeds", "choice.salt")


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting; its values as TOML writes them."""

    name: str  # dotted
    about: str  # what it is for
    live: str
    draft: str  # in `pairwell.toml`


class Drafted(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that were looked for."""

    seen: str  # of the draft's text: what a change was made to
    problem: str | None  # why the draft cannot be read; None: it can
    settings: list[Setting]  # in the order of sections of the file, by name
    in_file_alone: tuple[str, ...]  # sections and settings that are changed in `pairwell.toml` alone


class Of(Protocol):
    """The part of a workspace that this needs."""

    @property
    def workspace(self) -> Workspace: ...
    @property
    def published(self) -> Published: ...
    @property
    def audit(self) -> AuditLog: ...


def list_settings(of: Of, find: str = "") -> Drafted:
    """Every setting whose name or purpose holds the words of `find`. Raises `SettingsError` without live settings."""
    text, live = read_draft_text(of.workspace), of.published.settings
    try:
        draft, problem = parse_draft(text), None
    except SettingsError as error:
        draft, problem = live, error.message
    words = find.lower().split()
    return Drafted(
        seen=_seen(text),
        problem=problem,
        settings=[one for one in _settings(live, draft) if _tells(one, words)],
        in_file_alone=IN_FILE_ALONE,
    )


def change_setting(of: Of, name: str, value: str, by: Change, *, seen: str | None = None) -> Setting:
    """Write another value into `pairwell.toml`, as a person types it; it counts once it is published.

    `by` is noted. `seen`: what the draft's text must still be. Raises `SettingsError` for what is no setting, no value
    of it or changed in the file alone, `RequestError` where the draft is another by now; then nothing is changed.
    """
    text, live = read_draft_text(of.workspace), of.published.settings
    if seen is not None and seen != _seen(text):
        raise RequestError(
            phrase("{file} is another now than this page showed: nothing was changed.", file=SETTINGS_NAME),
            hint=phrase("Look at it again, and send the form from there."),
            field="seen",
        )
    known = {one.name: one for one in _settings(live, parse_draft(text))}
    if name not in known:
        raise _unknown(name)
    try:
        edit_draft(of.workspace, {name: read_value(value)})
    except SettingsError as error:
        raise SettingsError(error.message, hint=next_step(error), field=error.field) from error
    draft = parse_settings(read_draft_text(of.workspace))
    made = next(one for one in _settings(live, draft) if one.name == name)
    note = msgspec.structs.replace(by, subject=name, detail=f"{known[name].draft} -> {made.draft}")
    of.audit.add(note)
    return made


def noted(at: datetime, author: str) -> Change:
    """How such a change is noted in the log."""
    return Change(at=at, author=author, action="draft_changed")


def _settings(live: Settings, draft: Settings) -> Iterator[Setting]:
    sections = Settings.__struct_fields__
    for name in sorted(_names(draft), key=lambda name: (sections.index(name.partition(".")[0]), name)):
        yield Setting(
            name=name,
            about=describe_setting(name),
            live=say_value(_value_at(live, name)),
            draft=say_value(_value_at(draft, name)),
        )


def _names(settings: Settings) -> Iterator[str]:
    """Settings of one value or a short list: tables of names, such as currencies, are written in the file."""
    for name in setting_names():
        if any(name == one or name.startswith(f"{one}.") for one in IN_FILE_ALONE):
            continue
        known = (name.replace("NAME", place) for place in settings.placements) if ".NAME." in name else (name,)
        yield from (one for one in known if not isinstance(_value_at(settings, one), dict))


def _value_at(settings: Settings, name: str) -> Any:  # noqa: ANN401 - settings differ
    """A setting's value; none where a placement is not there."""
    found: Any = settings
    for step in steps_of(name):
        found = found.get(step) if isinstance(found, dict) else getattr(found, step, None)
    return found


def _tells(setting: Setting, words: list[str]) -> bool:
    told = f"{setting.name} {setting.about}".lower()
    return all(word in told for word in words)


def _unknown(name: str) -> SettingsError:
    if any(name == one or name.startswith(f"{one}.") for one in IN_FILE_ALONE):
        return SettingsError(
            phrase("`{name}` is changed in {file} alone.", name=name, file=SETTINGS_NAME),
            hint=phrase("Open the file, change it, and publish it."),
            field=name,
        )
    return not_a_setting(SETTINGS_NAME, name)


def _seen(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
