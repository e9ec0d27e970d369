"""What keeps one open workspace safe, small and lawful."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pairwell.shop.keeping.backup import BackedUp, BackupOptions, make_backup
from pairwell.shop.keeping.compact import Compacted, compact
from pairwell.shop.keeping.forget import Forgotten, check_forgotten, forget
from pairwell.shop.keeping.place import Place
from pairwell.shop.keeping.retention import Tidied, tidy
from pairwell.shop.keeping.search import Searched


class Keeping:
    """Reached as `shop.keeping`."""

    def __init__(self, place: Place, clock: Callable[[], datetime]) -> None:
        self._place = place
        self._clock = clock

    def backup(self, path: str | Path, options: BackupOptions | None = None) -> BackedUp:
        """Make one file of everything that the workspace could not do without, while decisions and events go on."""
        place, chosen = self._place, options or BackupOptions()
        return make_backup(place.workspace, place.database, Path(path), options=chosen, now=self._clock())

    def forget(self, customer_id: str, *, visitor: bool = False) -> Forgotten:
        """Make a customer, or a `visitor`, unknown everywhere; the answer holds the proof.

        Waits until nobody ingests or learns.
        """
        return forget(self._place, customer_id, visitor=visitor, now=self._clock())

    def search(self, customer_id: str, *, visitor: bool = False) -> Searched:
        """Where a customer or visitor is found: in every file, and in every page of the database."""
        return check_forgotten(self._place, customer_id, visitor=visitor)

    def compact(self) -> Compacted:
        """Carry what the journal learned into the dataset, exactly once."""
        return compact(self._place, now=self._clock())

    def tidy(self) -> Tidied:
        """Remove what the settings no longer keep, and files that nothing refers to."""
        return tidy(self._place, now=self._clock())
