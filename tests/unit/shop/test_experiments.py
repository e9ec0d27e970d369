from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pairwell.cli.rollout import rollout_lines
from pairwell.config.workspace import Workspace
from pairwell.errors import EvidenceError, NotFoundError, PairwellError, RequestError, SettingsError, UnfairError
from pairwell.measure.offers.tried import METRICS
from pairwell.shop.face import Shop, create_shop
from pairwell.shop.runs import METRIC_NAMES, Plan

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FEWER = "[slots]\nmax = 2\n"
WAIVER = """
[[waived]]
name = "counted"
pattern = "fake_scarcity"
item = "mat"
words = "Only 2 left"
reason = "counted by hand"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    create_shop(tmp_path / "shop").close()
    with Shop(Workspace(tmp_path / "shop"), clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.toml"
    path.write_text(FEWER)
    return path


def _publish_more(shop: Shop, share: float | None) -> None:
    draft = shop.workspace.settings_file
    draft.write_text(draft.read_text().replace("max = 4", "max = 5"))
    shop.publish(share)


def test_an_experiment_is_kept_with_all_that_reading_it_takes(shop: Shop, other: Path) -> None:
    control = shop.published.hash
    run = shop.experiments.start("fewer", other, Plan(share=0.2, days=28, metrics=["margin", "orders"]))

    assert (run.outcome, run.since, run.until) == ("running", NOW, None)
    assert (run.share, run.ends, run.control) == (0.2, NOW + timedelta(days=28), control)
    assert list(run.metrics) == ["margin", "orders"]
    standing = shop.rollout.under_way("settings")
    assert standing is not None
    assert (standing.canary, standing.share) == (run.tried, 0.2)
    assert shop.published.hash == control


def test_what_is_tried_is_withdrawn_or_everybodys(shop: Shop, other: Path) -> None:
    control = shop.published.hash
    shop.experiments.start("one", other)
    assert shop.experiments.stop("one").outcome == "withdrawn"
    assert shop.published.hash == control
    second = shop.experiments.start("two", other)
    assert shop.experiments.stop("two", adopt=True).outcome == "adopted"
    assert shop.published.hash == second.tried
    assert [(run.name, run.outcome) for run in shop.experiments.all()] == [("one", "withdrawn"), ("two", "adopted")]


def _tell(shop: Shop, words: str) -> None:
    """A mat, and what is said of it."""
    items, texts = shop.workspace.root / "items.csv", shop.workspace.root / "texts.csv"
    items.write_text("item_id,price\nmat,12.99\n")
    texts.write_text(f"item_id,kind,locale,argument\nmat,cross_sell,en,{words}\n")
    shop.ingest("items", items)
    shop.ingest("offer_texts", texts)


def test_what_became_unfair_meanwhile_is_not_made_everybodys(shop: Shop, other: Path) -> None:
    control = shop.published.hash
    shop.experiments.start("fewer", other)
    _tell(shop, "Only 2 left")
    with pytest.raises(UnfairError, match="names the number 2"):
        shop.experiments.stop("fewer", adopt=True)
    assert (shop.published.hash, shop.experiments.find("fewer").outcome) == (control, "running")
    assert shop.experiments.stop("fewer").outcome == "withdrawn"


def test_nobody_waives_by_what_they_try(shop: Shop, other: Path) -> None:
    _tell(shop, "Only 2 left")
    other.write_text(FEWER + WAIVER)
    with pytest.raises(UnfairError, match="names the number 2"):
        shop.experiments.start("fewer", other)
    draft = shop.workspace.settings_file
    draft.write_text(draft.read_text() + WAIVER)
    with pytest.raises(SettingsError, match="whole shop"):
        shop.publish(0.1)
    shop.publish()
    assert shop.experiments.start("fewer", other).outcome == "running"


def test_publishing_for_everybody_ends_it_and_the_record_says_so(shop: Shop, other: Path) -> None:
    shop.experiments.start("fewer", other)
    _publish_more(shop, None)

    assert shop.experiments.find("fewer").outcome == "replaced"
    with pytest.raises(SettingsError, match="does not run"):
        shop.experiments.stop("fewer")


def test_one_at_a_time(shop: Shop, other: Path) -> None:
    shop.experiments.start("fewer", other)
    with pytest.raises(SettingsError, match="'fewer' is running"):
        shop.experiments.start("again", other)
    with pytest.raises(SettingsError, match="'fewer' is running"):
        _publish_more(shop, 0.1)


def test_not_beside_a_roll_out(shop: Shop, other: Path) -> None:
    _publish_more(shop, 0.1)

    with pytest.raises(SettingsError, match="being rolled out") as caught:
        shop.experiments.start("fewer", other)
    assert "--withdraw" in str(caught.value.hint)
    assert shop.experiments.all() == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing to compare"),
        ("[choice]\nholdout = 0.2\n", "`choice.holdout` cannot change"),
        ("[slots]\nmaxi = 2\n", "maxi"),
    ],
)
def test_settings_that_cannot_be_tried(shop: Shop, other: Path, text: str, says: str) -> None:
    other.write_text(text)

    with pytest.raises(SettingsError, match=says):
        shop.experiments.start("fewer", other)
    assert shop.rollout.under_way("settings") is None


@pytest.mark.parametrize(
    ("start", "says"),
    [
        (lambda shop, path: shop.experiments.start("", path), "name"),
        (lambda shop, path: shop.experiments.start("a\nb", path), "is no name"),
        (lambda shop, path: shop.experiments.start("x" * 101, path), "is no name"),
        (lambda shop, path: shop.experiments.start("a", path, Plan(share=1.0)), "share"),
        (lambda shop, path: shop.experiments.start("a", path, Plan(days=0)), "0 days"),
        (lambda shop, path: shop.experiments.start("a", path, Plan(metrics=["profit"])), "'profit'"),
        (lambda shop, path: shop.experiments.start("a", path, Plan(metrics=[])), "No metric"),
    ],
)
def test_wrong_plans(shop: Shop, other: Path, start: Callable[[Shop, Path], PairwellError], says: str) -> None:
    with pytest.raises(RequestError, match=says):
        start(shop, other)


def test_what_there_is_not_is_told_with_what_there_is(shop: Shop, other: Path) -> None:
    with pytest.raises(NotFoundError, match="no experiment 'fewer'"):
        shop.experiments.find("fewer")
    shop.experiments.start("fewer", other)
    with pytest.raises(NotFoundError) as caught:
        shop.experiments.read("fever")
    assert "fewer" in str(caught.value.hint)
    with pytest.raises(EvidenceError, match="Nothing was decided"):
        shop.experiments.read("fewer")


def test_the_status_says_how_an_experiment_ends(shop: Shop, other: Path) -> None:
    shop.experiments.start("fewer", other)
    lines = list(rollout_lines(shop.rollout.under_way("settings"), "settings", "pairwell publish", "withdraw"))

    assert "Experiment fewer:" in lines[0]
    assert "experiment stop fewer" in lines[1]


def test_metrics_are_named_as_they_are_told() -> None:
    assert tuple(METRICS) == METRIC_NAMES


def test_what_is_written_is_tried_as_a_file_is(shop: Shop) -> None:
    run = shop.experiments.start_written("fewer", FEWER)
    assert [(one.name, one.before, one.after) for one in shop.experiments.changes("fewer")] == [("slots.max", "4", "2")]
    assert run.outcome == "running"
    shop.experiments.stop("fewer")
    with pytest.raises(SettingsError, match="What is tried is not valid TOML"):
        shop.experiments.start_written("other", "[slots\n")
