from __future__ import annotations

import pytest

from pairwell.learn.validation import wilson


def test_the_interval_is_that_of_wilson() -> None:
    # Newcombe 1998, table I, method 3: 81 of 263 and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(20, 20)[1] == pytest.approx(1.0)
