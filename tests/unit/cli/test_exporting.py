from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from tests.unit.cli.conftest import Command

from pairwell import open as open_workspace

_HEADS = ["customer_id", "decision_id", "valid_until", "currency"]


@pytest.fixture
def run(learned: Path, pairwell: Command) -> Command:
    """Run a command in the learned workspace."""
    return lambda *words: pairwell(*words, "--workspace", learned)


@pytest.fixture
def agreed(learned: Path, run: Command, tmp_path: Path) -> list[str]:
    """Customers, of whom each sixth said no to e-mails and the others yes."""
    with open_workspace(learned) as shop:
        found = shop.dataset.table("orders").customer_id.to_pyarrow().to_pylist()
    ids = sorted({one for one in found if one})[:60]
    rows = [f"{one},email,{'yes' if place % 6 else 'no'},2026-11-01T10:00:00Z" for place, one in enumerate(ids)]
    path = tmp_path / "consents.csv"
    path.write_text("\n".join(["customer_id,channel,given,at", *rows]) + "\n", encoding="utf-8")
    assert run("ingest", "consents", str(path)).exit_code == 0
    return [one for place, one in enumerate(ids) if place % 6]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_messages_go_to_who_agreed_and_every_one_is_journaled(learned: Path, run: Command, agreed: list[str]) -> None:
    result = run("export", "email", "-n", "2")
    found = rows(result.stdout)
    assert result.exit_code == 0, result.output
    assert list(found[0])[:4] == _HEADS
    assert len(found[0]) == 4 + 2 * 8
    assert {row["customer_id"] for row in found} <= set(agreed)
    assert f"of {len(agreed)} customers asked about" in result.stderr
    with open_workspace(learned) as shop:
        for row in found:
            decision = shop.journal.read_decision(row["decision_id"])
            assert decision.inputs.request.customer_id == row["customer_id"]
            assert decision.slate[0].item_id == row["offer_1_item_id"]


def test_the_same_day_gives_the_same_and_takes_no_second_contact(run: Command, agreed: list[str]) -> None:
    assert agreed
    first = run("export", "email").stdout
    assert [run("export", "email").stdout for _ in range(3)] == [first] * 3


def test_lines_of_json_hold_the_answers(run: Command, agreed: list[str], tmp_path: Path) -> None:
    assert agreed
    wide, long = rows(run("export", "email").stdout), tmp_path / "long.jsonl"
    told = json.loads(run("export", "email", "--format", "jsonl", "-n", "1", "--to", str(long), "--json").stdout)
    answers = [json.loads(line) for line in long.read_text(encoding="utf-8").splitlines()]
    assert [(one["customer_id"], one["decision_id"]) for one in answers] == [
        (row["customer_id"], row["decision_id"]) for row in wide
    ]
    assert {len(one["offers"]) for one in answers} == {1}
    assert (told["rows"], told["offers"]) == (len(answers), len(answers))
    assert told["rows"] + sum(told["silent_by_reason"].values()) == told["customers"]


def test_named_customers_without_consent_get_nothing(run: Command, agreed: list[str], tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_text("\ufeffnobody-known\n\n" + agreed[0] + "\n", encoding="utf-8")
    told = json.loads(run("export", "email", "--customers", str(path), "--to", str(tmp_path / "o"), "--json").stdout)
    assert told["customers"] == 2
    assert told["silent_by_reason"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("email",), "Nobody agreed to 'email'"),
        (("email", "--placement", "cart"), "does not come unasked"),
        (("email", "--placement", "mail"), "no placement"),
        (("email", "-n", "9"), "cannot be"),
        (("email", "--customers", "/nowhere/ids.txt"), "cannot be read"),
    ],
)
def test_what_cannot_be_sent_says_why(run: Command, words: tuple[str, ...], said: str) -> None:
    assert said in str(run("export", *words).exception)


def test_lists_of_what_was_learned_obey_the_guards(learned: Path, run: Command) -> None:
    result = run("export", "csv", "-n", "3")
    assert result.exit_code == 0, result.output
    with open_workspace(learned) as shop:
        items, share = shop.facts.items(), shop.published.settings.guards.add_on_price_share
    found = rows(result.stdout)
    assert {row["relation"] for row in found} == {"complement", "upgrade"}
    for row in found:
        anchor, other = items[row["anchor_id"]], items[row["item_id"]]
        assert other.published
        if row["relation"] == "complement":
            assert (other.price_minor or 0) <= share * (anchor.price_minor or 0) + 1
    assert max(int(row["rank"]) for row in found) == 2
