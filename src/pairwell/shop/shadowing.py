"""Another model in the shadow of the live one, on what an open workspace has logged."""

from __future__ import annotations

from pairwell.backtest.whatif.again import open_past
from pairwell.backtest.whatif.shadow import Models, Shadow, shadow
from pairwell.config.progress import Advance
from pairwell.facts.past import PastItems
from pairwell.journal.past import find_decisions, read_decisions
from pairwell.model.store import load_model
from pairwell.shop.simulating import Opened


def shadow_model(opened: Opened, model_id: str, newest: int, advance: Advance) -> Shadow:
    """Decide the newest logged requests by a kept model and by the live one.

    Raises `NoModelError`, `ModelBrokenError`, and `EvidenceError` where no request can be decided again.
    """
    models, database = opened.shop.workspace.models, opened.database
    both = Models(live=load_model(models), shadow=load_model(models, model_id))
    found = find_decisions(database, newest=newest)
    past = open_past(opened.archive, PastItems(database), opened.shop.facts)
    return shadow(read_decisions(database, found), len(found), past, both, advance)
