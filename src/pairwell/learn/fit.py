"""Learn one model from one snapshot and publish it."""

from __future__ import annotations

import hashlib
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from pairwell.config.progress import Advance, unheard
from pairwell.config.settings import Settings
from pairwell.config.standing import Act
from pairwell.dataset.store import Dataset
from pairwell.errors import EvidenceError
from pairwell.events import Behaviour
from pairwell.facts.taste import Generation, TasteStore
from pairwell.learn.assemble import Early, Parts, begin_early, completing_model, finish_parts
from pairwell.learn.blend import find_blend, older_with_pairs, share_arrays
from pairwell.learn.gate import Fresh, hold_learned
from pairwell.learn.history import History, forget_files, no_later_than, read_history
from pairwell.learn.kept_memory import memory_kept
from pairwell.learn.retune import Gain, Retuned
from pairwell.learn.sessions.reading import Past, read_visits
from pairwell.learn.stopwatch import Beside, Stopwatch
from pairwell.learn.taste.keep import LearnedTastes, learn_taste
from pairwell.learn.uncollected import uncollected
from pairwell.learn.validation import Newest, Validation, before, newest_cases, validate
from pairwell.model.admission import Admission
from pairwell.model.manifest import Heard, Manifest
from pairwell.model.store import live_manifest, point_to, publish_model, read_manifest
from pairwell.wording import counted

