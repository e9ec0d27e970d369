"""Whether a model may take the place of the live one, by how often each found the item that was hidden from it."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from pairwell.errors import EvidenceError
from pairwell.model.manifest import Manifest
from pairwell.model.store import live_manifest, read_manifest

_TOLERATED = 0.05  # of the live model's hit rate may be lost: another tenth of orders is another question
_COMPARABLE = timedelta(days=45)  # beyond, the orders asked about are of another season
_METRIC = "hr@10"
_SHOWN = 1e-9  # a loss that differs from what is tolerated by rounding alone


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """A model held against the live one. Only one that is surely worse is not `admitted`."""

    verdict: Literal["admitted", "worse", "not_comparable"]
    why: str
    live: str | None  # the model that it was held against
    hit_rate: float | None = None
    live_hit_rate: float | None = None
    difference_ci: tuple[float, float] | None = None  # 95 %, of the difference of the two rates

    @property
    def admitted(self) -> bool:
        """Whether it may go live."""
        return self.verdict != "worse"


def admit(models: Path, model_id: str, *, anyway: bool = False) -> Admission:
    """Hold a kept model against the live one. Raises `EvidenceError` where it is worse, unless `anyway`."""
    found = compare(read_manifest(models, model_id), live_manifest(models))
    if not found.admitted and not anyway:
        raise EvidenceError(
            f"Model {model_id} is not made live: {found.why}.", hint="Make it live all the same by --anyway."
        )
    return found


def compare(model: Manifest, live: Manifest | None) -> Admission:
    """Hold a model against the live one; None where none is live.

    Each was asked about the newest tenth of its own orders, so that the two are independent samples as far as those
    differ, and their difference has Newcombe's interval (1998, method 10) from the two of Wilson.
    """
    if live is None or live.id == model.id:
        return Admission(verdict="admitted", why="no other model is live", live=None)
    if reason := _incomparable(model, live):
        return Admission(verdict="not_comparable", why=reason, live=live.id)
    new, old = _rate(model), _rate(live)
    low, high = _difference(new, old)
    lost = -high > _TOLERATED * old.value + _SHOWN
    rates = f"it finds {new.value:.3f} of what was hidden from it, the live model {live.id} {old.value:.3f}"
    interval = f"difference {new.value - old.value:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}"
    return Admission(
        verdict="worse" if lost else "admitted",
        why=f"{rates} ({interval})",
        live=live.id,
        hit_rate=new.value,
        live_hit_rate=old.value,
        difference_ci=(low, high),
    )


class _Rate(msgspec.Struct, frozen=True):
    value: float
    ci: tuple[float, float]


def _incomparable(model: Manifest, live: Manifest) -> str | None:
    for one, name in ((model, "it"), (live, f"the live model {live.id}")):
        if one.validation is None:
            return f"too few orders are known to ask {name} about, so it cannot be compared"
    if _said(model)["protocol"] != _said(live)["protocol"]:
        return f"it was not asked the same way as the live model {live.id}, so it cannot be compared"
    if abs(model.as_of - live.as_of) > _COMPARABLE:
        far = f"its orders end more than {_COMPARABLE.days} days from those of the live model {live.id}"
        return f"{far}, too far to be compared"
    return None


def _said(manifest: Manifest) -> dict[str, Any]:
    assert manifest.validation is not None, "looked at before"
    return manifest.validation


def _rate(manifest: Manifest) -> _Rate:
    return msgspec.convert(_said(manifest)[_METRIC], _Rate)


def _difference(new: _Rate, old: _Rate) -> tuple[float, float]:
    """Interval of `new` minus `old`. Source: Newcombe 1998, Statistics in Medicine 17, 873-890, method 10."""
    below = math.hypot(new.value - new.ci[0], old.ci[1] - old.value)
    above = math.hypot(new.ci[1] - new.value, old.value - old.ci[0])
    return new.value - old.value - below, new.value - old.value + above
