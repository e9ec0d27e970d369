"""Settings as text: a commented `pairwell.toml`, and back with errors that name the neighbours."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import tomli_w

from pairwell.config.categories import find_unclear
from pairwell.config.entries import ENTRIES, check_entries, place_of
from pairwell.config.explaining import explain
from pairwell.config.remembering import LEAST_DECISION_DAYS
from pairwell.config.settings import Settings
from pairwell.errors import SettingsError
from pairwell.said import exact, literal, phrase

_USUAL = Settings()


def parse_settings(text: str, *, source: str = "pairwell.toml") -> Settings:
    """Settings from TOML text; names left out take their defaults.

    Raises `SettingsError` naming the line's key, what was expected and, for a misspelt name, its nearest
    neighbours.
    """
    settings = read_settings(text, source=source)
    check_entries(settings, text, source)
    _check_categories(settings, source)
    _check_retention(settings.retention.decisions_days, source)
    return settings


def read_settings(text: str, *, source: str) -> Settings:
    """Settings from TOML text that `parse_settings` took once; its placements, caps and rules are not judged anew.

    A later version may ask more of them, and has to repeat what was decided under these. Raises `SettingsError` where
    the text has another form.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            phrase("{source} is not valid TOML: {error}.", source=source, error=error), hint=_toml_hint(error, text)
        ) from error
    try:
        settings = msgspec.convert(_with_default_placements(tree), Settings)
    except msgspec.ValidationError as error:
        raise _explained(error, tree, text, source) from error
    _check_meaning(settings, source)
    return settings


def _toml_hint(error: tomllib.TOMLDecodeError, text: str) -> str:
    """What to do; of a section that is there twice, where the first one stands."""
    twice = re.match(r"Cannot declare \((.*?),?\) twice", str(error))
    names = [] if twice is None else [name.strip(" '\"") for name in twice[1].split(",")]
    lines = text.splitlines()
    first = next((at for at, line in enumerate(lines, 1) if names and line.strip() == f"[{'.'.join(names)}]"), None)
    if first is None:
        return phrase("Mend that line.")
    return phrase("The section stands in line {line} already: fill in that one.", line=str(first))


def render_settings(settings: Settings) -> str:
    """The whole configuration as commented TOML that `parse_settings` reads back equal."""
    return "\n".join(_render_section(settings, ())).strip() + "\n"


def compact_settings(settings: Settings) -> str:
    """The canonical TOML of `settings`, without comments; equal settings give equal text."""
    return tomli_w.dumps(_plain(settings))


def say_value(value: object) -> str:
    """A setting's value as TOML writes it, on one line; "not set" where it has none."""
    if value is None:
        return "not set"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(say_value(part) for part in value)}]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").strip()


def setting_names() -> list[str]:
    """Every setting as a dotted name, `placements.NAME.kinds` for those of a placement."""
    return list(_names(Settings, ()))


def describe_setting(name: str) -> str:
    """What a setting is for, by its dotted name as comparisons have it; empty where nobody says."""
    kind: type[msgspec.Struct] = Settings
    said = ""
    for part in name.removesuffix(" in order").split("."):
        if part in kind.__struct_fields__:  # else it is what a placement, rule or cap is called
            said = _descriptions(kind)[part]
            kind = _section_kind(kind, part) or kind
    return phrase(literal(said)) if said else ""


def _plain(section: msgspec.Struct) -> dict[str, Any]:
    """What TOML can say of a section; it has no word for none, so that those settings are left out."""
    return cast("dict[str, Any]", _without_none(msgspec.to_builtins(section, builtin_types=(datetime,))))


def _without_none(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_none(inner) for name, inner in value.items() if inner is not None}
    return [_without_none(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _names(kind: type, path: tuple[str, ...]) -> Iterator[str]:
    for field in msgspec.structs.fields(kind):
        inner = _section_kind(kind, field.name)
        if inner is None:
            yield ".".join((*path, field.name))
        else:
            extra = ("NAME",) if field.name == "placements" else ()
            yield from _names(inner, (*path, field.name, *extra))


@cache
def _section_kind(kind: type, name: str) -> type | None:
    hint: Any = get_type_hints(kind)[name]
    candidates = (hint, *getattr(hint, "__args__", ()))
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, msgspec.Struct)), None)


