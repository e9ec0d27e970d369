from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from pairwell.errors import StorageError
from pairwell.plans import Meter
from pairwell.simulate.firm.exports import write_firm
from pairwell.simulate.firm.price_list import ADD_ONS, METERS, PRICE_LIST
from pairwell.simulate.firm.world import Firm

from .reading import Files, Row

_PLANS = {plan.plan_id: plan for plan in PRICE_LIST}
_FREE = {"leads", "outreach"}


def test_the_same_firm_writes_the_same_bytes(little: Firm, tmp_path: Path) -> None:
    first, second = (write_firm(little, tmp_path / name) for name in ("a", "b"))
    assert first.keys() == second.keys()
    for table, path in first.items():
        assert path.read_bytes() == second[table].read_bytes(), table


def test_a_folder_that_cannot_be_made_is_an_error(little: Firm, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        write_firm(little, tmp_path / "file")


def test_the_price_list_says_what_the_firm_charges(little_files: Files) -> None:
    rows = {row["plan_id"]: row for row in little_files["plans"]}
    assert rows.keys() == _PLANS.keys()
    for plan_id, plan in _PLANS.items():
        assert round(100 * float(rows[plan_id]["fee"])) == plan.fee_minor
        assert msgspec.json.decode(rows[plan_id]["meters"], type=tuple[Meter, ...]) == plan.meters


def test_contracts_of_a_family_do_not_overlap(little_files: Files) -> None:
    for rows in _by_family(little_files["subscriptions"]).values():
        for one, other in pairwise(sorted(rows, key=lambda row: row["started_at"])):
            assert one["ended_at"]
            assert one["ended_at"] <= other["started_at"]
        assert all(not row["ended_at"] or row["started_at"] < row["ended_at"] for row in rows)


def test_what_is_held_at_the_end_is_in_the_list(little: Firm, little_files: Files) -> None:
    running = {(row["account_id"], row["plan_id"]) for row in little_files["subscriptions"] if not row["ended_at"]}
    tier, add_ons = little.holding.tier[-1], little.holding.add_ons[-1]
    held = {
        (little.accounts.ids[place], plan.plan_id)
        for place in little.customers.tolist()
        for plan in PRICE_LIST
        if (plan.kind == "plan" and plan.tier - 1 == tier[place, 0 if plan.family == "hiring" else 1])
        or (plan in ADD_ONS and add_ons[place, ADD_ONS.index(plan)])
    }
    assert running == held


def test_seats_are_said_where_they_are_paid(little_files: Files) -> None:
    for row in little_files["subscriptions"]:
        plan = _PLANS[row["plan_id"]]
        assert bool(row["seats"]) == (plan.seats_included is not None)
        if row["seats"]:
            assert (plan.seats_included or 0) <= int(row["seats"]) <= (plan.seats_max or 10_000)


def test_nothing_is_used_but_while_it_is_held(little_files: Files) -> None:
    meters = {plan.plan_id: {meter.meter for meter in plan.meters} for plan in _PLANS.values()}
    spans = defaultdict(list)
    for row in little_files["subscriptions"]:
        plan = _PLANS[row["plan_id"]]
        for meter in (meters[row["plan_id"]] | _FREE) if plan.kind == "plan" else ():
            spans[row["account_id"], meter].append((row["started_at"], row["ended_at"] or "9999"))
    assert {row["meter"] for row in little_files["usage"]} == set(METERS)
    for row in little_files["usage"]:
        assert int(row["quantity"]) > 0
        assert any(start < row["at"] < end for start, end in spans[row["account_id"], row["meter"]])


def test_no_more_is_used_than_a_limit_lets_through(little: Firm, little_files: Files) -> None:
    used, used_up = _used(little_files, "conversations"), 0
    months = {f"{little.size.month_start(month):%Y-%m}": month for month in range(little.size.months)}
    for (account, month), quantity in used.items():
        tier = little.holding.tier[months[month], little.accounts.ids.index(account), 1]
        if tier == 0:
            assert quantity <= 300
            used_up += quantity == 300
    assert used_up > 10


def test_all_that_was_wanted_is_used_where_there_is_no_limit(little: Firm, little_files: Files) -> None:
    used = _used(little_files, "assessments")
    month = f"{little.size.month_start(little.size.months - 1):%Y-%m}"
    whole = np.flatnonzero((little.holding.tier[-1, :, 0] >= 0) & (little.accounts.joined < little.size.months - 1))
    assert whole.size > 20
    for place in whole.tolist():
        wanted = little.needs.wants[-1].meters["assessments"][place]
        assert used.get((little.accounts.ids[place], month), 0) == wanted


def test_everything_said_is_said_by_somebody_who_is_there(little: Firm, little_files: Files) -> None:
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    for row in little_files["subscriptions"]:
        account, until = row["account_id"], row["ended_at"] or "9999"
        first[account] = min(first.get(account, "9999"), row["started_at"])
        last[account] = max(last.get(account, ""), until)
    end = f"{little.size.history_end:%Y-%m-%d}"
    said = [(row["customer_id"], row["at"]) for table in ("feedback", "events") for row in little_files[table]]
    said += [(row["customer_id"], row["since"]) for row in little_files["needs"]]
    assert len(said) > 200
    assert all(first[account] <= at < min(last[account], end) for account, at in said)


def test_reviews_and_renewals_lie_ahead(little: Firm, little_files: Files) -> None:
    end = f"{little.size.history_end:%Y-%m-%d}"
    rows = little_files["accounts"]
    assert all(end <= row["next_review"] <= row["renewal"] for row in rows)
    assert {row["stage"] for row in rows} == {"onboarding", "live", "renewing", "closed"}
    assert all(row["signed_up"] < end for row in rows)


def test_stories_are_told_in_three_languages(little_files: Files) -> None:
    told = defaultdict(set)
    for row in little_files["stories"]:
        told[row["story_id"]].add(row["locale"])
        assert row["use"] in _PLANS
    assert all(locales == {"en", "ru", "pl"} for locales in told.values())
    assert {row["industry"] for row in little_files["accounts"]} == {row["industry"] for row in little_files["stories"]}


def _by_family(rows: list[Row]) -> dict[tuple[str, str], list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[row["account_id"], _PLANS[row["plan_id"]].family].append(row)
    return found


def _used(files: Files, meter: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in files["usage"]:
        if row["meter"] == meter:
            found[row["account_id"], row["at"][:7]] += int(row["quantity"])
    return found
