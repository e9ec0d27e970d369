"""What was learned from offers, as decisions read it."""

from __future__ import annotations

import msgspec
import pytest
from tests.unit.decide.tents import CERTAIN, MODEL, NOW
from tests.unit.decide.test_arms import Shop

from pairwell.decide.replay import Archive, replay
from pairwell.errors import ReplayError
from pairwell.operations.database import Database
from pairwell.operations.schema import posteriors
from pairwell.posterior import Belief, Normal, Posterior
from pairwell.records import Decision


def _learn(shop: Shop, *, showing: float, friction: float = 0.0) -> None:
    """Publish that showing changes so much, in log odds, and that offers cost so many checkouts."""
    belief = Belief(names=["kind"], means=[showing], covariance=[0.01], items={}, opportunities=1_000)
    shop.posteriors.publish(
        lambda epoch: Posterior(
            epoch=epoch,
            learned_at=NOW,
            until=NOW,
            decisions=1_000,
            prior=shop.settings.persuasion,
            quiet={},
            showing={"cross_sell": belief, "upgrade": belief},
            friction={"cart": Normal(mean=friction, sd=0.001)},
        )
    )


def _archive(shop: Shop) -> Archive:
    return Archive(
        model_of=lambda _: MODEL,
        posterior_of=shop.posteriors.at,
        settings_of=lambda _: shop.settings,
        facts=shop.facts,
    )


def _worth(decision: Decision, item_id: str) -> float:
    return next(float(offer.worth_minor or 0.0) for offer in decision.slate if offer.item_id == item_id)


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database, CERTAIN)


def test_the_next_decision_reads_what_was_learned(shop: Shop) -> None:
    before = shop.decide("ann")
    _learn(shop, showing=0.5)
    after = shop.decide("bob")
    assert (before.inputs.epoch, after.inputs.epoch) == (0, 1)
    assert _worth(after, "mat") > 2 * _worth(before, "mat")
    assert after.bases == before.bases, "what the orders say stays what it is: learning starts from it again"


def test_what_was_learned_corrects_the_prior_under_which_it_was_learned(shop: Shop) -> None:
    before = shop.decide("ann")
    _learn(shop, showing=0.0)
    dearer = msgspec.structs.replace(shop.settings.persuasion, cross_sell=0.6)
    shop.settings = msgspec.structs.replace(shop.settings, persuasion=dearer)
    assert _worth(shop.decide("bob"), "mat") == pytest.approx(_worth(before, "mat"))


def test_offers_that_turn_buyers_away_are_made_no_more(shop: Shop) -> None:
    _learn(shop, showing=-1.0)
    decision = shop.decide("ann")
    assert decision.slate == []
    assert decision.answer.silence is not None
    assert decision.answer.silence.reason == "nothing_worth_it"


def test_friction_that_was_learned_counts(shop: Shop) -> None:
    assert shop.decide("ann").slate
    _learn(shop, showing=0.0, friction=0.9)
    assert shop.decide("bob").slate == []


def test_decisions_are_repeated_under_the_epoch_that_they_read(shop: Shop) -> None:
    made = [shop.decide("ann")]
    for showing in (0.3, 0.6, -1.0):
        _learn(shop, showing=showing)
        made.append(shop.decide(f"c{showing}"))
    assert [decision.inputs.epoch for decision in made] == [0, 1, 2, 3]
    assert all(replay(decision, _archive(shop)).equal for decision in made)


def test_without_the_epoch_that_it_read_a_decision_is_not_repeated(shop: Shop, database: Database) -> None:
    _learn(shop, showing=0.3)
    decision = shop.decide("ann")
    with database.write() as connection:
        connection.execute(posteriors.delete())
    with pytest.raises(ReplayError, match="epoch 1 of what was learned from offers"):
        replay(decision, _archive(shop))
