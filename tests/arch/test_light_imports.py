"""What stays unloaded until it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"duckdb", "ibis", "numba", "scipy", "pandas", "httpx", "standardwebhooks"}


def loaded_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(' '.join(sorted({{m.split('.')[0] for m in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("statement", ["import pairwell", "import pairwell.cli.main"])
def test_importing_loads_nothing_heavy(statement: str) -> None:
    assert not loaded_after(statement) & HEAVY


def test_the_online_process_loads_nothing_heavy() -> None:
    loaded = loaded_after("import pairwell.serve.online.process")
    assert not loaded & (HEAVY | {"pyarrow"})


def test_pages_are_there_before_what_makes_reports_is_loaded() -> None:
    assert not loaded_after("import pairwell.serve.pages.process") & (HEAVY | {"pyarrow"})


def test_what_watches_over_the_processes_loads_neither() -> None:
    assert not loaded_after("import pairwell.serve.starting") & (
        HEAVY | {"pyarrow", "litestar", "uvicorn", "sqlalchemy"}
    )
