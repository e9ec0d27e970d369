from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pairwell.config import standing
from pairwell.config.durable import replace_synced
from pairwell.config.standing import (
    UNSAID,
    Act,
    Standing,
    change_standing,
    put_first,
    put_live,
    read_log,
    read_standing,
    roll_back,
    withdraw,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _live(folder: Path, name: str, act: Act = UNSAID) -> Standing:
    return change_standing(folder, lambda before: put_live(before, name, act))


def _first(folder: Path, name: str, share: float) -> Standing:
    def put(before: Standing | None) -> Standing:
        assert before is not None
        return put_first(before, name, share, UNSAID)

    return change_standing(folder, put)


def _state(found: Standing | None) -> tuple[Any, ...]:
    assert found is not None
    return found.live, found.before, found.canary, found.share


def test_before_the_first_nothing_stands(tmp_path: Path) -> None:
    assert read_standing(tmp_path) is None
    assert read_log(tmp_path) == []


def test_what_was_live_before_comes_back_and_goes_again(tmp_path: Path) -> None:
    _live(tmp_path, "a")
    _live(tmp_path, "b")
    for expected in (("a", "b", None, 0.0), ("b", "a", None, 0.0)):
        change_standing(tmp_path, lambda before: roll_back(msgspec.convert(before, Standing), UNSAID))
        assert _state(read_standing(tmp_path)) == expected


def test_a_share_grows_then_everybody_has_it(tmp_path: Path) -> None:
    _live(tmp_path, "a")
    _first(tmp_path, "b", 0.1)
    assert _state(_first(tmp_path, "b", 0.5)) == ("a", None, "b", 0.5)
    assert _state(_live(tmp_path, "b")) == ("b", "a", None, 0.0)


def test_a_withdrawn_one_leaves_what_is_live(tmp_path: Path) -> None:
    _live(tmp_path, "a")
    _first(tmp_path, "b", 0.1)
    change_standing(tmp_path, lambda before: withdraw(msgspec.convert(before, Standing), UNSAID))
    assert _state(read_standing(tmp_path)) == ("a", None, None, 0.0)


def test_another_one_made_live_ends_a_roll_out_unless_it_is_kept(tmp_path: Path) -> None:
    _live(tmp_path, "a")
    _first(tmp_path, "b", 0.1)
    change_standing(tmp_path, lambda before: put_live(before, "c", UNSAID, keep_canary=True))
    assert _state(read_standing(tmp_path)) == ("c", "a", "b", 0.1)
    assert _state(_live(tmp_path, "d")) == ("d", "c", None, 0.0)


def test_everything_that_was_done_is_told_with_its_author(tmp_path: Path) -> None:
    _live(tmp_path, "a", Act(at=NOW, author="Anna", reason="first"))
    _first(tmp_path, "b", 0.1)
    _live(tmp_path, "b")
    told = [(one.did, one.what, one.share, one.author, one.reason) for one in read_log(tmp_path)]
    assert told == [
        ("published", "a", 0.0, "Anna", "first"),
        ("shared", "b", 0.1, None, None),
        ("published", "b", 0.0, None, None),
    ]


def test_what_changes_nothing_is_not_told(tmp_path: Path) -> None:
    first = _live(tmp_path, "a")
    assert _live(tmp_path, "a", Act(author="Anna")) == first
    assert len(read_log(tmp_path)) == 1


def test_a_name_written_by_hand_counts_and_nothing_else_is_known(tmp_path: Path) -> None:
    _live(tmp_path, "a")
    _first(tmp_path, "b", 0.1)
    (tmp_path / "current").write_text("c\n")
    assert _state(read_standing(tmp_path)) == ("c", None, None, 0.0)
    lines = (tmp_path / "log.jsonl").read_text()
    (tmp_path / "current").write_text("c\n" + lines)
    assert _state(read_standing(tmp_path)) == ("c", None, None, 0.0)


@pytest.mark.parametrize("survived", [0, 1])
def test_a_kill_between_the_two_files_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    _live(tmp_path, "a")
    _live(tmp_path, "b")
    written: list[Path] = []

    def killed(path: Path, content: bytes, **options: Any) -> None:
        if len(written) == survived:
            raise KeyboardInterrupt
        replace_synced(path, content, **options)
        written.append(path)

    with monkeypatch.context() as patch:
        patch.setattr(standing, "replace_synced", killed)
        with pytest.raises(KeyboardInterrupt):
            _live(tmp_path, "c")
    assert _state(read_standing(tmp_path)) == ("b", "a", None, 0.0)
    assert [one.live for one in read_log(tmp_path)] == ["a", "b"]
    _live(tmp_path, "c")
    assert [one.live for one in read_log(tmp_path)] == ["a", "b", "c"]


def test_of_many_at_once_each_is_told_once(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: _live(tmp_path, name), names))
    told = read_log(tmp_path)
    assert sorted(one.live for one in told) == sorted(names)
    assert [one.before for one in told[1:]] == [one.live for one in told[:-1]]