_FEWEST_ORDERS = 2  # that hold two items or more


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of learning published."""

    model: str
    live: bool  # False where it is of a moment before the live one's, or worse: it is kept, the live one stays
    admission: Admission | None = None  # how it compares to the one live before; None where it is of an earlier moment
    as_of: datetime
    items: int
    orders: int
    pairs: int
    seconds: float
    seconds_by_step: dict[str, float] = {}
    peak_memory_mb: float  # of the whole process
    validation: dict[str, Any] | None
    retuned: dict[str, tuple[float, float]] | None = None  # setting -> as it was, as it is; None where not asked for
    gain: Gain | None = None  # of the best that was found


@memory_kept()
@uncollected()
def fit(  # noqa: PLR0913 - the seam: what to learn from, how, where to, as of when, and who listens
    dataset: Dataset,
    settings: Settings,
    *,
    models: Path,
    now: datetime,
    as_of: datetime | None = None,
    heard: Sequence[Behaviour] = (),
    tastes: TasteStore | None = None,
    retuned: Retuned | None = None,
    advance: Advance = unheard,
) -> Learned:
    """Learn from the newest snapshot what was known at `as_of` (default: everything), and make it the live model.

    One as of a moment before the live one's is only kept, and the tastes stay: who looks back does not mean to sell
    by what is found there. So is one that is surely worse than the live one.
    Orders dated after `now` count as placed with the newest of those before; `now` changes nothing else.
    `heard` is what the journal heard of shoppers up to `as_of`; the manifest says how much that was. `tastes` is where
    the taste of each customer goes, once the model is live; None learns none. `retuned` is the search that led to
    `settings`, for the manifest. `advance` hears the share that is done. Raises `EvidenceError` where too few orders
    hold two items, and `StorageError` where publishing fails; then the model live before stays live.
    """
    started, watch, live = time.perf_counter(), Stopwatch(), _goes_live(models, as_of)
    past = Past(dataset=dataset, snapshot=dataset.newest(), as_of=as_of, heard=heard)
    with watch.step("read"):
        history = _read(past, settings, now)
    advance(0.1)
    with Beside(watch) as beside:
        begun = _begin(history, settings, beside, taste=tastes is not None and live)
        parts, fresh, validation = _blended(history, settings, begun, advance)
        advance(0.9)
        with watch.step("publish"):
            manifest = _completed(parts, past, msgspec.to_builtins(validation), msgspec.to_builtins(retuned))
            model = publish_model(models, manifest, parts.names, parts.arrays, live=None)
        admission = _admit(models, model, fresh, now, watch) if live else None
        if tastes is not None and admission is not None and admission.admitted:
            _write_tastes(begun, tastes, Generation(model=model, learned_at=now))
    forget_files(dataset, past.snapshot)
    advance(1.0)
    return _report((model, admission), manifest, retuned, watch, started)


def _admit(models: Path, model: str, fresh: Fresh, now: datetime, watch: Stopwatch) -> Admission:
    """Make a model live unless it is worse than the one that is."""
    with watch.step("gate"):
        found = hold_learned(models, read_manifest(models, model), fresh)
    if found.admitted:
        point_to(models, model, Act(at=now, author="pairwell learn"))
    return found


def _goes_live(models: Path, as_of: datetime | None) -> bool:
    live = live_manifest(models)
    return as_of is None or live is None or as_of >= live.as_of


def _read(past: Past, settings: Settings, now: datetime) -> History:
    history = read_history(past.dataset, past.snapshot, as_of=past.as_of)
    _require_evidence(history)
    visits = read_visits(past, history.baskets.item_ids, settings.learn)
    return no_later_than(msgspec.structs.replace(history, visits=visits), now)


class _Begun(NamedTuple):
    """What runs beside counting pairs, in this order."""

    early: Early
    cases: Future[Newest]
    taste: Future[LearnedTastes] | None


def _begin(history: History, settings: Settings, beside: Beside, *, taste: bool) -> _Begun:
    early = begin_early(history, settings, beside)
    return _Begun(
        early=early,
        cases=beside.begin("cases", lambda: newest_cases(history)),
        taste=beside.begin("taste", lambda: learn_taste(history, settings, early.bought.result())) if taste else None,
    )


def _write_tastes(begun: _Begun, tastes: TasteStore, generation: Generation) -> None:
    assert begun.taste is not None
    learned = begun.taste.result()
    with begun.early.watch.step("taste"):
        tastes.write(learned.keep(generation))


def _blended(
    history: History, settings: Settings, begun: _Begun, advance: Advance
) -> tuple[Parts, Fresh, Validation | None]:
    """All arrays of the model, a twin of the older orders, and how well that completes the newest."""
    early, watch = begun.early, begun.early.watch
    cut = older_with_pairs(history, settings)
    parts = finish_parts(history, settings, early, lambda share: advance(0.1 + 0.4 * share), cut=cut)
    newest = begun.cases.result()
    with watch.step("blend"):
        blend = find_blend(history, settings, parts.older, newest)
        linear = share_arrays(history.baskets, parts.pairs, settings, blend.share)
    with watch.step("validate"):
        split = newest[0]
        twin = completing_model(before(history, split), settings, parts.older, blend.older)
        validation = validate(twin, newest)
    manifest = msgspec.structs.replace(parts.manifest, linear_share=blend.share)
    whole = msgspec.structs.replace(parts, arrays=parts.arrays | linear, manifest=manifest)
    return whole, Fresh(history, settings, twin, split), validation


def _report(
    published: tuple[str, Admission | None],
    manifest: Manifest,
    retuned: Retuned | None,
    watch: Stopwatch,
    started: float,
) -> Learned:
    model, admission = published
    return Learned(
        model=model,
        live=admission is not None and admission.admitted,
        admission=admission,
        as_of=manifest.as_of,
        items=manifest.items,
        orders=manifest.orders,
        pairs=manifest.pairs,
        seconds=round(time.perf_counter() - started, 3),
        seconds_by_step=watch.seconds,
        peak_memory_mb=_peak_memory_mb(),
        validation=manifest.validation,
        retuned=None if retuned is None else retuned.changes,
        gain=None if retuned is None else retuned.gain,
    )


def _completed(parts: Parts, past: Past, validation: dict[str, Any] | None, retuned: dict[str, Any] | None) -> Manifest:
    return msgspec.structs.replace(
        parts.manifest,
        as_of=past.as_of or parts.manifest.as_of,
        snapshot=past.snapshot.number,
        inputs={name: sorted(files) for name, files in sorted(past.snapshot.tables.items())},
        heard=_account(past.heard),
        validation=validation,
        retuned=retuned,
    )


def _account(heard: Sequence[Behaviour]) -> Heard:
    names = "\n".join(sorted(one.event_id for one in heard))
    return Heard(
        events=len(heard),
        last_at=max((one.at for one in heard), default=None),
        digest=hashlib.blake2b(names.encode(), digest_size=12).hexdigest() if heard else None,
    )


def _require_evidence(history: History) -> None:
    found = int((history.baskets.sizes > 1).sum())
    if found < _FEWEST_ORDERS:
        raise EvidenceError(
            f"There is too little to learn from: {counted(history.baskets.n_orders, 'order')}, {found} of them with "
            f"two items or more; at least {_FEWEST_ORDERS} such orders are needed.",
            hint="Run `pairwell ingest orders FILE` with more orders, then `pairwell learn` again.",
        )


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
