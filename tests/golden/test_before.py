"""Before and after on real data: a change that is known, and dates at which nothing began."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pairwell.cli.main import app


def ask(file: Path, *words: object) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["experiment", "before-after", str(file), *map(str, words), "--json"])
    assert result.exception is None, result.exception
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_add_ons_made_the_orders_of_the_fuzzy_factory_larger(data_dir: Path) -> None:
    """From 2013-09-25 on a second product could be added: orders of 51.09 became such of 62.59 (measured elsewhere)."""
    file = data_dir / "fuzzy_factory" / "orders.csv.gz"
    found = ask(file, "--date", "created_at", "--metric", "price_usd/rows", "--at", "2013-09-25")

    assert (found["method"], found["verdict"]) == ("structural", "better")
    assert found["mean_before"] == pytest.approx(51.09, abs=0.25)  # of the year before, not of all time
    assert found["mean_after"] == pytest.approx(62.59, abs=1)
    assert found["ci_absolute"][0] < 62.59 - 51.09 < found["ci_absolute"][1]


@pytest.mark.parametrize("at", ["2015-06-01", "2015-07-01", "2015-08-25"])
def test_nothing_began_at_a_pretended_date_of_the_pizza_place(data_dir: Path, at: str) -> None:
    file = data_dir / "pizza_place" / "orders.csv.gz"
    found = ask(file, "--date", "date", "--metric", "rows", "--at", at, "--until", "2015-09-22")

    assert found["verdict"] == "no_difference_shown"


def test_closed_days_of_the_pizza_place_are_named(data_dir: Path) -> None:
    file = data_dir / "pizza_place" / "orders.csv.gz"
    found = ask(file, "--date", "date", "--metric", "rows", "--at", "2015-09-01")

    assert "On 7 days after the date the touched have no rows" in " ".join(found["notes"])


@pytest.mark.parametrize("at", ["2011-05-04", "2011-07-15", "2011-08-03"])
def test_nothing_began_at_a_pretended_date_of_online_retail(data_dir: Path, at: str) -> None:
    file = data_dir / "online_retail" / "online_retail.parquet"
    words = ("--date", "InvoiceDate", "--metric", "Quantity", "--group", "Country", "--touched", "United Kingdom")
    found = ask(file, *words, "--at", at, "--until", "2011-10-01")

    assert found["verdict"] in ("no_difference_shown", "not_estimable")
    assert found["label"] == "approximate: not an experiment"
