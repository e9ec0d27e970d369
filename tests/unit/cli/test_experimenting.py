from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from tests.unit.cli.conftest import Command

from pairwell.errors import RequestError

KEYS = {
    "arm",
    "control",
    "metric",
    "kind",
    "n",
    "n_control",
    "mean",
    "mean_control",
    "effect_absolute",
    "ci_absolute",
    "p_value_absolute",
    "effect_relative",
    "ci_relative",
    "ci_relative_delta",
    "p_value_relative",
    "always_valid_ci",
    "verdict",
    "refusal",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "experiment.csv"
    rows = [f"c{k},{('control', 'offers')[k % 2]},{k % 5 + k % 2},{1 + k % 3}" for k in range(600)]
    path.write_text("\n".join(["customer,arm,spend,orders", *rows]) + "\n")
    return path


def test_the_document_has_the_keys_that_outsiders_read(pairwell: Command, file: Path) -> None:
    words = ("--unit", "customer", "--arm", "arm", "--metric", "spend", "--metric", "spend/orders", "--json")
    found = json.loads(pairwell("experiment", "analyze", file, *words).stdout)

    assert "srm_p_value" in found
    assert [one["metric"] for one in found["comparisons"]] == ["spend", "spend/orders"]
    assert all(set(one) >= KEYS for one in found["comparisons"])
    assert all(one["refusal"] is None for one in found["comparisons"])


def test_the_table_says_it_in_a_sentence(pairwell: Command, file: Path) -> None:
    shown = pairwell("experiment", "analyze", file, "--unit", "customer", "--arm", "arm", "--metric", "spend").stdout

    assert "600 lines, 600 of 'customer', control 'control'" in shown
    assert "Sizes of the arms: fine (p 1.0000 against equal ones, as no shares were named)" in shown
    assert "spend, offers: 3 where control has 2, +1 (" in shown
    assert "It is better, by +50.0% (" in shown


def test_too_few_units_are_told_not_guessed(pairwell: Command, tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("u,arm,spend\n1,control,2\n2,offers,900\n")
    words = ("experiment", "analyze", path, "--unit", "u", "--arm", "arm", "--metric", "spend")
    one = json.loads(pairwell(*words, "--json").stdout)["comparisons"][0]

    assert (one["verdict"], one["effect_absolute"], one["p_value_absolute"]) == ("not_estimable", None, None)
    assert one["refusal"] == "The smaller arm has 1 unit; 10 are the least."
    assert one["refusal"] in pairwell(*words).stdout


def test_a_large_effect_on_uneven_money_is_called_approximate(pairwell: Command, tmp_path: Path) -> None:
    path = tmp_path / "uneven.csv"
    rng = random.Random(1)
    money = [rng.lognormvariate(0, 0.6) * (30 if rng.random() < 0.02 else 1) for _ in range(5_000)]
    rows = [f"c{k},offers,{3 * sum_}" if k % 2 else f"c{k},control,{sum_}" for k, sum_ in enumerate(money)]
    path.write_text("\n".join(["customer,arm,spend", *rows]) + "\n")
    words = ("experiment", "analyze", path, "--unit", "customer", "--arm", "arm", "--metric", "spend")
    one = json.loads(pairwell(*words, "--json").stdout)["comparisons"][0]

    assert (one["verdict"], one["approximate"]) == ("better", True)
    assert "The difference is approximate: a few very large values" in one["sentence"]
    assert "better, approximate" in pairwell(*words).stdout
    assert "approximate" not in pairwell(*words, "--peeking").stdout


def test_guardrails_and_earlier_values_are_taken_by_name(pairwell: Command, file: Path) -> None:
    words = (
        "--unit",
        "customer",
        "--arm",
        "arm",
        "--metric",
        "spend",
        "--metric",
        "orders",
        "--before",
        "spend=orders",
    )
    shown = pairwell(
        "experiment",
        "analyze",
        file,
        *words,
        "--guardrail",
        "orders=-20%",
        "--guardrail",
        "spend=+.5",
        "--lower-is-better",
        "spend",
    ).stdout

    assert "Guardrail -20.0%: held." in shown
    assert "Guardrail +0.5: broken." in shown
    assert "What was known before took away" in shown


def test_a_guardrail_of_nothing_keeps_its_side(pairwell: Command, file: Path) -> None:
    words = ("--unit", "customer", "--arm", "arm", "--metric", "spend")
    sides = (("spend=-0%",), ("spend=+0%", "--lower-is-better", "spend"))
    risen = [pairwell("experiment", "analyze", file, *words, "--guardrail", *side) for side in sides]

    assert "Guardrail -0.0%: held." in risen[0].stdout
    assert "Guardrail +0.0%: broken." in risen[1].stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--shares", "control"), "are no shares"),
        (("--shares", "control=.5,offers=x"), "are no shares"),
        (("--shares", "control=.05,control=.95"), "names 'control' twice"),
        (("--guardrail", "spend<2"), "is no guardrail"),
        (("--guardrail", "spend=-2%", "--guardrail", "spend=+5%"), "two guardrails of 'spend'"),
        (("--guardrail", "visits=-2%"), "none of the metrics"),
        (("--guardrail", "spend=+2%"), "a rise of it does no harm"),
        (("--before", "visits=orders"), "none of the metrics"),
        (("--metric", "spend/orders", "--before", "spend/orders=orders"), "is a ratio"),
        (("--lower-is-better", "visits"), "none of the metrics"),
        (("--metric", "spend/"), "is no metric"),
    ],
)
def test_options_written_wrongly(pairwell: Command, file: Path, words: tuple[str, ...], says: str) -> None:
    result = pairwell("experiment", "analyze", file, "--unit", "customer", "--arm", "arm", "--metric", "spend", *words)

    assert isinstance(result.exception, RequestError)
    assert says in str(result.exception)


