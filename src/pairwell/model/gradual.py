"""Models for a share of the customers first, then for everybody, or for nobody any more."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pairwell.config.gradual import refuse_under_way, require_share
from pairwell.config.standing import (
    UNSAID,
    Act,
    Standing,
    change_standing,
    put_first,
    read_standing,
    roll_back,
    withdraw,
)
from pairwell.errors import NoModelError
from pairwell.model.model import Model
from pairwell.model.store import load_model, storing

_LIST = "`pairwell model list` names those there are."


class CanaryModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that a share of the customers gets first."""

    model: Model
    share: float


def load_canary_model(models: Path) -> CanaryModel | None:
    """The model of a roll-out that is under way; None where none is. Raises `ModelBrokenError` and `NoModelError`."""
    standing = read_standing(models)
    if standing is None or standing.canary is None:
        return None
    return CanaryModel(model=load_model(models, standing.canary), share=standing.share)


def share_model(models: Path, model_id: str, share: float, act: Act = UNSAID) -> None:
    """Make a kept model live for a share of the customers, after checking it as `load_model` does.

    Who had it stays with it when the share grows.
    """
    require_share(share)
    load_model(models, model_id)

    def put(before: Standing | None) -> Standing:
        if before is None or before.live == model_id:
            raise NoModelError(f"Model {model_id} is live for everybody already.", hint="Name another one.")
        return put_first(before, model_id, share, act)

    with storing(models):
        change_standing(models, put)


def withdraw_model(models: Path, act: Act = UNSAID) -> Standing:
    """End a roll-out: the live model is everybody's. Raises `NoModelError` where none is under way."""

    def change(before: Standing | None) -> Standing:
        if before is None or before.canary is None:
            raise NoModelError("No roll-out of a model is under way.", hint=_LIST)
        return withdraw(before, act)

    with storing(models):
        return change_standing(models, change)


def roll_back_model(models: Path, act: Act = UNSAID) -> Standing:
    """Make the model live that was live before; a second time undoes the first.

    Raises `NoModelError` where none was live before, or a roll-out is under way.
    """

    def change(before: Standing | None) -> Standing:
        if before is None or before.before is None:
            live = "these" if before is None else repr(before.live)
            raise NoModelError(f"No model was live before {live}.", hint=_LIST)
        refuse_under_way(before, "pairwell model withdraw", NoModelError)
        load_model(models, before.before)
        return roll_back(before, act)

    with storing(models):
        return change_standing(models, change)