def _render_section(section: msgspec.Struct, path: tuple[str, ...]) -> Iterator[str]:
    tables: list[tuple[str, msgspec.Struct]] = []
    described = _descriptions(type(section))
    lines: list[str] = []
    entries: list[str] = []
    inner: list[str] = []  # tables of numbers: what stands behind them would be theirs
    bare: list[str] = []  # before any table: else it would be a key of that
    for name in section.__struct_fields__:
        value = getattr(section, name)
        if isinstance(value, msgspec.Struct):
            tables.append((name, value))
        elif name in ENTRIES:
            said = entries if value or not getattr(_USUAL, name) else bare
            said.extend(_render_entries(name, value, described[name]))
        elif name == "placements":
            tables.extend((f"{name}.{place}", settings) for place, settings in value.items())
        elif isinstance(value, dict) and not path[0].startswith("placements."):
            inner.extend(("", f"# {described[name]}", f"[{'.'.join((*path, name))}]", *_render_numbers(value)))
        else:
            lines.extend((f"# {described[name]}", f"{name} = {_render_value(value)}"))
    yield from bare
    if lines and lines[0]:
        yield from ("", f"# {_summary(type(section))}", f"[{'.'.join(path)}]")
    yield from (*lines, *inner)
    for name, table in tables:
        yield from _render_section(table, (*path, name))
    yield from entries


def _render_entries(name: str, entries: Sequence[msgspec.Struct], meaning: str) -> Iterator[str]:
    """An array of tables: all keys with their meaning stand once, in the first; the others say what they change."""
    yield from ("", f"# {meaning}")
    if not entries:
        yield from (f"{name} = []",) if getattr(_USUAL, name) else _render_none(name)
        return
    yield from (f"# {_summary(type(entries[0]))}", f"[[{name}]]", *_render_first(entries[0]))
    for entry in entries[1:]:
        usual = {field.name: field.default for field in msgspec.structs.fields(type(entry))}
        own = {key: getattr(entry, key) for key in entry.__struct_fields__}
        said = (f"{key} = {_render_value(value)}" for key, value in own.items() if value != usual[key])
        yield from ("", f"[[{name}]]", *said)


def _render_none(name: str) -> Iterator[str]:
    """What an entry would say, where usually there is none."""
    kind = _section_kind(Settings, name)
    assert kind is not None, "entries are sections"
    yield from (f"# {_summary(kind)}", f"# [[{name}]]")
    yield from (f"# {key}: {said}" for key, said in _descriptions(kind).items())


def _render_numbers(numbers: Mapping[str, object]) -> Iterator[str]:
    yield from tomli_w.dumps(numbers).splitlines()


def _render_first(entry: msgspec.Struct) -> Iterator[str]:
    described = _descriptions(type(entry))
    for key in entry.__struct_fields__:
        value = getattr(entry, key)
        if value is None:
            yield f"# {key}, which is left out here: {described[key]}"
        else:
            yield from (f"# {described[key]}", f"{key} = {_render_value(value)}")


def _render_value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_render_value(part) for part in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(_render_numbers(value))} }}" if value else "{}"
    return tomli_w.dumps({"x": value}, multiline_strings=True).removeprefix("x = ").strip()


def _summary(kind: type) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]


@cache
def _descriptions(kind: type) -> Mapping[str, str]:
    hints = get_type_hints(kind, include_extras=True)
    metas = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
    return {name: next((m.description for m in reversed(found) if m.description), "") for name, found in metas.items()}


def _with_default_placements(tree: Mapping[str, Any]) -> dict[str, Any]:
    own = tree.get("placements", {})
    if not isinstance(own, dict):
        return dict(tree)
    usual = msgspec.to_builtins(Settings().placements)
    return {**tree, "placements": {**usual, **{name: _laid_over(usual.get(name), own[name]) for name in own}}}


