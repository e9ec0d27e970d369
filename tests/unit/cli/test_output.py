from __future__ import annotations

import pytest

from pairwell.cli.output import _Done, amount


@pytest.mark.parametrize(("currency", "shown"), [("EUR", "1,234.50"), ("JPY", "123,450"), ("KWD", "123.450")])
def test_an_amount_has_the_decimals_of_its_currency(currency: str, shown: str) -> None:
    assert amount(123_450, currency) == shown


def test_shares_that_are_done_become_steps() -> None:
    steps: list[float] = []
    done = _Done(steps.append)
    for share in (0.25, 0.5, 1.0):
        done(share)
    assert steps == [0.25, 0.25, 0.5]
