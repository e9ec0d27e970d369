"""Spark leaves nothing behind, however a process goes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pairwell.engines.java import check_java
from pairwell.errors import EngineError

_COMPUTE = """
import os, sys
from pathlib import Path
import pyarrow as pa
from pairwell.config.storing import Engine
from pairwell.engines.closing import close_engines
from pairwell.engines.engine import open_engine

staging = Path(sys.argv[1])
engine = open_engine(Engine(name="spark"), spill=staging)
rows = engine.create_table("rows", pa.table({"c": [f"customer-{n % 50}" for n in range(500)]}), temp=True)
assert rows.group_by("c").aggregate(n=rows.count()).to_pyarrow().num_rows == 50
assert any(staging.with_name("spark").rglob("blockmgr-*"))
close_engines()
close_engines()
os._exit(0)
"""


def test_engines_that_are_closed_leave_no_files_where_python_does_not_say_farewell(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    try:
        check_java()
    except EngineError as error:
        pytest.skip(f"{error.message} {error.hint}")
    options = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
    command = [sys.executable, "-c", _COMPUTE, str(tmp_path / "staging")]
    done = subprocess.run(command, env=os.environ | options, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "spark").iterdir()) == []
