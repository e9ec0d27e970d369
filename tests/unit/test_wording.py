from __future__ import annotations

import pytest

from pairwell.wording import counted


@pytest.mark.parametrize(("count", "said"), [(0, "0 orders"), (1, "1 order"), (2, "2 orders"), (1_234, "1,234 orders")])
def test_only_one_of_a_thing_is_singular(count: int, said: str) -> None:
    assert counted(count, "order") == said
