from __future__ import annotations

import re

import pytest

from pairwell import errors
from pairwell.errors import PairwellError, exit_code, http_status

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, PairwellError) and kind is not errors.MissingExtraError
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_status_and_an_exit_code(kind: type[PairwellError]) -> None:
    error = kind("found this", hint="do that", field="shop.currency")
    assert 400 <= http_status(error) < 600
    assert exit_code(error) == (2 if isinstance(error, errors.UserError) else 1)
    assert (str(error), error.hint, error.field) == ("found this", "do that", "shop.currency")


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = set(re.findall(r"\b[A-Z][A-Za-z]+Error\b", errors.__doc__ or ""))
    assert drawn == {kind.__name__ for kind in [*KINDS, errors.MissingExtraError]}


def test_a_missing_extra_names_the_command_that_installs_it() -> None:
    assert errors.MissingExtraError("spark").hint == "Run `pip install 'pairwell[spark]'`."
