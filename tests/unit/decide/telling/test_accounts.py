from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from tests.unit.decide.telling.accounts import FOLDER, account_of, cases, place, told
from tests.unit.decide.tents import ask
from tests.unit.serve.pages.english import english_in

from pairwell.catalogues import LANGUAGES
from pairwell.config.settings import OfferKind
from pairwell.ingest.vocabulary import is_field

NAMES = sorted(cases())
_OWN = {"rule", "later", "cap"}  # factors that are the shop's own words


@pytest.mark.parametrize("name", NAMES)
def test_an_account_reads_as_it_was_read_and_agreed(name: str) -> None:
    assert told(name) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_there_is_no_account_without_its_decision() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_lines_fit_a_terminal(name: str) -> None:
    assert max(len(line) for line in account_of(cases()[name]).lines(every=True)) <= 80


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("name", NAMES)
def test_an_account_is_told_in_the_language_of_whoever_reads_it(name: str, language: str) -> None:
    account = account_of(cases()[name])
    offers = [msgspec.structs.replace(one, texts=[]) for one in account.offers]  # in the customer's own language
    lines = msgspec.structs.replace(account, offers=offers).lines(every=True, language=language)
    own = [
        str(left.factors[key]) for one in account.withheld.values() for left in one for key in _OWN & {*left.factors}
    ]
    assert not [line for line in english_in(lines) if not any(text in line for text in own)]
    assert max(len(line) for line in lines) <= 80


def test_long_ids_stand_whole() -> None:
    long = "kayak-" * 20
    assert any(line.strip().endswith(long + ",") for line in account_of(place(ask(long))).lines())


def test_the_json_keeps_every_number() -> None:
    account = json.loads(msgspec.json.encode(account_of(cases()["shown"])))
    assert account["purchase_minor"] == 23_500
    assert account["slate_cost_minor"] == pytest.approx(2 + 3 * 7)
    mat = next(offer for offer in account["offers"] if offer["item_id"] == "mat")
    assert mat["quiet"] == 0.2
    assert mat["worth_minor"] == pytest.approx((mat["bought_when_shown"] - 0.2) * 400)
    assert account["withheld"]["guards"][0]["factors"]["limit_minor"] == 7_050
    assert account["withheld"]["guards"][0]["hints"][0] == {"goal": "worth_its_cost", "price_at_most_minor": 7_050}


def test_the_page_shows_an_account_as_it_is() -> None:
    page = (Path(__file__).resolve().parents[4] / "docs" / "explaining.md").read_text(encoding="utf-8")
    assert f"```text\n{told('declined_and_capped')}```" in page


def test_texts_on_the_page_are_what_a_shop_may_say() -> None:
    page = (Path(__file__).resolve().parents[4] / "docs" / "explaining.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```csv\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    rows = list(csv.DictReader(example.splitlines()))
    assert all(is_field("offer_texts", name) for name in rows[0])
    assert {row["kind"] for row in rows} <= set(get_args(OfferKind))
