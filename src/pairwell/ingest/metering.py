"""What rows of a price list say of meters, as the meters of a plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec

from pairwell.plans import Meter, Tier, meter_name

Row = Mapping[str, Any]
_PARTS = ("included", "price_minor", "up_to", "block", "cap_minor", "per_seat", "volume")
_FREE = Tier(price_minor=Decimal(0))


class BadMeterError(Exception):
    """What is said of a meter cannot be."""


def meters_of(rows: Sequence[Row]) -> tuple[Meter, ...]:
    """The meters that the rows of one plan tell of, by name.

    A row tells of them as JSON, by columns of its own for each meter, or by being of one meter or one step of its
    price. Raises `BadMeterError`.
    """
    listed = dict.fromkeys(meter for row in rows for meter in _listed(row.get("meters")))
    told: dict[str, list[Row]] = {}
    for name, parts in (pair for row in rows for pair in (*_wide(row.get("attributes")), *_long(row))):
        if parts not in told.setdefault(name, []):
            told[name].append(parts)
    found = [*listed, *(_meter(name, parts) for name, parts in told.items())]
    names = [meter.meter for meter in found]
    if len(set(names)) < len(names) or not all(map(_can_be, found)):
        raise BadMeterError
    return tuple(sorted(found, key=lambda meter: meter.meter))


def _listed(text: str | None) -> Iterator[Meter]:
    if text is None:
        return
    try:
        listed = msgspec.json.decode(text, type=tuple[Meter, ...])
    except msgspec.MsgspecError as error:
        raise BadMeterError from error
    for meter in listed:
        yield msgspec.structs.replace(meter, meter=meter_name(meter.meter))


def _wide(text: str | None) -> Iterator[tuple[str, Row]]:
    """By meter what columns such as `meters.messages.included` hold."""
    cells: dict[str, str] = {} if text is None else msgspec.json.decode(text)
    told: dict[str, dict[str, Any]] = {}
    for name, cell in cells.items():
        meter, _, part = name.rpartition(".")
        told.setdefault(meter_name(meter), {})[part] = cell == "true" if part in {"per_seat", "volume"} else cell
    yield from told.items()


def _long(row: Row) -> Iterator[tuple[str, Row]]:
    if row.get("meter") is not None:
        yield meter_name(row["meter"]), {part: row[part] for part in _PARTS if row[part] is not None}


def _meter(name: str, parts: Sequence[Row]) -> Meter:
    included, block = _one(parts, "included"), _one(parts, "block")
    if included is not None and math.isinf(float(included)):
        return Meter(meter=name, tiers=(_FREE,))
    tiers = sorted(map(_tier, (part for part in parts if "price_minor" in part)), key=_end)
    cap = _one(parts, "cap_minor")
    return Meter(
        meter=name,
        included=_exact(included or 0),
        per_seat=bool(_one(parts, "per_seat")),
        block=_exact(1 if block is None else block),
        tiers=tuple(tiers),
        volume=bool(_one(parts, "volume")),
        cap_minor=None if cap is None else int(cap),
    )


def _one(parts: Iterable[Row], name: str) -> Any:  # noqa: ANN401 - of the kind of that part
    """What the rows of a meter say of `name`, once."""
    said = {part[name] for part in parts if name in part}
    if len(said) > 1:
        raise BadMeterError
    return next(iter(said), None)


def _tier(part: Row) -> Tier:
    up_to = part.get("up_to")
    end = None if up_to is None or math.isinf(float(up_to)) else _exact(up_to)
    return Tier(price_minor=_exact(part["price_minor"]), up_to=end)


def _end(tier: Tier) -> Decimal:
    return Decimal("Infinity") if tier.up_to is None else tier.up_to


def _exact(number: Any) -> Decimal:  # noqa: ANN401 - text of a cell, or a number
    """The number without zeros at its end, so that equal lists are written alike."""
    exact = Decimal(str(number))
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()


def _can_be(meter: Meter) -> bool:
    ends = [_end(tier) for tier in meter.tiers]
    amounts = [*(tier.price_minor for tier in meter.tiers), Decimal(meter.cap_minor or 0), meter.included]
    rising = all(before < after for before, after in pairwise((Decimal(0), *ends)))
    return meter.block > 0 and rising and min(amounts) >= 0
