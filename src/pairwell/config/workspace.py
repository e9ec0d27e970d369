"""Where a workspace keeps its things."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from pairwell.config.document import parse_settings, render_settings
from pairwell.config.presets import read_preset
from pairwell.config.settings import Settings
from pairwell.errors import SettingsError, StorageError, WorkspaceError

SETTINGS_NAME = "pairwell.toml"
ENVIRONMENT_NAME = "PAIRWELL_WORKSPACE"
_QUOTED = {ord(sign): f"%{ord(sign):02X}" for sign in "%?#"}  # what a URL would not take for a part of the path


class Workspace(msgspec.Struct, frozen=True):
    """The paths of one workspace; making one touches nothing."""

    root: Path

    @property
    def settings_file(self) -> Path:
        return self.root / SETTINGS_NAME

    @property
    def hidden(self) -> Path:
        return self.root / ".pairwell"

    @property
    def settings(self) -> Path:
        return self.hidden / "settings"

    @property
    def dataset(self) -> Path:
        return self.hidden / "dataset"

    @property
    def snapshots(self) -> Path:
        return self.hidden / "snapshots"

    @property
    def quarantine(self) -> Path:
        return self.hidden / "quarantine"

    @property
    def staging(self) -> Path:
        return self.hidden / "staging"

    @property
    def mappings(self) -> Path:
        return self.hidden / "mappings"

    @property
    def models(self) -> Path:
        return self.hidden / "models"

    @property
    def faults(self) -> Path:
        return self.hidden / "faults"

    @property
    def pseudonym_key(self) -> Path:
        return self.hidden / "pseudonym.key"

    @property
    def operations_file(self) -> Path:
        return self.hidden / "operations.db"

    @property
    def operations_made(self) -> Path:
        """What tells that there was an operations database."""
        return self.hidden / "operations.made"

    def operations_url(self, url: str, environment: Mapping[str, str] = os.environ) -> str:
        """The SQLAlchemy URL of the operations database, `${NAME}` filled from `environment`."""
        if not url:
            return _sqlite_url(self.operations_file)
        return re.sub(r"\$\{(\w+)\}", lambda match: _from_environment(match[1], environment), url)


def find_workspace(directory: Path | None, environment: Mapping[str, str] = os.environ) -> Workspace:
    """The workspace named by `directory`, else by `PAIRWELL_WORKSPACE`, else the folder one stands in.

    Raises `WorkspaceError` where that folder holds no `pairwell.toml`.
    """
    named = directory or Path(environment.get(ENVIRONMENT_NAME) or ".")
    workspace = Workspace(named.expanduser().resolve())
    try:
        found = workspace.settings_file.is_file()
    except OSError as error:
        raise WorkspaceError(
            f"{named} cannot be looked into: {error.strerror}.", hint="Give yourself the right to read it."
        ) from error
    if not found:
        raise WorkspaceError(
            f"{named} is not a workspace: it holds no {SETTINGS_NAME}.",
            hint=f"Run `pairwell init {named}`, or name a workspace by --workspace or {ENVIRONMENT_NAME}.",
        )
    return workspace


def create_workspace(directory: Path, *, industry: str = "retail") -> Workspace:
    """Make a workspace with an industry's settings and a salt of its own; an existing one is an error.

    Raises `SettingsError` for an industry that is not among the presets.
    """
    workspace = Workspace(directory.expanduser().resolve())
    if workspace.settings_file.exists():
        raise WorkspaceError(f"{directory} is a workspace already.", hint="Use it as it is, or choose another folder.")
    preset = read_preset(industry)
    choice = msgspec.structs.replace(preset.choice, salt=secrets.token_hex(16))
    settings = msgspec.structs.replace(preset, choice=choice)
    try:
        workspace.root.mkdir(parents=True, exist_ok=True)
        workspace.hidden.mkdir(exist_ok=True)
        workspace.settings_file.write_text(render_settings(settings), encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"{directory} cannot become a workspace: {error.strerror}.", hint="Choose a folder you may write to."
        ) from error
    return workspace


def read_draft(workspace: Workspace) -> Settings:
    """The settings as `pairwell.toml` has them now, published or not. Raises `SettingsError`."""
    return parse_draft(read_draft_text(workspace))


def read_draft_text(workspace: Workspace) -> str:
    """What stands in `pairwell.toml` now, with its own line ends, for who needs its lines. Raises `SettingsError`."""
    try:
        return workspace.settings_file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{workspace.settings_file} cannot be read: {error}.") from error


def parse_draft(text: str) -> Settings:
    """The settings that such a text holds. Raises `SettingsError`."""
    return parse_settings(text, source=SETTINGS_NAME)


def _sqlite_url(path: Path) -> str:
    return f"sqlite:///{str(path).translate(_QUOTED)}"


def _from_environment(name: str, environment: Mapping[str, str]) -> str:
    try:
        return environment[name]
    except KeyError as error:
        raise SettingsError(
            f"`operations.url` names the environment variable {name}, which is not set.",
            hint=f"Set {name} before the command.",
            field="operations.url",
        ) from error
