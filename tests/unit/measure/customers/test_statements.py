"""What the shop had said of a customer by some moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.orders import stage

from pairwell.clock import to_micros
from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.measure.customers.statements import Statement, find_statement, read_statements

_EVER, _START = datetime(1970, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)


def _say(workspace: Workspace, who: str, tier: str, *, since: datetime, at: datetime) -> None:
    rows = [{"customer_id": who, "valid_from": since, "attributes": f'{{"tier": "{tier}"}}'}]
    source = Source(name="said", files=("said",), at=at, rows={})
    Dataset(workspace).merge({"customers": stage(workspace.root, "customers", rows)}, source=source, now=at)


def test_what_was_said_without_a_date_counts_from_when_it_was_stored(workspace: Workspace) -> None:
    later = _START + timedelta(days=30)
    _say(workspace, "a", "none", since=_EVER, at=_START)
    _say(workspace, "b", "gold", since=_EVER, at=later)
    _say(workspace, "a", "gold", since=later, at=later)
    found = read_statements(Dataset(workspace))
    assert [(one.by, one.attributes["tier"]) for one in found["a"]] == [
        (to_micros(_START), "none"),
        (to_micros(later), "gold"),
    ]
    assert [one.by for one in found["b"]] == [to_micros(later)]


def test_the_newest_that_was_said_by_then_counts_else_what_was_said_first() -> None:
    said = [Statement(since=n, by=by, attributes={"n": str(n)}) for n, by in ((0, 5), (7, 7), (9, 9))]
    found = [find_statement(said, moment) for moment in (4, 5, 8, 100)]
    assert [one.attributes["n"] for one in found if one is not None] == ["0", "0", "7", "9"]
    assert find_statement([], 5) is None
