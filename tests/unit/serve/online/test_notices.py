from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import msgspec

from pairwell.said import phrase
from pairwell.serve.online.notices import Notices

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def _notices() -> tuple[Notices, StringIO]:
    stream = StringIO()
    return Notices(clock=lambda: NOW, stream=stream), stream


def test_a_notice_is_one_line_of_json() -> None:
    notices, stream = _notices()
    notices.tell("info", "model_live", "abc\ndef")
    assert len(stream.getvalue().splitlines()) == 1
    assert msgspec.json.decode(stream.getvalue()) == {
        "at": "2026-11-21T00:00:00Z",
        "level": "info",
        "event": "model_live",
        "message": "abc\ndef",
    }


def test_a_notice_may_be_something_said() -> None:
    notices, stream = _notices()
    notices.tell("error", "no_model", phrase("Nothing has been learned yet."))
    assert msgspec.json.decode(stream.getvalue())["message"] == "Nothing has been learned yet."


def test_a_flood_of_one_kind_is_held_back_and_another_kind_is_not() -> None:
    notices, stream = _notices()
    for _ in range(1_000):
        notices.tell("error", "journal_unavailable", "locked")
    notices.tell("info", "model_live", "abc")
    assert len(stream.getvalue().splitlines()) == 2
