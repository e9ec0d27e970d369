from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.unit.model.conftest import Made

from pairwell.errors import ModelBrokenError, NoModelError, StorageError
from pairwell.model.store import list_models, load_model, publish_model, set_current


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def _publish(models: Path, made: Made, **changes: object) -> str:
    manifest = msgspec.structs.replace(made.manifest, **changes)
    return publish_model(models, manifest, made.names, made.arrays)


def test_a_published_model_answers_as_before(models: Path, made: Made) -> None:
    name = _publish(models, made)

    model = load_model(models)
    assert model.id == name
    assert [pair.item_id for pair in model.pairs("a")] == ["b", "c"]
    assert len(model.manifest.checksums) == len(made.arrays) + 1


def test_arrays_are_mapped_not_read(models: Path, made: Made) -> None:
    _publish(models, made)

    assert isinstance(load_model(models)._orders.base, np.memmap)


def test_the_id_is_the_content(models: Path, made: Made) -> None:
    one, again, other = _publish(models, made), _publish(models, made), _publish(models, made, snapshot=2)

    assert one == again != other
    assert load_model(models).id == other


def test_before_the_first_model_the_next_step_is_named(models: Path) -> None:
    with pytest.raises(NoModelError, match="Nothing has been learned") as caught:
        load_model(models)

    assert caught.value.hint == "Run `pairwell learn`."
    assert list_models(models) == []


@pytest.mark.parametrize("name", ["", "..", "../current", "0" * 24, "current"])
def test_a_name_that_is_no_model(models: Path, made: Made, name: str) -> None:
    _publish(models, made)

    with pytest.raises(NoModelError):
        load_model(models, name)
    with pytest.raises(NoModelError):
        set_current(models, name)


@pytest.mark.parametrize("file", ["pair_score.npy", "items.json", "manifest.json", "pair_offsets.npy"])
@pytest.mark.parametrize("damage", ["flipped", "short", "long", "gone", "empty"])
def test_any_damage_is_noticed(models: Path, made: Made, file: str, damage: str) -> None:
    path = models / _publish(models, made) / file
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        changed = content[:-3] + bytes([content[-3] ^ 1]) + content[-2:]
        path.write_bytes({"flipped": changed, "short": content[:-1], "long": content + b" ", "empty": b""}[damage])

    if file == "manifest.json" and damage == "long":
        assert load_model(models).id  # a blank after the manifest changes nothing that it says
        return
    with pytest.raises(ModelBrokenError) as caught:
        load_model(models)
    assert "pairwell learn" in str(caught.value.hint)


def test_a_manifest_that_says_something_else_is_noticed(models: Path, made: Made) -> None:
    path = models / _publish(models, made) / "manifest.json"
    path.write_text(path.read_text().replace('"orders": 100', '"orders": 1000'))

    with pytest.raises(ModelBrokenError, match="not the one that was published"):
        load_model(models)


def test_a_manifest_of_another_schema_is_refused(models: Path, made: Made) -> None:
    path = models / _publish(models, made) / "manifest.json"
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 99'))

    with pytest.raises(ModelBrokenError, match="schema is 99"):
        load_model(models)


def test_a_broken_model_hides_no_others_from_the_list(models: Path, made: Made) -> None:
    whole, broken = _publish(models, made), _publish(models, made, snapshot=2)
    (models / broken / "manifest.json").write_bytes(b"")

    listed = list_models(models)

    assert [(one.id, one.manifest is None, one.current) for one in listed] == [
        (whole, False, False),
        (broken, True, True),
    ]
    assert listed[0].problem is None
    assert "its manifest cannot be read" in (listed[1].problem or "")


def test_publishing_again_mends_a_broken_copy(models: Path, made: Made) -> None:
    path = models / _publish(models, made) / "pair_score.npy"
    path.write_bytes(b"")

    _publish(models, made)

    assert load_model(models).pairs("a")[0].score == 0.5


def test_an_older_model_can_be_made_live_again(models: Path, made: Made) -> None:
    first, second = _publish(models, made), _publish(models, made, snapshot=2)

    set_current(models, first)

    assert load_model(models).id == first
    assert [(listed.id, listed.current) for listed in list_models(models)] == [(second, False), (first, True)]


def test_a_broken_model_does_not_become_live(models: Path, made: Made) -> None:
    first, second = _publish(models, made), _publish(models, made, snapshot=2)
    (models / first / "orders.npy").write_bytes(b"broken")

    with pytest.raises(ModelBrokenError):
        set_current(models, first)

    assert load_model(models).id == second


def test_a_full_disk_leaves_the_model_before(models: Path, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _publish(models, made)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        _publish(models, made, snapshot=2)
    monkeypatch.undo()

    assert load_model(models).id == before
    assert sorted(path.name for path in models.iterdir()) == sorted([before, "current"])


def test_a_folder_that_cannot_be_made(tmp_path: Path, made: Made) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StorageError):
        _publish(tmp_path / "file" / "models", made)


def test_several_who_publish_at_once_all_end_well(models: Path, made: Made) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda number: _publish(models, made, snapshot=number % 3), range(48)))

    assert len(names) == 3
    assert {listed.id for listed in list_models(models)} == names
    assert load_model(models).id in names