def test_a_plan_from_the_shops_own_orders(pairwell: Command, learned: Path) -> None:
    words = ("experiment", "plan", "--workspace", learned, "--holdout", ".5", "--effect", "200%")
    found = json.loads(pairwell(*words, "--json").stdout)
    shown = pairwell(*words).stdout

    assert [one["days"] for one in found["horizons"]][:3] == [7, 14, 21]
    assert found["days"] in {one["days"] for one in found["horizons"]}
    assert found["currency"] == "EUR"
    assert f"An effect of 200.0% a unit needs {found['days']} days." in shown
    margin = json.loads(pairwell("experiment", "plan", "--workspace", learned, "--metric", "margin", "--json").stdout)
    assert all(m["mean"] < r["mean"] for m, r in zip(margin["horizons"], found["horizons"], strict=True))
    assert margin["holdout"] == 0.05


def test_a_few_units_cannot_tell_of_their_sizes(pairwell: Command, tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("u,arm,spend\n1,control,2\n2,offers,900\n3,offers,4\n")
    shown = pairwell("experiment", "analyze", path, "--unit", "u", "--arm", "arm", "--metric", "spend").stdout

    assert "Sizes of the arms: too few units to tell" in shown
    assert "fine" not in shown


@pytest.mark.parametrize(
    ("unit", "says"),
    [("order_id", "'order_id' names orders"), ("visit", "Many of 'customer_id' have several of 'visit'")],
)
def test_a_plan_refuses_the_units_that_an_analysis_refuses(
    pairwell: Command, tmp_path: Path, unit: str, says: str
) -> None:
    path = tmp_path / "orders.csv"
    rows = [f"{k},c{k % 30},2026-01-{k % 28 + 1:02},{k % 7}" for k in range(200)]
    path.write_text("\n".join([f"{unit},customer_id,at,spend", *rows]) + "\n")
    words = ("experiment", "plan", path, "--at", "at", "--metric", "spend")

    assert says in str(pairwell(*words, "--unit", unit).exception)
    assert pairwell(*words, "--unit", "customer_id").exit_code == 0


def test_a_plan_from_a_file(pairwell: Command, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    rows = [f"c{day}-{k},2026-01-{day:02},{k % 4}" for day in range(1, 29) for k in range(20)]
    path.write_text("\n".join(["who,when,spend", *rows]) + "\n")
    words = ("experiment", "plan", path, "--unit", "who", "--at", "when", "--metric", "spend", "--json")
    found = json.loads(pairwell(*words, "--visitors", "140").stdout)

    assert [(one["days"], one["units"], one["units_holdout"]) for one in found["horizons"]] == [
        (7, 140, 70),
        (14, 280, 140),
        (21, 420, 210),
        (28, 560, 280),
    ]
    # 2.8016 standard deviations of a difference of two means; the values' own one is sqrt(1.25).
    # The treated vary more, as the effect raises each of their values by its share.
    last = found["horizons"][3]
    # And the variance is taken one standard error up: squares of 1.25 ± 1.
    error = (1.25 * (1 + 0.8 / 560**0.5) * (1 + (1 + last["smallest_effect_relative"]) ** 2) / 280) ** 0.5
    assert last["smallest_effect"] == pytest.approx(2.8016 * error, rel=2e-3)
    # Of very many who spend nothing beside them only the squares count.
    worst = json.loads(pairwell(*words).stdout)["horizons"][3]
    error = (3.5 * (1 + 1 / 560**0.5) * (1 + (1 + worst["smallest_effect_relative"]) ** 2) / 280) ** 0.5
    assert worst["smallest_effect"] == pytest.approx(2.8016 * error, rel=2e-3)
    shown = pairwell(*words[:-1], "--visitors", "500").stdout
    assert "Units: visitors, 500 a week, each week's taken for new ones; who buys nothing counts 0." in shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--at", "when"), "needs --unit"),
        (("--unit", "who"), "needs --at"),
        (("--unit", "who", "--at", "when", "--holdout", "1"), "--holdout is 1"),
        (("--unit", "who", "--at", "when", "--power", ".01"), "--power is 0.01; it must be .5 to .999"),
        (("--unit", "who", "--at", "when", "--power", "1"), "--power is 1; it must be .5 to .999"),
        (("--unit", "who", "--at", "when", "--effect", "much"), "is no effect"),
    ],
)
def test_a_plan_asked_for_wrongly(pairwell: Command, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("who,when,spend\na,2026-01-01,3\n")
    result = pairwell("experiment", "plan", path, "--metric", "spend", *words)

    assert isinstance(result.exception, RequestError)
    assert says in str(result.exception)


def test_those_whom_an_offer_does_not_change_are_found(pairwell: Command, tmp_path: Path) -> None:
    path = tmp_path / "uplift.csv"
    # Customers by web gain, those by phone lose; numbers and gaps among what is known of them.
    rng, rows = random.Random(1), []
    for k in range(4_000):
        offered, web = rng.randrange(2), rng.randrange(2)
        bought = int(rng.random() < 0.3 + offered * (0.3 if web else -0.2))
        rows.append(
            f"c{k * 31 % 4_000},{('control', 'offers')[offered]},{('phone', 'web')[web]},{k % 9 or ''},{bought}"
        )
    path.write_text("\n".join(["customer,arm,channel,visits,bought", *rows]) + "\n")
    arms = ("--unit", "customer", "--arm", "arm", "--treated", "offers", "--control", "control")
    words = ("experiment", "uplift", path, *arms, "--metric", "bought", "--by", "channel", "--by", "visits")
    found = json.loads(pairwell(*words, "--json").stdout)

    assert (found["advice"], found["units"]) == ("leave_out_last", 4_000)
    assert found["qini_ci"][0] > 0.1
    assert found["groups"][0]["effect"] > 0.2
    assert found["groups"][-1]["effect"] < -0.1
    assert "Leave out the 30 % who are expected to gain least" in pairwell(*words).stdout
    wrong = pairwell(*(word if word != "offers" else "nobody" for word in words))
    assert isinstance(wrong.exception, RequestError)
