"""A thousand decisions of a busy shop are computed again, bit for bit, whatever was learned and published since."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from math import fsum
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pairwell import create
from pairwell.config.document import render_settings
from pairwell.config.settings import Guards, Slots
from pairwell.config.workspace import Workspace
from pairwell.decide.choose import run_stages
from pairwell.decide.replay import Archive, recall, replay
from pairwell.errors import ForgottenError, ReplayError
from pairwell.events import Event
from pairwell.operations.schema import items as item_revisions
from pairwell.records import Decision, DecisionRequest
from pairwell.shop.face import Shop
from pairwell.simulate.exports import write_exports
from pairwell.simulate.size import ShopSize
from pairwell.simulate.world import make_shop

_SIZE = ShopSize(items=80, customers=300, orders=3_000, days=400)
_DECISIONS = 1_000
_PLACEMENTS = ("product", "cart", "cart", "checkout", "after_purchase", "email")
_FREE = ("product", "cart")
_LEARNED_AFTER = (400, 700)  # decisions of the thousand


class _Clock:
    """Time that passes only when told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class _Life:
    """What happens in a shop: customers ask, see, take and decline; prices and stocks change."""

    def __init__(self, shop: Shop, clock: _Clock, seed: int) -> None:
        self._shop = shop
        self._clock = clock
        self._rng = random.Random(seed)
        self._names = (f"e-{number}" for number in count())
        self._items = sorted(shop.facts.items())
        self._customers = [f"k-{number}" for number in range(60)]

    def decide(self) -> Decision:
        """Somebody asks, and may answer."""
        self._clock.now += timedelta(minutes=self._rng.randint(1, 90))
        decision = self._shop.decide_at(self._request(), self._clock.now)
        self._tell(self._answers(decision))
        if self._rng.random() < 0.1:
            self._tell([self._change()])
        return decision

    def _request(self) -> DecisionRequest:
        rng = self._rng
        some = rng.choices(self._items, k=rng.randint(1, 3))
        known = rng.random() < 0.8
        return msgspec.convert(
            {
                "placement": rng.choice(_PLACEMENTS),
                "customer_id": rng.choice(self._customers) if known else None,
                "visitor_id": f"v-{rng.randrange(50)}" if rng.random() < 0.6 else None,
                "locale": rng.choice(("en", "pl", "ru", "xx")),
                "cart": [{"item_id": item_id, "quantity": rng.randint(1, 2)} for item_id in some],
                "viewed": [*rng.choices([*self._items, "unheard-of"], k=rng.randint(0, 3)), some[0]],
                "available": rng.sample(self._items, 40) if rng.random() < 0.1 else None,
                "limit": rng.choice((None, None, 1, 2)),
                "explain": rng.random() < 0.3,
                "attributes": {"region": rng.choice(("PL", "UK"))},
            },
            DecisionRequest,
        )

    def _answers(self, decision: Decision) -> list[dict[str, Any]]:
        if not decision.shown:
            return []
        offer = self._rng.choice(decision.slate)
        kinds = self._rng.choice(([], ["exposure"], ["exposure", "accept"], ["exposure", "decline"], ["dismiss"]))
        about = {"decision_id": decision.inputs.decision_id, "offer_no": offer.offer_no, "item_id": offer.item_id}
        return [{"type": kind, **about, **self._who(decision)} for kind in kinds]

    def _who(self, decision: Decision) -> dict[str, str]:
        request = decision.inputs.request
        named = {"customer_id": request.customer_id, "visitor_id": request.visitor_id}
        return {name: value for name, value in named.items() if value is not None}

    def _change(self) -> dict[str, Any]:
        item_id, customer = self._rng.choice(self._items), self._rng.choice(self._customers)
        return self._rng.choice(
            (
                {"type": "item", "item": {"item_id": item_id, "price_minor": self._rng.randint(200, 9_000)}},
                {"type": "item", "item": {"item_id": item_id, "stock": self._rng.randint(0, 3)}},
                {"type": "consent", "customer_id": customer, "consent": {"channel": "email", "given": True}},
                {"type": "view", "customer_id": customer, "item_id": item_id},
                {
                    "type": "order",
                    "customer_id": customer,
                    "order": {"order_id": next(self._names), "lines": [{"item_id": item_id, "quantity": 1}]},
                },
            )
        )

    def _tell(self, told: list[dict[str, Any]]) -> None:
        now = self._clock.now
        events = [msgspec.convert({"event_id": next(self._names), "at": now, **one}, Event) for one in told]
        assert self._shop.log_events(events, now=now).refused == []


