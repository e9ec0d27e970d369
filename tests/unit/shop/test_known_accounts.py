"""The terms on which advice is given: the price list, and what settings say of it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from pairwell.shop.face import open_shop
from pairwell.shop.known_accounts import KnownAccounts


def test_advice_goes_by_the_settings_of_the_business(small_firm: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small_firm, tmp_path / "firm"))
    told = folder / "pairwell.toml"
    text = told.read_text(encoding="utf-8")
    said = text.replace("minute_minor = 0\n", "minute_minor = 75\n").replace(
        "add_on_price_share = 0.3\n", "add_on_price_share = 0.2\n"
    )
    assert said.count("minute_minor = 75") == said.count("add_on_price_share = 0.2\n") == 1
    told.write_text(said, encoding="utf-8")
    with open_shop(folder) as shop:
        shop.publish()
        terms = KnownAccounts(shop, shop.dataset.newest(), datetime.now(UTC)).terms
    assert (terms.minute_minor, terms.add_on_price_share) == (75, 0.2)
    assert terms.seasons == {}  # of so few accounts there are none
