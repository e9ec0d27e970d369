"""Channels that placements, caps and rules name: whether they can be the ones that are meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pairwell.config.explaining import Mistake, name_neighbours
from pairwell.config.settings import USUAL_CHANNELS, Placement


def find_misspelt(channels: Iterable[str]) -> Mistake | None:
    """The first channel that is not written as consents are kept: in lower case, nothing around it."""
    for channel in channels:
        plain = channel.strip().lower()
        if channel != plain:
            hint = f"Write `{plain}`." if plain else "Write its name."
            return Mistake(
                field="channels", said=f"the channel `{channel}` is not in lower case without spaces", hint=hint
            )
    return None


def find_unknown(channels: Sequence[str], placements: Mapping[str, Placement]) -> Mistake | None:
    """What is wrong where `channels` limit something to a channel that does not exist, or to none of `placements`.

    A usual channel may stand beside others before a placement has it: what is made there later is limited at once.
    """
    found = {placement.channel for placement in placements.values()}
    if misspelt := find_misspelt(channels):
        return misspelt
    for channel in channels:
        if channel not in found and channel not in USUAL_CHANNELS:
            hint = name_neighbours(channel, found.union(USUAL_CHANNELS))
            return Mistake(field="channels", said=f"no placement has the channel `{channel}`", hint=hint)
    if channels and not found.intersection(channels):
        named = " or ".join(f"`{channel}`" for channel in channels)
        hint = f"Name one that they have ({', '.join(sorted(found))}), or make a placement that has it."
        return Mistake(field="channels", said=f"no placement that it holds for has the channel {named}", hint=hint)
    return None
