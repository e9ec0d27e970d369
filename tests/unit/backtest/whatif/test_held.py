from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec
from tests.unit.backtest.whatif.conftest import other

from pairwell.backtest.whatif.again import Past
from pairwell.backtest.whatif.brief import try_briefly
from pairwell.backtest.whatif.held import Memory, Why, tally_held
from pairwell.config.settings import Settings
from pairwell.decide.choose import run_stages
from pairwell.decide.replay import recall
from pairwell.errors import SettingsError
from pairwell.records import Decision
from pairwell.shop.face import Shop

Late = Callable[[], bool]


def late_after(times: int) -> Late:
    """Says that it is late from the call after so many on."""
    calls = iter(range(1_000_000))
    return lambda: next(calls) >= times


def never() -> bool:
    return False


def test_all_that_was_withheld_is_counted_once(some: list[Decision], past: Past) -> None:
    tally = tally_held(some, past, Memory(0), never)
    expected = Counter[tuple[str, str]]()
    for decision in some:
        expected.update((one.stage, one.reason) for one in run_stages(recall(decision, past.archive)).withheld)
    counted = Counter[tuple[str, str]]()
    for why, number in tally.candidates.items():
        counted[why.stage, why.reason] += number
        assert 0 < tally.decisions[why] <= min(number, len(some))
    assert counted == expected
    assert not tally.unread
    assert tally.offered.total() + tally.silences.total() == len(some) == tally.asked.total()


def test_a_rule_is_counted_by_its_name(shop: Shop, some: list[Decision], past: Past) -> None:
    del shop
    tally = tally_held(some, past, Memory(0), never)
    assert {why.by for why in tally.candidates if why.stage == "guards"} == {None}
    assert Why("guards", "add_on_price_share", None) in tally.candidates


def test_what_is_late_is_not_read(some: list[Decision], past: Past) -> None:
    tally = tally_held(some, past, Memory(0), late_after(7))
    assert len(tally.moments) == 7
    assert tally.unread == {"out_of_time": len(some) - 7}


def test_decisions_of_other_versions_and_without_their_settings_are_told(some: list[Decision], past: Past) -> None:
    foreign = msgspec.structs.replace(some[0], inputs=msgspec.structs.replace(some[0].inputs, engine="0.0.0"))
    gone = msgspec.structs.replace(some[1], inputs=msgspec.structs.replace(some[1].inputs, settings="0" * 16))
    off = msgspec.structs.replace(some[2], inputs=msgspec.structs.replace(some[2].inputs, offers_off=1))
    tally = tally_held([foreign, gone, off], past, Memory(0), never)
    assert tally.unread == {"another_version": 1, "gone": 1}
    assert (len(tally.moments), tally.candidates.total()) == (1, 0)


def test_a_brief_trial_is_the_whole_one_cut_off(some: list[Decision], past: Past, settings: Settings) -> None:
    guards = msgspec.structs.replace(settings.guards, add_on_price_share=0.05)
    strict = other(msgspec.structs.replace(settings, guards=guards))
    whole, brief = try_briefly(some[:40], past, strict, never), try_briefly(some, past, strict, late_after(40))
    assert brief.left == {"out_of_time": len(some) - 40}
    assert brief.counted == whole.counted
    assert whole.counted is not None
    assert whole.counted.requests == 40
    assert whole.counted.after.slates < whole.counted.before.slates


def test_nothing_is_told_of_no_request(past: Past, settings: Settings) -> None:
    found = try_briefly([], past, other(settings), never)
    assert (found.counted, found.moments, found.left) == (None, [], {})


def test_the_newest_are_held_back_first(shop: Shop, decisions: list[Decision]) -> None:
    found = shop.held_back(20)
    newest = sorted((one.inputs.now for one in decisions), reverse=True)[:20]
    assert (found.decisions, found.since, found.until) == (20, min(newest), max(newest))
    assert sum(one.decisions for one in found.placements) == 20
    assert found.offered + sum(one.decisions for one in found.silences) == 20
    assert [one.rule.name for one in found.rules] == [one.name for one in shop.published.settings.rules]
    assert next(one for one in found.guards if one.name == "add_on_price_share").candidates > 0
    assert shop.held_back(20, seconds=0.0).unread == {"out_of_time": 20}


def test_what_is_remembered_is_not_computed_again(some: list[Decision], past: Past) -> None:
    memory = Memory(30)
    first = tally_held(some[:30], past, memory, never)
    lost = msgspec.structs.replace(past, archive=msgspec.structs.replace(past.archive, settings_of=_gone))
    again = tally_held(some[:30], lost, memory, never)
    assert (again.candidates, again.decisions, again.unread) == (first.candidates, first.decisions, {})
    assert tally_held(some[30:60], past, memory, never).candidates.total() > 0
    assert tally_held(some[:30], lost, memory, never).unread == {"gone": 30}


def _gone(name: str) -> Settings:
    raise SettingsError(f"{name} is gone.")
