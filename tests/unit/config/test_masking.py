from __future__ import annotations

import pytest

from pairwell.config.masking import mask_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", ""),
        ("postgresql://shop@db/x", "postgresql://shop@db/x"),
        ("postgresql://shop:geheim@db:5432/x", "postgresql://shop:***@db:5432/x"),
        ("postgresql://shop:ge@he/im@db/x", "postgresql://shop:***@db/x"),
        ("postgresql://shop:@db/x", "postgresql://shop:***@db/x"),
        ("postgresql://:geheim@/x", "postgresql://:***@/x"),
        ("postgresql://shop:${DB_WORD}@db/x", "postgresql://shop:${DB_WORD}@db/x"),
        ("postgresql://shop:ge${DB_WORD}@db/x", "postgresql://shop:***@db/x"),
        (
            "postgresql://shop@db/x?sslmode=require&password=geheim&a=b",
            "postgresql://shop@db/x?sslmode=require&password=***&a=b",
        ),
        ("postgresql://shop@/x?host=/run&password=${DB_WORD}", "postgresql://shop@/x?host=/run&password=${DB_WORD}"),
        ("${DB_URL}", "${DB_URL}"),
        ("sqlite:////srv/a:b@c.db", "sqlite:////srv/a:b@c.db"),
    ],
)
def test_only_a_password_that_stands_there_is_masked(url: str, shown: str) -> None:
    assert mask_password(url) == shown
