"""What is told of the accounts of a small firm, and what their answers change."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.advise.small_firm import MARKUP

from pairwell.advise.answers import Told
from pairwell.advise.billing.compare import Comparison
from pairwell.config.tasks import Columns
from pairwell.errors import EvidenceError, NotFoundError, RequestError
from pairwell.journal.talks import read_talks
from pairwell.operations.database import open_database
from pairwell.report.accounts.markdown import render_markdown
from pairwell.report.accounts.page import render_page
from pairwell.report.accounts.shown import Told as AnySheet
from pairwell.report.accounts.shown import as_sheet
from pairwell.report.accounts.tasks import COLUMNS, make_tasks, render_tasks
from pairwell.report.accounts.text import render_text
from pairwell.shop.face import Shop, create_shop, open_shop


@pytest.fixture(scope="module")
def shop(small_firm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(shutil.copytree(small_firm, tmp_path_factory.mktemp("advising") / "firm")) as made:
        yield made


def test_each_month_is_reckoned_on_every_plan(shop: Shop) -> None:
    (family,) = shop.accounts.bills("acme").families
    assert isinstance(family.comparison, Comparison)
    totals = {option.plan_id: option.total_minor for option in family.comparison.options}
    assert totals == {"payg": 8 * 17_500, "scale": 8 * 12_500}
    assert (family.advice.action, family.advice.plan_id) == ("upgrade", "scale")
    assert family.advice.benefit == "Scale saves 50 a month"


def test_a_brief_holds_use_value_and_a_way_into_the_talk(shop: Shop) -> None:
    brief = shop.accounts.brief("acme")
    (use,) = brief.uses
    assert (use.share, use.goal, use.included) == (3.0, Decimal(5), Decimal(1))
    assert (brief.received.months, brief.received.minutes) == (3, Decimal(9 * 45))
    assert brief.openings[0].move.plan_id == "scale"
    assert "What do you plan for the coming quarter that the last one did not have?" in brief.openings[0].questions
    assert [step.by for step in brief.steps] == sorted(step.by for step in brief.steps)
    assert brief.review == brief.steps[-1].by


def test_nothing_is_proposed_to_who_complains(shop: Shop) -> None:
    brief = shop.accounts.brief("quiet")
    assert brief.holds[0].code == "complaint"
    assert (brief.openings, brief.gaps) == ((), ())
    assert brief.no_opening is not None
    work = shop.accounts.worklist().work
    assert [one.account_id for one in work.left_alone] == ["quiet"]
    assert [one.account_id for one in work.talks] == ["acme"]


def test_a_work_list_is_of_an_owner_and_as_long_as_the_minutes(shop: Shop) -> None:
    assert [one.account_id for one in shop.accounts.worklist("bob").work.talks] == []
    short = shop.accounts.worklist("ann", 10).work
    assert (short.talks, [one.account_id for one in short.waiting]) == ((), ["acme"])
    with pytest.raises(RequestError):
        shop.accounts.worklist(capacity_minutes=0)
    assert shop.accounts.owners() == ["ann", "bob"]


@pytest.mark.parametrize("crm", COLUMNS)
def test_a_talk_is_a_task_under_the_names_of_each_crm(shop: Shop, crm: Columns) -> None:
    found = shop.accounts.worklist()
    (task,) = make_tasks(found, crm, "pl")
    assert tuple(task) == COLUMNS[crm]
    (row,) = csv.DictReader(io.StringIO(render_tasks([task], crm)))
    assert row == {name: str(value) for name, value in task.items()}
    assert "Scale oszczędza 50 miesięcznie" in " ".join(row.values())
    empty = render_tasks([], crm).split("\r\n")
    assert empty == [",".join(COLUMNS[crm]), ""]


def test_every_sheet_is_shown_in_every_form_and_language(shop: Shop) -> None:
    told: tuple[AnySheet, ...] = (
        shop.accounts.bills("acme"),
        shop.accounts.brief("acme"),
        shop.accounts.worklist(),
        shop.accounts.whitespace(check=True),
    )
    for sheet in map(as_sheet, told):
        english = "\n".join(render_text(sheet, sources=True))
        for language in ("ru", "pl"):
            spoken = "\n".join(render_text(sheet, language=language, sources=True))
            assert sheet.title not in spoken or sheet.title == MARKUP
            assert spoken != english
        page = render_page(sheet, "pl", sources=True)
        assert "<b>Acme" not in page
        assert "<script" not in page
        assert MARKUP not in render_markdown(sheet)
        numbers = {number for part in sheet.parts for line in part.lines for number in line.sources}
        assert numbers <= set(range(1, len(sheet.sources) + 1))


def test_whitespace_of_too_few_accounts_says_so(shop: Shop) -> None:
    found = shop.accounts.whitespace("zen", check=True)
    assert [row.account_id for row in found.rows] == ["zen"]
    assert [one.reason for one in found.not_learned] == ["too_few_holders"]


def test_what_nobody_knows_is_named(shop: Shop) -> None:
    with pytest.raises(NotFoundError, match="acm"):
        shop.accounts.brief("acm")
    with pytest.raises(NotFoundError, match="scal"):
        shop.accounts.outcome("acme", Told(answer="no", move="scal"))


def test_a_shop_without_accounts_says_which_files_to_ingest(tmp_path: pytest.TempPathFactory) -> None:
    with create_shop(f"{tmp_path}/empty") as empty, pytest.raises(EvidenceError) as raised:
        empty.accounts.worklist()
    assert "pairwell ingest plans FILE" in (raised.value.hint or "")


def test_a_later_leaves_the_account_alone_until_its_day_and_is_told_once(shop: Shop) -> None:
    until = datetime.now(UTC) + timedelta(days=200)
    told = Told(answer="later", move="scale", until=until, words="after the budget", by="ann")
    first, again = (shop.accounts.outcome("acme", told) for _ in range(2))
    assert (first.is_new, again.is_new) == (True, False)
    assert first.alone_until == until
    work = shop.accounts.worklist().work
    held = {one.account_id: one.holds for one in work.left_alone}
    assert held["acme"][0].code == "asked_for_later"
    assert held["acme"][0].until == until
    assert shop.accounts.brief("acme").openings == ()


def test_a_no_parks_the_account_and_silences_the_same_offer_online(shop: Shop, tmp_path: Path) -> None:
    told = tmp_path / "relations.csv"
    told.write_text("anchor_id,item_id,relation\npayg,scale,upgrade\n", encoding="utf-8")
    shop.ingest("relations", told)
    assert "declined" not in {_against_scale(shop, who) for who in ("zen", "another")}
    outcome = shop.accounts.outcome("zen", Told(answer="no", move="scale", reason="too_dear", by="bob"))
    assert _against_scale(shop, "zen") == "declined"
    assert _against_scale(shop, "another") != "declined"
    quiet = timedelta(days=shop.published.settings.decline.quiet_days)
    assert outcome.silent_until is not None
    assert abs(outcome.silent_until - datetime.now(UTC) - quiet) < timedelta(minutes=5)
    held = {one.account_id: one.holds[0].code for one in shop.accounts.worklist().work.left_alone}
    assert held["zen"] == "declined_lately"
    database = open_database(shop.workspace.operations_url(""), durability="process")
    (event,) = (one for one in read_talks(database, until=datetime.now(UTC)) if one.customer_id == "zen")
    database.close()
    assert (event.type, event.reason, event.item_id) == ("decline", "too_dear", "scale")


def _against_scale(shop: Shop, customer_id: str) -> str | None:
    """Why the larger plan is not offered online to whoever looks at the smaller one."""
    request = {"placement": "product", "customer_id": customer_id, "viewed": ["payg"], "explain": True}
    answer = shop.decide(request, dry_run=True)
    return next((one.reason for one in answer.withheld or () if one.item_id == "scale"), None)


def test_an_answer_without_a_move_is_about_the_one_that_is_proposed(small_firm: Path, tmp_path: Path) -> None:
    with open_shop(shutil.copytree(small_firm, tmp_path / "firm")) as firm:
        with pytest.raises(RequestError, match="what the talk was about"):
            firm.accounts.outcome("quiet", Told(answer="no"))  # nothing is proposed to them
        assert firm.accounts.outcome("acme", Told(answer="accept")).move == "scale"
