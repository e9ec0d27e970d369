"""What holds of every brief and work list: nothing is proposed without a benefit, nor kept silent without a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise

import msgspec
import pytest
from tests.unit.advise.told_firm import ToldFirm, told_firm

from pairwell.advise.brief.record import Brief
from pairwell.advise.working import WorkSheet
from pairwell.catalogues import ROOMS, read_file
from pairwell.report.accounts.sheet import Sheet
from pairwell.report.accounts.shown import Told, as_sheet
from pairwell.report.accounts.text import render_text
from pairwell.said import Said

_ENGLISH = ("sentence", "one", "many")  # of the forms of what is said
_RAISES = frozenset({"upgrade", "heads_up"})


@pytest.fixture(scope="module")
def firm() -> ToldFirm:
    return told_firm()


@pytest.fixture(scope="module")
def briefs(firm: ToldFirm) -> list[Brief]:
    return [firm.brief(one) for one in firm.prospects]


@pytest.fixture(scope="module")
def sheets(firm: ToldFirm, briefs: list[Brief]) -> list[Sheet]:
    told: list[Told] = [*briefs, *(one.bills for one in briefs)]
    return [as_sheet(one) for one in (*told, WorkSheet(currency="EUR", timezone="UTC", work=firm.work))]


def test_no_proposal_raises_the_bill_without_naming_a_benefit_that_pays_for_it(firm: ToldFirm) -> None:
    proposed = 0
    by_id = {one.account.account_id: one for one in firm.prospects}
    for talk in (*firm.work.talks, *firm.work.waiting):
        advices = {one.plan_id: one for one in by_id[talk.account_id].advices.values() if one.plan_id is not None}
        for move in (talk.move, *talk.further):
            assert move.benefit, move
            advice = advices.get(move.plan_id)
            if move.kind not in _RAISES or advice is None:
                continue
            proposed += 1
            assert advice.expected_now_minor is not None
            assert advice.expected_then_minor is not None
            more = advice.expected_then_minor - advice.expected_now_minor
            assert more <= advice.worth_minor, (talk.account_id, move.benefit)
            assert more <= 0 or ": worth" in move.benefit, (talk.account_id, move.benefit)
    assert proposed > 0


def test_every_refusal_to_recommend_says_why(firm: ToldFirm, briefs: list[Brief]) -> None:
    for left in firm.work.left_alone:
        assert left.holds
        assert all(hold.text and hold.helps for hold in left.holds)
    assert all(one.text for one in (*firm.work.nothing_to_say, *firm.work.not_known))
    for brief in briefs:
        assert bool(brief.openings) == (brief.no_opening is None)
        assert brief.no_opening is None or len(brief.no_opening) > 20
        for family in brief.bills.families:
            assert family.advice.benefit, brief.account_id
    assert firm.work.left_alone
    assert any(brief.no_opening for brief in briefs)


def test_the_list_and_the_brief_say_the_same_of_an_account(firm: ToldFirm, briefs: list[Brief]) -> None:
    talks = {talk.account_id: talk for talk in (*firm.work.talks, *firm.work.waiting)}
    for brief in briefs:
        if (talk := talks.get(brief.account_id)) is not None:
            assert talk.move.plan_id in {one.move.plan_id for one in brief.openings}
        if brief.holds:
            assert brief.account_id not in talks


def test_every_brief_says_whom_to_ask_for_and_what_to_do_at_each_answer(briefs: list[Brief]) -> None:
    for brief in briefs:
        lines = "\n".join(render_text(as_sheet(brief), width=10_000))
        assert "Ask for: " in lines
        if brief.openings:
            assert f"pairwell accounts outcome {brief.account_id} accept|later|no --move " in lines
            assert "--until YYYY-MM-DD" in lines
    assert any("Ann, Head of hiring" in "\n".join(render_text(as_sheet(brief))) for brief in briefs)


def test_no_brief_says_a_sentence_twice_or_saves_nothing(briefs: list[Brief]) -> None:
    for brief in briefs:
        # Of two families of plans the same may be true.
        parts = [part for part in as_sheet(brief).parts if not part.key.startswith("bills_")]
        texts = [line.text for part in parts for line in part.lines]
        assert all(one != following for one, following in pairwise(texts)), brief.account_id
        for part in as_sheet(brief).parts:
            told = [line.text for line in part.lines if line.head is None]
            assert len(told) == len(set(told)), (brief.account_id, part.key)
        for opening in brief.openings:
            assert len(opening.listen) == len(set(opening.listen))
        said = " ".join(texts)
        assert not any(nothing in said for nothing in (" 0 hours", " 0 minutes", "saves 0 ", "€0.00")), brief.account_id


@pytest.mark.parametrize("language", ["ru", "pl"])
def test_every_sentence_of_briefs_bills_and_lists_is_told_in_every_language(sheets: list[Sheet], language: str) -> None:
    missing = {text for sheet in sheets for text in _sentences(sheet) if text not in _catalogue(language)}
    assert missing == set()


def test_what_people_read_is_a_sentence_or_the_business_s_own_word(sheets: list[Sheet]) -> None:
    firm = told_firm()
    own = {plan.title for plan in firm.terms.prices.plans} | {one.text for one in firm.terms.benefits}
    own |= firm.accounts.keys() | {plan.family for plan in firm.terms.prices.plans}
    plain = {text for sheet in sheets for text in _texts(sheet) if text and not isinstance(text, Said)}
    assert {text for text in plain if not own & {text, text.removesuffix(".")} and text != "#"} == set()


@cache
def _catalogue(language: str) -> frozenset[str]:
    """What is translated, by its English; of counted sentences both forms."""
    found: set[str] = set()
    for room in ROOMS:
        for message in read_file(files("pairwell") / "locale" / room / f"{language}.po", language):
            forms = message.string if isinstance(message.string, (list, tuple)) else [message.string]
            if message.id and all(forms):
                found |= set(message.id if isinstance(message.id, (list, tuple)) else [message.id])
    return frozenset(found)


def _texts(sheet: Sheet) -> Iterator[str]:
    yield from (sheet.title, sheet.subtitle)
    for part in sheet.parts:
        yield part.title
        for line in part.lines:
            yield from (line.text, line.head or "")
        if part.table is not None:
            yield part.table.title


def _sentences(sheet: Sheet) -> Iterator[str]:
    for text in (*_texts(sheet), *(said for one in sheet.sources for said in (one.rows, one.said))):
        yield from _inside(text)


def _inside(value: object) -> Iterator[str]:
    """The sentences that a text is made of, its values looked into."""
    if isinstance(value, msgspec.Struct):
        yield from (one for name in _ENGLISH if isinstance(one := getattr(value, name, None), str))
    for one in _held(value):
        yield from _inside(one)


def _held(value: object) -> Iterable[object]:
    if isinstance(value, Said):
        return (value.form,)
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.astuple(value)
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()
