"""Every page beside the reports, in the order of the navigation."""

from __future__ import annotations

from typing import Final

from pairwell.serve.pages.views import experiments, pairs, settings, users
from pairwell.serve.pages.views.decisions import DECISION, DECISIONS
from pairwell.serve.pages.views.playground import PLAYGROUND
from pairwell.serve.pages.views.view import Act, View

VIEWS: Final[tuple[View, ...]] = (
    DECISIONS,
    DECISION,
    pairs.PAIRS,
    pairs.ITEM,
    PLAYGROUND,
    experiments.EXPERIMENTS,
    experiments.EXPERIMENT,
    experiments.PLAN,
    settings.SETTINGS,
    users.USERS,
    users.ACCOUNT,
)
UNLISTED: Final = frozenset(  # reached from another page
    {DECISION.path, pairs.ITEM.path, users.ACCOUNT.path, experiments.EXPERIMENT.path, experiments.PLAN.path}
)
ACTS: Final[tuple[Act, ...]] = (*pairs.ACTS, *experiments.ACTS, *settings.ACTS, *users.ACTS)
