"""A training sheet tells what is shown, and says where nothing is."""

from __future__ import annotations

import msgspec
import pytest

from pairwell.advise.stores.noes import Declined
from pairwell.advise.stores.records import Training
from pairwell.advise.stores.steps import Known
from pairwell.advise.stores.training import _ANSWERS, Asked, _most_returned, _objections, belongs
from pairwell.config.settings import Settings
from pairwell.errors import NotFoundError
from pairwell.records import Item
from pairwell.report.shown.text import render_text
from pairwell.report.stores.sheets import training_report
from pairwell.shop.face import Shop


@pytest.fixture(scope="module")
def sheet(counter: Shop) -> Training:
    return counter.sellers.training("Tents")


def test_it_says_why_the_better_is_better_and_who_took_it(sheet: Training) -> None:
    (step,) = (one for one in sheet.steps if one.item_id == "tent")
    assert (step.upgrade_id, step.more_minor) == ("tent+", 3_000)
    assert {"rating", "weight"} <= {one.attribute for one in step.compare}
    assert step.dearer is not None


def test_what_goods_differ_in_is_asked(sheet: Training) -> None:
    assert sheet.questions[1:] == ["Weight: 3 kg or 2 kg?"]


def test_who_adds_more_is_told_only_where_it_is_shown(sheet: Training) -> None:
    """Not of mats, which only Bo sells less of than the others, and not of bags, which all add alike."""
    assert [(one.name, one.item_id) for one in sheet.habits] == [("Cy", "pegs")]
    assert sheet.habits[0].interval.low > 1
    assert sheet.compared == 18


def test_the_page_holds_questions_answers_and_what_is_not_shown(sheet: Training) -> None:
    text = "\n".join(render_text(training_report(sheet)))
    for said in ("What to ask", "Why the better is better", "Objections and answers", "too dear", "No customer's no"):
        assert said in text
    assert "No item is shown to come back" in text


def test_a_category_nobody_knows_is_named_with_some_there_are(counter: Shop) -> None:
    with pytest.raises(NotFoundError) as refused:
        counter.sellers.training("Boats")
    assert "Sleep" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("category", "wanted", "found"),
    [
        ("Camp > Tents", "Tents", True),
        ("Camp > Tents", "camp", True),
        ("Camp > Tents > Family", "Camp > Tents", True),
        ("Camp > Tents", "Camp > Sleep", False),
        ("Camp > Tents", "Tent", False),
        (None, "Tents", False),
    ],
)
def test_a_category_is_named_whole_or_by_its_last_part(category: str | None, wanted: str, found: bool) -> None:
    assert belongs(category, wanted) is found


def test_what_comes_back_more_than_the_rest_is_told_and_chance_is_not() -> None:
    known = Known(model=None, items={"bad": Item(item_id="bad", title="Bad")}, said=lambda _: [])
    counts = {"bad": (200, 60), **{f"i{number}": (200, 10) for number in range(8)}, "few": (5, 4)}
    (found,) = _most_returned(counts, known)
    assert (found.title, found.orders, found.returned) == ("Bad", 200, 60)
    assert _most_returned(dict.fromkeys("abcdef", (200, 10)), known) == []
    assert _most_returned({"a": (200, 0)}, known) == []


def test_customers_reasons_lead_the_objections() -> None:
    settings = Settings()
    known = Known(model=None, items={}, said=lambda _: [])
    no = Declined(decision_id="d", offer_no=0, kind="cross_sell", name="mat", seller_id=None, at=0, reason="not_for_me")
    asked = Asked(
        category="Tents",
        known=known,
        declined=[no, no, msgspec.structs.replace(no, name="other", reason="later")],
        decline=settings.decline,
        shop=settings.shop,
    )
    found = _objections(asked, {"mat"})
    assert (found[0].reason, found[0].times) == ("not_for_me", 2)
    assert "30 days" in found[0].answer
    assert {one.reason for one in found} == {*_ANSWERS, "not_for_me"} - {""}
    assert all(one.times == 0 for one in found[1:])
