"""Start Spark: quiet, in UTC, bounded, and with nothing left behind."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from pairwell.config.storing import Engine
from pairwell.engines.spilled import folders_left, spilled_beside
from pairwell.errors import EngineError

_ONE: Final = threading.Lock()
_opened: Final = ExitStack()
_PATIENCE_S: Final = 5.0
_ENDING_S: Final = 5.0  # then it is killed: nothing is lost with it
_PORT: Final = 7077  # of a master that names none
_SAME_NUMBERS: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.ansi.enabled": "true",  # what overflows fails, and is not turned into another number
}
_QUIET: Final = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
_HERE: Final = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",  # two cores; the default of 200 is for clusters
}


def open_session(choice: Engine, *, spill: Path | None) -> Any:
    """The session of this process; started where there is none yet. Raises `EngineError` where it does not start."""
    with _ONE:
        if SparkContext._active_spark_context is not None:
            return SparkSession.builder.getOrCreate()
        return _start(choice, spill)


def close_session() -> None:
    """End the session where there is one, and take away what it spilled. It may be opened again."""
    with _ONE:
        _opened.close()


atexit.register(close_session)


def _start(choice: Engine, spill: Path | None) -> SparkSession:
    _reach(choice.spark_master)
    folder = _make_folder(spill)
    conf = _configure(choice, folder)
    log = folder / "spark.log"
    try:
        with log.open("w") as said:
            gateway = launch_gateway(conf, popen_kwargs={"stderr": said})
        context = SparkContext(gateway=gateway, conf=conf)
    except Exception as error:  # whatever Java throws
        said_last = _last_of(log)
        shutil.rmtree(folder, ignore_errors=True)
        raise EngineError(
            f"Spark does not start at {choice.spark_master!r}: {said_last or error}",
            hint="Check `[engine]` in the settings: the memory, and the master where it is a cluster.",
            field="engine.spark_master",
        ) from error
    _opened.callback(_close, context, gateway.proc, folder)
    return SparkSession(context)


def _make_folder(spill: Path | None) -> Path:
    """A folder of this process. What killed processes left goes."""
    if spill is None:
        return Path(tempfile.mkdtemp(prefix="spark-"))
    spilled = spilled_beside(spill)
    spilled.mkdir(parents=True, exist_ok=True)
    for left in folders_left(spilled):
        shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=spilled))


def _configure(choice: Engine, folder: Path) -> SparkConf:
    conf = SparkConf().setMaster(choice.spark_master).setAppName("pairwell")
    options = {
        **_SAME_NUMBERS,
        **_QUIET,
        **(_HERE if choice.spark_master.startswith("local") else {}),
        "spark.driver.memory": f"{choice.spark_memory_mb}m",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    return conf.setAll(list(options.items()))


def _reach(master: str) -> None:
    """Raise `EngineError` where a cluster does not answer: Spark itself tries for minutes."""
    if (found := re.match(r"spark://([^:,/]+)(?::(\d+))?", master)) is None:
        return
    place = found[1], int(found[2] or _PORT)
    try:
        socket.create_connection(place, timeout=_PATIENCE_S).close()
    except OSError as error:
        raise EngineError(
            f"No Spark answers at {master!r}: {error.strerror or error}.",
            hint='Start it, or choose `[engine] spark_master = "local[2]"`, which computes on this machine.',
            field="engine.spark_master",
        ) from error


def _last_of(log: Path) -> str:
    """The last line of what Spark said."""
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")


def _close(context: SparkContext, process: Any, folder: Path) -> None:
    context.stop()
    process.stdin.close()
    try:
        process.wait(_ENDING_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)
