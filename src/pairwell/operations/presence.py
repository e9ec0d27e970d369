"""Whether the file of a database is still the one that was opened: SQLite writes on into a deleted one."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from pairwell.errors import JournalError

Identity = tuple[int, int] | None  # device and number of the file; None where there is none


class DatabaseFile:
    """The file of a SQLite database; of a server's or one in memory nothing is ever wrong with it."""

    def __init__(self, url: sa.URL, *, made_by_others: bool = False) -> None:
        in_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
        self._path = Path(url.database or "") if in_file else None
        self._known: Identity = None
        self._made_by_others = made_by_others

    def remember(self) -> None:
        """From now on the file that is there now is the one."""
        self._known = self._look()

    def is_same(self) -> bool:
        """Whether the file is the one that was remembered."""
        return self._path is None or self._look() == self._known

    def is_missing(self) -> bool:
        """Whether there is no file where there should be one."""
        return self._path is not None and self._look() is None

    def require_same(self) -> None:
        """Raise `JournalError` where another file, or none, has taken the place of the one remembered."""
        if not self.is_same():
            raise JournalError(
                f"{self._path} was taken away or replaced while it was written to.",
                hint="Put it back; it is looked for at every request.",
            )

    def require_there(self) -> None:
        """Raise `JournalError` where none is there that was remembered or is made by others.

        An empty one in its place would have lost all.
        """
        if not self.is_missing():
            return
        if self._known is not None:
            raise JournalError(
                f"{self._path} is gone; a new one would know nothing of what was promised.",
                hint="Put it back or restore a backup; it is looked for at every request.",
            )
        if self._made_by_others:
            raise JournalError(
                f"{self._path} is not there.",
                hint="The process that decides makes it where the workspace is new; else put it back.",
            )

    def _look(self) -> Identity:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
