"""Write single settings into `pairwell.toml` and leave everything else in it as people wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from pairwell.config.document import parse_settings
from pairwell.config.durable import replace_synced
from pairwell.config.published import Published, compare_settings, load_published
from pairwell.config.settings import Settings
from pairwell.config.workspace import SETTINGS_NAME, Workspace, read_draft
from pairwell.errors import SettingsError, StorageError

_TABLE = re.compile(r"\s*\[")
_SECTION = re.compile(r"\s*\[\s*learn\s*\]\s*(#.*)?$")
_VALUE = re.compile(r"(?P<name>\s*[\w-]+\s*=\s*)(?P<value>[^#\r\n]*?)(?P<rest>\s*(#[^\r\n]*)?)$")


def published_without_drift(workspace: Workspace) -> Published:
    """The live settings, where `pairwell.toml` says the same.

    Raises `SettingsError` where it does not: what nobody published must not go live with something else.
    """
    published = load_published(workspace)
    drift = compare_settings(published.settings, read_draft(workspace))
    if drift:
        names = ", ".join(f"`{change.name}`" for change in drift)
        raise SettingsError(
            f"{SETTINGS_NAME} holds changes that are not published: {names}.",
            hint="Run `pairwell publish`, or take them back; then run it again.",
            field=drift[0].name,
        )
    return published


def require_pinnable(workspace: Workspace, values: Mapping[str, float]) -> None:
    """Raise `SettingsError` where `pin_learn` would, and change nothing."""
    pinned_text(_read(workspace), values)


def pin_learn(workspace: Workspace, values: Mapping[str, float]) -> None:
    """Set settings of `[learn]` in `pairwell.toml`, by name; comments and all other lines stay.

    Raises `SettingsError` where the file cannot be changed line by line, `StorageError` where it cannot be written;
    it then stays as it was.
    """
    path = workspace.settings_file
    pinned = pinned_text(_read(workspace), values)
    try:
        replace_synced(path, pinned.encode())
    except OSError as error:
        raise StorageError(
            f"{path} could not be written: {error.strerror}.", hint="Give yourself the right to write it."
        ) from error


def pinned_text(text: str, values: Mapping[str, float]) -> str:
    """The TOML `text` with `values` in its table `[learn]`. Raises `SettingsError` where that would not be read so."""
    lines = text.splitlines(keepends=True)
    for name, value in values.items():
        _set(lines, name, repr(value))
    pinned = "".join(lines)
    before = parse_settings(text)
    wanted = msgspec.structs.replace(before, learn=msgspec.structs.replace(before.learn, **values))
    if not _reads_as(pinned, wanted):
        raise SettingsError(
            f"{SETTINGS_NAME} does not write its settings of [learn] one to a line, so they cannot be changed there.",
            hint="Write them as `pairwell init` does: a line [learn], then a line for each setting.",
            field="learn",
        )
    return pinned


def _read(workspace: Workspace) -> str:
    # Bytes, not text: line ends stay as they are.
    return workspace.settings_file.read_bytes().decode("utf-8-sig")


def _reads_as(text: str, wanted: Settings) -> bool:
    try:
        return parse_settings(text) == wanted
    except SettingsError:
        return False


def _set(lines: list[str], name: str, value: str) -> None:
    start = next((place for place, line in enumerate(lines) if _SECTION.match(line)), None)
    if start is None:
        end = "" if not lines or lines[-1].endswith("\n") else "\n"
        lines.append(f"{end}\n[learn]\n{name} = {value}\n")
        lines[:] = "".join(lines).splitlines(keepends=True)
        return
    stop = next((place for place in range(start + 1, len(lines)) if _TABLE.match(lines[place])), len(lines))
    for place in range(start + 1, stop):
        found = _VALUE.match(lines[place].rstrip("\r\n"))
        if found and found["name"].split("=")[0].strip() == name:
            lines[place] = f"{found['name']}{value}{found['rest']}{_ending(lines[place])}"
            return
    lines[start] = lines[start].rstrip("\r\n") + (_ending(lines[start]) or "\n")
    lines.insert(start + 1, f"{name} = {value}{_ending(lines[start])}")


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
