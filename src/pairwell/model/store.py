"""Models on disk: written whole or not at all, checked when loaded, one of them current."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from pairwell.config.durable import replace_synced, sync_file, sync_folder, write_synced
from pairwell.errors import ModelBrokenError, NoModelError, StorageError
from pairwell.model.manifest import SCHEMA, Manifest, StoredFile, decode, encode, seal
from pairwell.model.model import ItemNames, Model
from pairwell.model.neighbours import Array

_CURRENT = "current"
_MANIFEST = "manifest.json"
_ITEMS = "items.json"
_DRAFT = re.compile(r"\.draft-(?P<process>\d+)-")
_ID = re.compile(r"[0-9a-f]{24}")
_BLOCK = 1 << 20
_WRITERS = 2
_NEVER = datetime.min.replace(tzinfo=UTC)


class ListedModel(msgspec.Struct, frozen=True, kw_only=True):
    """One published model; `current` marks the live one. One that cannot be used says its `problem`."""

    id: str
    manifest: Manifest | None
    problem: str | None
    current: bool


def publish_model(
    models: Path, manifest: Manifest, names: ItemNames, arrays: Mapping[str, Array], *, live: bool = True
) -> str:
    """Store a model under `models`, make it current unless it shall not be `live`, and return its id.

    A kill at any moment leaves the model live before, or this one. Raises `StorageError` where writing fails.
    """
    with _storing(models):
        models.mkdir(parents=True, exist_ok=True)
        _sweep_drafts(models)
        draft = _new_draft(models)
        try:
            sealed = _write_draft(draft, manifest, names, arrays)
            _keep(draft, models / sealed.id)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        if live:
            _point_to(models, sealed.id)
    return sealed.id


def load_model(models: Path, model_id: str | None = None) -> Model:
    """The model named by `model_id`, else the current one, its arrays memory-mapped.

    Raises `NoModelError` where there is none, `ModelBrokenError` where its schema, sizes or checksums are wrong.
    """
    name = current_model(models) if model_id is None else model_id
    if not _ID.fullmatch(name) or not (models / name).is_dir():
        raise NoModelError(f"There is no model {name!r}.", hint="`pairwell model list` names those there are.")
    folder = models / name
    manifest = _read_manifest(folder)
    try:
        _check_files(folder, manifest)
        names = msgspec.json.decode((folder / _ITEMS).read_bytes(), type=ItemNames)
        arrays = {path[:-4]: _mapped(folder / path) for path in manifest.checksums if path.endswith(".npy")}
        return Model(manifest, names, arrays)
    except (OSError, ValueError, KeyError, msgspec.DecodeError) as error:
        raise _broken(folder, f"it cannot be read ({error})") from error


def current_model(models: Path) -> str:
    """The id of the live model. Raises `NoModelError` before the first was published."""
    return _read_current(models)[0]


def live_manifest(models: Path) -> Manifest | None:
    """What the live model says of itself; None where there is none that can be read."""
    try:
        return _read_manifest(models / current_model(models))
    except (NoModelError, ModelBrokenError):
        return None


def roll_back(models: Path) -> str:
    """Make the model live that was live before, and return its id; a second time undoes the first.

    Raises `NoModelError` where none was live before.
    """
    ids = _read_current(models)
    if len(ids) == 1:
        raise NoModelError(f"No model was live before {ids[0]!r}.", hint="`pairwell model list` names those there are.")
    set_current(models, ids[1])
    return ids[1]


def _read_current(models: Path) -> list[str]:
    """The live model and, after it, the one live before."""
    try:
        return (models / _CURRENT).read_text(encoding="ascii").split() or [""]
    except FileNotFoundError as error:
        raise NoModelError("Nothing has been learned yet.", hint="Run `pairwell learn`.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ModelBrokenError(
            f"The name of the live model cannot be read: {error}.", hint="Run `pairwell learn`."
        ) from error


def list_models(models: Path) -> list[ListedModel]:
    """Every published model, the newest "as of" first, those whose manifest is broken last."""
    if not models.is_dir():
        return []
    live = current_model(models) if (models / _CURRENT).exists() else None
    listed = [_listed(folder, live) for folder in models.iterdir() if _ID.fullmatch(folder.name)]
    return sorted(listed, key=_age, reverse=True)


def _listed(folder: Path, live: str | None) -> ListedModel:
    manifest, problem = None, None
    try:
        manifest = _read_manifest(folder)
    except ModelBrokenError as error:
        problem = error.message
    return ListedModel(id=folder.name, manifest=manifest, problem=problem, current=folder.name == live)


def _age(listed: ListedModel) -> tuple[datetime, int, str]:
    manifest = listed.manifest
    return (_NEVER, 0, listed.id) if manifest is None else (manifest.as_of, manifest.snapshot, listed.id)


def set_current(models: Path, model_id: str) -> None:
    """Make a published model the live one, after checking it as `load_model` does."""
    load_model(models, model_id)
    with _storing(models):
        _point_to(models, model_id)


def _write_draft(draft: Path, manifest: Manifest, names: ItemNames, arrays: Mapping[str, Array]) -> Manifest:
    draft.mkdir()
    write_synced(draft / _ITEMS, msgspec.json.encode(names))
    with ThreadPoolExecutor(_WRITERS) as pool:
        largest_first = sorted(arrays.items(), key=lambda named: (-named[1].nbytes, named[0]))
        list(pool.map(lambda named: _write_array(draft / f"{named[0]}.npy", named[1]), largest_first))
        files = sorted(draft.iterdir(), key=lambda path: (-path.stat().st_size, path.name))
        checksums = {path.name: stored for path, stored in zip(files, pool.map(_fingerprint, files), strict=True)}
    sealed = seal(msgspec.structs.replace(manifest, checksums=dict(sorted(checksums.items()))))
    write_synced(draft / _MANIFEST, encode(sealed))
    sync_folder(draft)
    return sealed


def _write_array(path: Path, array: Array) -> None:
    np.save(path, array, allow_pickle=False)
    sync_file(path)


def _keep(draft: Path, place: Path) -> None:
    if place.exists() and not _is_whole(place):
        # The same content written anew mends a broken copy; nobody can have loaded that one.
        broken = draft.with_name(f"{draft.name}-broken")
        place.rename(broken)
        shutil.rmtree(broken, ignore_errors=True)
    try:
        draft.rename(place)
    except OSError:
        # The same model was there before, or another process has just published it.
        if not (place.exists() and _is_whole(place)):
            raise
    sync_folder(place.parent)


def _is_whole(folder: Path) -> bool:
    try:
        _check_files(folder, _read_manifest(folder))
    except ModelBrokenError:
        return False
    return True


def _point_to(models: Path, model_id: str) -> None:
    before = [name for name in _read_current(models) if name != model_id] if (models / _CURRENT).exists() else []
    named = [model_id, *before[:1]]
    content = "".join(f"{name}\n" for name in named).encode("ascii")
    replace_synced(models / _CURRENT, content, draft=_new_draft(models))


def _new_draft(models: Path) -> Path:
    return models / f".draft-{os.getpid()}-{os.urandom(8).hex()}"


def _sweep_drafts(models: Path) -> None:
    for path in models.iterdir():
        match = _DRAFT.match(path.name)
        if match and not _runs(int(match["process"])):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _read_manifest(folder: Path) -> Manifest:
    try:
        manifest = decode((folder / _MANIFEST).read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise _broken(folder, f"its manifest cannot be read ({error})") from error
    if manifest.schema != SCHEMA:
        raise _broken(folder, f"its schema is {manifest.schema}, this version reads {SCHEMA}")
    if seal(manifest).id != manifest.id or manifest.id != folder.name:
        raise _broken(folder, "its manifest is not the one that was published")
    return manifest


def _check_files(folder: Path, manifest: Manifest) -> None:
    for name, stored in manifest.checksums.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != stored.size:
            raise _broken(folder, f"{name} is missing or has another size")
        if _fingerprint(path) != stored:
            raise _broken(folder, f"{name} has another checksum")


def _broken(folder: Path, why: str) -> ModelBrokenError:
    return ModelBrokenError(
        f"The model {folder.name} is broken: {why}.", hint="Run `pairwell learn`, or roll back to another model."
    )


def _fingerprint(path: Path) -> StoredFile:
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return StoredFile(path.stat().st_size, digest.hexdigest())


def _mapped(path: Path) -> Array:
    # A memmap that is sliced makes another one, which takes five times as long as an array over the same memory.
    array: Array = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return array


@contextmanager
def _storing(models: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"The model could not be written to {models}: {error.strerror or error}.",
            hint="The model live before stays live. Free some space or mend the rights, then learn again.",
        ) from error
