"""What is said of a file that may bring customers back who were forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pairwell.dataset.returning import find_returning
from pairwell.dataset.store import Dataset
from pairwell.wording import counted

_WHAT_TO_DO = "If it is of customers who were forgotten, leave them out of the file and forget them again."


def note_returning(dataset: Dataset, incoming: Mapping[str, Path]) -> Iterator[str]:
    """A sentence for each way in which orders came back. Nothing remembers who was forgotten: a person has to look."""
    found = find_returning(dataset, incoming)
    if found.named:
        yield f"{counted(found.named, 'order')} kept without a customer: the file names one. {_WHAT_TO_DO}"
    if found.twice:
        yield (
            f"{counted(found.twice, 'order')} to the moment and the items like one kept under another id, so that the "
            f"sale counts twice. {_WHAT_TO_DO}"
        )
