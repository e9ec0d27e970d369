"""Industries, rules and caps on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pairwell.config.presets import INDUSTRIES
from pairwell.config.rules.rule import Industry
from pairwell.errors import SettingsError

from .conftest import Command


def test_help_lists_the_industries(pairwell: Command) -> None:
    shown = pairwell("init", "--help").stdout.replace("\n", "").replace(" ", "")
    assert "|".join(INDUSTRIES) in shown


@pytest.mark.parametrize("industry", ["retail", "saas"])
def test_init_starts_with_an_industry(pairwell: Command, tmp_path: Path, industry: Industry) -> None:
    made = pairwell("init", tmp_path, "--industry", industry)
    assert made.exit_code == 0, made.output
    assert industry in made.stdout
    found = json.loads(pairwell("status", "--workspace", tmp_path, "--json").stdout)
    assert found["drift"] == []
    assert found["ruled"]["rules"] > 4


def test_init_refuses_another_industry_and_makes_nothing(pairwell: Command, tmp_path: Path) -> None:
    refused = pairwell("init", tmp_path / "shop", "--industry", "telekom")
    assert refused.exit_code == 2
    assert "Invalid value for '--industry': 'telekom' is not one of 'retail', 'grocery'" in refused.stderr
    assert not (tmp_path / "shop").exists()


def test_publish_names_the_line_of_a_faulty_rule_and_leaves_the_live_ones(pairwell: Command, tmp_path: Path) -> None:
    pairwell("init", tmp_path)
    file = tmp_path / "pairwell.toml"
    text = file.read_text(encoding="utf-8").replace("customer.open_complaints > 0", "customer.open_complaint > 0")
    line = next(n for n, one in enumerate(text.splitlines(), start=1) if "open_complaint >" in one)
    file.write_text(text, encoding="utf-8")
    error = pairwell("publish", "--workspace", tmp_path).exception
    assert isinstance(error, SettingsError)
    assert f"line {line}, rule 'open complaint', column 10" in error.message
    assert error.hint == "Did you mean `customer.open_complaints`?"


def test_publish_shows_what_changes_of_which_rule(pairwell: Command, tmp_path: Path) -> None:
    pairwell("init", tmp_path)
    file = tmp_path / "pairwell.toml"
    changed = file.read_text(encoding="utf-8").replace("customer.returned_share > 0.5", "customer.returned_share > 0.4")
    file.write_text(changed, encoding="utf-8")
    said = pairwell("publish", "--workspace", tmp_path).stdout
    assert "rules.serial returner.when: " in said
    assert "rules.adults only" not in said
    assert "Live: settings" in said


def test_publish_and_status_say_what_own_caps_leave_unlimited_and_what_has_ended(
    pairwell: Command, tmp_path: Path
) -> None:
    pairwell("init", tmp_path)
    assert "\nCaps: contacts a week, the same offer in a day.\n" in pairwell("status", "--workspace", tmp_path).stdout
    sale = "[[caps]]\nname = 'sale'\nscope = 'offer'\nitems = ['mat']\nuntil = 2020-12-24T23:00:00Z\n"
    mails = "[[caps]]\nname = 'mails'\nchannels = ['email']\nwindow_h = 168.0\nlimit = 2\n"
    (tmp_path / "pairwell.toml").write_text(sale + mails, encoding="utf-8")
    said = pairwell("publish", "--workspace", tmp_path).stdout
    assert "\nCaps: sale, mails; nothing limits repeats on site.\n" in said
    assert "\n  sale: it ended 2020-12-24 23:00 UTC, its items are not offered any more\n" in said
    shown = pairwell("status", "--workspace", tmp_path).stdout
    assert said[said.index("Caps: ") :] in shown
    assert "\n  sale: not in the catalogue: mat\n" in shown
    found = json.loads(pairwell("status", "--workspace", tmp_path, "--json").stdout)["capped"]
    assert (found["unlimited_repeats"], found["unknown_items"]) == (["site"], {"sale": ["mat"]})


def test_a_rule_of_one_s_own_is_told_by_decide_and_repeated_by_replay(pairwell: Command, learned: Path) -> None:
    file = learned / "pairwell.toml"
    rule = """
[[rules]]
name = "nothing on Sundays"
stage = "suitability"
scope = "request"
when = "request.weekday >= 1"
reason = "sunday"
later = "It is Monday."
"""
    file.write_text(file.read_text(encoding="utf-8") + rule, encoding="utf-8")
    assert pairwell("publish", "--workspace", learned).exit_code == 0
    items = json.loads(pairwell("status", "--workspace", learned, "--json").stdout)["holdings"]["items"]
    assert items > 0
    item = _bought_with_something(pairwell, learned)
    answer = json.loads(
        pairwell("decide", "--placement", "cart", "--item", item, "--explain", "--json", "--workspace", learned).stdout
    )
    assert answer["silence"]["reason"] == "later"
    assert answer["silence"]["detail"] == "It is Monday."
    told = [left["factors"] for left in answer["withheld"] if left["reason"] == "sunday"]
    assert told
    assert told[0]["rule"] == "nothing on Sundays"
    assert told[0]["request.weekday"] in range(1, 8)
    assert (
        "equal, bit for bit" in pairwell("decision", answer["decision_id"], "--replay", "--workspace", learned).stdout
    )


def _bought_with_something(pairwell: Command, workspace: Path) -> str:
    found = json.loads(pairwell("bundles", "--workspace", workspace, "--json").stdout)
    return str(found["bundles"][0]["items"][0]["item_id"])
