"""Which of a server's processes answers."""

from __future__ import annotations

import subprocess
from pathlib import Path


def answering(process: subprocess.Popen[str]) -> int:
    """The first child of `process`, which `pairwell serve` starts to decide; the process itself where it has none."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(children[0]) if children else process.pid
