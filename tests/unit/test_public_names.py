from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pairwell
from pairwell.errors import RequestError, WorkspaceError


def test_the_root_names_the_public_api() -> None:
    assert sorted(pairwell.__all__) == ["PairwellError", "__version__", "create", "open"]


def test_a_workspace_is_made_and_opened_again(tmp_path: Path) -> None:
    with pairwell.create(tmp_path / "shop") as shop:
        assert shop.status().holdings.orders == 0
    with pairwell.open(tmp_path / "shop") as shop:
        assert shop.status().drift == []
    with pytest.raises(WorkspaceError):
        pairwell.open(tmp_path)


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
