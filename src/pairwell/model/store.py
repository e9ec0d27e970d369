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

from pairwell.config.durable import sync_file, sync_folder, write_synced
from pairwell.config.standing import UNSAID, Act, Standing, change_standing, put_live, read_standing
from pairwell.errors import ModelBrokenError, NoModelError, StorageError
from pairwell.model.manifest import SCHEMA, Manifest, StoredFile, decode, encode, seal
from pairwell.model.model import ItemNames, Model
from pairwell.model.neighbours import Array
from pairwell.said import phrase

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
    first_share: float | None = None  # of the customers, who get it first; None: it is not being rolled out


def publish_model(
    models: Path, manifest: Manifest, names: ItemNames, arrays: Mapping[str, Array], *, live: Act | None = UNSAID
) -> str:
    """Store a model under `models`, make it live by the act `live`, for nobody yet where that is None; return its id.

    A kill at any moment leaves the model live before, or this one. Raises `StorageError` where writing fails.
    """
    with storing(models):
        models.mkdir(parents=True, exist_ok=True)
        _sweep_drafts(models)
        draft = _new_draft(models)
        try:
            sealed = _write_draft(draft, manifest, names, arrays)
            _keep(draft, models / sealed.id)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    if live is not None:
        point_to(models, sealed.id, live)
    return sealed.id


def load_model(models: Path, model_id: str | None = None) -> Model:
    """The model named by `model_id`, else the current one, its arrays memory-mapped.

    Raises `NoModelError` where there is none, `ModelBrokenError` where its schema, sizes or checksums are wrong.
    """
    folder = _folder(models, current_model(models) if model_id is None else model_id)
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
    return models_standing(models).live


def models_standing(models: Path) -> Standing:
    """Which models are live, and for whom. Raises `NoModelError` before the first was published."""
    try:
        found = read_standing(models)
    except (OSError, UnicodeDecodeError) as error:
        raise ModelBrokenError(
            phrase("The name of the live model cannot be read: {error}.", error=error),
            hint=phrase("Run `pairwell learn`."),
        ) from error
    if found is None:
        raise NoModelError(phrase("Nothing has been learned yet."), hint=phrase("Run `pairwell learn`."))
    return found


def models_in_use(models: Path) -> set[str]:
    """The models that are live for anybody, or were before."""
    try:
        standing = models_standing(models)
    except NoModelError:
        return set()
    return {name for name in (standing.live, standing.before, standing.canary) if name is not None}


def live_manifest(models: Path) -> Manifest | None:
    """What the live model says of itself; None where there is none that can be read."""
    try:
        return read_manifest(models, current_model(models))
    except (NoModelError, ModelBrokenError):
        return None


def read_manifest(models: Path, model_id: str) -> Manifest:
    """What a model says of itself. Raises `NoModelError` where there is none, `ModelBrokenError`."""
    return _read_manifest(_folder(models, model_id))


def list_models(models: Path) -> list[ListedModel]:
    """Every published model, the newest "as of" first, those whose manifest is broken last."""
    if not models.is_dir():
        return []
    standing = read_standing(models)
    listed = [_listed(folder, standing) for folder in models.iterdir() if _ID.fullmatch(folder.name)]
    return sorted(listed, key=_age, reverse=True)


def _listed(folder: Path, standing: Standing | None) -> ListedModel:
    manifest, problem = None, None
    try:
        manifest = _read_manifest(folder)
    except ModelBrokenError as error:
        problem = error.message
    live, canary = (None, None) if standing is None else (standing.live, standing.canary)
    return ListedModel(
        id=folder.name,
        manifest=manifest,
        problem=problem,
        current=folder.name == live,
        first_share=standing.share if standing is not None and folder.name == canary else None,
    )


def _age(listed: ListedModel) -> tuple[datetime, int, str]:
    manifest = listed.manifest
    return (_NEVER, 0, listed.id) if manifest is None else (manifest.as_of, manifest.snapshot, listed.id)


def set_current(models: Path, model_id: str, act: Act = UNSAID) -> None:
    """Make a published model the live one, after checking it as `load_model` does."""
    load_model(models, model_id)
    point_to(models, model_id, act)


def point_to(models: Path, model_id: str, act: Act) -> None:
    """Make a model live that was checked. A roll-out of another one goes on."""
    with storing(models):
        change_standing(models, lambda before: put_live(before, model_id, act, keep_canary=True))


def _folder(models: Path, model_id: str) -> Path:
    if not _ID.fullmatch(model_id) or not (models / model_id).is_dir():
        raise NoModelError(
            phrase("There is no model {model_id}.", model_id=repr(model_id)),
            hint=phrase("`pairwell model list` names those there are."),
        )
    return models / model_id


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
        phrase("The model {name} is broken: {why}.", name=folder.name, why=why),
        hint=phrase("Run `pairwell learn`, or roll back to another model."),
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
def storing(models: Path) -> Iterator[None]:
    """Raise `StorageError` where writing under `models` fails."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            phrase("The model could not be written to {place}: {why}.", place=models, why=error.strerror or error),
            hint=phrase("The model live before stays live. Free some space or mend the rights, then learn again."),
        ) from error
