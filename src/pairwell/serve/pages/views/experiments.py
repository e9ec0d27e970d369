"""Experiments: how long one must run, its start and its stop, and what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pairwell.config.gradual import BY_CUSTOMER
from pairwell.errors import EvidenceError, RequestError
from pairwell.measure.comparing import planned
from pairwell.said import exact, joined, phrase
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.numbers import read_float, read_part, read_whole
from pairwell.serve.pages.views.playing.knobs import SETTINGS, read_wanted
from pairwell.serve.pages.views.reasons import read_reason
from pairwell.serve.pages.views.view import Act, Done, Fields, View
from pairwell.serve.pages.visitors import Visitor
from pairwell.shop.playing.changes import write_wanted
from pairwell.shop.runs import METRIC_NAMES, Plan, Reading, Run
from pairwell.shop.setup import Differs

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_HALF, _POWER, _EFFECT = 0.5, 0.8, "5%"
_POWERS = (0.5, 0.999)
ALL: Final = "all"


class ExperimentList(msgspec.Struct, frozen=True, kw_only=True):
    """Every experiment, newest first, and what a new one may be of."""

    timezone: str
    runs: list[Run]
    running: str | None  # the one that does
    rolled_out: bool  # settings are under way, so that none can be started
    metrics: list[str]
    may_differ: list[str]  # settings, or tables of them, that an experiment may change
    share: float  # as a plan proposes
    days: int | None
    tried: str  # the settings that the address proposes, as pairwell.toml would say them


class OneExperiment(msgspec.Struct, frozen=True, kw_only=True):
    """One experiment, and what it shows; else why it shows nothing yet."""

    timezone: str
    run: Run
    changes: list[Differs]
    reading: Reading | None
    problem: str | None


class PlanAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What an experiment is to show, as it was asked."""

    metric: str
    holdout: float
    effect: str
    power: float
    days: int | None
    visitors: int | None


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """How long an experiment must run; else what is missing to say so."""

    timezone: str
    metrics: list[str]
    asked: PlanAsked
    plan: planned.Plan | None
    problem: str | None


def make_experiments(shop: Shop, fields: Fields) -> ExperimentList:
    """All there were. Raises `RequestError` for a wrong proposal."""
    runs = shop.experiments.all()[::-1]
    running = next((run.name for run in runs if run.outcome == "running"), None)
    return ExperimentList(
        timezone=shop.published.settings.shop.timezone,
        runs=runs,
        running=running,
        rolled_out=running is None and shop.rollout.under_way("settings") is not None,
        metrics=[*METRIC_NAMES],
        may_differ=list(BY_CUSTOMER),
        share=read_part(fields, "share", _HALF),
        days=read_whole(fields, "days"),
        tried=write_wanted(read_wanted(fields, fields.get("placement", "cart")).settings),
    )


def make_experiment(shop: Shop, fields: Fields) -> OneExperiment:
    """One of them, read now. Raises `NotFoundError`."""
    name = fields.get("name", "")
    if not name:
        raise RequestError(
            phrase("`name` is missing: which experiment?"), hint=phrase("Open one of /experiments."), field="name"
        )
    run, reading, problem = shop.experiments.find(name), None, None
    try:
        reading = shop.experiments.read(name)
    except EvidenceError as error:
        problem = joined(error.message, error.hint or "")
    return OneExperiment(
        timezone=shop.published.settings.shop.timezone,
        run=run,
        changes=shop.experiments.changes(name),
        reading=reading,
        problem=problem,
    )


def make_plan(shop: Shop, fields: Fields) -> Planned:
    """How long one must run, by the shop's own orders. Raises `RequestError`."""
    from pairwell.shop.planning import METRICS, plan_for_shop

    asked = PlanAsked(
        metric=fields.get("metric", "revenue"),
        holdout=read_part(fields, "holdout", _HALF),
        effect=fields.get("effect", _EFFECT).strip(),
        power=read_part(fields, "power", _POWER),
        days=read_whole(fields, "days"),
        visitors=read_whole(fields, "visitors"),
    )
    plan, problem, wanted = None, None, _wanted(asked)
    try:
        plan = plan_for_shop(shop, asked.metric, wanted)
    except EvidenceError as error:
        problem = joined(error.message, error.hint or "")
    timezone = shop.published.settings.shop.timezone
    return Planned(timezone=timezone, metrics=[*METRICS], asked=asked, plan=plan, problem=problem)


