"""Take the events of bodies that wait together; one that cannot be taken keeps no other from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy.exc import InterfaceError, OperationalError

from pairwell.errors import JournalError, PairwellError, RequestError
from pairwell.events import EventReceipt
from pairwell.serve.online.faults import Refused
from pairwell.serve.online.metrics.counting import Counts
from pairwell.serve.online.service import Service
from pairwell.serve.online.sorting import SentEvents, Sorted, sort_out

_BYTES_TOGETHER = 1_000_000  # read at a time: events in memory take several times as much as they do on the wire
Outcome = EventReceipt | Exception


def take_bodies(sent: Sequence[SentEvents], service: Service, counts: Counts) -> list[Outcome]:
    """What became of each body, in its order: a receipt, or why there is none."""
    outcomes: list[Outcome] = []
    gone: Exception | None = None
    for part in _parts(sent):
        # Who waits for a database that is gone should hear of it, not wait once more for each part.
        told = [gone] * len(part) if gone else _take(part, service, counts)
        gone = next((one for one in told if isinstance(one, Exception) and _is_outage(one)), None)
        outcomes += told
    return outcomes


def _parts(sent: Sequence[SentEvents]) -> Iterator[list[SentEvents]]:
    part: list[SentEvents] = []
    size = 0
    for one in sent:
        if part and size + len(one.body) > _BYTES_TOGETHER:
            yield part
            part, size = [], 0
        part.append(one)
        size += len(one.body)
    yield part


def _take(part: Sequence[SentEvents], service: Service, counts: Counts) -> list[Outcome]:
    try:
        read = [_read(one, service) for one in part]
        sorted_out = [one for one in read if isinstance(one, Sorted)]
        taken = iter(service.take([one.events for one in sorted_out]))
    except Exception as error:  # noqa: BLE001  (each who waits gets it, or what comes of trying alone)
        if len(part) == 1 or _is_outage(error):
            return [error] * len(part)
        return [outcome for one in part for outcome in _take([one], service, counts)]
    return [_told(one, next(taken), counts) if isinstance(one, Sorted) else one for one in read]


def _told(sorted_out: Sorted, taken: EventReceipt, counts: Counts) -> EventReceipt:
    receipt = sorted_out.receipt(taken)
    counts.took(sorted_out.events, receipt)
    return receipt


def _read(one: SentEvents, service: Service) -> Sorted | PairwellError | Refused:
    try:
        return sort_out(one, service)
    except (RequestError, Refused) as error:
        return error


def _is_outage(error: Exception) -> bool:
    """Whether it would be the same with any events: the database is gone, full or kept by another writer."""
    return isinstance(error, JournalError) and isinstance(error.__cause__, OperationalError | InterfaceError | None)
