from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from tests.unit.cli.conftest import Command

from pairwell import open as open_workspace
from pairwell.events import Event, EventConsent

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
    path, out = tmp_path / "ids.txt", tmp_path / "o.csv"
    written = rows(run("export", "email").stdout)[0]["customer_id"]
    refuser = "C00001"  # first of all, and so the first of those who said no
    path.write_text(f"\ufeffnobody-known\n\n{refuser}\n{written}\n", encoding="utf-8")
    assert written in agreed
    assert refuser not in agreed
    told = json.loads(run("export", "email", "--customers", str(path), "--to", str(out), "--json").stdout)
    assert (told["customers"], told["rows"]) == (3, 1)
    assert [row["customer_id"] for row in rows(out.read_text(encoding="utf-8"))] == [written]
    assert told["silent_by_reason"] == {"no_consent": 2}
    assert out.stat().st_mode & 0o777 == 0o600


def say(learned: Path, customer_id: str, *, given: bool) -> None:
    """Tell by an event whether a customer agrees to e-mails."""
    consent = EventConsent(channel="email", given=given)
    name = f"{customer_id}-{given}"
    event = Event(event_id=name, type="consent", at=datetime.now(UTC), customer_id=customer_id, consent=consent)
    with open_workspace(learned) as shop:
        assert shop.log_events([event]).refused == []


def test_who_says_no_after_the_first_run_of_a_day_is_not_written_to(
    learned: Path, run: Command, agreed: list[str], tmp_path: Path
) -> None:
    first = rows(run("export", "email").stdout)
    gone = first[0]["customer_id"]
    assert gone in agreed
    say(learned, gone, given=False)
    assert rows(run("export", "email").stdout) == first[1:]
    path = tmp_path / "ids.txt"
    path.write_text(f"{gone}\n", encoding="utf-8")
    again = run("export", "email", "--customers", path)
    assert rows(again.stdout) == []
    assert "1 silent: no_consent" in again.stderr


def test_who_declines_what_was_offered_gets_no_message_with_it(learned: Path, run: Command, agreed: list[str]) -> None:
    first = rows(run("export", "email").stdout)
    one = first[0]
    assert one["customer_id"] in agreed
    told = {"decision_id": one["decision_id"], "offer_no": 0, "customer_id": one["customer_id"]}
    with open_workspace(learned) as shop:
        for place, kind in enumerate(("exposure", "decline")):
            event = {"event_id": f"e{place}", "type": kind, "at": datetime.now(UTC).isoformat(), **told}
            assert shop.log_events([msgspec.convert(event, Event)]).refused == []
    again = run("export", "email")
    assert rows(again.stdout) == first[1:]
    assert "1 silent: declined" in again.stderr


def test_consents_that_came_as_events_count(learned: Path, run: Command, agreed: list[str]) -> None:
    first = run("export", "email").stderr
    with open_workspace(learned) as shop:
        ids = sorted({one for one in shop.dataset.table("orders").customer_id.to_pyarrow().to_pylist() if one})
    say(learned, ids[0], given=True)  # who said no before
    say(learned, ids[-1], given=True)
    assert f"of {len(agreed)} customers" in first
    assert f"of {len(agreed) + 2} customers" in run("export", "email").stderr


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
