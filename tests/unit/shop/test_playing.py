from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from tests.unit.decide.tents import CERTAIN, ITEMS, MODEL, NOW, SURE, ask

from pairwell.config.rules.rule import Rule
from pairwell.config.settings import Cap, Settings
from pairwell.errors import RequestError
from pairwell.operations.database import Database
from pairwell.shop.face import Shop, create_shop
from pairwell.shop.parts import Parts
from pairwell.shop.playing.changes import Wanted, try_changes
from pairwell.shop.playing.play import Play, Played

NO_LAMP = Rule(name="no lamps", stage="eligibility", scope="offer", when="item.item_id == 'lamp'", reason="no_lamps")
NO_MATS = Cap(name="no mats", scope="offer", outcome="accept", items=("mat",), limit=0)
ALL_HELD = msgspec.structs.replace(CERTAIN, holdout=1.0)
ALL_WITHHELD = msgspec.structs.replace(CERTAIN, withheld=1.0)


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parts, "model_or_none", lambda _: MODEL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shop"


def open_tents(folder: Path, **more: Any) -> Shop:
    shop = create_shop(folder, msgspec.structs.replace(SURE, **more))
    shop.facts.write_items(ITEMS.values(), at=NOW)
    return shop


@pytest.fixture
def tents(folder: Path) -> Iterator[Shop]:
    with open_tents(folder) as shop:
        yield shop


def play(shop: Shop, wanted: Wanted | None = None, *items: str, **more: Any) -> Played:
    asked = ask(*(items or ("tent",)), **more)
    return shop.play(Play(request=asked, at=NOW, wanted=wanted or Wanted()))


def shown(played: Played) -> list[str]:
    return [one.offer.item_id for one in played.live.offers]


def changed(played: Played) -> list[str]:
    assert played.changed is not None, played.mistakes
    return [one.offer.item_id for one in played.changed.offers]


def rows(database: Database) -> dict[str, list[Any]]:
    """Everything that is in the operations database."""
    with database.read() as connection:
        names = sa.inspect(connection).get_table_names()
        return {name: sorted(map(repr, connection.execute(sa.text(f'SELECT * FROM "{name}"')))) for name in names}


def test_it_tells_what_a_decision_would_show(tents: Shop) -> None:
    played, answer = play(tents), tents.decide_at(ask("tent"), NOW, dry_run=True).answer
    assert shown(played) == [one.item_id for one in answer.offers] == ["tent+", "lamp", "mat"]
    assert [one.offer.reasons for one in played.live.offers] == [one.reasons for one in answer.offers]
    assert [one.price for one in played.live.offers] == ["€299.00", "€25.00", "€7.00"]
    assert [(one.item_id, one.stage, one.why) for one in played.live.withheld] == [
        ("stove", "guards", "Too dear beside this purchase")
    ]
    assert [one.label for one in played.live.offers[0].weighed] == ["Fits", "Changes", "Brings", "Place"]
    assert (played.changed, played.changes, played.differences) == (None, [], [])


def test_the_customer_reads_it_in_the_language_that_is_asked_for(tents: Shop) -> None:
    played = play(tents, locale="ru")
    assert (played.live.language, played.live.offers[1].price) == ("ru", "25,00\xa0€")


@pytest.mark.parametrize("choice", [ALL_HELD, ALL_WITHHELD])
def test_lots_are_looked_through(folder: Path, choice: Any) -> None:
    with open_tents(folder, choice=choice) as shop:
        silence = shop.decide_at(ask("tent", customer_id="c"), NOW, dry_run=True).answer.silence
        assert silence is not None
        played = play(shop, customer_id="c")
        assert shown(played) == ["tent+", "lamp", "mat"]
        assert (played.live.silence, played.live.outcome[:16]) == (None, "Shown: 3 offers.")
        assert played.in_holdout == (choice is ALL_HELD)
        assert any("in the holdout" in line for line in played.lines()) == played.in_holdout
        assert not play(shop).in_holdout


@pytest.mark.parametrize("placement", ["cart", "email"])
def test_nothing_is_kept_and_no_cap_is_reserved(folder: Path, placement: str) -> None:
    caps = (
        Cap(name="one", limit=1, window_h=24.0),
        Cap(name="a lamp", scope="offer", outcome="accept", items=("lamp",), limit=1),
    )
    with open_tents(folder, caps=caps) as shop:
        before, files = rows(shop._database), sorted(map(str, folder.rglob("*.toml")))
        live = shop.rollout.log("settings")
        for draw in range(1, 6):
            asked = ask("tent", placement=placement, customer_id="c", request_id="r", viewed=["gas"])
            wanted = Wanted(settings={"slots.max": "2"}, caps_off=["one"])
            shop.play(Play(request=asked, at=NOW + timedelta(minutes=draw), draw=draw, wanted=wanted))
        assert rows(shop._database) == before
        assert sorted(map(str, folder.rglob("*.toml"))) == files
        assert shop.rollout.log("settings") == live
        assert shop.journal.count().decisions == 0


