"""Who decides under what, while settings and a model are tried on a share of the customers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import ITEMS, MODEL, NOW, SURE, ask

from pairwell.config.published import Published
from pairwell.config.settings import Settings, Slots
from pairwell.decide.canary import Canaries
from pairwell.decide.decider import Asked, Decider
from pairwell.decide.replay import Archive, replay
from pairwell.events import Event
from pairwell.experiments.assignment import gets_first
from pairwell.facts.posteriors import PosteriorStore
from pairwell.facts.store import FactStore
from pairwell.journal.store import Journal
from pairwell.operations.database import open_database
from pairwell.records import Decision

LIVE = Published("live", SURE)
FIRST = Published("first", msgspec.structs.replace(SURE, slots=Slots(max=1)))
OTHER: TableModel = msgspec.structs.replace(MODEL, id="m2", ladders={})
NAMES = [f"c{number}" for number in range(60)]


class Shop:
    """The camping shop, with the versions that a test asks for."""

    def __init__(self, folder: Path) -> None:
        self.database = open_database(f"sqlite:///{folder}/operations.db", durability="process")
        self.facts, self.journal = FactStore(self.database), Journal(self.database)
        self.facts.write_items(ITEMS.values(), at=NOW)

    def decide(self, canaries: Canaries, *names: str | None, **more: Any) -> list[Decision]:
        decider = Decider(lambda: MODEL, LIVE, self.facts, self.journal, canaries=canaries)
        asked = [Asked(request=ask("tent", customer_id=name), entropy=os.urandom(10)) for name in names]
        made = decider.answer_round(asked, now=lambda: NOW, **more)
        assert all(isinstance(one, Decision) for one in made)
        return made  # type: ignore[return-value]

    def archive(self) -> Archive:
        settings, models = {"live": SURE, "first": FIRST.settings}, {"m1": MODEL, "m2": OTHER}
        return Archive(
            model_of=models.__getitem__,
            posterior_of=PosteriorStore(self.database).at,
            settings_of=settings.__getitem__,
            facts=self.facts,
        )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(tmp_path)
    yield opened
    opened.database.close()


def _first(what: str, share: float) -> set[str]:
    return {name for name in NAMES if gets_first(f"c:{name}", what, salt="s", share=share)}


def test_a_share_decides_under_the_new_settings_and_the_record_says_so(shop: Shop) -> None:
    made = shop.decide(Canaries(settings=FIRST, settings_share=0.3), *NAMES)
    first = _first("first", 0.3)
    assert 0 < len(first) < len(NAMES)
    for name, decision in zip(NAMES, made, strict=True):
        assert decision.inputs.settings == decision.answer.settings == ("first" if name in first else "live")
        assert len(decision.slate) == (1 if name in first else 3)


def test_a_share_decides_by_the_new_model_whatever_its_settings(shop: Shop) -> None:
    both = Canaries(settings=FIRST, settings_share=0.5, model=OTHER, model_share=0.5)
    made = shop.decide(both, *NAMES)
    told = {name: (one.inputs.settings, one.inputs.model) for name, one in zip(NAMES, made, strict=True)}
    settings, model = _first("first", 0.5), _first("m2", 0.5)
    for name in NAMES:
        assert told[name] == ("first" if name in settings else "live", "m2" if name in model else "m1")
    assert len(set(told.values())) == 4


def test_who_names_nobody_decides_under_what_is_live(shop: Shop) -> None:
    both = Canaries(settings=FIRST, settings_share=0.999, model=OTHER, model_share=0.999)
    (made,) = shop.decide(both, None)
    assert (made.inputs.settings, made.inputs.model) == ("live", "m1")


def test_decisions_of_both_versions_are_replayed(shop: Shop) -> None:
    both = Canaries(settings=FIRST, settings_share=0.5, model=OTHER, model_share=0.5)
    for made in shop.decide(both, *NAMES):
        kept = shop.journal.read_decision(made.inputs.decision_id)
        assert replay(kept, shop.archive()).equal


def test_a_longer_memory_of_the_new_settings_changes_nothing_for_the_others(shop: Shop) -> None:
    """Who stays with the live settings gets what would have been read without the others."""
    longer = _remembering_longer(SURE)
    declined = [
        Event(event_id=f"e-{name}", type="decline", at=NOW - timedelta(days=40), customer_id=name, item_id="mat")
        for name in NAMES
    ]
    shop.journal.log_events([declined], now=NOW)
    alone = shop.decide(Canaries(), *NAMES, kind="read")
    mixed = shop.decide(Canaries(settings=Published("first", longer), settings_share=0.5), *NAMES, kind="read")
    first = _first("first", 0.5)
    for name, one, other in zip(NAMES, alone, mixed, strict=True):
        assert [len(one.inputs.declines), len(other.inputs.declines)] == ([0, 1] if name in first else [0, 0])
        assert ("mat" in {offer.item_id for offer in other.slate}) == (name not in first)


def _remembering_longer(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, decline=msgspec.structs.replace(settings.decline, quiet_days=90.0))
