"""What is live, for whom, and how people change it."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from tests.unit.cli.conftest import Command
from typer.testing import Result

from pairwell import open as open_workspace
from pairwell.errors import EvidenceError, NoModelError, RequestError, SettingsError
from pairwell.model.manifest import Manifest
from pairwell.model.model import Model
from pairwell.model.store import live_manifest, load_model


def _change(workspace: Path, name: str, value: object) -> None:
    path = workspace / "pairwell.toml"
    changed = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", path.read_text(encoding="utf-8"))
    path.write_text(changed, encoding="utf-8")


def _said(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def two_models(pairwell: Command, learned: Path) -> tuple[str, str]:
    """The model live before, and the live one, which forgets sooner."""
    old = _live(learned)
    _change(learned, "half_life_days", 20.0)
    pairwell("publish", "--workspace", learned)
    pairwell("learn", "--workspace", learned)
    new = _live(learned)
    assert new.id != old.id
    return old.id, new.id


def _live(workspace: Path) -> Manifest:
    found = live_manifest(workspace / ".pairwell" / "models")
    assert found is not None
    return found


def test_settings_go_to_a_share_and_the_status_says_how_it_goes_on(pairwell: Command, learned: Path) -> None:
    _change(learned, "add_on_price_share", 0.2)
    said = _said(pairwell("publish", "--share", 0.1, "--author", "Anna", "--reason", "smaller", "--workspace", learned))
    assert "guards.add_on_price_share: 0.3 -> 0.2" in said
    assert "for 10% of the customers" in said
    status = _said(pairwell("status", "--workspace", learned))
    assert re.search(r"Roll-out: settings \w{16} for 10% of the customers since .* UTC by Anna: smaller\.", status)
    assert "nothing unpublished" in status
    assert "everybody" in _said(pairwell("publish", "--withdraw", "--workspace", learned))
    assert "1 changed in pairwell.toml" in _said(pairwell("status", "--workspace", learned))


def test_a_newer_draft_for_everybody_ends_a_roll_out_and_says_so(pairwell: Command, learned: Path) -> None:
    _change(learned, "add_on_price_share", 0.2)
    pairwell("publish", "--share", 0.1, "--workspace", learned)
    _change(learned, "add_on_price_share", 0.25)
    assert "is over" in _said(pairwell("publish", "--workspace", learned))


def test_the_log_tells_everything_newest_first(pairwell: Command, learned: Path) -> None:
    _change(learned, "add_on_price_share", 0.2)
    pairwell("publish", "--share", 0.1, "--reason", "smaller", "--workspace", learned)
    pairwell("publish", "--author", "Ben", "--workspace", learned)
    pairwell("publish", "--rollback", "--workspace", learned)
    rows = _said(pairwell("publish", "--log", "--workspace", learned)).splitlines()
    assert [re.search(r"everybody, back|everybody|10%", row) is not None for row in rows[1:4]] == [True] * 3
    found = msgspec.json.decode(pairwell("publish", "--log", "--json", "--workspace", learned).stdout)
    assert [one.get("did", "published") for one in found[-3:]] == ["shared", "published", "rolled_back"]
    assert found[-3]["reason"] == "smaller"
    assert found[-2]["author"] == "Ben"


def test_what_the_whole_shop_has_one_of_is_refused_by_name(pairwell: Command, learned: Path) -> None:
    _change(learned, "holdout", 0.5)
    result = pairwell("publish", "--share", 0.1, "--workspace", learned)
    assert isinstance(result.exception, SettingsError)
    assert result.exception.field == "choice.holdout"


def test_two_wishes_at_once_are_refused(pairwell: Command, learned: Path) -> None:
    assert pairwell("publish", "--share", 0.1, "--withdraw", "--workspace", learned).exit_code == 2
    assert isinstance(pairwell("publish", "--share", 1.5, "--workspace", learned).exception, RequestError)


def test_a_model_goes_to_a_share_then_to_all_then_back(
    pairwell: Command, learned: Path, two_models: tuple[str, str]
) -> None:
    old, new = two_models
    assert "for 25% of the customers" in _said(
        pairwell("model", "publish", old, "--share", 0.25, "--workspace", learned)
    )
    assert re.search(rf"{old}.*for 25%", _said(pairwell("model", "list", "--workspace", learned)))
    assert f"Roll-out: model {old}" in _said(pairwell("status", "--workspace", learned))
    assert isinstance(pairwell("model", "rollback", "--workspace", learned).exception, NoModelError)
    _said(pairwell("model", "publish", old, "--workspace", learned))
    assert _live(learned).id == old
    assert new in _said(pairwell("model", "rollback", "--workspace", learned))
    assert _live(learned).id == new
    log = msgspec.json.decode(pairwell("model", "log", "--json", "--workspace", learned).stdout)
    assert [one["what"] for one in log] == [old, new, old, old, new]


def test_a_withdrawn_model_is_nobodys(pairwell: Command, learned: Path, two_models: tuple[str, str]) -> None:
    old, new = two_models
    pairwell("model", "publish", old, "--share", 0.25, "--workspace", learned)
    assert new in _said(pairwell("model", "withdraw", "--workspace", learned))
    assert isinstance(pairwell("model", "withdraw", "--workspace", learned).exception, NoModelError)


def test_a_model_that_learning_finds_worse_is_kept_and_not_live(
    pairwell: Command, learned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The live model found nearly everything, the new one as much as it does."""
    before = _live(learned)
    assert before.validation is not None
    found = before.validation | {"hr@10": {"value": 0.99, "ci": [0.98, 1.0]}}

    def load(models: Path, model_id: str) -> Model:
        model = load_model(models, model_id)
        if model_id == before.id:
            model.manifest = msgspec.structs.replace(before, validation=found)
        return model

    monkeypatch.setattr("pairwell.learn.gate.load_model", load)
    _change(learned, "half_life_days", 20.0)
    pairwell("publish", "--workspace", learned)
    said = _said(pairwell("learn", "--workspace", learned))
    assert "kept, not live: it finds" in said
    assert _live(learned).id == before.id
    kept = said.removeprefix("Learned model ").split(",")[0]
    refused = pairwell("model", "publish", kept, "--workspace", learned)
    assert isinstance(refused.exception, EvidenceError)
    assert "--anyway" in str(refused.exception.hint)
    _said(pairwell("model", "publish", kept, "--anyway", "--workspace", learned))
    assert _live(learned).id == kept


