"""Price lists, as the table of plans, and the items that plans are in a catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import find_table
from pairwell.ingest.metering import BadMeterError, meters_of
from pairwell.ingest.outcome import Shaped, Staged
from pairwell.ingest.periods import read_fee_period
from pairwell.ingest.words import fold
from pairwell.plans import Meter, Plan, PlanKind, meter_name

Row = Mapping[str, Any]
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = {"seq", "file", "line"}
_OF_PLAN = (
    "kind", "family", "tier", "title", "fee_minor", "period", "seats_included", "seats_max", "seat_price_minor",
    "features", "min_term_months", "prorated", "purpose", "requires", "cost_minor",
)  # fmt: skip
_KINDS: dict[PlanKind, str] = {
    "plan": "plan base tariff package edition subscription тариф план пакет подписка taryfa abonament pakiet",
    "add_on": """
        add_on addon add-on add option extra module booster service дополнение доп опция модуль услуга допуслуга
        дополнительно dodatek opcja usluga modul
    """,
}
_BY_WORD = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_USUAL_FAMILY = "plans"
_MONTHS_OF_YEAR = 12


class _Refused(Exception):  # noqa: N818 - no error: a row that is not taken
    """By which rule."""


class _Priced(NamedTuple):
    plan: Plan
    valid_from: datetime
    tiered: bool  # whether the list says its place in the family


def shape_plans(staged: Staged, dataset: Dataset, now: datetime) -> Shaped:
    """A price list. What it says first of a plan holds since ever, what it changes later holds from `now`.

    Each plan is an item, too, as far as no catalogue says otherwise, so that it can be offered.
    """
    rows = _dated(pq.read_table(staged.rows).to_pylist(), dataset, now)
    priced: list[_Priced] = []
    verdicts: list[tuple[int, str]] = []
    for (plan_id, valid_from), group in _grouped(rows).items():
        kept, repeated = _different(group)
        verdicts += [(row["seq"], "repeated_id") for row in repeated]
        try:
            priced.append(_Priced(_plan(plan_id, kept), valid_from, any(row["tier"] is not None for row in kept)))
        except _Refused as refused:
            verdicts += [(row["seq"], str(refused)) for row in kept]
    found = list(_in_order(priced))
    tables = {"plans": [_row(one) for one in found], "items": [_item(one) for one in found]}
    return Shaped(
        tables={name: _write(name, made, staged) for name, made in tables.items()},
        verdicts=dataset.engine.read_parquet(_write_verdicts(verdicts, staged)),
        changed=0,
        changed_by_rule={},
    )


def _dated(rows: Iterable[dict[str, Any]], dataset: Dataset, now: datetime) -> list[dict[str, Any]]:
    known = set(dataset.history("plans").select("plan_id").distinct().to_pyarrow()["plan_id"].to_pylist())
    return [row | {"valid_from": row["valid_from"] or (now if row["plan_id"] in known else _ALWAYS)} for row in rows]


def _grouped(rows: Iterable[Row]) -> dict[tuple[str, datetime], list[Row]]:
    groups: dict[tuple[str, datetime], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["plan_id"], row["valid_from"]), []).append(row)
    return groups


def _different(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Of rows that say the same the last, and the others of them; of plain rows, which name no meter, the last."""
    by_content: dict[frozenset[tuple[str, Any]], Row] = {}
    for row in rows:
        said = {name: value for name, value in row.items() if name not in _PLACE} if row["meter"] else {}
        by_content[frozenset(said.items())] = row
    kept = [*by_content.values()]
    return kept, [row for row in rows if row not in kept]


def _plan(plan_id: str, rows: Sequence[Row]) -> Plan:
    said = {name: _said(rows, name) for name in _OF_PLAN}
    if said["fee_minor"] is None:
        raise _Refused("no_fee")
    kind, period = _BY_WORD.get(fold(said["kind"] or "plan")), read_fee_period(said["period"] or "month")
    if kind is None:
        raise _Refused("unknown_kind")
    if period is None:
        raise _Refused("unknown_period")
    plan = Plan(
        plan_id=plan_id,
        kind=kind,
        family=said["family"] or (_USUAL_FAMILY if kind == "plan" else plan_id),
        tier=said["tier"] or 0,
        title=said["title"],
        fee_minor=said["fee_minor"],
        period=period,
        seats_included=said["seats_included"],
        seats_max=_most(said["seats_max"]),
        seat_minor=said["seat_price_minor"],
        meters=_meters(rows),
        features=tuple(dict.fromkeys(map(meter_name, (*_names(said["features"]), *_ticked(rows))))),
        min_term_months=said["min_term_months"] or 0,
        prorated=said["prorated"] is not False,
        purpose=said["purpose"],
        requires=tuple(_names(said["requires"])),
        cost_minor=said["cost_minor"],
    )
    if not _can_be(plan):
        raise _Refused("bad_plan")
    return plan


