"""Tell single settings of `pairwell.toml` anew, and leave everything else in it as people wrote it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, MutableMapping
from decimal import Decimal
from typing import Any, Final

import tomlkit

from pairwell.config.document import parse_settings, setting_names
from pairwell.config.durable import replace_synced
from pairwell.config.explaining import name_nearest
from pairwell.config.workspace import SETTINGS_NAME, Workspace, read_draft_text
from pairwell.errors import SettingsError, StorageError
from pairwell.said import phrase

_PLACEMENTS: Final = "placements"
_NUMBERS: Final = re.compile(r"[\d\s.,%+\[\]-]+", re.ASCII)
_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*%", re.ASCII)


def edit_draft(workspace: Workspace, values: Mapping[str, object]) -> None:
    """Set settings of `pairwell.toml` by dotted name; comments and all other lines stay.

    Raises `SettingsError` where the file cannot be read or would say something that is no setting, `StorageError` where
    it cannot be written; it then stays as it was.
    """
    path = workspace.settings_file.resolve()  # a link stays one
    edited = edited_text(read_draft_text(workspace), values)
    try:
        replace_synced(path, edited.encode())
    except OSError as error:
        raise StorageError(
            phrase("{path} could not be written: {why}.", path=path, why=error.strerror),
            hint=phrase("Give yourself the right to write it, or change it where it is kept."),
        ) from error


def edited_text(text: str, values: Mapping[str, object]) -> str:
    """The TOML `text` with these settings in it; what it says is checked as settings are. Raises `SettingsError`."""
    parse_settings(text)
    document = tomlkit.parse(text)
    for name, value in values.items():
        *tables, last = steps_of(name)
        inside: Any = document
        for step in tables:
            inside = _table(inside, step, name)
        inside[last] = value
    edited = tomlkit.dumps(document)
    parse_settings(edited)
    return edited


def _table(inside: Any, step: str, name: str) -> Any:  # noqa: ANN401 - tables, or what a name mistakes for one
    found = inside.setdefault(step, tomlkit.table())
    if not isinstance(found, MutableMapping):
        raise not_a_setting(SETTINGS_NAME, name)
    return found


def not_a_setting(source: str, name: str) -> SettingsError:
    """What to raise where nothing is called so."""
    return SettingsError(
        phrase("{source} names `{name}`, which is not a setting.", source=source, name=name),
        hint=name_nearest(name, setting_names()) or phrase("docs/reference.md has them all."),
        field=name,
    )


def next_step(error: SettingsError) -> str | None:
    """What to do about a value that is wrong."""
    return error.hint or (phrase("Write a number such as 0.3, or 30%.") if "`float`" in error.message else None)


def steps_of(name: str) -> list[str]:
    """The tables and the key that a dotted name leads through; the name of a placement may have dots."""
    first, _, rest = name.partition(".")
    if first == _PLACEMENTS and "." in rest:
        return [first, *rest.rsplit(".", 1)]
    return name.split(".")


def read_value(text: str) -> object:
    """A value as TOML writes it, a share also in per cent; what is none is a text, so that nobody has to quote it."""
    told = _PERCENT.sub(lambda found: str(Decimal(found[1]) / 100), text) if _NUMBERS.fullmatch(text) else text
    try:
        found = tomllib.loads(f"x = {told}")
    except (tomllib.TOMLDecodeError, RecursionError):
        return text
    return found["x"] if len(found) == 1 else text
