"""Published settings: immutable copies by hash, one of them live."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

from pairwell.config.document import compact_settings, read_settings
from pairwell.config.durable import replace_synced
from pairwell.config.entries import ENTRIES
from pairwell.config.masking import mask_password
from pairwell.config.settings import Settings
from pairwell.config.standing import UNSAID, Act, Standing, change_standing, put_live, read_standing
from pairwell.config.workspace import SETTINGS_NAME, Workspace, read_draft
from pairwell.errors import SettingsError, StorageError
from pairwell.said import phrase


class Published(msgspec.Struct, frozen=True):
    """Settings and the hash that names them."""

    hash: str
    settings: Settings


class Change(msgspec.Struct, frozen=True):
    """One setting that differs between two configurations; `None` where it is absent."""

    name: str
    before: Any
    after: Any


def settings_hash(settings: Settings) -> str:
    """Sixteen hex digits that name `settings`; equal settings have equal names."""
    return _hash(compact_settings(settings))


def publish_settings(workspace: Workspace, act: Act = UNSAID) -> Published:
    """Check `pairwell.toml`, keep a copy under its hash and make it live for everybody, at once or not at all.

    A roll-out that is under way is over then.
    """
    return publish_kept(workspace, keep_draft(workspace), act)


def publish_kept(workspace: Workspace, kept: Published, act: Act = UNSAID) -> Published:
    """Make settings that are kept live for everybody; a roll-out that is under way is over then."""
    change_settings(workspace, lambda before: put_live(before, kept.hash, act))
    return kept


def keep_draft(workspace: Workspace) -> Published:
    """Check `pairwell.toml` and keep a copy under its hash, for nobody yet."""
    return keep_settings(workspace, read_draft(workspace))


def keep_settings(workspace: Workspace, settings: Settings) -> Published:
    """Keep a copy of these settings under their hash, for nobody yet."""
    name = settings_hash(settings)
    with _writing(workspace):
        workspace.settings.mkdir(parents=True, exist_ok=True)
        replace_synced(workspace.settings / f"{name}.toml", compact_settings(settings).encode())
    return Published(name, settings)


def change_settings(workspace: Workspace, change: Callable[[Standing | None], Standing]) -> Standing:
    """Let `change` say which kept settings are live from now on, and for whom."""
    with _writing(workspace):
        return change_standing(workspace.settings, change)


def settings_standing(workspace: Workspace) -> Standing:
    """Which settings are live, and for whom. Raises `SettingsError` where none were ever published."""
    try:
        found = read_standing(workspace.settings)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            phrase("The name of the live settings cannot be read: {error}.", error=error),
            hint=phrase("Run `pairwell publish`."),
        ) from error
    if found is None:
        raise SettingsError(phrase("No settings are published yet."), hint=phrase("Run `pairwell publish`."))
    return found


def load_published(workspace: Workspace) -> Published:
    """The live settings. Raises `SettingsError` where none were ever published."""
    return load_settings(workspace, settings_standing(workspace).live)


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


def load_settings(workspace: Workspace, name: str) -> Published:
    """The settings once published under the hash `name`."""
    path = workspace.settings / f"{name}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            phrase("The published settings {name} are gone.", name=name), hint=phrase("Run `pairwell publish`.")
        ) from error
    # The text is what was published: a later version that knows more settings reads it with its defaults.
    if _hash(text) != name:
        raise SettingsError(
            phrase("The published settings {name} were changed by hand.", name=name),
            hint=phrase("Change pairwell.toml instead, then run `pairwell publish`."),
        )
    return Published(name, read_settings(text, source=path.name))


def compare_settings(before: Settings, after: Settings) -> list[Change]:
    """Every setting that differs, by dotted name; a password in `operations.url` is masked."""
    old, new = (_flat(msgspec.to_builtins(one, builtin_types=(datetime,))) for one in (before, after))
    names = sorted(old.keys() | new.keys())
    return [Change(n, _shown(n, old.get(n)), _shown(n, new.get(n))) for n in names if old.get(n) != new.get(n)]


def _shown(name: str, value: object) -> object:
    return mask_password(value) if name == "operations.url" and isinstance(value, str) else value


@contextmanager
def _writing(workspace: Workspace) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            phrase(
                "The settings could not be written to {place}: {why}.",
                place=workspace.settings,
                why=error.strerror,
            ),
            hint=phrase("The settings live before stay live. Free some space or mend the rights, then publish again."),
        ) from error


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _flat(tree: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        inner = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            flat.update(_flat(value, inner))
        elif (
            isinstance(value, (list, tuple)) and value and all(isinstance(one, dict) and "name" in one for one in value)
        ):
            flat.update(_flat({one["name"]: one for one in value}, inner))
            flat[f"{inner} in order"] = [one["name"] for one in value]
        else:
            flat[f"{inner} in order" if inner in ENTRIES else inner] = value
    return flat
