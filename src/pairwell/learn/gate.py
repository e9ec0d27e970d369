"""Whether a model goes live: it and the live one are asked about the same orders, which the live one has not seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pairwell.clock import to_micros
from pairwell.config.settings import Settings
from pairwell.errors import ModelBrokenError, NoModelError, StorageError
from pairwell.learn.blend import blending_model
from pairwell.learn.cases import Case
from pairwell.learn.history import History
from pairwell.learn.validation import before, cases_from, find_hits
from pairwell.model.admission import (
    FEWEST_CASES,
    NO_OTHER,
    Admission,
    asked_the_same,
    compare_hits,
    compare_validations,
    not_comparable,
)
from pairwell.model.manifest import Manifest
from pairwell.model.model import Model
from pairwell.model.store import load_model, models_standing

_MOST_CASES = 2_000
_UNSEEN = "that neither has learned from"
_SEEN = "that it has learned from, which helps it, and the live one has not"


class Fresh(NamedTuple):
    """What a model was just learned from, and its twin: the same of only the first `split` orders."""

    history: History
    settings: Settings
    twin: Model
    split: int


def hold_learned(models: Path, model: Manifest, fresh: Fresh) -> Admission:
    """Hold a model that was just learned against the live one, on orders that neither it nor the twin has seen."""
    live = _live(models, model.id)
    if isinstance(live, Admission):
        return live
    if asked_the_same(model, live.manifest):
        return compare_validations(model, live.manifest)
    known = _known(fresh.history, live.manifest.as_of)
    cases = _newest(fresh.history, max(known, fresh.split))
    theirs = find_hits(live, cases)
    found = compare_hits(live.id, _UNSEEN, find_hits(fresh.twin, cases), theirs)
    if found.admitted or known <= fresh.split:
        return found
    # The twin lacks orders that the live model knows, which alone may make it worse: ask one that has them.
    equal = blending_model(before(fresh.history, known), fresh.settings)
    return compare_hits(live.id, _UNSEEN, find_hits(equal, cases), theirs)


def hold_kept(models: Path, model_id: str, read: Callable[[], History]) -> Admission:
    """Hold a kept model against the live one; `read` gives the orders there are now.

    Where no model was learned later than the other, that is exact. One that knows of later moments than the live one
    has learned from the only orders that are left to ask about; then it is refused only if it is worse even so.
    Raises `NoModelError` and `ModelBrokenError` of the kept one.
    """
    live = _live(models, model_id)
    if isinstance(live, Admission):
        return live
    model = load_model(models, model_id)
    if asked_the_same(model.manifest, live.manifest):
        return compare_validations(model.manifest, live.manifest)
    try:
        history = read()
    except StorageError as error:
        return not_comparable(live.id, f"the orders to compare it by cannot be read ({error.message})")
    since, until = live.manifest.as_of, model.manifest.as_of
    cases, which = _newest(history, _known(history, max(since, until))), _UNSEEN
    if len(cases) < FEWEST_CASES and until > since:
        cases, which = _newest(history, _known(history, since)), _SEEN
    return compare_hits(live.id, which, find_hits(model, cases), find_hits(live, cases))


def _live(models: Path, model_id: str) -> Model | Admission:
    try:
        live = models_standing(models).live
    except (NoModelError, ModelBrokenError):
        return NO_OTHER
    if live == model_id:
        return NO_OTHER
    try:
        return load_model(models, live)
    except (NoModelError, ModelBrokenError) as error:
        return not_comparable(live, f"the live model cannot be read ({error.message})")


def _known(history: History, as_of: datetime) -> int:
    """How many orders a model as of a moment knows."""
    return int(history.baskets.placed_at.searchsorted(to_micros(as_of), side="right"))


def _newest(history: History, start: int) -> list[Case]:
    return cases_from(history, start, _MOST_CASES)
