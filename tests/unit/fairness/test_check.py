from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest

from pairwell.config.settings import Guards, Settings
from pairwell.config.waiving import Waived
from pairwell.errors import UnfairError, exit_code
from pairwell.fairness.check import Goods, check_fairness, require_fair, tell_finding
from pairwell.fairness.finding import Code, Fairness
from pairwell.fairness.patterns import PATTERNS, WAIVABLE
from pairwell.offer_words import OfferText
from pairwell.records import Item
from pairwell.said import spoken

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TRUE = Waived(name="counted", pattern="fake_scarcity", item="mat", words="last pieces", reason="counted by hand")


def check(*texts: str, waived: tuple[Waived, ...] = (), guards: Guards | None = None) -> Fairness:
    told = [OfferText(kind="cross_sell", locale="en", variant=str(at), title=words) for at, words in enumerate(texts)]
    items = [Item(item_id="mat", price_minor=500, texts=told), Item(item_id="tent")]
    return check_fairness(Settings(waived=waived, guards=guards or Guards()), Goods(items), now=NOW)


def test_every_pattern_has_its_words_sources_and_mend() -> None:
    assert set(PATTERNS) == set(get_args(Code))
    for pattern in PATTERNS.values():
        assert pattern.sources
        for text in (pattern.label, pattern.about, pattern.mend):
            assert spoken(text, "ru") != text != spoken(text, "pl")


def test_all_patterns_are_listed_whether_found_or_not() -> None:
    fair = check("A soft mat")
    assert [one.pattern for one in fair.patterns] == list(PATTERNS)
    assert (fair.texts, fair.blocked, fair.blocking, fair.told) == (1, False, [], [])
    assert {one.pattern for one in fair.patterns if one.waivable} == WAIVABLE
    require_fair(fair)


def test_what_blocks_is_told_with_place_law_and_mend() -> None:
    found = check("Last pieces", "Everyone buys it")
    assert found.blocked
    with pytest.raises(UnfairError) as caught:
        require_fair(found)
    assert exit_code(caught.value) == 2
    message = caught.value.message
    assert "own text of mat, en, cross sell, variant 0, title: “Last pieces” speaks of little being left" in message
    assert "variant 1" in message
    assert "Annex I, points 7 and 18" in message
    assert "mend: Take the words out" in message


def test_many_findings_are_counted_to_the_end() -> None:
    with pytest.raises(UnfairError, match=r"\nand 5 more$"):
        require_fair(check(*["Last pieces"] * 25))


def test_a_concern_is_told_and_blocks_nothing() -> None:
    found = check(guards=Guards(add_on_price_share=0.5))
    assert not found.blocked
    assert [one.pattern for one in found.told] == ["beyond_guard"]
    require_fair(found)


def test_a_waiver_lets_pass_and_is_shown_with_its_reason() -> None:
    found = check("Last pieces", waived=(TRUE,))
    assert not found.blocked
    (one,) = found.told
    assert "  waived: counted by hand" in tell_finding(one)
    assert found.idle == []


def test_a_waiver_of_words_that_are_gone_is_idle() -> None:
    assert check("A soft mat", waived=(TRUE,)).idle == ["counted"]
    assert check("Only 2 left", waived=(TRUE,)).blocked


def test_without_the_catalogue_settings_are_judged_alone() -> None:
    found = check_fairness(Settings(guards=Guards(discount_max_share=1.0)), None, now=NOW)
    assert (found.texts, found.blocked) == (None, True)


class TestWhatIsNoOwnText:
    def check(self, title: str, waived: tuple[Waived, ...] = (), story: str = "") -> Fairness:
        goods = Goods([Item(item_id="mat", price_minor=500, title=title)], [("case", story)] if story else [])
        return check_fairness(Settings(waived=waived), goods, now=NOW)

    @pytest.mark.parametrize("title", ["Mat, only 2 left", "Last chance mat", "Mat, get it free", "You will regret it"])
    def test_the_gravest_words_in_a_title_block(self, title: str) -> None:
        with pytest.raises(UnfairError, match="title of mat in the catalogue"):
            require_fair(self.check(title))

    def test_other_words_in_a_title_are_told(self) -> None:
        found = self.check("Customers love it mat")
        assert (found.blocked, [one.pattern for one in found.told]) == (False, ["false_social_proof"])

    def test_a_title_is_waived_as_a_text_is(self) -> None:
        waived = msgspec.structs.replace(TRUE, words="last pieces!")
        found = self.check("Last pieces!", (waived,))
        assert (found.blocked, [one.waived for one in found.told], found.idle) == (False, ["counted by hand"], [])

    def test_plain_titles_pass(self) -> None:
        assert self.check("Soft mat, 2 pieces, left-handed").told == []

    def test_a_story_is_told_and_blocks_nothing(self) -> None:
        found = self.check("Mat", story="Everyone buys it")
        (one,) = found.told
        assert (found.blocked, next(iter(tell_finding(one)))[:14]) == (False, "story of case:")


def test_a_refusal_is_spoken() -> None:
    with pytest.raises(UnfairError) as caught:
        require_fair(check("Last pieces"), "pairwell.toml")
    for language in ("ru", "pl"):
        assert not {"nothing was made live", "mend:", "own text", "title"} & {
            words for words in ("nothing was made live", "mend:", "own text", "title")
            if words in spoken(caught.value.message, language)
        }  # fmt: skip


def test_the_settings_of_a_trial_are_not_named_after_the_file() -> None:
    with pytest.raises(UnfairError, match=r"what is tried, guards\.discount_max_share"):
        require_fair(check(guards=Guards(discount_max_share=1.0)), "what is tried")
