"""Learning as a shop does it: from its journal, for its next decisions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.unit.learn.responses.offered import BASIS, LATER, START, Told
from typer.testing import CliRunner

from pairwell.cli.main import app
from pairwell.errors import RequestError
from pairwell.learn.responses.learn import FEWEST, OffersLearned, TooFewOpportunities
from pairwell.posterior import Posterior, Setting, chances, persuasion

_MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    opened = Told(tmp_path)
    yield opened
    opened.shop.close()


def fill(told: Told, slates: int = FEWEST, *, bought_shown: int = 3, bought_unshown: int = 10) -> None:
    """Three in four shown, each to a customer of its own; every so many-th is bought."""
    for number in range(slates):
        shown = number % 4 != 0
        at = START + number * _MINUTE
        told.decide(f"c-{number}", arm="treated" if shown else "holdout", at=at, items=["mat", "lamp"])
        every = bought_shown if shown else bought_unshown
        if (number // 4) % every == 0:
            told.buy(f"c-{number}", "mat", at=at)


def learned(told: Told) -> OffersLearned:
    found = told.shop.learn_offers()
    assert isinstance(found, OffersLearned)
    return found


def test_of_too_few_nothing_is_learned_and_that_is_said(told: Told) -> None:
    fill(told, FEWEST - 1)
    found = told.shop.learn_offers()
    assert found == TooFewOpportunities(decisions=FEWEST - 1, needed=FEWEST)
    assert told.shop.posteriors.newest() is None
    assert told.shop.status().outcomes is None


def test_decisions_whose_window_is_still_open_teach_nothing_yet(told: Told) -> None:
    fill(told)
    told.now = START + timedelta(hours=24, minutes=14)  # the first is valid for 15 minutes
    assert told.shop.learn_offers() == TooFewOpportunities(decisions=0)
    told.now += timedelta(hours=2)
    assert learned(told).decisions == FEWEST


def test_what_was_learned_is_live_and_says_what_it_rests_on(told: Told) -> None:
    fill(told)
    found = learned(told)
    assert (found.epoch, found.news, found.decisions, found.shown, found.not_shown) == (1, True, FEWEST, 75, 25)
    assert found.until == START + (FEWEST - 1) * _MINUTE
    (kind,) = found.kinds
    assert (kind.kind, kind.shown, kind.not_shown) == ("cross_sell", 150, 50)
    assert kind.bought_shown == 27
    assert kind.bought_not_shown == 3
    assert kind.persuasion.low < kind.persuasion.value < kind.persuasion.high
    live = told.shop.posteriors.newest()
    assert live is not None
    effect = live.effects["cross_sell"]
    assert (effect.shown, effect.bought_shown, effect.not_shown) == (150, 27, 50)
    assert effect.persuasion == pytest.approx(kind.persuasion.value)
    assert (effect.low, effect.high) == pytest.approx((kind.persuasion.low, kind.persuasion.high))
    quiet, shown = chances(live, "cross_sell", "mat", BASIS, Setting("cart", 0))
    assert persuasion(quiet, shown) > persuasion(BASIS.quiet, BASIS.shown)  # showing works better than foretold
    known = told.shop.status().outcomes
    assert known is not None
    assert (known.epoch, known.decisions) == (1, FEWEST)


def test_the_same_journal_teaches_the_same_and_nothing_new(told: Told) -> None:
    fill(told)
    first = learned(told)
    before = told.shop.posteriors.newest()
    told.now += timedelta(hours=1)
    again = learned(told)
    assert (again.news, again.epoch, again.learned_at) == (False, first.epoch, first.learned_at)
    assert told.shop.posteriors.newest() == before
    assert again.kinds == first.kinds


def test_a_changed_prior_counts_from_the_next_learning_on_for_old_decisions_too(told: Told) -> None:
    fill(told)
    (before,) = learned(told).kinds
    file = told.shop.workspace.settings_file
    file.write_text(re.sub(r"(?m)^cross_sell = 0\.\d+$", "cross_sell = 0.3", file.read_text()))
    told.shop.publish()
    told.shop.__dict__.pop("published", None)
    live = told.shop.posteriors.newest()
    assert live is not None
    assert live.prior.cross_sell == 0.06
    (after,) = learned(told).kinds
    assert before.prior_persuasion == pytest.approx(0.06 * BASIS.fit)
    assert after.prior_persuasion == pytest.approx(0.3 * BASIS.fit)
    live = told.shop.posteriors.newest()
    assert live is not None
    assert live.prior.cross_sell == 0.3


def test_two_shops_with_the_same_past_learn_the_same_bytes(tmp_path: Path) -> None:
    found: list[bytes] = []
    for name in ("one", "other"):
        told = Told(tmp_path / name)
        with told.shop as shop:
            fill(told)
            shop.learn_offers()
            found.append(msgspec.json.encode(shop.posteriors.newest()))
    assert found[0] == found[1]


def test_a_late_order_changes_what_is_learned_next(told: Told) -> None:
    fill(told)
    (before,) = learned(told).kinds
    told.buy("c-5", "lamp", at=START + 5 * _MINUTE)  # told now, placed then
    after = learned(told)
    assert after.epoch == 2
    assert after.kinds[0].bought_shown == before.bought_shown + 1


def test_what_is_learned_names_nobody(told: Told) -> None:
    fill(told)
    learned(told)
    live = told.shop.posteriors.newest()
    assert b"c-5" not in msgspec.json.encode(live)


def test_the_forgotten_teach_nothing_any_more(told: Told) -> None:
    fill(told, FEWEST + 1)
    learned(told)
    told.shop.keeping.forget("c-5")
    found = learned(told)
    assert (found.epoch, found.decisions) == (2, FEWEST)


def test_friction_is_learned_where_enough_came_with_a_cart(told: Told) -> None:
    fill(told, 160)
    (cart,) = learned(told).friction
    assert cart.placement == "cart"
    assert cart.friction is not None
    assert cart.friction.low >= 0.0
    live = told.shop.posteriors.newest()
    assert live is not None
    assert live.friction["cart"].mean == cart.friction.value


def test_orders_count_whether_they_were_carried_into_the_dataset_or_not(told: Told) -> None:
    fill(told)
    before = learned(told)
    told.shop.keeping.compact()
    assert learned(told).kinds == before.kinds
    assert told.shop.posteriors.newest() == told.shop.posteriors.at(1)


def test_a_posterior_is_read_as_it_was_written(told: Told) -> None:
    fill(told)
    learned(told)
    live = told.shop.posteriors.newest()
    assert msgspec.json.decode(msgspec.json.encode(live), type=Posterior) == live
    assert live is not None
    assert live.learned_at == LATER


def test_commands_say_what_was_learned_or_that_it_is_too_little(told: Told) -> None:
    where = ["--workspace", str(told.shop.workspace.root)]
    run = CliRunner()
    none = run.invoke(app, ["learn", "--offers", *where])
    assert none.exit_code == 0
    assert "Of 0 decisions that had something to offer the outcome is known; 100 are needed" in none.stdout
    assert "Outcomes of offers: nothing learned of them yet" in run.invoke(app, ["status", *where]).stdout
    fill(told)
    said = run.invoke(app, ["learn", "--offers", *where]).stdout
    assert "Learned from the outcomes of 100 decisions up to 2026-03-02 10:39: 75 shown, 25 not shown by lot" in said
    assert "Add-ons: shown 150 times, of these 27 bought; not shown 50 times, 3 bought all the same" in said
    assert "persuasion +" in said
    assert "Friction in cart: too little yet (75 slates shown beside a cart, 25 not)" in said
    again = json.loads(run.invoke(app, ["learn", "--offers", "--json", *where]).stdout)
    assert (again["type"], again["epoch"], again["news"], again["decisions"]) == ("learned", 1, False, 100)
    status = run.invoke(app, ["status", *where]).stdout
    assert "Outcomes of offers: learned from 100 decisions up to 2026-03-02 10:39 (epoch 1)." in status


def test_what_learning_cost_is_summed_and_said(told: Told) -> None:
    fill(told)
    where = ["--workspace", str(told.shop.workspace.root)]
    assert "To learn" not in CliRunner().invoke(app, ["learn", "--offers", *where]).stdout
    told.decide("c-x", learning_minor=12.5)
    told.decide("c-y", learning_minor=99.0, arm="holdout")  # nobody was shown it
    told.decide("c-z", learning_minor=30.0, at=LATER - timedelta(hours=1))  # what it came to is not known yet
    trials = learned(told).trials
    assert (trials.slates, trials.lost_minor, trials.lately_minor, trials.since) == (2, 42.5, 30.0, START)
    asked = CliRunner().invoke(app, ["learn", "--offers", "--json", *where]).stdout
    assert json.loads(asked)["trials"]["lost_minor"] == 42.5
    said = CliRunner().invoke(app, ["learn", "--offers", *where]).stdout
    assert "To learn, 2 slates were shown at an expected loss of 0.42 EUR since 2026-03-02 09:00, of this" in said


def _pass_over(told: Told, visits: int, *, bought_every: int = 10) -> None:
    """Visits of customers of their own, at which nothing seemed worth showing."""
    for number in range(visits):
        at = START + number * _MINUTE
        told.decide(f"s-{number}", items=[], passed_over=["mat", "rope"], at=at)
        if number % bought_every == 0:
            told.buy(f"s-{number}", "rope", at=at)


def test_what_was_passed_over_is_counted_by_itself_and_said(told: Told) -> None:
    fill(told)
    before = learned(told)
    _pass_over(told, 60)
    found = learned(told)
    assert found.epoch == before.epoch + 1
    assert (found.decisions, found.shown, found.not_shown) == (160, 75, 25)
    (was,), (kind,) = before.kinds, found.kinds
    for name in ("shown", "bought_shown", "seen", "not_shown", "bought_not_shown"):
        assert getattr(kind, name) == getattr(was, name)
    assert found.friction == before.friction
    assert (kind.passed_over, kind.bought_passed_over) == (120, 6)
    assert kind.anyway.high - kind.anyway.low < was.anyway.high - was.anyway.low
    where = ["--workspace", str(told.shop.workspace.root)]
    said = CliRunner().invoke(app, ["learn", "--offers", *where]).stdout
    assert "160 decisions up to 2026-03-02 10:39: 75 shown, 25 not shown by lot, 60 silent as nothing seemed" in said
    assert "passed over 120 times (others took the places, or showing was not worth it), 6 bought all the same" in said
    (told_of,) = json.loads(CliRunner().invoke(app, ["learn", "--offers", "--json", *where]).stdout)["kinds"]
    assert (told_of["passed_over"], told_of["bought_passed_over"]) == (120, 6)


def test_of_silence_alone_what_is_bought_anyway_is_learned(told: Told) -> None:
    _pass_over(told, 400, bought_every=2)
    (kind,) = learned(told).kinds
    assert (kind.shown, kind.not_shown, kind.enough) == (0, 0, False)
    live = told.shop.posteriors.newest()
    assert live is not None
    quiet = {item: chances(live, "cross_sell", item, BASIS, Setting("cart", 0))[0] for item in ("mat", "rope")}
    assert quiet["mat"] < BASIS.quiet < quiet["rope"]
    where = ["--workspace", str(told.shop.workspace.root)]
    said = CliRunner().invoke(app, ["learn", "--offers", *where]).stdout
    assert "Add-ons: never chosen so far" in said
    assert "what showing changes is mostly the settings' prior yet" in said


def test_what_the_forgotten_were_spared_teaches_nothing_any_more(told: Told) -> None:
    fill(told)
    _pass_over(told, 2, bought_every=1)
    (before,) = learned(told).kinds
    told.shop.keeping.forget("s-0")
    (after,) = learned(told).kinds
    assert (before.passed_over, before.bought_passed_over) == (4, 2)
    assert (after.passed_over, after.bought_passed_over) == (2, 1)


def test_looking_back_is_about_the_model(told: Told) -> None:
    words = ["learn", "--offers", "--as-of", "2026-01-01", "--workspace", str(told.shop.workspace.root)]
    assert isinstance(CliRunner().invoke(app, words).exception, RequestError)
