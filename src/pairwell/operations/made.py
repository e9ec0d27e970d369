"""Whether a workspace had an operations database already: an empty one in its place would have lost all."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from pairwell.errors import JournalError


class Made:
    """What a workspace remembers of where its operations database was made: a digest for each `operations.url`."""

    def __init__(self, file: Path, url: str) -> None:
        """`url`: as the settings say it, so that a workspace may be moved."""
        self._file = file
        self._digest = hashlib.blake2b(url.encode(), digest_size=16).hexdigest()

    def known(self) -> bool:
        """Whether it was made."""
        try:
            return self._digest in self._file.read_text().split()
        except FileNotFoundError:
            return False

    def note(self) -> None:
        """Remember that it is made."""
        # Where the workspace cannot be written, a database elsewhere works all the same.
        with suppress(OSError):
            if not self.known():
                with self._file.open("a") as file:
                    file.write(f"{self._digest}\n")

    def require_not(self, shown: str) -> None:
        """Raise `JournalError` where it was made; `shown`: where nothing is there now."""
        if self.known():
            raise JournalError(
                f"{shown} holds no journal any more, which {self._file} says it did; a new one would know nothing of "
                "caps, declines and decisions.",
                hint="Put it back or restore a backup; a server looks for it at every request. "
                f"To begin anew with an empty one, delete {self._file}.",
            )
