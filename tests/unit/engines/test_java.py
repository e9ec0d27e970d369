from __future__ import annotations

from pathlib import Path

import pytest

from pairwell.engines.java import check_java
from pairwell.errors import EngineError


def _install(home: Path, said: str, *, code: int = 0) -> Path:
    java = home / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit {code}\n")
    java.chmod(0o755)
    return java


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("said", ['openjdk version "17.0.15" 2025-04-15', 'java version "21" 2023-09-19 LTS'])
def test_java_17_and_21_will_do(home: Path, said: str) -> None:
    _install(home, said)
    check_java()


@pytest.mark.parametrize(("said", "version"), [('java version "1.8.0_392"', 8), ('openjdk version "25-ea"', 25)])
def test_another_java_is_named(home: Path, said: str, version: int) -> None:
    java = _install(home, said)
    with pytest.raises(EngineError, match=f"needs Java 17 or 21; {java} is Java {version}") as raised:
        check_java()
    assert "openjdk-17" in str(raised.value.hint)


def test_a_home_without_java_is_named(home: Path) -> None:
    with pytest.raises(EngineError, match=f"JAVA_HOME is {home}"):
        check_java()


def test_java_that_does_not_run_is_no_java(home: Path) -> None:
    _install(home, 'openjdk version "17.0.15"', code=1)
    with pytest.raises(EngineError, match="does not run"):
        check_java()


def test_a_machine_without_java_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="there is none on this machine"):
        check_java()
