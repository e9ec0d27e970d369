from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from pairwell.errors import NoModelError, NotFoundError, RequestError, SettingsError, SourceError, WorkspaceError
from pairwell.simulate.exports import Exported

from .conftest import Command

PAIR_KEYS = {
    "item_id", "title", "score", "together", "anchor_orders", "item_orders", "confidence", "lift", "llr", "p_adjusted",
}  # fmt: skip


def document(result: Result) -> dict[str, Any]:
    """The one JSON document that a command printed."""
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_init_makes_a_workspace_that_runs_at_once(pairwell: Command, tmp_path: Path) -> None:
    made = pairwell("init", tmp_path / "shop")
    assert made.exit_code == 0
    assert "pairwell ingest orders" in made.stdout
    found = document(pairwell("status", "--workspace", tmp_path / "shop", "--json"))
    assert (found["model"], found["drift"], found["journal"]["decisions"]) == (None, [], 0)
    assert not any(gate["open"] for gate in found["holdings"]["gates"])


def test_ingest_accounts_for_every_row(pairwell: Command, exports: Exported, tmp_path: Path) -> None:
    pairwell("init", tmp_path / "shop")
    command = ("ingest", "orders", exports.orders, "--workspace", tmp_path / "shop", "--json")
    first, again = document(pairwell(*command)), document(pairwell(*command))
    assert first["table"] == "orders"
    assert first["read"] == exports.order_rows == first["taken"] + first["merged"] + first["refused"]
    assert sum(first["refused_by_reason"].values()) == first["refused"]
    assert first["changed_by_rule"]["cancellation_to_return"] == exports.cancelled
    assert first["refused_by_reason"]["not_goods"] == exports.postage
    assert Path(first["mapping"]).is_file()
    assert Path(first["quarantine"]).is_file()
    assert not any(again["stored"].values())
    assert again["snapshot"] == first["snapshot"]


def test_a_saved_mapping_is_taken_back(pairwell: Command, exports: Exported, tmp_path: Path) -> None:
    pairwell("init", tmp_path / "shop")
    command = ("ingest", "orders", exports.orders, "--workspace", tmp_path / "shop", "--json")
    first = document(pairwell(*command))
    again = document(pairwell(*command, "--mapping", first["mapping"]))
    assert again["columns"] == first["columns"]
    assert not any(again["stored"].values())


def test_a_dry_run_stores_nothing(pairwell: Command, exports: Exported, tmp_path: Path) -> None:
    pairwell("init", tmp_path / "shop")
    tried = pairwell("ingest", "orders", exports.orders, "--dry-run", "--workspace", tmp_path / "shop")
    assert "Nothing was stored" in tried.stdout
    assert document(pairwell("status", "--json", "--workspace", tmp_path / "shop"))["holdings"]["orders"] == 0


