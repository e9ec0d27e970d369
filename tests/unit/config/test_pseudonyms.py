from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.config.workspace import Workspace
from pairwell.errors import StorageError


def test_the_same_id_has_the_same_name_and_another_secret_gives_another() -> None:
    name = pseudonym_of(b"secret", "ann")
    assert name == pseudonym_of(b"secret", "ann")
    assert len(name) == 24
    assert len({name, pseudonym_of(b"secret", "Ann"), pseudonym_of(b"other", "ann")}) == 3


def test_the_secret_is_made_once_and_read_by_its_owner_alone(workspace: Workspace) -> None:
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(lambda _: read_secret(workspace), range(16)))
    assert len(secrets) == 1
    assert stat.S_IMODE(workspace.pseudonym_key.stat().st_mode) == 0o600
    assert [path.name for path in workspace.hidden.iterdir() if path.name.startswith("pseudonym")] == ["pseudonym.key"]


@pytest.mark.parametrize("content", ["", "00ff", "no hexadecimal"])
def test_a_damaged_secret_is_no_secret(workspace: Workspace, content: str) -> None:
    workspace.pseudonym_key.write_text(content)
    with pytest.raises(StorageError, match="secret of the pseudonyms"):
        read_secret(workspace)
