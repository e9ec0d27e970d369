"""What is older than the settings let it be, and what nothing refers to any more."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

import msgspec

from pairwell.config.gradual import load_canary
from pairwell.config.remembering import LEAST_DECISION_DAYS
from pairwell.config.turns import files_alone
from pairwell.dataset.sweeping import sweep_dataset
from pairwell.decide.reserving import look_back, widest
from pairwell.errors import StorageError
from pairwell.journal.passing import newest_event
from pairwell.journal.retention import Terms, models_named, prune
from pairwell.journal.standing import Lookback
from pairwell.model.store import list_models, models_in_use
from pairwell.shop.keeping.place import Place

_LATE = timedelta(days=LEAST_DECISION_DAYS)
_UNDER_WAY = timedelta(days=1)  # whoever began before is done


class Tidied(msgspec.Struct, frozen=True, kw_only=True):
    """What was removed."""

    rows: dict[str, int]  # of the operations database, by table
    snapshots: int
    files: int  # of the dataset
    models: list[str]
    busy: bool  # files were in use; they are looked at next time


def tidy(place: Place, *, now: datetime) -> Tidied:
    """Remove what is too old: never what a decision that is kept refers to, nor an event that the dataset lacks.

    Raises `JournalError` and `StorageError`; what is left then goes the next time.
    """
    rows = prune(place.database, _terms(place, now))
    with files_alone(place.workspace.hidden, wait=False) as alone:
        if not alone:
            return Tidied(rows=rows, snapshots=0, files=0, models=[], busy=True)
        keep = [place.facts.snapshot()]
        snapshots, files = sweep_dataset(place.workspace, keep=keep, until=now - _UNDER_WAY)
        return Tidied(rows=rows, snapshots=snapshots, files=files, models=_sweep_models(place, now), busy=False)


def _terms(place: Place, now: datetime) -> Terms:
    kept, back = place.settings.retention, _back(place, now)
    carried, own = place.dataset.newest().carried, newest_event(place.database)
    return Terms(
        decisions=_start(kept.decisions_days, now, now - _LATE),
        events=_start(kept.events_days, now, now),
        behaviour=_start(kept.behaviour_days, now, _asked_for(back)),
        triggered=_start(kept.triggered_days, now, now),
        contacts=min(back.contacts, now - _LATE),
        totals=back.totals,
        carried=carried.upto if carried is not None and carried.journal == own.journal else 0,
    )


def _back(place: Place, now: datetime) -> Lookback:
    """As far as anybody's decisions look back, also of those for whom newer settings are tried."""
    own, canary = look_back(place.settings, now), load_canary(place.workspace)
    return own if canary is None else widest(own, look_back(canary.published.settings, now))


def _asked_for(back: Lookback) -> datetime:
    """Behaviour since then is read by decisions."""
    return min(back.declines, back.signals)


def _start(days: float, now: datetime, latest: datetime) -> datetime | None:
    return None if days == 0 else min(now - timedelta(days=days), latest)


def _sweep_models(place: Place, now: datetime) -> list[str]:
    """Remove those that are not live for anybody, were not live before, and that no decision names."""
    models = place.workspace.models
    kept = models_named(place.database) | models_in_use(models)
    gone = []
    for listed in list_models(models):
        folder = models / listed.id
        if listed.id in kept or folder.stat().st_mtime >= (now - _UNDER_WAY).timestamp():
            continue
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise StorageError(f"{folder} could not be removed: {error}.", hint="Mend the rights.") from error
        gone.append(listed.id)
    return sorted(gone)
