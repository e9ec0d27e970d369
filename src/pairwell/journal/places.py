"""Places in totals: what events use up, and what keeps its place because somebody has seen it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from pairwell.clock import from_micros, to_micros
from pairwell.operations.schema import claims

HELD = timedelta(hours=24)  # from seeing an offer to taking it: as long as an exposure is credited with what is bought

_AT_A_TIME = 500
_KEY = (claims.c.cap, claims.c.decision_id, claims.c.offer_no)
_PLACES = sa.select(*_KEY, claims.c.outcome, claims.c.lapses_at, claims.c.used).where(
    claims.c.decision_id.in_(sa.bindparam("ids", expanding=True))
)
_live = ~claims.c.used & (claims.c.lapses_at > sa.bindparam("now"))
_longer = claims.c.lapses_at < sa.bindparam("until")
_TAKE = (
    claims.update()
    .where(
        claims.c.cap == sa.bindparam("of_cap"),
        claims.c.decision_id == sa.bindparam("decision"),
        claims.c.offer_no == sa.bindparam("offer"),
    )
    .values(
        used=claims.c.used | sa.bindparam("uses", type_=sa.Boolean),
        lapses_at=sa.case((_live & _longer, sa.bindparam("until")), else_=claims.c.lapses_at),
    )
)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What an offer of a decision takes of a total."""

    cap: str
    decision_id: str
    offer_no: int
    outcome: str  # what uses it up
    lapses_at: datetime
    used: bool

    def is_free(self, now: datetime) -> bool:
        """Whether somebody else may have it."""
        return not self.used and self.lapses_at <= now


class Outcome(NamedTuple):
    """What an event says of an offer; what was bought was accepted."""

    decision_id: str
    offer_no: int
    type: str
    seen_at: datetime  # when the customer had it in sight, while it was reserved


def read_places(connection: sa.Connection, decision_ids: Collection[str]) -> dict[str, list[Place]]:
    """What the slates of these decisions take of totals, by decision."""
    found: dict[str, list[Place]] = {}
    ids = sorted(decision_ids)
    for start in range(0, len(ids), _AT_A_TIME):
        for row in connection.execute(_PLACES, {"ids": ids[start : start + _AT_A_TIME]}).mappings():
            place = Place(**{**row, "lapses_at": from_micros(row["lapses_at"])})
            found.setdefault(place.decision_id, []).append(place)
    return found


def take_places(connection: sa.Connection, told: Iterable[tuple[Outcome, Place]], *, now: datetime) -> None:
    """Use up or hold the places that these outcomes are about; what has lapsed by `now` is not held any more."""
    changes: dict[tuple[str, str, int], dict[str, Any]] = {}
    for outcome, place in told:
        # Who did something with an offer has seen it, even where the page forgot to tell.
        uses = place.outcome in {"exposure", outcome.type}
        until = outcome.seen_at + HELD
        if place.used or not (uses or now < place.lapses_at < until):
            continue
        key = place.cap, place.decision_id, place.offer_no
        change = changes.setdefault(key, {"uses": False, "until": 0})
        change["uses"] |= uses
        change["until"] = max(change["until"], to_micros(until))
    # In one order, so that two writers cannot lock each other out.
    rows = [
        {"of_cap": cap, "decision": decision_id, "offer": offer_no, "now": to_micros(now), **changes[key]}
        for key in sorted(changes)
        for cap, decision_id, offer_no in [key]
    ]
    if rows:
        connection.execute(_TAKE, rows)
