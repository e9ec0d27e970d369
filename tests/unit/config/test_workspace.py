from __future__ import annotations

from pathlib import Path

import pytest

from pairwell.config.workspace import Workspace, create_workspace, find_workspace, read_draft
from pairwell.errors import SettingsError, StorageError, WorkspaceError
from pairwell.operations.database import open_database


def test_a_workspace_is_found_by_argument_then_environment_then_folder(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace.root)
    assert find_workspace(workspace.root, {}) == workspace
    assert find_workspace(None, {"PAIRWELL_WORKSPACE": str(workspace.root)}) == workspace
    assert find_workspace(None, {}) == workspace


def test_a_folder_that_is_none_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="holds no") as caught:
        find_workspace(tmp_path, {})
    assert f"pairwell init {tmp_path}" in (caught.value.hint or "")


def test_a_folder_that_may_not_be_looked_into_is_an_error_of_ours(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.is_file", denied)
    with pytest.raises(WorkspaceError, match="cannot be looked into: Permission denied"):
        find_workspace(workspace.root, {})


def test_an_existing_workspace_is_never_overwritten(workspace: Workspace) -> None:
    before = workspace.settings_file.read_text()
    with pytest.raises(WorkspaceError, match="already"):
        create_workspace(workspace.root)
    assert workspace.settings_file.read_text() == before


def test_every_workspace_draws_its_own_lots(tmp_path: Path) -> None:
    salts = {read_draft(create_workspace(tmp_path / name)).choice.salt for name in ("a", "b")}
    assert len(salts) == 2


def test_a_place_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot become a workspace"):
        create_workspace(tmp_path / "file" / "shop")


def test_settings_in_a_wrong_encoding_are_an_error(workspace: Workspace) -> None:
    workspace.settings_file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_draft(workspace)


def test_the_operations_url_is_filled_from_the_environment(workspace: Workspace) -> None:
    url = "postgresql+psycopg://pairwell:${SECRET}@localhost/shop"
    assert workspace.operations_url("") == f"sqlite:///{workspace.operations_file}"
    assert workspace.operations_url(url, {"SECRET": "s3"}) == "postgresql+psycopg://pairwell:s3@localhost/shop"
    with pytest.raises(SettingsError, match="SECRET, which is not set"):
        workspace.operations_url(url, {})


@pytest.mark.parametrize("name", ["a shop", "shop?", "what?mode=memory#1", "50%3F of it", "#1", "x&y=z;é"])
def test_the_operations_database_is_in_its_workspace_whatever_that_is_called(tmp_path: Path, name: str) -> None:
    workspace = create_workspace(tmp_path / name)
    open_database(workspace.operations_url(""), durability="process").close()
    assert workspace.operations_file.stat().st_size > 0
    assert [path.name for path in tmp_path.iterdir()] == [name]