class Lived(msgspec.Struct):
    """A shop that decided, learned and published, the names of its decisions and when it was."""

    folder: Path
    decisions: list[Decision]
    now: datetime


def _publish_eager(shop: Shop) -> None:
    """Settings under which most of what is worth something is shown, and the same customers are in the holdout."""
    settings = shop.published.settings
    free = {
        name: msgspec.structs.replace(settings.placements[name], attention_minor=0.0, friction=0.0) for name in _FREE
    }
    changed = msgspec.structs.replace(
        settings,
        placements={**settings.placements, **free},
        choice=msgspec.structs.replace(settings.choice, salt="first"),
    )
    shop.workspace.settings_file.write_text(render_settings(changed), encoding="utf-8")
    shop.publish()


def _publish_others(shop: Shop) -> None:
    """Settings under which hardly a decision would be made as it was."""
    settings = shop.published.settings
    changed = msgspec.structs.replace(
        settings,
        guards=Guards(add_on_price_share=1.0, margin_floor_minor=150),
        slots=Slots(max=2),
        choice=msgspec.structs.replace(settings.choice, salt="other", temperature=1.0, exploration=0.5),
        caps=settings.caps[:1],  # contacts: without a cap of them nothing is published
        rules=settings.rules[1:],
    )
    shop.workspace.settings_file.write_text(render_settings(changed), encoding="utf-8")
    shop.publish()


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("replay")
    exports = write_exports(make_shop(5, size=_SIZE), folder)
    create(folder / "shop").close()
    clock = _Clock(_SIZE.opened + timedelta(days=_SIZE.days))
    with Shop(Workspace(folder / "shop"), clock=clock) as shop:
        for table, path in (("items", exports.items), ("customers", exports.customers), ("orders", exports.orders)):
            shop.ingest(table, path)
        shop.learn()
        _publish_eager(shop)
        life, made = _Life(shop, clock, seed=7), []
        for number in range(_DECISIONS):
            if number in _LEARNED_AFTER:
                shop.learn()
                shop.learn_offers()
            made.append(life.decide())
        shop.learn()
        _publish_others(shop)
        life.decide()
        shop.learn()
    return Lived(folder / "shop", made, clock.now)


@pytest.fixture
def shop(lived: Lived) -> Iterator[Shop]:
    with Shop(Workspace(lived.folder), clock=lambda: lived.now) as opened:
        yield opened


@pytest.fixture
def copied(lived: Lived, tmp_path: Path) -> Iterator[Shop]:
    """A copy of the shop, for one test to take something away from."""
    folder = shutil.copytree(lived.folder, tmp_path / "shop")
    with Shop(Workspace(folder), clock=lambda: lived.now) as opened:
        yield opened


def _remembering(archive: Archive) -> Archive:
    """The archive, that reads each model and the like once."""
    return msgspec.structs.replace(
        archive,
        model_of=cache(archive.model_of),
        settings_of=cache(archive.settings_of),
        posterior_of=cache(archive.posterior_of),
    )


@pytest.mark.slow
def test_a_thousand_decisions_are_the_same_bit_for_bit_after_later_models_and_settings(
    shop: Shop, lived: Lived
) -> None:
    live = {shop.published.hash, shop._model.id}
    archive = _remembering(shop._archive)
    assert len(lived.decisions) == _DECISIONS
    for number, made in enumerate(lived.decisions):
        assert not {made.inputs.model, made.inputs.settings} & live
        name = made.inputs.decision_id
        found = replay(shop.journal.read_decision(name), archive) if number % 50 else shop.replay(name)
        assert found.equal, name
        assert msgspec.json.encode(found.recomputed) == msgspec.json.encode(made)


