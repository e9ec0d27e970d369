"""What files of experiments cannot tell, and what is told of them then."""

from __future__ import annotations

from pathlib import Path

import pytest

from pairwell.errors import MappingError, RequestError, SourceError
from pairwell.measure.comparing.experiment import Design, Metric
from pairwell.measure.comparing.guardrails import Margin
from pairwell.shop.experimenting import Columns, analyze_file
from pairwell.shop.uplifting import Question, uplift_of_file

from .two_arms import BY_CUSTOMER, design, two_arms, write


def test_what_is_known_of_a_unit_must_not_differ_between_its_lines(tmp_path: Path) -> None:
    rows = [[*row, channel] for row in two_arms() for channel in ("web", "phone")]
    file = write(tmp_path / "a.csv", rows, "customer,arm,spend,channel")
    asked = Question(treated="offers", control="control", metric="spend", by=["channel"])

    with pytest.raises(MappingError, match=r"'channel' differs .* in 80 units: 'c000' has 'phone' and 'web'"):
        uplift_of_file(file, BY_CUSTOMER, asked)


def test_copies_of_a_line_are_refused_where_lines_are_units(tmp_path: Path) -> None:
    rows = two_arms()

    with pytest.raises(MappingError, match=r"2 lines stand there again, the same in every column"):
        analyze_file(write(tmp_path / "a.csv", [*rows, *rows[:2]]), BY_CUSTOMER, design("spend"))


def test_copies_among_purchases_are_counted_and_told(tmp_path: Path) -> None:
    rows = [[*row, no] for row in two_arms() for no in range(2)]
    file = write(tmp_path / "a.csv", [*rows, rows[0]], "customer,arm,spend,no")
    found = analyze_file(file, BY_CUSTOMER, design("spend"))

    assert found.copies == 1
    assert found.notes[0].startswith("1 line equals one before in every column, and were added up")
    assert not analyze_file(
        write(tmp_path / "b.csv", rows, "customer,arm,spend,no"), BY_CUSTOMER, design("rows")
    ).copies


def test_lines_without_a_unit_may_be_alike(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [row[1:] for row in two_arms()], "arm,spend")

    assert analyze_file(file, Columns(arm="arm"), design("spend")).copies == 0


def test_a_column_whose_values_are_in_several_arms_is_no_unit(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv", [[("town", "village", "farm")[k % 3], *row[1:]] for k, row in enumerate(two_arms())]
    )

    with pytest.raises(RequestError, match="'customer' has 3 different values, and 3 of them are in several arms"):
        analyze_file(file, BY_CUSTOMER, design("spend"))


def test_a_few_units_in_several_arms_are_left_out_and_told(tmp_path: Path) -> None:
    rows = [*two_arms(), ["c000", "offers", 9], ["c001", "control", 9]]
    found = analyze_file(write(tmp_path / "a.csv", rows), BY_CUSTOMER, design("spend"))

    assert found.left_out == {"several_arms": 2}
    assert found.notes[0].startswith("2.5% of the units were in several arms")


@pytest.mark.parametrize("names", ["foo,bar,baz", "customer,arm,spend"])
def test_a_header_alone_is_no_experiment(tmp_path: Path, names: str) -> None:
    unit, arm, value = names.split(",")

    with pytest.raises(SourceError, match=f"holds the columns {unit}, {arm}, {value} and no row"):
        analyze_file(write(tmp_path / "a.csv", [], names), Columns(arm=arm, unit=unit), design(value))


def test_names_that_are_asked_for_are_a_header(tmp_path: Path) -> None:
    rows = [[who, arm, ("no", "yes")[k % 3 == 0]] for k, (who, arm, _) in enumerate(two_arms())]
    found = analyze_file(write(tmp_path / "a.csv", rows, "foo,bar,baz"), Columns(arm="bar", unit="foo"), design("baz"))

    assert (found.rows, found.units, found.comparisons[0].kind) == (80, 80, "proportion")


@pytest.mark.parametrize(
    ("margin", "relative", "lower", "says"),
    [
        (0.02, True, False, r"a rise of it does no harm"),
        (-0.02, True, True, r"a fall of it does no harm"),
        (0.0, False, False, r"a rise of it does no harm"),
        (-1.5, True, False, r"allows all of it to be lost"),
    ],
)
def test_a_guardrail_that_guards_nothing_is_refused(
    tmp_path: Path, margin: float, relative: bool, lower: bool, says: str
) -> None:
    bound = Margin(margin=margin, relative=relative)
    metric = Metric(name="spend", above="spend", lower_is_better=lower, guardrail=bound)

    with pytest.raises(RequestError, match=says):
        analyze_file(write(tmp_path / "a.csv", two_arms()), BY_CUSTOMER, Design(metrics=[metric]))


@pytest.mark.parametrize("before", ["spend", "same"])
def test_the_metric_itself_is_not_what_was_before(tmp_path: Path, before: str) -> None:
    file = write(tmp_path / "a.csv", [[*row, 3 * int(str(row[2]))] for row in two_arms()], "customer,arm,spend,same")

    with pytest.raises(RequestError, match="tells all of 'spend'"):
        analyze_file(file, BY_CUSTOMER, Design(metrics=[Metric(name="spend", above="spend", before=before)]))


@pytest.mark.parametrize(("by", "says"), [("spend", "it is its metric"), ("arm", "it is its arm")])
def test_what_comes_after_is_nothing_to_tell_units_apart_by(tmp_path: Path, by: str, says: str) -> None:
    asked = Question(treated="offers", control="control", metric="spend", by=[by])

    with pytest.raises(RequestError, match=says):
        uplift_of_file(write(tmp_path / "a.csv", two_arms()), BY_CUSTOMER, asked)


def test_a_cost_below_nothing_is_none(tmp_path: Path) -> None:
    asked = Question(treated="offers", control="control", metric="spend", by=["customer"], cost=-1.0)

    with pytest.raises(RequestError, match="A cost of -1 is none"):
        uplift_of_file(write(tmp_path / "a.csv", two_arms()), BY_CUSTOMER, asked)


def test_a_few_units_cannot_tell_of_their_sizes(tmp_path: Path) -> None:
    few = analyze_file(write(tmp_path / "a.csv", two_arms(20)), BY_CUSTOMER, design("spend"))
    many = analyze_file(write(tmp_path / "b.csv", two_arms(80)), BY_CUSTOMER, design("spend"))

    assert (few.srm_p_value, few.srm_tells) == (1.0, False)
    assert many.srm_tells
