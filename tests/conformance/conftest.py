"""The engines that have to agree, and the shops they have to agree on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ibis
import pytest
from tests.conformance import worlds

from pairwell.config.storing import Engine
from pairwell.engines.engine import open_engine
from pairwell.errors import EngineError, MissingExtraError

_HERE = Path(__file__).parent
_MADE_FOR_LITTLE = {
    "spark.sql.codegen.wholeStage": "false",  # to compile takes longer than to compute so few rows
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """PySpark leaves it to the garbage collector to close its connections to Java."""
    ignored = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(ignored)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> ibis.BaseBackend:
    """Spark on two cores of this machine; where it cannot be had, whoever asks is skipped, and says why."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # the same, of Java itself
        try:
            engine = open_engine(Engine(name="spark"), spill=tmp_path_factory.mktemp("spark"))
        except (MissingExtraError, EngineError) as error:
            pytest.skip(f"{error.message} {error.hint}")
    for name, value in _MADE_FOR_LITTLE.items():
        engine._session.conf.set(name, value)
    return engine


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> ibis.BaseBackend:
    """One engine after the other."""
    return open_engine() if request.param == "duckdb" else request.getfixturevalue("spark")


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[worlds.Shops]:
    """The shops of `worlds`, each made when it is first asked for."""
    made = worlds.Shops(tmp_path_factory.mktemp("shops"))
    yield made
    made.close()
