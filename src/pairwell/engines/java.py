"""Whether this machine has the Java that Spark needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from pairwell.errors import EngineError

VERSIONS: Final = (17, 21)
_PATIENCE_S = 30
_NEXT = (
    "Install one (Debian: `apt-get install openjdk-17-jre-headless`) and set JAVA_HOME where there are several, "
    'or choose `[engine] name = "duckdb"`, which tells the same numbers.'
)


def check_java() -> None:
    """Raise `EngineError` where there is no Java 17 or 21."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    version = None if java is None else _version_of(java)
    if version is None:
        where = f"JAVA_HOME is {home}, and {java} does not run" if home else "there is none on this machine's PATH"
        raise EngineError(f"Spark needs Java {_EITHER}; {where}.", hint=_NEXT)
    if version not in VERSIONS:
        raise EngineError(f"Spark needs Java {_EITHER}; {java} is Java {version}.", hint=_NEXT)


_EITHER = " or ".join(map(str, VERSIONS))


def _version_of(java: str) -> int | None:
    """17 of `openjdk version "17.0.15"`; 8 of `"1.8.0_392"`; None where it does not run."""
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=_PATIENCE_S, check=True)  # noqa: S603 - the user's own Java
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    return None if found is None else int(found[1])
