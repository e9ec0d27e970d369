"""Usage from files: what is added, what is replaced, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.unit.ingest.conftest import NOW, Loader

from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.ingest.load import IngestOptions, ingest_files

HEAD = "account_id,meter,at,quantity"


def used(loader: Loader) -> list[tuple[str, str, float]]:
    return loader.rows("usage", "account_id", "meter", "quantity")


def test_meters_are_called_alike_and_months_begin_on_their_first_day(loader: Loader) -> None:
    rows = ("a,API calls,2026-01,3", "a,api-calls,02.2026,4", "b,Api_Calls,2026-02-01,0.5")
    assert loader.load("usage", HEAD, *rows).taken == 3
    assert used(loader) == [("a", "api_calls", 3.0), ("a", "api_calls", 4.0), ("b", "api_calls", 0.5)]
    moments = {at for (at,) in loader.rows("usage", "at")}
    assert moments == {datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)}


def test_rows_of_one_moment_are_added_and_told_again_they_replace(loader: Loader) -> None:
    rows = ("a,calls,2026-01-05,0.1", "a,calls,2026-01-05,0.2", "a,mails,2026-01-05,7")
    report = loader.load("usage", HEAD, *rows)
    assert (report.taken, report.merged_by_rule) == (2, {"usage_added": 1})
    assert used(loader) == [("a", "calls", 0.3), ("a", "mails", 7.0)]
    again = loader.load("usage", HEAD, *reversed(rows))
    assert (again.snapshot, again.stored) == (report.snapshot, {"usage": 0})
    loader.load("usage", HEAD, "a,calls,2026-01-05,9")
    assert used(loader) == [("a", "calls", 9.0), ("a", "mails", 7.0)]


def test_of_several_files_of_one_run_the_last_counts(loader: Loader) -> None:
    files = [loader.folder / "first.csv", loader.folder / "second.csv"]
    files[0].write_text(f"{HEAD}\na,calls,2026-01-05,1\nb,calls,2026-01-05,1\n")
    files[1].write_text(f"{HEAD}\na,calls,2026-01-05,2\na,calls,2026-01-05,3\n")
    report = ingest_files("usage", files, place=loader.place, now=NOW)
    assert used(loader) == [("a", "calls", 5.0), ("b", "calls", 1.0)]
    assert report.merged_by_rule == {"repeated_id": 1, "usage_added": 1}


def test_use_with_an_id_of_its_own_is_replaced_by_it(loader: Loader) -> None:
    head = f"usage_id,{HEAD}"
    report = loader.load("usage", head, "u1,a,calls,2026-01-05,1", "u2,a,calls,2026-01-05,1", "u2,a,calls,2026-01-05,4")
    assert (report.taken, report.merged_by_rule) == (2, {"repeated_id": 1})
    assert used(loader) == [("a", "calls", 1.0), ("a", "calls", 4.0)]


def test_what_cannot_be_is_refused_by_its_rule(loader: Loader) -> None:
    ahead = (NOW + timedelta(days=3)).isoformat()
    rows = (",calls,2026-01-05,1", "a,,2026-01-05,1", "a,calls,,1", "a,calls,2026-01-05,", "a,calls,2026-01-05,-1")
    odd = (f"a,calls,{ahead},1", "a,calls,2026-13,1", "a,calls,2026-01-05,many", "a, - ,2026-01-05,1")
    report = loader.load("usage", HEAD, *rows, *odd)
    assert report.refused_by_reason == {
        "bad_date": 1,
        "bad_number": 1,
        "future_event": 1,
        "negative_usage": 1,
        "no_account_id": 1,
        "no_at": 1,
        "no_meter": 2,
        "no_quantity": 1,
    }


def test_pseudonyms_hold_for_usage(loader: Loader) -> None:
    path = loader.folder / "usage.csv"
    path.write_text(f"{HEAD}\nacme,calls,2026-01-05,1\n")
    ingest_files("usage", [path], place=loader.place, options=IngestOptions(pseudonyms=True), now=NOW)
    assert used(loader) == [(pseudonym_of(read_secret(loader.workspace), "acme"), "calls", 1.0)]
