"""What answers right now: published settings and a model, swapped together when either changes.

What is being rolled out to a share of the customers stands beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import msgspec

from pairwell.config.gradual import CanarySettings, load_canary
from pairwell.config.published import Published, load_published
from pairwell.config.standing import CURRENT
from pairwell.config.workspace import Workspace
from pairwell.decide.canary import NO_CANARIES, Canaries
from pairwell.errors import NoModelError, PairwellError
from pairwell.model.gradual import CanaryModel, load_canary_model
from pairwell.model.model import Model
from pairwell.model.store import load_model
from pairwell.serve.online.notices import Notices

Stamp = tuple[int, int, int] | None
First = TypeVar("First", CanarySettings, CanaryModel)


class Live(msgspec.Struct, frozen=True):
    """One consistent state of the engine."""

    settings: Published
    model: Model | None
    canaries: Canaries = NO_CANARIES

    def only_adds_to(self, before: Live) -> bool:
        """Whether all that is new is a roll-out: until it begins, everybody is answered rightly as `before`."""
        return self._names() == before._names() and before.canaries == NO_CANARIES

    def _names(self) -> tuple[str, str | None]:
        return self.settings.hash, None if self.model is None else self.model.id

    @property
    def versions(self) -> list[Live]:
        """What is live, and what is being rolled out, each as if it was everybody's."""
        first = self.canaries
        if first == NO_CANARIES:
            return [self]
        model = cast("Model | None", first.model)  # it was loaded here
        return [self, Live(first.settings or self.settings, model or self.model)]


class Watch:
    """Loads what is published, and looks for newer; what cannot be loaded leaves the old live.

    What cannot be read is tried again at every look, what is wrong in itself when it is published anew.

    Raises `SettingsError` where no settings were ever published.
    """

    def __init__(self, workspace: Workspace, notices: Notices) -> None:
        self._workspace = workspace
        self._notices = notices
        self._stamps: tuple[Stamp, Stamp] = self._look()
        self._unread: set[str] = set()  # what could not be read just now, and may be at the next look
        self.live = Live(load_published(workspace), None)
        self.settings_problem: str | None = None
        self.model_problem: str | None = None
        self.first_problems: dict[str, str] = {}  # of a roll-out, "settings" or "model"
        self._load_first_settings()
        self._load_model()

    def refresh(self) -> bool:
        """Swap in what was published since the last look; returns whether anything changed. Costs two stats."""
        stamps = self._look()
        before, live = self._stamps, self.live
        self._stamps = stamps
        if stamps[0] != before[0] or "settings" in self._unread:
            self._load_settings()
        if stamps[1] != before[1] or "model" in self._unread:
            self._load_model()
        return self.live is not live

    def newer(self) -> bool:
        """Whether something was published since the last look. Costs two stats."""
        return self._look() != self._stamps

    def _look(self) -> tuple[Stamp, Stamp]:
        return _stamp(self._workspace.settings / CURRENT), _stamp(self._workspace.models / CURRENT)

    def _load_settings(self) -> None:
        def load() -> Live:
            return msgspec.structs.replace(self.live, settings=load_published(self._workspace))

        self.settings_problem = self._swap("settings", load, self.settings_problem)
        if self.settings_problem is None:
            self._load_first_settings()

    def _load_model(self) -> None:
        def load() -> Live:
            return msgspec.structs.replace(self.live, model=load_model(self._workspace.models))

        self.model_problem = self._swap("model", load, self.model_problem)
        if self.model_problem is None:
            self._load_first_model()

    def _load_first_settings(self) -> None:
        """Settings of a roll-out. Where they cannot be loaded everybody has what is live."""
        found = self._first("settings", lambda: load_canary(self._workspace))
        share, published = (0.0, None) if found is None else (found.share, found.published)
        self._put_beside(msgspec.structs.replace(self.live.canaries, settings=published, settings_share=share))

    def _load_first_model(self) -> None:
        """As `_load_first_settings`, of a model."""
        found = self._first("model", lambda: load_canary_model(self._workspace.models))
        share, model = (0.0, None) if found is None else (found.share, found.model)
        self._put_beside(msgspec.structs.replace(self.live.canaries, model=model, model_share=share))

    def _put_beside(self, canaries: Canaries) -> None:
        if canaries != self.live.canaries:
            self.live = msgspec.structs.replace(self.live, canaries=canaries)

    def _first(self, what: str, load: Callable[[], First | None]) -> First | None:
        try:
            found = load()
        except (PairwellError, OSError) as error:
            if _may_pass(error):
                self._unread.add(what)
            if self.first_problems.get(what) != str(error):
                self._notices.tell("error", f"{what}_not_loaded", f"{error} Everybody has what is live instead.")
            self.first_problems[what] = str(error)
            return None
        self.first_problems.pop(what, None)
        if found is not None:
            self._notices.tell("info", f"{what}_live_for_a_share", _shared(found))
        return found

    def _swap(self, what: str, load: Callable[[], Live], told: str | None) -> str | None:
        self._unread.discard(what)
        try:
            self.live = load()
        except NoModelError as error:
            self._notices.tell("warning", "no_model", error.message)
            return error.message
        except (PairwellError, OSError) as error:
            if _may_pass(error):
                self._unread.add(what)
            if str(error) != told:
                self._notices.tell("error", f"{what}_not_loaded", f"{error} What was live before stays live.")
            return str(error)
        self._notices.tell("info", f"{what}_live", _name(self.live, what))
        return None


def _shared(found: CanarySettings | CanaryModel) -> str:
    name = found.published.hash if isinstance(found, CanarySettings) else found.model.id
    return f"{name} for {found.share:g} of the customers"


def _may_pass(error: Exception) -> bool:
    return isinstance(error, OSError) or isinstance(error.__cause__, OSError)


def _name(live: Live, what: str) -> str:
    return live.settings.hash if what == "settings" or live.model is None else live.model.id


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