@pytest.mark.slow
def test_propensities_that_were_kept_are_the_chances_that_are_worked_out_again(shop: Shop, lived: Lived) -> None:
    checked, archive = 0, _remembering(shop._archive)
    for made in lived.decisions:
        slots = run_stages(recall(made, archive)).slots
        assert [offer.propensity for offer in made.slate] == [
            chance for slot in slots for valued, chance in slot.chances if valued is slot.drawn
        ]
        assert all(fsum(chance for _, chance in slot.chances) == pytest.approx(1.0, abs=1e-12) for slot in slots)
        checked += len(slots)
    assert checked > _DECISIONS / 2


def test_the_decisions_are_of_many_kinds(lived: Lived) -> None:
    silences = Counter(made.answer.silence.reason for made in lived.decisions if made.answer.silence is not None)
    kinds = Counter(offer.kind for made in lived.decisions for offer in made.slate)
    assert len({made.inputs.model for made in lived.decisions}) == 1 + len(_LEARNED_AFTER)
    assert sum(made.shown for made in lived.decisions) > _DECISIONS / 4
    assert {made.inputs.epoch for made in lived.decisions} == {0, 1, 2}
    assert {"holdout", "not_enough_evidence", "withheld_by_rule", "nothing_worth_it"} <= silences.keys()
    assert sum(bool(made.passed_over) for made in lived.decisions) > _DECISIONS / 4
    assert {"cross_sell", "upgrade"} <= kinds.keys()
    assert any(made.inputs.contacts for made in lived.decisions)
    assert any(made.inputs.declines for made in lived.decisions)


def _of_model(lived: Lived) -> Decision:
    return next(made for made in lived.decisions if made.slate)


def test_a_forgotten_customer_s_decisions_are_refused_and_others_are_not(copied: Shop, lived: Lived) -> None:
    gone = next(made for made in lived.decisions if made.slate and made.inputs.request.customer_id)
    customer = gone.inputs.request.customer_id
    assert customer is not None
    copied.keeping.forget(customer)
    with pytest.raises(ForgottenError):
        copied.replay(gone.inputs.decision_id)
    other = next(made for made in lived.decisions if made.slate and made.unit not in {None, f"c:{customer}"})
    assert copied.replay(other.inputs.decision_id).equal


def test_a_model_that_is_gone_is_named(copied: Shop, lived: Lived) -> None:
    made = _of_model(lived)
    shutil.rmtree(copied.workspace.models / str(made.inputs.model))
    with pytest.raises(ReplayError, match=f"model {made.inputs.model}, which is gone"):
        copied.replay(made.inputs.decision_id)


def test_a_model_that_is_damaged_is_named(copied: Shop, lived: Lived) -> None:
    made = _of_model(lived)
    (copied.workspace.models / str(made.inputs.model) / "manifest.json").write_text("{}")
    with pytest.raises(ReplayError, match=f"model {made.inputs.model}"):
        copied.replay(made.inputs.decision_id)


def test_settings_that_are_gone_are_named(copied: Shop, lived: Lived) -> None:
    made = _of_model(lived)
    (copied.workspace.settings / f"{made.inputs.settings}.toml").unlink()
    with pytest.raises(ReplayError, match=f"the settings {made.inputs.settings}, which is gone"):
        copied.replay(made.inputs.decision_id)


def test_facts_that_are_gone_are_named(copied: Shop, lived: Lived) -> None:
    made = _of_model(lived)
    item_id, revision = next(iter(made.inputs.items.items()))
    with copied._database.write() as connection:
        connection.execute(item_revisions.delete().where(item_revisions.c.item_id == item_id))
    with pytest.raises(ReplayError, match=f"revision {revision} of item '{item_id}', which is gone"):
        copied.replay(made.inputs.decision_id)


def test_another_engine_s_decisions_are_refused(shop: Shop, lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _of_model(lived)
    monkeypatch.setattr("pairwell.decide.replay.engine_version", lambda: "9.9")
    with pytest.raises(ReplayError, match=f"made by version {made.inputs.engine}; this is 9.9") as caught:
        shop.replay(made.inputs.decision_id)
    assert caught.value.hint == f"Install pairwell {made.inputs.engine} to compute it again."
