from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pairwell.cli.output import _Done, amount, as_of_words


@pytest.mark.parametrize(("currency", "shown"), [("EUR", "1,234.50"), ("JPY", "123,450"), ("KWD", "123.450")])
def test_an_amount_has_the_decimals_of_its_currency(currency: str, shown: str) -> None:
    assert amount(123_450, currency) == shown


def test_a_moment_of_orders_without_dates_is_no_date() -> None:
    assert as_of_words(datetime(2024, 5, 1, 9, 30, tzinfo=UTC)) == "as of 2024-05-01 09:30"
    assert as_of_words(datetime(1970, 1, 1, tzinfo=UTC)) == "undated"


def test_shares_that_are_done_become_steps() -> None:
    steps: list[float] = []
    done = _Done(steps.append)
    for share in (0.25, 0.5, 1.0):
        done(share)
    assert steps == [0.25, 0.25, 0.5]
