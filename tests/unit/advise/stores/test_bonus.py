"""Bonuses: by a stated rule, traced to order lines, net of what came back, never for what was declined first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from pairwell.advise.stores import bonus as under_test
from pairwell.advise.stores.bonus import judge_line, make_bonus, share_reached
from pairwell.advise.stores.noes import Declined
from pairwell.advise.stores.records import BonusSheet, Reached
from pairwell.config.bonus import Bonus
from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History
from pairwell.report.stores.paid import bonus_report
from pairwell.shop.face import Shop

MARCH = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
EACH = Bonus(rule="per_add_on", amount_minor=50, counts="added")
PART = Bonus(rule="margin_share", share=0.05, counts="added")


def row(**more: Any) -> dict[str, Any]:
    usual = {
        "order_id": "o1",
        "line_no": 2,
        "item_id": "mat",
        "title": "Mat",
        "placed_at": MARCH.since,
        "quantity": 2.0,
        "returned": 0.0,
        "revenue": 4_000,
        "cost": 1_590,
        "decision_id": None,
        "offer_no": None,
    }
    return usual | more


class TestALine:
    @pytest.mark.parametrize(
        ("rule", "more", "earned", "deducted", "why"),
        [
            (EACH, {}, 100, 0, "kept"),
            (EACH, {"returned": 1.0}, 50, 25, "partly_returned"),
            (EACH, {"returned": 2.0}, 0, 50, "returned"),
            (EACH, {"returned": 9.0}, 0, 50, "returned"),
            (PART, {}, 121, 0, "kept"),  # 5 % of 2,410 is 120.5
            (PART, {"returned": 1.0}, 60, 30, "partly_returned"),
            (PART, {"cost": 4_100}, 0, 0, "no_margin"),
            (PART, {"revenue": None}, 0, 0, "margin_unknown"),
            (EACH, {"revenue": None}, 100, 0, "kept"),
        ],
    )
    def test_what_is_kept_earns_and_what_comes_back_takes_off(
        self, rule: Bonus, more: dict[str, Any], earned: int, deducted: int, why: str
    ) -> None:
        line = judge_line(rule, row(**more), frozenset())
        assert (line.earned_minor, line.deducted_minor, line.why) == (earned, deducted, why)

    def test_what_the_customer_declined_first_adds_nothing(self) -> None:
        offered = row(decision_id="d1", offer_no=0)
        assert judge_line(EACH, offered, {("d1", 1)}).earned_minor == 100
        pressed = judge_line(EACH, offered, {("d1", 0)})
        assert (pressed.earned_minor, pressed.why) == (0, "declined_first")


class TestATarget:
    @staticmethod
    def _reached(first: int, last: int, revenue: int, target: int | None) -> Reached:
        since, until = (datetime(2026, month, 1, tzinfo=UTC) for month in (first, last))
        return Reached(
            since=since,
            until=until,
            over=True,
            elapsed=1.0,
            revenue_minor=revenue,
            target_revenue_minor=target,
            revenue_share=None if target is None else revenue / target,
            attach_rate=None,
            attach_interval=None,
            target_attach_rate=None,
            attach_met=None,
        )

    def test_the_shortest_that_holds_the_period_counts_else_all_within_it(self) -> None:
        month, quarter = self._reached(3, 4, 80, 100), self._reached(1, 4, 10, 100)
        assert share_reached([quarter, month], MARCH) == 0.8
        assert share_reached([quarter], MARCH) == 0.1
        whole = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))
        assert share_reached([self._reached(1, 2, 50, 100), self._reached(2, 3, 150, 100)], whole) == 1.0
        assert share_reached([self._reached(3, 4, 80, None)], MARCH) is None


@contextmanager
def declining(monkeypatch: pytest.MonkeyPatch, told: list[Declined]) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(under_test, "read_declined", lambda *_: told)
        yield


def sheet(counter: Shop, rule: Bonus) -> BonusSheet:
    settings = counter.published.settings
    history = History(dataset=counter.dataset, snapshot=counter.dataset.newest(), shop=settings.shop)
    return make_bonus(history, counter._database, rule, MARCH, MARCH.until)


class TestASheet:
    def test_lines_add_up_to_the_bonus(self, counter: Shop) -> None:
        found = sheet(counter, PART)
        assert [one.name for one in found.sellers] == ["Ann", "Bo", "Cy", "Di", "Ed", "Flo"]
        for one in found.sellers:
            assert one.earned_minor == sum(line.earned_minor for line in one.lines) > 0
            assert one.bonus_minor == one.earned_minor - one.returns_minor
            assert all(line.item_id not in {"tent", "tent+", "book"} for line in one.lines)

    def test_of_an_order_only_what_was_offered_counts_unless_all_does(self, counter: Shop) -> None:
        assert sheet(counter, msgspec.structs.replace(EACH, counts="offered")).sellers == []

    def test_without_a_rule_there_is_no_bonus(self, counter: Shop) -> None:
        found = counter.sellers.bonus(MARCH.since, MARCH.until)
        assert (found.rule.rule, found.sellers) == ("none", [])
        assert "bonus.rule" in str(bonus_report(found).notes[0])

    def test_a_limit_takes_off_what_is_beyond_it(self, counter: Shop) -> None:
        capped = sheet(counter, msgspec.structs.replace(EACH, cap_minor=500)).sellers[0]
        assert (capped.bonus_minor, capped.capped_minor) == (500, capped.earned_minor - 500)

    def test_below_its_threshold_and_without_a_target_nothing_is_paid(self, counter: Shop) -> None:
        reached = sheet(counter, msgspec.structs.replace(EACH, threshold=1.0)).sellers
        assert [one.held for one in reached] == [None, *["no_target"] * 5]
        assert [one.bonus_minor > 0 for one in reached] == [True, *[False] * 5]
        below = sheet(counter, msgspec.structs.replace(EACH, threshold=99_999.0)).sellers[0]
        assert (below.held, below.bonus_minor) == ("below_threshold", 0)

    def test_declined_offers_of_the_seller_take_off(self, counter: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        at = round(datetime(2026, 3, 5, tzinfo=UTC).timestamp() * 1e6)
        told = [
            Declined(
                decision_id=f"d{number}", offer_no=0, kind="cross_sell", name="mat", seller_id="A", at=when, reason=None
            )
            for number, when in enumerate((at, at, 0))  # the last one long before
        ]
        with declining(monkeypatch, told):
            found = sheet(counter, msgspec.structs.replace(EACH, decline_minor=30)).sellers[0]
        assert (found.declines, found.declines_minor) == (2, 60)
        assert found.bonus_minor == found.earned_minor - 60