def _wanted(asked: PlanAsked) -> planned.Wanted:
    relative = asked.effect.endswith("%")
    size = read_float(asked.effect.removesuffix("%"))
    if not 0 < size < float("inf"):
        raise RequestError(
            phrase("`effect` is {effect}; expected a size above 0.", effect=repr(asked.effect[:40])),
            hint=phrase("Write 5% of the mean, or 2.50 in money."),
            field="effect",
        )
    if not _POWERS[0] <= asked.power <= _POWERS[1]:
        raise RequestError(
            phrase("`power` is {power}; expected .5 to .999.", power=exact(asked.power)),
            hint=phrase("Write .8, or .9 to be surer."),
            field="power",
        )
    return planned.Wanted(
        holdout=asked.holdout,
        power=asked.power,
        effect=size / 100 if relative else size,
        relative=relative,
        days=asked.days,
        visitors=asked.visitors,
    )


def _start(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    from pairwell.shop.rollout import Said

    plan = Plan(
        share=read_part(fields, "share", _HALF),
        days=read_whole(fields, "days"),
        metrics=METRIC_NAMES if fields["metric"] == ALL else [fields["metric"]],
    )
    said = Said(author=visitor.name, reason=read_reason(fields))
    run = shop.experiments.start_written(fields["name"].strip(), fields["settings"], plan, said)
    return Done(said=phrase("The experiment {name} runs.", name=run.name), to=EXPERIMENTS.path)


def _end(shop: Shop, visitor: Visitor, fields: Fields, *, adopt: bool) -> Done:
    from pairwell.shop.rollout import Said

    said = Said(author=visitor.name, reason=read_reason(fields))
    run = shop.experiments.stop(fields["name"], adopt=adopt, said=said)
    over = (
        phrase("The experiment {name} is over: what it tried is everybody's.", name=run.name)
        if adopt
        else phrase("The experiment {name} is over: everybody has what the others had.", name=run.name)
    )
    return Done(said=over, to=EXPERIMENTS.path)


EXPERIMENTS = View(
    path="/experiments",
    label=sentence("Experiments"),
    about=sentence("Other settings for a share of the customers, compared with what the others have."),
    group="trials",
    template="experiments.html",
    record=ExperimentList,
    make=make_experiments,
    parameters=("share", "days", "placement", *SETTINGS),
)
EXPERIMENT = View(
    path="/experiment",
    label=sentence("Experiment"),
    about=sentence("What one experiment shows, and how sure that is."),
    group="trials",
    template="experiment.html",
    record=OneExperiment,
    make=make_experiment,
    parameters=("name",),
)
PLAN = View(
    path="/experiments/plan",
    label=sentence("Plan an experiment"),
    about=sentence("How many days it must run to show an effect, by the shop's own orders."),
    group="trials",
    template="plan.html",
    record=Planned,
    make=make_plan,
    parameters=("metric", "holdout", "effect", "power", "days", "visitors"),
)
ACTS = (
    Act(
        path="/experiments/start",
        right="experiment",
        fields=("name", "settings", "share", "days", "metric", "reason"),
        do=_start,
    ),
    Act(
        path="/experiments/stop",
        right="experiment",
        fields=("name", "reason"),
        do=lambda shop, visitor, fields: _end(shop, visitor, fields, adopt=False),
    ),
    Act(
        path="/experiments/adopt",
        right="govern",
        fields=("name", "reason"),
        do=lambda shop, visitor, fields: _end(shop, visitor, fields, adopt=True),
    ),
)
