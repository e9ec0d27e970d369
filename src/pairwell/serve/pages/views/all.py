"""Every page beside the reports, in the order of the navigation."""

from __future__ import annotations

from typing import Final

from pairwell.serve.pages.views import (
    accounts,
    bundles,
    changing,
    experiments,
    held,
    limits,
    loyalty,
    models,
    pairs,
    sellers,
    settings,
    users,
)
from pairwell.serve.pages.views.decisions import DECISION, DECISIONS
from pairwell.serve.pages.views.fairness import FAIRNESS
from pairwell.serve.pages.views.files import File
from pairwell.serve.pages.views.playground import PLAYGROUND
from pairwell.serve.pages.views.view import Act, View

VIEWS: Final[tuple[View, ...]] = (
    DECISIONS,
    DECISION,
    pairs.PAIRS,
    pairs.ITEM,
    bundles.BUNDLES,
    bundles.RULES,
    PLAYGROUND,
    accounts.ACCOUNTS,
    accounts.ONE,
    sellers.SELLERS,
    sellers.CARD,
    sellers.TRAINING,
    sellers.BONUS,
    loyalty.LOYALTY,
    experiments.EXPERIMENTS,
    experiments.EXPERIMENT,
    experiments.PLAN,
    held.DATA,
    held.QUARANTINE,
    settings.SETTINGS,
    changing.ALL,
    FAIRNESS,
    limits.LIMITS,
    limits.TRIAL,
    models.MODELS,
    users.USERS,
    users.ACCOUNT,
)
UNLISTED: Final = frozenset(
    {
        DECISION.path,
        limits.TRIAL.path,
        pairs.ITEM.path,
        users.ACCOUNT.path,
        bundles.RULES.path,
        changing.ALL.path,
        accounts.ONE.path,
        sellers.CARD.path,
        sellers.TRAINING.path,
        sellers.BONUS.path,
        held.QUARANTINE.path,
        experiments.EXPERIMENT.path,
        experiments.PLAN.path,
    }
)  # reached from another page
ACTS: Final[tuple[Act, ...]] = (
    *pairs.ACTS,
    *accounts.ACTS,
    *experiments.ACTS,
    *settings.ACTS,
    *changing.ACTS,
    *models.ACTS,
    *users.ACTS,
)
FILES: Final[tuple[File, ...]] = (*held.FILES,)