def test_a_cap_that_is_used_up_by_decisions_counts_and_what_is_played_uses_nothing_of_it(folder: Path) -> None:
    with open_tents(folder, caps=(Cap(name="a lamp", scope="offer", items=("lamp",), limit=1),)) as shop:
        assert all("lamp" in shown(play(shop, customer_id=f"c{n}")) for n in range(3))
        shop.decide_at(ask("tent", customer_id="c"), NOW)
        assert "lamp" not in shown(play(shop, customer_id="d"))


def test_what_a_name_was_answered_before_is_no_answer_here(tents: Shop) -> None:
    tents.decide_at(ask("gas", request_id="r"), NOW)
    assert shown(play(tents, request_id="r")) == ["tent+", "lamp", "mat"]


class TestChanges:
    def test_the_same_request_is_decided_twice(self, tents: Shop) -> None:
        played = play(tents, Wanted(settings={"guards.add_on_price_share": "0.5"}))
        assert (shown(played), changed(played)) == (["tent+", "lamp", "mat"], ["stove", "tent+", "lamp", "mat"])
        assert [(one.name, one.before, one.after) for one in played.changes] == [
            ("guards.add_on_price_share", 0.3, 0.5)
        ]
        stove = next(one for one in played.differences if one.item_id == "stove")
        assert (stove.place_before, stove.place_after) == (None, 1)
        assert (stove.why_before, stove.why_after) == ("Too dear beside this purchase", None)
        assert {one.item_id for one in played.differences} == {"stove", "tent+", "lamp", "mat"}  # it moved the others
        said = "\n".join(played.lines())
        assert "With guards.add_on_price_share = 0.5 instead of 0.3:" in said
        assert "Stove: not shown (too dear beside this purchase); now shown in place 1." in said
        assert tents.published.settings.guards.add_on_price_share == 0.3

    def test_what_changes_nothing_says_so(self, tents: Shop) -> None:
        played = play(tents, Wanted(settings={"guards.margin_floor_minor": "1"}))
        assert (changed(played), played.differences) == (shown(played), [])
        assert "Nothing comes out otherwise for this request." in "\n".join(played.lines())
        assert play(tents, Wanted(settings={"guards.add_on_price_share": "0.3"})).changed is None

    def test_the_lots_are_the_same_on_both_sides(self, folder: Path) -> None:
        choice = msgspec.structs.replace(CERTAIN, temperature=10.0)
        with open_tents(folder, choice=choice) as shop:
            orders = set()
            for draw in range(1, 30):
                asked = Play(
                    request=ask("tent"), at=NOW, draw=draw, wanted=Wanted(settings={"guards.margin_floor_minor": "1"})
                )
                played = shop.play(asked)
                assert (changed(played), played) == (shown(played), shop.play(asked))
                orders.add(tuple(shown(played)))
            assert len(orders) > 1

    @pytest.mark.parametrize(
        ("name", "text"),
        [("guards.add_on_price_share", "0.01"), ("guards.add_on_price_share", "0.9"), ("slots.max", "1"),
         ("placements.cart.friction", "0.01"), ("placements.cart.attention_minor", "10000"),
         ("shop.objective", "revenue"), ("guards.upgrade_price_corridor", "[1.5, 2]"),
         ("placements.cart.kinds", '["upgrade"]')],
    )  # fmt: skip
    def test_what_differs_tells_of_every_offer_that_is_not_where_it_was(
        self, tents: Shop, name: str, text: str
    ) -> None:
        played = play(tents, Wanted(settings={name: text}))
        before, after = ({item: n + 1 for n, item in enumerate(side)} for side in (shown(played), changed(played)))
        differs = {one.item_id: one for one in played.differences}
        for item in before.keys() | after.keys():
            if before.get(item) != after.get(item):
                assert (differs[item].place_before, differs[item].place_after) == (before.get(item), after.get(item))
                assert (differs[item].why_before is None) == (item in before)
                assert (differs[item].why_after is None) == (item in after or name.endswith(".kinds"))
            else:
                assert item not in differs

    def test_a_rule_and_a_cap_can_be_left_out(self, folder: Path) -> None:
        with open_tents(folder, rules=(NO_LAMP,), caps=(NO_MATS,)) as shop:
            assert shown(play(shop)) == ["tent+"]
            played = play(shop, Wanted(rules_off=["no lamps"]))
            assert changed(played) == ["tent+", "lamp"]
            assert [(one.name, one.before, one.after) for one in played.changes] == [("rules.no lamps", "on", "off")]
            assert changed(play(shop, Wanted(caps_off=["no mats"]))) == ["tent+", "mat"]

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("guards.add_on_price_share", "-1", "Expected `float` >= 0.0"),
            ("guards.add_on_price_share", "much", "Expected `float`, got `str`"),
            ("guards.upgrade_price_corridor", "[2, 1]", "expected 1 <= low <= high"),
            ("guards.add_on_price_share", "inf", "expected a finite number"),
            ("slots.max", "99", "Expected `int` <= 50"),
            ("shop.objective", "gold", "expected one of margin, revenue, service"),
            ("guards.add_on_price", "1", "is not a setting"),
            ("nothing.here", "1", "is not a setting"),
            ("placements.nowhere.friction", "1", "is not a setting"),
            ("placements.cart.friction", "2", "Expected `float` <= 1.0"),
            ("", "1", "is not a setting"),
            ("shop", "1", "Expected `object`, got `int`"),
            ("rules", "1", "Expected `array`, got `int`"),
            ("slots.max", "1\ny = 2", "Expected `int`, got `str`"),
            ("slots.max", "[" * 199, "Expected `int`, got `str`"),
        ],
    )
    def test_what_is_wrong_is_told_and_the_published_side_stays(
        self, tents: Shop, name: str, text: str, said: str
    ) -> None:
        played = play(tents, Wanted(settings={name: text, "slots.max": "1"} if name != "slots.max" else {name: text}))
        assert (len(played.mistakes), played.changed, shown(played)) == (1, None, ["tent+", "lamp", "mat"])
        assert played.mistakes[0].name == name
        assert said in played.mistakes[0].said
        assert played.mistakes[0].said in " ".join(" ".join(played.lines()).split())

    @pytest.mark.parametrize(
        ("name", "text", "after"),
        [
            ("guards.add_on_price_share", "80%", 0.8),
            ("guards.add_on_price_share", "33.3 %", 0.333),
            ("guards.upgrade_price_corridor", "[110%, 1.5]", (1.1, 1.5)),
        ],
    )
    def test_a_share_is_taken_in_per_cent(self, tents: Shop, name: str, text: str, after: object) -> None:
        played = play(tents, Wanted(settings={name: text}))
        assert [(one.name, one.after) for one in played.changes] == [(name, after)]

    def test_what_is_no_number_is_told_how_one_is_written(self, tents: Shop) -> None:
        (mistake,) = play(tents, Wanted(settings={"guards.add_on_price_share": "100% wool"})).mistakes
        assert mistake.hint == "Write a number such as 0.3, or 30%."

    def test_all_that_is_wrong_is_told_at_once(self, tents: Shop) -> None:
        wanted = Wanted(settings={"slots.max": "0", "shop.objective": "x"}, rules_off=["no"], caps_off=["never"])
        found = play(tents, wanted).mistakes
        assert [one.name for one in found] == ["slots.max", "shop.objective", "rules", "caps"]

    def test_the_name_of_a_placement_may_have_dots(self) -> None:
        live = msgspec.structs.replace(SURE, placements={"a.b": Settings().placements["cart"]})
        tried = try_changes(live, Wanted(settings={"placements.a.b.friction": "0.5"}))
        assert tried.published is not None
        assert tried.published.settings.placements["a.b"].friction == 0.5


def test_offers_that_are_off_are_off_here(tents: Shop) -> None:
    tents.rollout.offers_off(author="ann", reason="a wrong price")
    played = play(tents, Wanted(settings={"slots.max": "1"}))
    assert (played.offers_off, shown(played), changed(played)) == (True, [], [])


def test_without_a_model_it_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parts, "model_or_none", lambda _: None)
    with open_tents(folder) as shop:
        assert "Nothing has been learned yet" in play(shop).live.outcome


@pytest.mark.parametrize("more", [{"placement": "kart"}, {"customer_id": "\0"}])
def test_a_wrong_request_is_refused(tents: Shop, more: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        play(tents, **more)
