"""Dark patterns in settings: guards that guard nothing, a no that does not count, contacts without end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from pairwell.config.entries import line_of
from pairwell.config.presets import read_preset
from pairwell.config.settings import BY_CONTACT, Cap, Guards, Settings
from pairwell.fairness.finding import Code, Finding, OfSetting
from pairwell.fairness.patterns import PATTERNS
from pairwell.said import exact, phrase

# An add-on is dear where it costs more than what it is added to, an upgrade where it costs twice as much.
MOST_SHARE: Final = 1.0
MOST_STEP: Final = 2.0
LEAST_QUIET_DAYS: Final = 1.0
MOST_DECLINES: Final = 10
_HOURS_A_DAY = 24.0


class _Place(msgspec.Struct, frozen=True):
    """A setting in the text of `pairwell.toml`."""

    text: str
    table: str
    key: str | None
    entry: int = 0

    def found(self) -> OfSetting:
        name = self.table if self.key is None else f"{self.table}.{self.key}"
        return OfSetting(name=name, line=line_of(self.text, self.table, self.entry, self.key))


def find_in_settings(settings: Settings, text: str = "") -> Iterator[Finding]:
    """Everything in settings that is a dark pattern; `text` is their TOML, to name lines of."""
    usual = read_preset(settings.shop.industry).guards
    yield from _of_add_ons(settings.guards, usual, text)
    yield from _of_upgrades(settings.guards, usual, text)
    yield from _of_discounts(settings.guards, usual, text)
    yield from _of_declines(settings, text)
    yield from _of_contacts(settings, text)
    yield from _of_consent(settings, text)


def _of_add_ons(guards: Guards, usual: Guards, text: str) -> Iterator[Finding]:
    share, place = guards.add_on_price_share, _Place(text, "guards", "add_on_price_share")
    most = max(MOST_SHARE, usual.add_on_price_share)
    if share > most:
        said = phrase(
            "Add-ons may cost {share} times what they are added to; the limit of this industry is {most}.",
            share=_times(share),
            most=_times(most),
        )
        yield _finding("beyond_guard", place, said)
    elif share > usual.add_on_price_share:
        yield _wider(place, _times(share), _times(usual.add_on_price_share))


def _of_upgrades(guards: Guards, usual: Guards, text: str) -> Iterator[Finding]:
    (_, high), place = guards.upgrade_price_corridor, _Place(text, "guards", "upgrade_price_corridor")
    most = max(MOST_STEP, usual.upgrade_price_corridor[1])
    if high > most:
        said = phrase(
            "Upgrades may cost {high} times the item they replace; the limit of this industry is {most}.",
            high=_times(high),
            most=_times(most),
        )
        yield _finding("beyond_guard", place, said)
    elif high > usual.upgrade_price_corridor[1]:
        yield _wider(place, _times(high), _times(usual.upgrade_price_corridor[1]))


def _of_discounts(guards: Guards, usual: Guards, text: str) -> Iterator[Finding]:
    share, place = guards.discount_max_share, _Place(text, "guards", "discount_max_share")
    if share >= 1:
        said = phrase("A discount may take the whole price: what is left is no price that anybody could compare.")
        yield _finding("beyond_guard", place, said)
    elif share > usual.discount_max_share:
        yield _wider(place, _times(share), _times(usual.discount_max_share))


def _wider(place: _Place, set_to: str, usual: str) -> Finding:
    said = phrase(
        "It is set to {set_to}, and usual in this industry are {usual}: be sure that customers take it so.",
        set_to=set_to,
        usual=usual,
    )
    return _finding("beyond_guard", place, said, blocks=False)


def _of_declines(settings: Settings, text: str) -> Iterator[Finding]:
    decline = settings.decline
    if decline.quiet_days < LEAST_QUIET_DAYS:
        said = phrase("A declined offer may come again within a day: a no counts for nothing.")
        yield _finding("nagging", _Place(text, "decline", "quiet_days"), said)
    if decline.declines_to_silence > MOST_DECLINES:
        said = phrase(
            "Offers fall silent only once a customer has said no {number} times: nobody says it so often.",
            number=decline.declines_to_silence,
        )
        yield _finding("nagging", _Place(text, "decline", "declines_to_silence"), said)


def _of_contacts(settings: Settings, text: str) -> Iterator[Finding]:
    places = _interrupting(settings)
    for channel, name in places.items():
        of_it = [(at, one) for at, one in enumerate(settings.caps) if _limits(one, channel)]
        if not of_it:
            said = phrase("Contacts by {channel} come unasked, and no cap limits them.", channel=channel)
            yield _finding("nagging", _Place(text, f"placements.{name}", "interrupts"), said)
        elif not any(_is_rare(one) for _, one in of_it):
            at, cap = of_it[0]
            said = phrase(
                "The cap “{name}” allows more than one contact a day by {channel}.", name=cap.name, channel=channel
            )
            yield _finding("nagging", _Place(text, "caps", "limit", at), said, blocks=False)


def _interrupting(settings: Settings) -> dict[str, str]:
    """The channels of placements that interrupt, each with one of these."""
    return {one.channel: name for name, one in sorted(settings.placements.items()) if one.interrupts}


def _limits(cap: Cap, channel: str) -> bool:
    return cap.scope == "customer" and (not cap.channels or channel in cap.channels)


def _is_rare(cap: Cap) -> bool:
    """Whether it allows one contact a day at most, over its window."""
    return cap.limit is not None and (
        cap.window_h is None or cap.limit * _HOURS_A_DAY <= max(cap.window_h, _HOURS_A_DAY)
    )


def _of_consent(settings: Settings, text: str) -> Iterator[Finding]:
    for name, placement in settings.placements.items():
        if placement.channel in BY_CONTACT and not placement.interrupts:
            said = phrase(
                "The placement “{name}” reaches customers by {channel} and asks nobody for consent.",
                name=name,
                channel=placement.channel,
            )
            yield _finding(
                "contact_without_consent", _Place(text, f"placements.{name}", "interrupts"), said, blocks=False
            )


def _times(value: float) -> str:
    return exact(value)


def _finding(code: Code, place: _Place, said: str, *, blocks: bool = True) -> Finding:
    pattern = PATTERNS[code]
    return Finding(
        pattern=code, blocks=blocks, said=said, mend=pattern.mend, sources=pattern.sources, setting=place.found()
    )
