"""Lifetime value on CDNOW, against the numbers its authors published.

Sources: Fader, Hardie and Lee 2005, Marketing Science 24 (BG/NBD); Fader and Hardie, brucehardie.com/notes/025
(Gamma-Gamma).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import pairwell
from pairwell.cli.main import app
from pairwell.measure.customers.dropout import Dropout, Habit, expected_orders, fit_dropout, habits_of
from pairwell.measure.customers.outlook import HeldOut, hold_out
from pairwell.measure.customers.spending import Spending, fit_spending, spent_by
from pairwell.measure.customers.visits import Visits, make_visits

_HELD_OUT = 273  # days: 39 weeks


@pytest.fixture(scope="module")
def purchases(data_dir: Path) -> list[tuple[str, date, str]]:
    """Customer, day and dollars of every purchase."""
    lines = (data_dir / "cdnow" / "CDNOW_sample.txt").read_text().splitlines()
    rows = [line.split() for line in lines]
    return [(row[1], date.fromisoformat(row[2]), row[4]) for row in rows]


@pytest.fixture(scope="module")
def visits(purchases: list[tuple[str, date, str]]) -> Visits:
    days = np.array([(day - date(1970, 1, 1)).days for _, day, _ in purchases])
    cents = np.array([round(float(dollars) * 100) for _, _, dollars in purchases])
    return make_visits([customer for customer, _, _ in purchases], days, cents)


@pytest.fixture(scope="module")
def before(visits: Visits) -> Visits:
    """The 39 weeks in which the model is fitted."""
    return visits.until(visits.last_day - _HELD_OUT)


def test_bg_nbd_has_the_published_parameters(before: Visits) -> None:
    model = fit_dropout(habits_of(before)[1])

    assert isinstance(model, Dropout)
    assert model.customers == 2357
    assert [model.r, model.alpha, model.a, model.b] == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=0.0006)
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_bg_nbd_expects_of_one_customer_what_is_published(before: Visits) -> None:
    model = fit_dropout(habits_of(before)[1])
    one = Habit(repeats=np.array([2.0]), recency=np.array([30.43]), age=np.array([38.86]), weights=np.array([1.0]))

    assert isinstance(model, Dropout)
    assert expected_orders(model, one, 39.0)[0] == pytest.approx(1.226, abs=0.0005)


def test_gamma_gamma_has_the_published_parameters(before: Visits) -> None:
    model = fit_spending(spent_by(before))

    assert isinstance(model, Spending)
    assert model.customers == 946
    assert [model.p, model.q, model.v / 100] == pytest.approx([6.25, 3.74, 15.44], abs=0.006)


def test_the_weeks_held_out_brought_more_than_foretold(visits: Visits) -> None:
    held = hold_out(visits, _HELD_OUT)

    assert isinstance(held, HeldOut)
    assert (held.came, round(held.foretold)) == (1882, 1653)


def _write(file: Path, purchases: Iterable[tuple[str, date, str]]) -> Path:
    with file.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["order_id", "customer_id", "placed_at", "item_id", "quantity", "unit_price"])
        rows = enumerate(purchases)
        writer.writerows([f"o{number}", who, day.isoformat(), "CD", 1, price] for number, (who, day, price) in rows)
    return file


def test_the_report_prints_its_error(tmp_path: Path, purchases: list[tuple[str, date, str]]) -> None:
    with pairwell.create(tmp_path / "shop") as shop:
        shop.ingest("orders", _write(tmp_path / "cdnow.csv", purchases))
        report = shop.report("customers")

    figures = {figure.key: figure.value for figure in report.figures}
    assert (figures["held_out_came"], figures["held_out_foretold"]) == (1882, 1653)
    assert figures["held_out_error"] == pytest.approx(1653 / 1882 - 1, abs=0.001)
    assert any("1,653" in note and "1,882" in note for note in report.notes)


def test_a_shop_of_the_first_weeks_gets_what_is_published(
    tmp_path: Path, purchases: list[tuple[str, date, str]]
) -> None:
    # Eight purchases were free; a price of 0 is taken for a slip and refused, so theirs is left unstated.
    # Customer 0001 bought twice again, in week 30.43 of 38.86.
    first = [(who, day, price if float(price) else "") for who, day, price in purchases if day <= date(1997, 9, 30)]
    pairwell.create(tmp_path / "shop").close()
    in_shop = ("--workspace", str(tmp_path / "shop"))
    ingested = CliRunner().invoke(app, ["ingest", "orders", str(_write(tmp_path / "cdnow.csv", first)), *in_shop])
    printed = CliRunner().invoke(app, ["report", "customers", "--json", *in_shop])
    with pairwell.open(tmp_path / "shop") as shop:
        outlook = {row["customer_id"]: row for row in shop.customer_outlook(days=_HELD_OUT).to_pylist()}

    assert (ingested.exit_code, printed.exit_code) == (0, 0)
    tables = {table["key"]: table["rows"] for table in json.loads(printed.stdout)["tables"]}
    fitted = {row["parameter"]: row["value"] for row in tables["parameters"]}
    assert [fitted[name] for name in ("r", "alpha", "a", "b")] == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=6e-4)
    assert [fitted["p"], fitted["q"], fitted["v"] / 100] == pytest.approx([6.25, 3.74, 15.44], abs=0.006)
    assert outlook["0001"]["expected_purchases"] == pytest.approx(1.226, abs=0.0005)