def test_a_file_behind_a_closed_door_is_told_as_such(
    pairwell: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairwell("init", tmp_path / "shop")
    stat = Path.stat

    def closed(path: Path, **options: bool) -> os.stat_result:
        if path.name == "orders.csv":
            raise PermissionError(13, "Permission denied")
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", closed)
    result = pairwell("ingest", "orders", tmp_path / "orders.csv", "--workspace", tmp_path / "shop")
    assert isinstance(result.exception, SourceError)


def test_learn_prints_its_keys(pairwell: Command, learned: Path) -> None:
    found = document(pairwell("learn", "--json", "--workspace", learned))
    assert set(found) >= {"model", "as_of", "items", "orders", "pairs", "seconds", "peak_memory_mb", "validation"}
    listed = json.loads(pairwell("model", "list", "--json", "--workspace", learned).stdout)
    assert [one["manifest"]["id"] for one in listed if one["current"]] == [found["model"]]


def test_retuning_says_what_it_changed_and_what_that_gains(pairwell: Command, learned: Path) -> None:
    found = document(pairwell("learn", "--retune", "--json", "--workspace", learned))
    assert set(found["gain"]) == {"value", "ci", "cases", "before", "after"}
    told = document(pairwell("status", "--json", "--workspace", learned))
    assert told["drift"] == []
    assert all(told["model"]["settings"][name] == new for name, (_, new) in found["retuned"].items())
    said = pairwell("learn", "--retune", "--workspace", learned).stdout
    assert "settings stay as they are" in said or "settings changed in pairwell.toml" in said


def test_learning_again_gives_the_same_model(pairwell: Command, learned: Path) -> None:
    first, again = (document(pairwell("learn", "--json", "--workspace", learned)) for _ in range(2))
    assert first["model"] == again["model"]


def test_learning_says_that_unpublished_settings_do_not_count(pairwell: Command, learned: Path) -> None:
    before = pairwell("learn", "--workspace", learned)
    settings = learned / "pairwell.toml"
    settings.write_text(settings.read_text().replace("half_life_days = 180", "half_life_days = 90"))

    after = pairwell("learn", "--workspace", learned)

    assert "pairwell publish" not in before.stdout
    assert "pairwell publish" in after.stdout


def test_learn_as_of_a_moment_knows_less(pairwell: Command, learned: Path) -> None:
    everything = document(pairwell("learn", "--json", "--workspace", learned))
    earlier = document(pairwell("learn", "--as-of", "2025-12-01", "--json", "--workspace", learned))
    assert 0 < earlier["orders"] < everything["orders"]
    assert earlier["as_of"] == "2025-12-01T00:00:00Z"


def test_an_older_model_is_made_live_again(pairwell: Command, learned: Path) -> None:
    first = document(pairwell("learn", "--json", "--workspace", learned))["model"]
    second = document(pairwell("learn", "--as-of", "2025-12-01", "--json", "--workspace", learned))["model"]
    assert first != second
    pairwell("model", "publish", second, "--workspace", learned)
    assert document(pairwell("status", "--json", "--workspace", learned))["model"]["id"] == second
    assert pairwell("model", "rollback", "--workspace", learned).exit_code == 0
    assert document(pairwell("status", "--json", "--workspace", learned))["model"]["id"] == first


def test_orders_without_dates_are_learned_undated(pairwell: Command, tmp_path: Path) -> None:
    pairwell("init", tmp_path / "shop")
    rows = (f"{order},{item}" for order in range(3) for item in ("tea", "milk"))
    (tmp_path / "orders.csv").write_text("\n".join(["order_id,item_id", *rows]))
    pairwell("ingest", "orders", tmp_path / "orders.csv", "--workspace", tmp_path / "shop")

    said = "\n".join(
        pairwell(*words, "--workspace", tmp_path / "shop").stdout
        for words in (("learn",), ("status",), ("model", "list"))
    )

    assert "1970" not in said
    assert said.count("undated") == 3


def test_learning_as_of_an_older_moment_leaves_what_is_live(pairwell: Command, learned: Path) -> None:
    before = document(pairwell("status", "--json", "--workspace", learned))["model"]["id"]
    tastes = taste_rows(learned)

    looked_back = pairwell("learn", "--as-of", "2025-12-01", "--workspace", learned).stdout

    command = looked_back.partition("`")[2].partition("`")[0]
    older = command.split()[-1]
    assert command.startswith("pairwell model publish ")
    assert "not live" in looked_back
    assert document(pairwell("status", "--json", "--workspace", learned))["model"]["id"] == before
    assert taste_rows(learned) == tastes
    pairwell("model", "publish", older, "--workspace", learned)
    assert document(pairwell("status", "--json", "--workspace", learned))["model"]["id"] == older
    again = document(pairwell("learn", "--as-of", "2026-01-01", "--workspace", learned, "--json"))
    assert again["live"], "newer than what is live now"


def taste_rows(learned: Path) -> list[tuple[object, ...]]:
    """Which run of learning the tastes come from."""
    with closing(sqlite3.connect(learned / ".pairwell" / "operations.db")) as database:
        return database.execute("select generation, model, learned_at from taste_generations").fetchall()


def any_anchor(pairwell: Command, learned: Path, exports: Exported) -> str:
    """An item that something is bought together with."""
    for line in exports.items.read_text(encoding="utf-8").splitlines()[1:]:
        item = line.split(",", 1)[0]
        found = document(pairwell("pairs", item, "--json", "--workspace", learned))
        if any(pair["above_floor"] for pair in found["pairs"]):
            return item
    pytest.fail("the small shop has no item with a pair above the floor")


def test_pairs_prints_its_keys(pairwell: Command, learned: Path, exports: Exported) -> None:
    item = any_anchor(pairwell, learned, exports)
    found = document(pairwell("pairs", item, "-n", "3", "--json", "--workspace", learned))
    assert (found["item_id"], found["relation"]) == (item, "complement")
    assert 1 <= len(found["pairs"]) <= 3
    assert all(set(pair) >= PAIR_KEYS for pair in found["pairs"])
    assert "surely x expected" in pairwell("pairs", item, "--workspace", learned).stdout


@pytest.mark.parametrize(
    ("relation", "keys"),
    [
        ("complement", set()),
        ("substitute", {"foretold", "title_likeness", "company_likeness"}),
        ("upgrade", {"price_step_minor", "price_ratio", "margin_step_minor", "rating", "compare"}),
        ("variant", {"foretold", "title_likeness", "company_likeness"}),
        ("requires", set()),
        ("follow_up", {"followers", "preceders", "lag_days"}),
    ],
)
def test_every_relation_that_is_known_can_be_asked_for(
    pairwell: Command, learned: Path, exports: Exported, relation: str, keys: set[str]
) -> None:
    item = exports.items.read_text(encoding="utf-8").splitlines()[1].split(",", 1)[0]
    found = document(pairwell("pairs", item, "--relation", relation, "--json", "--workspace", learned))
    assert found["relation"] == relation
    assert all(set(pair) >= {*PAIR_KEYS, "curated", *keys} for pair in found["pairs"])
    printed = pairwell("pairs", item, "--relation", relation, "--workspace", learned)
    assert printed.exit_code == 0
    assert relation.replace("_", "-") in printed.stdout
    assert all(pair["item_id"] in printed.stdout for pair in found["pairs"])


def test_a_decision_can_be_explained_and_computed_again(pairwell: Command, learned: Path, exports: Exported) -> None:
    item = any_anchor(pairwell, learned, exports)
    words = ("decide", "--placement", "cart", "--item", item, "--explain", "--workspace", learned)
    answer = document(pairwell(*words, "--json"))
    assert set(answer) >= {"decision_id", "valid_until", "silence", "offers", "ignored", "model", "settings", "arm"}
    assert bool(answer["offers"]) == (answer["silence"] is None)
    pairs = document(pairwell("pairs", item, "--json", "--workspace", learned))["pairs"]
    known = {pair["item_id"] for pair in pairs if pair["above_floor"]}
    judged = {one["item_id"] for one in (*answer["offers"], *answer["withheld"])}
    assert known <= judged or (answer["silence"] or {}).get("reason") == "withheld_at_random"
    assert all(offer["anchor_id"] == item and offer["reasons"] for offer in answer["offers"])
    told = pairwell("decision", answer["decision_id"], "--workspace", learned)
    assert answer["decision_id"] in told.stdout
    replay = document(pairwell("decision", answer["decision_id"], "--replay", "--json", "--workspace", learned))
    assert replay["equal"] is True


def test_a_dry_decision_is_not_journaled(pairwell: Command, learned: Path, exports: Exported) -> None:
    item = any_anchor(pairwell, learned, exports)
    words = ("decide", "--placement", "cart", "--item", item, "--dry-run", "--json", "--workspace", learned)
    answer = document(pairwell(*words))
    missing = pairwell("decision", answer["decision_id"], "--workspace", learned)
    assert isinstance(missing.exception, NotFoundError)


def test_publish_shows_what_changes(pairwell: Command, learned: Path) -> None:
    settings = learned / "pairwell.toml"
    settings.write_text(settings.read_text().replace("add_on_price_share = 0.3", "add_on_price_share = 0.7"))
    drift = document(pairwell("status", "--json", "--workspace", learned))["drift"]
    assert drift == [{"name": "guards.add_on_price_share", "before": 0.3, "after": 0.7}]
    assert "guards.add_on_price_share: 0.3 -> 0.7" in pairwell("publish", "--workspace", learned).stdout
    assert document(pairwell("status", "--json", "--workspace", learned))["drift"] == []


def test_changes_are_shown_as_toml_without_a_password(pairwell: Command, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    pairwell("init", folder)
    settings = folder / "pairwell.toml"
    text = settings.read_text().replace('url = ""', 'url = "postgresql://shop:geheim@db.example/pairwell"')
    settings.write_text(text + '\n[[caps]]\nname = "few"\nchannels = ["email"]\nwindow_h = 24.0\nlimit = 1\n')
    said = pairwell("publish", "--workspace", folder).stdout
    assert '  operations.url: "" -> "postgresql://shop:***@db.example/pairwell"' in said
    assert '  caps.few.channels: not set -> ["email"]' in said
    settings.write_text(settings.read_text().replace("geheim", "neu"))
    again = pairwell("publish", "--workspace", folder).stdout
    assert '  operations.url: another password in "postgresql://shop:***@db.example/pairwell"' in again
    assert not any(word in said + again for word in ("geheim", "neu", "None"))


def test_evaluate_prints_its_keys(pairwell: Command, learned: Path) -> None:
    found = document(pairwell("evaluate", "--test-share", "0.2", "--json", "--workspace", learned))
    assert found["protocol"] == "basket"
    assert found["cases"] > 100
    assert set(found["methods"]) >= {"pairwell", "popularity", "cosine"}
    hit = found["methods"]["pairwell"]["hr@10"]
    assert hit["ci"][0] <= hit["value"] <= hit["ci"][1]
    assert hit["value"] > found["methods"]["popularity"]["hr@10"]["value"]


def test_evaluate_takes_two_files(pairwell: Command, exports: Exported, tmp_path: Path) -> None:
    rows = exports.orders.read_text(encoding="utf-8").splitlines()
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("\n".join(rows[:4_000]), encoding="utf-8")
    test.write_text("\n".join([rows[0], *rows[5_000:6_000]]), encoding="utf-8")
    found = document(pairwell("evaluate", "--train", train, "--test", test, "--json"))
    assert found["cases"] > 100
    lonely = pairwell("evaluate", "--train", train)
    assert isinstance(lonely.exception, RequestError)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (("status", "--workspace", "{nowhere}"), WorkspaceError),
        (("pairs", "x", "--workspace", "{empty}"), NoModelError),
        (("decision", "x", "--workspace", "{empty}"), NotFoundError),
        (("decide", "--placement", "moon", "--item", "x", "--workspace", "{empty}"), RequestError),
    ],
)
def test_what_cannot_be_done_is_an_error_of_its_kind(
    pairwell: Command, tmp_path: Path, words: tuple[str, ...], kind: type[Exception]
) -> None:
    pairwell("init", tmp_path / "empty")
    result = pairwell(*(word.format(nowhere=tmp_path / "no", empty=tmp_path / "empty") for word in words))
    assert isinstance(result.exception, kind)


def test_wrong_settings_are_told_with_the_way_out(pairwell: Command, tmp_path: Path) -> None:
    pairwell("init", tmp_path / "shop")
    settings = tmp_path / "shop" / "pairwell.toml"
    settings.write_text(settings.read_text().replace("[guards]", "[gaurds]"))
    result = pairwell("publish", "--workspace", tmp_path / "shop")
    assert isinstance(result.exception, SettingsError)
    assert "`guards`" in (result.exception.hint or "")


def test_status_answers_without_settings_too(pairwell: Command, tmp_path: Path) -> None:
    pairwell("init", tmp_path / "shop")
    (tmp_path / "shop" / ".pairwell" / "settings" / "current").unlink()
    found = document(pairwell("status", "--json", "--workspace", tmp_path / "shop"))
    assert (found["settings"], found["journal"]) == (None, None)
    assert "published" in found["settings_problem"]
    assert "Journal: not known" in pairwell("status", "--workspace", tmp_path / "shop").stdout


def test_a_failure_prints_found_and_next_step_on_stderr_and_exits_with_two(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("pairwell")), "status", "--json", "--workspace", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("Error: ")
    assert "pairwell init" in run.stderr
