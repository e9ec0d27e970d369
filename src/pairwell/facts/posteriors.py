"""What was learned from offers: every epoch is kept, as decisions name the one that they read."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from pairwell.errors import NotFoundError
from pairwell.facts.held import read_epoch, read_posterior
from pairwell.operations import schema
from pairwell.operations.database import Database
from pairwell.posterior import Posterior

_table = schema.posteriors
_MOVE = schema.epochs.update().where(schema.epochs.c.name == "posterior").values(number=sa.bindparam("to"))
_encoder = msgspec.json.Encoder()


class PosteriorStore:
    """Posteriors by epoch. Safe to share between threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> Posterior | None:
        """The live one; None before the first."""
        with self._database.read() as connection:
            return read_posterior(connection, read_epoch(connection, "posterior"))

    def at(self, epoch: int) -> Posterior:
        """The one of that epoch. Raises `NotFoundError` where there is none."""
        with self._database.read() as connection:
            found = read_posterior(connection, epoch)
        if found is None:
            raise NotFoundError(f"Nothing is kept of epoch {epoch} of what was learned from offers.", field="epoch")
        return found

    def publish(self, make: Callable[[int], Posterior]) -> Posterior:
        """Make the next one live: `make` gets its epoch. Decisions see it from the next on."""
        with self._database.write() as connection:
            epoch = read_epoch(connection, "posterior", lock=True) + 1
            made = make(epoch)
            connection.execute(_table.insert(), {"epoch": epoch, "payload": _encoder.encode(made)})
            connection.execute(_MOVE, {"to": epoch})
        return made
