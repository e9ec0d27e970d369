from __future__ import annotations

import pytest

from pairwell.config.categories import ByCategory

STATED = ByCategory({"Home": 0.2, "home> Lighting ": 0.4, "Garden > Tools": 0.0})


@pytest.mark.parametrize(
    ("category", "found"),
    [
        ("Home > Lighting > Lamps", 0.4),
        ("HOME>LIGHTING", 0.4),
        ("Home > Textiles", 0.2),
        ("Homeware", None),
        ("Garden", None),
        ("Garden > Tools > Rakes", 0.0),
        ("Sale > Home", None),
        ("", None),
        (None, None),
    ],
)
def test_the_nearest_category_counts(category: str | None, found: float | None) -> None:
    assert STATED.of(category) == found
