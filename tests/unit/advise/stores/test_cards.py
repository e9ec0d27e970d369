"""A counter card has what decisions let through, and nothing else."""

from __future__ import annotations

import msgspec
import pytest

from pairwell.advise.stores.cards import COUNTER, at_the_counter, leaf
from pairwell.advise.stores.records import Card
from pairwell.config.settings import Placement, Settings
from pairwell.errors import NotFoundError
from pairwell.report.shown.text import render_text
from pairwell.report.stores.sheets import card_report
from pairwell.shop.face import Shop


@pytest.fixture(scope="module")
def card(counter: Shop) -> Card:
    return counter.sellers.card("tent")


def test_add_ons_are_within_the_price_guard_and_the_upgrade_in_its_corridor(card: Card) -> None:
    assert card.add_ons[0].item_ids == ["mat"]
    assert all(one.price_share is not None and one.price_share <= 0.30 for one in card.add_ons)
    assert "bag" not in {one.item_ids[0] for one in card.add_ons}  # 60 beside 100
    assert card.upgrade is not None
    assert card.upgrade.offer.item_ids == ["tent+"]
    assert 1.05 <= card.upgrade.offer.price_minor / 10_000 <= 1.60


def test_evidence_comes_with_its_counts_and_the_price_beside_the_purchase(card: Card, counter: Shop) -> None:
    pair = next(one for one in counter.pairs("tent").pairs if one.item_id == "mat")
    (mat,) = (one for one in card.add_ons if one.item_ids == ["mat"])
    assert f"{pair.together:,} of {pair.anchor_orders:,} orders" in mat.why
    text = "\n".join(render_text(card_report(card)))
    assert "€20.00 beside €100.00 (20%)" in text


def test_the_upgrade_says_what_differs_and_who_took_it(card: Card, counter: Shop) -> None:
    assert card.upgrade is not None
    dearer, model = card.upgrade.dearer, counter.model_or_none()
    assert model is not None
    assert dearer is not None
    assert (dearer.took, dearer.orders) == (
        model.orders_of("tent+"),
        model.orders_of("tent+") + model.orders_of("tent"),
    )
    assert dearer.interval.low < dearer.share < dearer.interval.high
    assert {"price", "rating", "weight"} <= {row.attribute for row in card.upgrade.compare}
    assert any("Weight" in question and "2 kg" in question for question in card.questions)


def test_a_card_is_the_same_whenever_it_is_printed_and_leaves_nothing_behind(card: Card, counter: Shop) -> None:
    again = counter.sellers.card("tent")
    assert msgspec.structs.replace(again, made_at=card.made_at) == card
    from pairwell.journal.recent import RecentAsked  # noqa: PLC0415

    assert counter.recent_decisions(RecentAsked()) == []


def test_what_people_keep_apart_is_not_offered_and_what_they_pin_leads(counter: Shop) -> None:
    counter.curating.relate("tent", "mat", "never", None, author="test")
    try:
        assert "mat" not in {one.item_ids[0] for one in counter.sellers.card("tent").add_ons}
        counter.curating.relate("tent", "book", "complement", 0, author="test")
        assert counter.sellers.card("tent").add_ons[0].item_ids == ["book"]
    finally:
        counter.curating.relate("tent", "mat", "nothing", None, author="test")
        counter.curating.relate("tent", "book", "nothing", None, author="test")


def test_where_nothing_goes_with_it_the_card_says_why(counter: Shop) -> None:
    found = counter.sellers.card("book")
    assert (found.add_ons, found.upgrade) == ([], None)
    assert found.nothing
    assert any("Offer nothing" in note for note in card_report(found).notes)


def test_an_item_that_nobody_knows_is_named(counter: Shop) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        counter.sellers.card("nowhere")


class TestAtTheCounter:
    def test_limits_stay_and_chance_has_no_say(self) -> None:
        settings = Settings()
        found = at_the_counter(settings, "cross_sell")
        assert (found.guards, found.rules, found.caps) == (settings.guards, settings.rules, settings.caps)
        assert (found.choice.holdout, found.choice.withheld, found.choice.exploration) == (0.0, 0.0, 0.0)
        assert found.slots.max <= settings.slots.max

    def test_a_kind_that_the_placement_does_not_allow_is_not_asked_for(self) -> None:
        own = Placement(kinds=("cross_sell",), attention_minor=9.0)
        settings = msgspec.structs.replace(Settings(), placements={COUNTER: own})
        assert at_the_counter(settings, "cross_sell").placements[COUNTER] == own
        assert "upgrade" not in at_the_counter(settings, "upgrade").placements[COUNTER].kinds


def test_the_last_part_of_a_category_names_it() -> None:
    assert (leaf("A > B > C"), leaf("A"), leaf(None)) == ("C", "A", "")
