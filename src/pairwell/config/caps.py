"""Whether a cap can do what it says, and what all of them leave open."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import msgspec

from pairwell.config.explaining import Mistake
from pairwell.config.settings import Cap, Settings

_TOTAL = 'Write `scope = "offer"` for a total of all customers'


class CapReach(msgspec.Struct, frozen=True, kw_only=True):
    """The caps of some settings, and what none of them limits."""

    caps: list[str]
    ended: dict[str, datetime]  # since when what these offer is over
    unknown_items: dict[str, list[str]]  # ids that these name and the catalogue lacks
    unlimited_contacts: list[str]  # channels of placements that interrupt
    unlimited_repeats: list[str]  # channels of the other placements


def find_mistake(cap: Cap) -> Mistake | None:
    """The first thing that has no meaning in `cap`, or that it lacks to mean something."""
    return next(_mistakes_for_all(cap) if cap.scope == "offer" else _mistakes_for_each(cap), None)


def measure_caps(settings: Settings, *, now: datetime, catalogue: Collection[str] | None = None) -> CapReach:
    """What the caps reach at `now`; items that are not in the `catalogue` are named where there is one."""
    interrupting = {one.channel for one in settings.placements.values() if one.interrupts}
    passive = {one.channel for one in settings.placements.values() if not one.interrupts}
    unknown = {} if catalogue is None else {one.name: _beyond(one, catalogue) for one in settings.caps}
    return CapReach(
        caps=[one.name for one in settings.caps],
        ended={one.name: one.until for one in settings.caps if one.until is not None and one.until <= now},
        unknown_items={name: items for name, items in unknown.items() if items},
        unlimited_contacts=sorted(channel for channel in interrupting if not _is_limited(channel, settings)),
        unlimited_repeats=sorted(channel for channel in passive if not _is_limited(channel, settings)),
    )


def _mistakes_for_each(cap: Cap) -> Iterator[Mistake]:
    if cap.outcome == "accept":
        said = "`outcome` is `accept`, which a cap of scope `customer` does not count"
        yield Mistake(field="outcome", said=said, hint=f"{_TOTAL}, or leave `outcome` out.")
    if cap.items:
        said = "`items` are named, but a cap of scope `customer` counts whatever is offered"
        yield Mistake(field="items", said=said, hint=f"{_TOTAL}, or leave `items` out.")
    if cap.until is not None:
        said = "`until` ends the offers of a cap of scope `offer`; one of scope `customer` has no end"
        yield Mistake(field="until", said=said, hint=f"{_TOTAL}, or leave `until` out.")
    if cap.limit is None:
        said = "`limit` is missing; a cap of scope `customer` does nothing without it"
        yield Mistake(field=None, said=said, hint="Write how many are allowed, for example `limit = 2`.")


def _mistakes_for_all(cap: Cap) -> Iterator[Mistake]:
    if not cap.items:
        said = "`items` is missing; a cap of scope `offer` holds for the items that it names, and for no others"
        hint = 'Name them, for example `items = ["22423"]`, or write `scope = "customer"` to limit what each one gets.'
        yield Mistake(field="items", said=said, hint=hint)
    if cap.limit is None and cap.until is None:
        said = "both `limit` and `until` are missing; it would hold nothing back"
        hint = "Write how many are allowed, `limit = 100`, or the end, `until = 2026-12-24T23:00:00Z`."
        yield Mistake(field=None, said=said, hint=hint)
    if cap.limit is None and cap.window_h is not None:
        said = "`window_h` says how far back is counted, but there is no `limit`"
        yield Mistake(field="window_h", said=said, hint="Write how many are allowed, or leave `window_h` out.")
    if cap.limit is None and cap.outcome == "accept":
        said = "`outcome` says what is counted, but there is no `limit`"
        yield Mistake(field="outcome", said=said, hint="Write how many are allowed, or leave `outcome` out.")


def _beyond(cap: Cap, catalogue: Collection[str]) -> list[str]:
    return [item_id for item_id in cap.items if item_id not in catalogue]


def _is_limited(channel: str, settings: Settings) -> bool:
    return any(one.scope == "customer" and (not one.channels or channel in one.channels) for one in settings.caps)
