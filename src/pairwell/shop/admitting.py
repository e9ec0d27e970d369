"""Whether a kept model may go live, by the orders there are now."""

from __future__ import annotations

from datetime import datetime

from pairwell.config.turns import files_in_use
from pairwell.config.workspace import Workspace
from pairwell.dataset.store import Dataset
from pairwell.learn.gate import hold_kept
from pairwell.learn.history import History, no_later_than, read_history
from pairwell.model.admission import Admission, require_admitted


def admit(workspace: Workspace, model_id: str, now: datetime, *, anyway: bool) -> Admission:
    """Hold a kept model against the live one. Raises `EvidenceError` where it is surely worse, unless `anyway`."""

    def read() -> History:
        dataset = Dataset(workspace)
        return no_later_than(read_history(dataset, dataset.newest()), now)

    with files_in_use(workspace.hidden):
        found = hold_kept(workspace.models, model_id, read)
    if not anyway:
        require_admitted(model_id, found)
    return found
