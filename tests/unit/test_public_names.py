from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pairwell
from pairwell.config.settings import Learn, Settings
from pairwell.errors import RequestError, WorkspaceError
from pairwell.shop.face import create_shop


def test_the_root_names_the_public_api() -> None:
    assert sorted(pairwell.__all__) == ["PairwellError", "__version__", "create", "open"]


def test_a_workspace_is_made_and_opened_again(tmp_path: Path) -> None:
    with pairwell.create(tmp_path / "shop") as shop:
        assert shop.status().holdings.orders == 0
    with pairwell.open(tmp_path / "shop") as shop:
        assert shop.status().drift == []
    with pytest.raises(WorkspaceError):
        pairwell.open(tmp_path)


def test_the_status_asks_for_as_many_orders_as_the_published_settings(tmp_path: Path) -> None:
    settings = Settings(learn=Learn(min_together=7))
    with create_shop(tmp_path / "shop", settings) as shop:
        needed = [gate.needed for gate in shop.status().holdings.gates if gate.name == "pairs"]
    assert needed == ["7 such orders at the very least"]


@pytest.mark.parametrize(
    ("request_body", "field", "hint"),
    [
        ({"placement": "cart", "cart": [{"item_id": "a", "quantity": 0}]}, "cart[0].quantity", None),
        ({"cart": []}, "placement", "Add it."),
        ({"placement": "cart", "custommer_id": "c"}, "custommer_id", "Did you mean `customer_id`?"),
    ],
)
def test_a_wrong_request_names_the_field(
    tmp_path: Path, request_body: dict[str, Any], field: str, hint: str | None
) -> None:
    with pairwell.create(tmp_path / "shop") as shop, pytest.raises(RequestError) as caught:
        shop.decide(request_body)
    assert (caught.value.field, caught.value.hint) == (field, hint)


def test_nothing_learned_is_silence_not_an_error(tmp_path: Path) -> None:
    with pairwell.create(tmp_path / "shop") as shop:
        answer = shop.decide({"placement": "cart", "cart": [{"item_id": "a"}]})
    assert answer.silence is not None
    assert answer.offers == []
    assert [(ignored.field, ignored.id) for ignored in answer.ignored] == [("cart", "a")]


def test_a_basket_is_no_text(tmp_path: Path) -> None:
    with pairwell.create(tmp_path / "shop") as shop, pytest.raises(RequestError, match="list of item ids"):
        shop.complete(["22423"])
