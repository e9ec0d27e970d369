"""Experiments of the shop itself: other settings for a share of its customers, compared with what the rest have."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pairwell.clock import Clock, to_micros
from pairwell.config.explaining import name_neighbours
from pairwell.config.gradual import start_experiment, stop_experiment
from pairwell.config.published import load_settings
from pairwell.config.settings import Settings
from pairwell.config.standing import Experiment, Standing, read_log
from pairwell.errors import EvidenceError, NotFoundError, RequestError
from pairwell.fairness.check import require_fair
from pairwell.measure.comparing.analyze import analyze
from pairwell.measure.comparing.experiment import Design
from pairwell.measure.offers.tried import CONTROL, METRICS, TRIED, Hashes, Records, Tried, read_tried
from pairwell.measure.period import Period
from pairwell.operations.database import Database
from pairwell.said import phrase
from pairwell.shop.asking import read_text
from pairwell.shop.fairness import check_settings
from pairwell.shop.rollout import Said, read_share, told_act
from pairwell.shop.runs import Effect, Look, Outcome, Plan, Reading, Run
from pairwell.shop.setup import Differs, tell_changes
from pairwell.shop.simulating import lay_over, read_other

if TYPE_CHECKING:
    from pairwell.shop.parts import Parts

_MOST_NAME = 100  # letters
_MOST_DAYS = 3_650
_MOST_LOOKS = 14
_DAY = timedelta(days=1)


class Experiments:
    """Starts, stops and reads experiments; one runs at a time."""

    def __init__(self, shop: Parts, database: Callable[[], Database], clock: Clock, forget: Callable[[], None]) -> None:
        """`forget` is called once something else is live."""
        self._shop = shop
        self._database = database
        self._clock = clock
        self._forget = forget

    def start(self, name: str, settings: Path, plan: Plan | None = None, said: Said | None = None) -> Run:
        """Give a share of the customers the settings of a file, laid over those of everybody.

        Raises `SettingsError` where something runs or is rolled out already, where the name was used, or where the file
        changes nothing or what must be the same for everybody; `UnfairError` for dark patterns, `RequestError` for a
        wrong plan.
        """
        return self._start(name, read_other(settings, self._shop.published.settings), plan or Plan(), said or Said())

    def start_written(self, name: str, text: str, plan: Plan | None = None, said: Said | None = None) -> Run:
        """As `start`, of what stands in the file itself."""
        other = lay_over(text, self._shop.published.settings, source="What is tried")
        return self._start(name, other, plan or Plan(), said or Said())

    def _start(self, name: str, other: Settings, plan: Plan, said: Said) -> Run:
        now = self._clock()
        wanted = read_text(name, "name", "fewer-offers")
        if len(wanted) > _MOST_NAME or not wanted.isprintable() or wanted != wanted.strip():
            raise RequestError(
                phrase("{wanted} is no name of an experiment.", wanted=repr(wanted[:_MOST_NAME])),
                hint=phrase("Write {most} letters at most, such as fewer-offers.", most=_MOST_NAME),
                field="name",
            )
        ends = None if plan.days is None else now + timedelta(days=_read_days(plan.days))
        experiment = Experiment(name=wanted, metrics=_read_metrics(plan.metrics), ends=ends)
        act = told_act(said, now)
        self._require_fair(other, now)
        start_experiment(self._shop.workspace, other, read_share(plan.share), experiment, act)
        self._forget()
        return self.find(wanted)

    def stop(self, name: str, *, adopt: bool = False, said: Said | None = None) -> Run:
        """End an experiment; what it tried is everybody's where `adopt`, else nobody's.

        Raises `SettingsError`, and `UnfairError` where what would be everybody's holds a dark pattern; it runs on then.
        """
        run, now = self.find(name), self._clock()
        if adopt and run.outcome == "running":
            self._require_fair(load_settings(self._shop.workspace, run.tried).settings, now)
        stop_experiment(self._shop.workspace, name, told_act(said or Said(), now), adopt=adopt)
        self._forget()
        return self.find(name)

    def _require_fair(self, other: Settings, now: datetime) -> None:
        # Only what was published may be answered for: whoever may try settings need not have the right to publish.
        answered = msgspec.structs.replace(other, waived=self._shop.published.settings.waived)
        require_fair(check_settings(self._shop, answered, now), phrase("what is tried"))

    def all(self) -> list[Run]:
        """Every experiment there was, oldest first. Raises `OSError`."""
        log = read_log(self._shop.workspace.settings)
        ends: list[Standing | None] = [*log[1:], None]
        return [_run(one, end) for one, end in zip(log, ends, strict=True) if one.experiment is not None]

    def find(self, name: str) -> Run:
        """The experiment of that name. Raises `NotFoundError` naming those there are."""
        runs = {run.name: run for run in self.all()}
        if name not in runs:
            hint = (
                name_neighbours(name, runs)
                if runs
                else phrase("Start one: pairwell experiment start NAME --settings FILE")
            )
            raise NotFoundError(
                phrase("There is no experiment {name}.", name=repr(str(name)[:_MOST_NAME])), hint=hint, field="name"
            )
        return runs[name]

    def changes(self, name: str) -> list[Differs]:
        """What it tries, against what the others have. Raises `NotFoundError`."""
        run = self.find(name)
        control, tried = (load_settings(self._shop.workspace, one).settings for one in (run.control, run.tried))
        return tell_changes(control, tried)

    def read(self, name: str) -> Reading:
        """Compare the customers of both settings, up to the stop, the planned end, or now, whichever is first.

        Raises `NotFoundError`, and `EvidenceError` where nothing was decided yet.
        """
        run = self.find(name)
        until = min(moment for moment in (self._clock(), run.until, run.ends) if moment is not None)
        shop = load_settings(self._shop.workspace, run.control).settings.shop
        self._shop.keeping.compact()  # orders that events told of count
        records = Records(dataset=self._shop.dataset, database=self._database(), shop=shop)
        tried = read_tried(records, Hashes(control=run.control, tried=run.tried), Period(run.since, until))
        if not tried.groups.units:
            raise EvidenceError(
                phrase("Nothing was decided about any named customer since {name} began.", name=repr(name)),
                hint=phrase("Servers take it up within three seconds; read it again once customers came."),
            )
        fixed = run.ends is not None and until >= run.ends
        analysis = analyze(tried.units(), _design(run, fixed=fixed), unit="customer")
        looks = [_look(run, tried, at) for at in _moments(run.since, until)]
        return Reading(run=run, until=until, fixed=fixed, currency=shop.currency, analysis=analysis, looks=looks)


def _design(run: Run, *, fixed: bool) -> Design:
    return Design(
        metrics=[METRICS[metric] for metric in run.metrics],
        control=CONTROL,
        shares={CONTROL: 1 - run.share, TRIED: run.share},
        peeking=not fixed,
        ended=fixed,
    )


def _look(run: Run, tried: Tried, at: datetime) -> Look:
    units = tried.units(to_micros(at))
    if not units.arm.size:
        return Look(at=at, units=0, effects=[Effect(metric=metric) for metric in run.metrics])
    found = analyze(units, _design(run, fixed=False)).comparisons
    effects = [Effect(metric=one.metric, effect=one.effect_absolute, interval=one.always_valid_ci) for one in found]
    return Look(at=at, units=units.arm.size, effects=effects)


def _moments(since: datetime, until: datetime) -> list[datetime]:
    """The ends of whole days, evenly thinned where there are many, and the end."""
    days = (until - since) // _DAY
    step = max(1, math.ceil(days / _MOST_LOOKS))
    ends = [until - number * step * _DAY for number in range(days // step + 1)]
    return [end for end in reversed(ends) if end > since]


def _run(began: Standing, end: Standing | None) -> Run:
    experiment = began.experiment
    assert experiment is not None, "asked of experiments only"
    assert began.canary is not None, "an experiment tries something"
    assert began.at is not None, "its start says when"
    return Run(
        name=experiment.name,
        outcome=_outcome(began.canary, end),
        since=began.at,
        until=None if end is None else end.at,
        ends=experiment.ends,
        share=began.share,
        control=began.live,
        tried=began.canary,
        metrics=experiment.metrics,
        author=began.author,
        reason=began.reason,
    )


def _outcome(tried: str, end: Standing | None) -> Outcome:
    if end is None:
        return "running"
    if end.live == tried:
        return "adopted"
    return "withdrawn" if end.did == "withdrawn" else "replaced"


def _read_days(days: int) -> int:
    if not 1 <= days <= _MOST_DAYS:
        raise RequestError(
            phrase("{days} days are no time for an experiment.", days=str(days)),
            hint=phrase("Write 1 to {most}, such as 28.", most=str(_MOST_DAYS)),
            field="days",
        )
    return days


def _read_metrics(names: Sequence[str]) -> list[str]:
    for name in names:
        if name not in METRICS:
            raise RequestError(
                phrase("{name} is nothing that customers are compared by.", name=repr(name)),
                hint=name_neighbours(name, METRICS),
                field="metric",
            )
    if not names:
        raise RequestError(
            phrase("No metric is named."),
            hint=phrase("Name some of {metrics}.", metrics=", ".join(METRICS)),
            field="metric",
        )
    return list(dict.fromkeys(names))
