"""The settings that one may change in the playground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

import msgspec

from pairwell.config.document import say_value
from pairwell.config.settings import Objective, Settings
from pairwell.serve.pages.speaking import sentence
from pairwell.shop.playing.changes import Mistake, Wanted


class Knob(msgspec.Struct, frozen=True, kw_only=True):
    """A setting of which another value is tried. `name` is its parameter in the address."""

    name: str
    setting: str  # its dotted name
    label: str
    now: str  # as published, as TOML writes it
    wanted: str  # as it was typed; empty: as published
    choices: tuple[str, ...] = ()  # the only ones, where there are but a few
    said: str | None = None  # what is wrong with it
    hint: str | None = None


class _Kind(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    label: str
    choices: tuple[str, ...] = ()
    of_placement: bool = False
    of_two: bool = False


_KINDS: Final = (
    _Kind(name="guards.add_on_price_share", label=sentence("An add-on costs at most this share of the purchase")),
    _Kind(
        name="guards.upgrade_price_corridor",
        label=sentence("An upgrade costs between these multiples"),
        of_two=True,
    ),
    _Kind(name="guards.margin_floor_minor", label=sentence("Least margin of an offer, in minor units")),
    _Kind(name="slots.max", label=sentence("Offers at most")),
    _Kind(name="shop.objective", label=sentence("What worth is counted in"), choices=get_args(Objective)),
    _Kind(name="attention_minor", label=sentence("What attention costs, in minor units"), of_placement=True),
    _Kind(name="friction", label=sentence("Chance that an offer loses the checkout"), of_placement=True),
    _Kind(name="choice.temperature", label=sentence("How freely slots are drawn")),
)
RULE_OFF: Final = "rule_off"
CAP_OFF: Final = "cap_off"
SETTINGS: Final = tuple(kind.name for kind in _KINDS)
NAMES: Final = (*SETTINGS, RULE_OFF, CAP_OFF)


def read_wanted(fields: Mapping[str, str], placement: str) -> Wanted:
    """What is to be tried for a request at this placement."""
    asked = [(kind, fields[kind.name].strip()) for kind in _KINDS if fields.get(kind.name, "").strip()]
    return Wanted(
        settings={_setting(kind, placement): _typed(kind, text) for kind, text in asked},
        rules_off=[fields[RULE_OFF]] if fields.get(RULE_OFF) else (),
        caps_off=[fields[CAP_OFF]] if fields.get(CAP_OFF) else (),
    )


def list_knobs(
    settings: Settings, fields: Mapping[str, str], placement: str, mistakes: list[Mistake]
) -> Iterator[Knob]:
    """Each of them, with what is published, what is tried, and what is wrong with that."""
    told = {one.name: one for one in mistakes}
    for kind in _KINDS:
        name = _setting(kind, placement)
        found = told.get(name)
        yield Knob(
            name=kind.name,
            setting=name,
            label=kind.label,
            now=say_value(_value(settings, kind, placement)),
            wanted=fields.get(kind.name, ""),
            choices=kind.choices,
            said=found.said if found else None,
            hint=found.hint if found else None,
        )


def _setting(kind: _Kind, placement: str) -> str:
    return f"placements.{placement}.{kind.name}" if kind.of_placement else kind.name


def _typed(kind: _Kind, text: str) -> str:
    return f"[{text}]" if kind.of_two and not text.startswith("[") else text


def _value(settings: Settings, kind: _Kind, placement: str) -> Any:  # noqa: ANN401 - settings differ
    found: Any = settings.placements[placement] if kind.of_placement else settings
    for step in kind.name.split("."):
        found = getattr(found, step)
    return found
