"""What a cell looks like, and how a column writes its moments."""

from __future__ import annotations

from datetime import date

import pytest

from pairwell.ingest.cells import cell_kind, read_moments


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty"),
        (" 12 ", "integer"),
        ("31.0", "integer"),
        ("1 234,50", "decimal"),
        ("£5.00", "decimal"),
        ("12,50 zł", "decimal"),
        ("-3.5", "decimal"),
        ("2024-05-01", "moment"),
        ("2024-05-01T10:00:00Z", "moment"),
        ("31/12/2024", "moment"),
        ("1 May 2024", "moment"),
        ("10:30", "clock"),
        ("10:30:05 PM", "clock"),
        ("99.99.2024", "text"),
        ("85123A", "text"),
        ("tea 100 g", "text"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert cell_kind(text) == kind


@pytest.mark.parametrize(
    ("values", "pattern", "clock"),
    [
        (["2024-05-01", "2024-12-31"], None, False),
        (["2024-05-01 10:00", "2024-12-31 11:00"], None, True),
        (["31.12.2024", "01.02.2024"], "%d.%m.%Y", False),
        (["01.02.2024 10:05:00"], "%d.%m.%Y %H:%M:%S", True),
        (["12/31/2024", "01/02/2024"], "%m/%d/%Y", False),
        (["31/12/24", "01/02/24"], "%d/%m/%y", False),
        (["1/2/2024 1:05 PM"], "%m/%d/%Y %I:%M %p", True),
        (["01-02-2024, 10:05", "20-02-2024, 10:05"], "%d-%m-%Y, %H:%M", True),
        (["1 May 2024"], "%d %b %Y", False),
        (["May 1, 2024"], "%b %d, %Y", False),
        (["01-Mar-23"], "%d-%b-%y", False),
        (["Mar-01-23"], "%b-%d-%y", False),
    ],
)
def test_patterns(values: list[str], pattern: str | None, clock: bool) -> None:
    found = read_moments(values)
    assert (found.pattern, found.clock, found.share) == (pattern, clock, 1.0)


@pytest.mark.parametrize("pattern", ["%d/%m/%Y", "%m/%d/%Y"])
def test_the_order_of_rows_tells_day_from_month(pattern: str) -> None:
    days = [date(2024, month, day) for month in (1, 2, 3) for day in range(1, 13)]
    found = read_moments([day.strftime(pattern) for day in days])
    assert (found.pattern, found.certain) == (pattern, True)


def test_what_nothing_tells_is_uncertain() -> None:
    found = read_moments(["01/02/2024"])
    assert (found.pattern, found.certain) == ("%d/%m/%Y", False)


def test_other_text_holds_no_moments() -> None:
    assert read_moments(["tea", "1234"]).share == 0