def _said(rows: Iterable[Row], name: str) -> Any:  # noqa: ANN401 - of the kind of that column
    said = {row[name] for row in rows if row[name] is not None}
    if len(said) > 1:
        raise _Refused("plan_contradicts")
    return next(iter(said), None)


def _meters(rows: Sequence[Row]) -> tuple[Meter, ...]:
    try:
        return meters_of(rows)
    except BadMeterError as error:
        raise _Refused("bad_meter") from error


def _most(seats: float | None) -> int | None:
    if seats is not None and seats != float("inf") and seats != int(seats):
        raise _Refused("bad_number")
    return None if seats is None or seats == float("inf") else int(seats)


def _names(text: str | None) -> list[str]:
    """The names of a list, as JSON or with a mark between them."""
    if text is None:
        return []
    try:
        names = msgspec.json.decode(text, type=list[str]) if text.startswith("[") else _parted(text)
    except msgspec.MsgspecError as error:
        raise _Refused("bad_plan") from error
    return [name.strip() for name in names if name.strip()]


def _parted(text: str) -> list[str]:
    mark = next((mark for mark in "\n;|" if mark in text), ",")
    return text.split(mark)


def _ticked(rows: Iterable[Row]) -> Iterator[str]:
    """The features that columns of their own say yes to."""
    for row in rows:
        cells: dict[str, str] = msgspec.json.decode(row["item_attributes"] or "{}")
        yield from (name for name, cell in cells.items() if cell == "true")


def _can_be(plan: Plan) -> bool:
    amounts = (plan.fee_minor, plan.seat_minor, plan.cost_minor, plan.seats_included, plan.min_term_months, plan.tier)
    enough = plan.seats_max is None or plan.seats_max >= (plan.seats_included or 0)
    return enough and min(amount or 0 for amount in amounts) >= 0


def _in_order(priced: Sequence[_Priced]) -> Iterator[_Priced]:
    """The plans with a place in their family: where the list gives none, what a month costs does."""
    monthly: dict[str, set[Fraction]] = {}
    for one in priced:
        monthly.setdefault(one.plan.family, set()).add(_monthly(one.plan))
    for one in priced:
        lower = sum(fee < _monthly(one.plan) for fee in monthly[one.plan.family])
        yield one if one.tiered else one._replace(plan=msgspec.structs.replace(one.plan, tier=1 + lower))


def _monthly(plan: Plan) -> Fraction:
    return Fraction(plan.fee_minor, _MONTHS_OF_YEAR if plan.period == "year" else 1)


def _row(one: _Priced) -> dict[str, Any]:
    lists = {name: msgspec.json.encode(getattr(one.plan, name)).decode() for name in ("meters", "features", "requires")}
    return {**msgspec.structs.asdict(one.plan), **lists, "valid_from": one.valid_from}


def _item(one: _Priced) -> dict[str, Any]:
    plan = one.plan
    return {
        "item_id": plan.plan_id,
        "valid_from": one.valid_from,
        "derived": True,  # what a catalogue says of it counts before this
        "kind": "plan" if plan.kind == "plan" else "service",
        "title": plan.title or plan.plan_id,
        "family": plan.family if plan.kind == "plan" else None,
        "tier": plan.tier,
        "price_minor": plan.fee_minor,
        "cost_minor": plan.cost_minor,
        "purpose": plan.purpose,
        "requires": next(iter(plan.requires), None),
        "published": True,
    }


def _write(name: str, rows: Sequence[dict[str, Any]], staged: Staged) -> Path:
    path = staged.folder / f"{name}.parquet"
    pq.write_table(pa.Table.from_pylist([*rows], schema=find_table(name).schema), path)
    return path


def _write_verdicts(verdicts: Sequence[tuple[int, str]], staged: Staged) -> Path:
    columns = {"seq": pa.array([seq for seq, _ in verdicts], pa.int64()), "verdict": [name for _, name in verdicts]}
    path = staged.folder / "verdicts.parquet"
    pq.write_table(pa.table(columns, schema=pa.schema({"seq": pa.int64(), "verdict": pa.string()})), path)
    return path