def test_the_shadow_of_a_model_tells_what_would_change(
    pairwell: Command, learned: Path, two_models: tuple[str, str]
) -> None:
    old, new = two_models
    with open_workspace(learned) as shop:
        for item_id in shop._model.popular(30):
            shop.decide({"placement": "cart", "cart": [{"item_id": item_id}], "customer_id": f"c-{item_id}"})
    found = msgspec.json.decode(pairwell("model", "shadow", old, "-n", 20, "--json", "--workspace", learned).stdout)
    assert (found["model"], found["live"], found["asked"], found["unasked"]) == (old, new, 20, {})
    assert found["counted"]["requests"] == 20
    same = msgspec.json.decode(pairwell("model", "shadow", new, "--json", "--workspace", learned).stdout)
    assert (same["changed"], same["gained"], same["lost"], same["asked"]) == (0, 0, 0, 30)
    said = _said(pairwell("model", "shadow", old, "--workspace", learned))
    assert "on 30 logged requests" in said
    assert "expected worth" in said


def test_a_shadow_without_requests_is_refused(pairwell: Command, learned: Path) -> None:
    result = pairwell("model", "shadow", _live(learned).id, "--workspace", learned)
    assert isinstance(result.exception, EvidenceError)
    assert isinstance(pairwell("model", "shadow", "0" * 24, "--workspace", learned).exception, NoModelError)


def test_offers_go_off_for_everybody_and_on_again(pairwell: Command, learned: Path) -> None:
    assert "Offers are on." in _said(pairwell("offers", "log", "--workspace", learned))
    off = ("offers", "off", "--author", "Anna", "--reason", "wrong prices", "--workspace", learned)
    assert re.search(r"OFFERS ARE OFF .* by Anna: wrong prices", _said(pairwell(*off)))
    assert "already" in _said(pairwell("offers", "off", "--author", "Ben", "--workspace", learned))
    answer = msgspec.json.decode(
        pairwell("decide", "--placement", "cart", "--item", "a", "--json", "--workspace", learned).stdout
    )
    assert answer["silence"]["reason"] == "kill_switch"
    assert "by Anna: wrong prices" in _said(pairwell("status", "--workspace", learned))
    assert msgspec.json.decode(pairwell("status", "--json", "--workspace", learned).stdout)["offers_off"]["off"]
    assert "Offers are on." in _said(pairwell("offers", "on", "--workspace", learned))
    log = msgspec.json.decode(pairwell("offers", "log", "--json", "--workspace", learned).stdout)
    assert log["off"] is False
    assert next((turn["off"], turn["author"]) for turn in log["turns"]) == (True, "Anna")