def _laid_over(usual: object, own: object) -> object:
    return {**usual, **own} if isinstance(usual, dict) and isinstance(own, dict) else own


def _explained(error: msgspec.ValidationError, tree: Mapping[str, Any], text: str, source: str) -> SettingsError:
    mistake = explain(error, Settings, named=lambda path: _named(path, tree))
    field = mistake.field
    if field is None:
        return SettingsError(phrase("{source} is not valid: {said}.", source=source, said=mistake.said))
    where = place_of(field, tree, text)
    source = f"{source}, {where}" if where else source
    if mistake.unknown:
        return SettingsError(
            phrase("{source} names `{field}`, which is not a setting.", source=source, field=field),
            hint=mistake.hint,
            field=field,
        )
    return SettingsError(
        phrase("{source}: {said}.", source=source, said=mistake.said),
        hint=mistake.hint,
        field=field,
    )


def _named(path: str, tree: Mapping[str, Any]) -> str:
    """`path` with the name for which it says "[...]", where only one can be meant."""
    before, found, after = path.partition("[...]")
    if not found:
        return path
    table: Any = tree
    for step in before.split("."):
        table = table.get(step, {}) if isinstance(table, dict) else {}
    name = next(iter(table)) if isinstance(table, dict) and len(table) == 1 else "NAME"
    return _named(f"{before}.{name}{after}", tree)


def _check_meaning(settings: Settings, source: str) -> None:
    _check_finite(settings, source)
    low, high = settings.guards.upgrade_price_corridor
    if not 1.0 <= low <= high:
        raise SettingsError(
            phrase(
                "{source}: `guards.upgrade_price_corridor` is [{low}, {high}]; expected 1 <= low <= high.",
                source=source,
                low=low,
                high=high,
            ),
            field="guards.upgrade_price_corridor",
        )
    try:
        ZoneInfo(settings.shop.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(
            phrase(
                "{source}: `shop.timezone` is {timezone}, which is not an IANA name.",
                source=source,
                timezone=repr(settings.shop.timezone),
            ),
            hint=phrase('Write for example "Europe/Warsaw".'),
            field="shop.timezone",
        ) from error
    for code, rate in settings.currency.rates.items():
        if rate <= 0:
            raise SettingsError(
                phrase(
                    "{source}: `currency.rates.{code}` is {rate}; expected above 0.",
                    source=source,
                    code=code,
                    rate=rate,
                )
            )


def _check_finite(settings: Settings, source: str) -> None:
    for name, value in _numbers(msgspec.to_builtins(settings), ()):
        if not math.isfinite(value):
            raise SettingsError(
                phrase(
                    "{source}: `{name}` is {value}; expected a finite number.",
                    source=source,
                    name=name,
                    value=str(value),
                ),
                field=name,
            )


def _check_categories(settings: Settings, source: str) -> None:
    shop = settings.shop
    for name, stated in (("margin_rates", shop.margin_rates), ("service_values", shop.service_values)):
        if mistake := find_unclear(stated, f"shop.{name}"):
            raise SettingsError(
                phrase("{source}: {said}.", source=source, said=mistake.said), hint=mistake.hint, field=mistake.field
            )


def _check_retention(days: float, source: str) -> None:
    """Outcomes may be told so late that a decision is needed for as long."""
    if 0 < days < LEAST_DECISION_DAYS:
        raise SettingsError(
            phrase(
                "{source}: `retention.decisions_days` is {days}; expected {least} or more, or 0 for ever.",
                source=source,
                days=exact(days),
                least=str(LEAST_DECISION_DAYS),
            ),
            hint=phrase("Write decisions_days = {least}.", least=str(LEAST_DECISION_DAYS)),
            field="retention.decisions_days",
        )


def _numbers(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    if isinstance(value, float):
        yield ".".join(path), value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _numbers(inner, (*path, name))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _numbers(inner, path)
