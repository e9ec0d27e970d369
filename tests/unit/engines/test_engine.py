from __future__ import annotations

import socket
import sys
from pathlib import Path

import msgspec
import pytest

from pairwell.config.storing import Engine
from pairwell.engines.engine import open_engine
from pairwell.errors import EngineError, MissingExtraError


def test_duckdb_is_what_nobody_needs_to_choose() -> None:
    assert open_engine().name == "duckdb"


def test_spark_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("ibis.backends.pyspark", "pyspark"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "pairwell.engines.spark", raising=False)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(MissingExtraError, match="spark"):
        open_engine(Engine(name="spark"))


def test_a_cluster_that_does_not_answer_is_named() -> None:
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    from pairwell.engines.session import open_session  # noqa: PLC0415 - it needs the extra

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(EngineError, match=f"No Spark answers at '{master}'") as raised:
            open_session(Engine(name="spark", spark_master=master), spill=None)
    assert raised.value.field == "engine.spark_master"


def test_what_a_killed_process_left_goes_and_what_lives_stays(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    from pairwell.engines.session import _make_folder  # noqa: PLC0415 - it needs the extra

    mine = _make_folder(tmp_path / "staging")
    left = mine.with_name(f"{2**22 + 1}-left")  # no process has such a number
    left.mkdir()
    assert _make_folder(tmp_path / "staging").parent == mine.parent == tmp_path / "spark"
    assert mine.is_dir()
    assert not left.exists()


@pytest.mark.parametrize("master", ["local", "local[2]", "local[*]", "spark://a.example:7077", "yarn", "k8s://a:443"])
def test_masters_that_spark_knows_are_taken(master: str) -> None:
    assert msgspec.convert({"spark_master": master}, Engine).spark_master == master


@pytest.mark.parametrize("master", ["", "locale", "local[0]", "spark://", "http://a"])
def test_other_masters_are_refused(master: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"spark_master": master}, Engine)
