"""Settings and models for a share of the customers first, and offers off for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from pairwell.clock import Clock
from pairwell.config.gradual import require_share, roll_back_settings, share_settings, withdraw_settings
from pairwell.config.published import Published, publish_kept, settings_standing
from pairwell.config.standing import Act, Standing, read_log
from pairwell.config.workspace import Workspace
from pairwell.errors import NoModelError, RequestError, SettingsError
from pairwell.model.admission import Admission
from pairwell.model.gradual import roll_back_model, share_model, withdraw_model
from pairwell.model.store import models_standing, set_current
from pairwell.operations.switch import KillSwitch, Switched
from pairwell.said import phrase
from pairwell.shop.asking import read_text

What = Literal["settings", "models"]
_MOST_REASON = 500  # letters


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Who changes something, and why."""

    author: str | None = None
    reason: str | None = None


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A model that was made live, for whom, and how it compares to the one live before."""

    model: str
    share: float  # of the customers; 1.0: for everybody
    admission: Admission


class Rollout:
    """Changes what is live, and keeps who did, when and why."""

    def __init__(
        self, workspace: Workspace, switch: Callable[[], KillSwitch], clock: Clock, forget: Callable[[], None]
    ) -> None:
        """`forget` is called once something else is live."""
        self._workspace = workspace
        self._switch = switch
        self._clock = clock
        self._forget = forget

    # --- settings -------------------------------------------------------------------------------

    def publish(self, kept: Published, share: float | None, said: Said) -> None:
        """Make settings that are kept live, for a share or for all. Raises `SettingsError`."""
        wanted, act = None if share is None else read_share(share), self._act(said)
        if wanted is None:
            publish_kept(self._workspace, kept, act)
        else:
            share_settings(self._workspace, kept, wanted, act)
        self._forget()

    def withdraw_settings(self, author: str | None = None, reason: str | None = None) -> Standing:
        """End a roll-out: what is live is live for everybody. Raises `SettingsError` where none is under way."""
        stands = withdraw_settings(self._workspace, self._act(Said(author=author, reason=reason)))
        self._forget()
        return stands

    def roll_back_settings(self, author: str | None = None, reason: str | None = None) -> Standing:
        """Make the settings live that were live before; `pairwell.toml` stays. Raises `SettingsError`."""
        stands = roll_back_settings(self._workspace, self._act(Said(author=author, reason=reason)))
        self._forget()
        return stands

    # --- models ---------------------------------------------------------------------------------

    def use_model(self, model_id: str, share: float | None, said: Said, *, admit: Callable[[], Admission]) -> Placed:
        """Make a kept model live, for a share of the customers or for all.

        `admit` holds it against the live one and raises where it may not be. Raises `NoModelError`, `ModelBrokenError`.
        """
        wanted, act = None if share is None else read_share(share), self._act(said)
        admission = admit()
        if wanted is None:
            set_current(self._workspace.models, model_id, act)
        else:
            share_model(self._workspace.models, model_id, wanted, act)
        self._forget()
        return Placed(model=model_id, share=1.0 if wanted is None else wanted, admission=admission)

    def withdraw_model(self, author: str | None = None, reason: str | None = None) -> Standing:
        """End a roll-out: the live model is everybody's. Raises `NoModelError` where none is under way."""
        stands = withdraw_model(self._workspace.models, self._act(Said(author=author, reason=reason)))
        self._forget()
        return stands

    def roll_back_model(self, author: str | None = None, reason: str | None = None) -> Standing:
        """Make the model live that was live before; a second time undoes the first. Raises `NoModelError`."""
        stands = roll_back_model(self._workspace.models, self._act(Said(author=author, reason=reason)))
        self._forget()
        return stands

    # --- what was done --------------------------------------------------------------------------

    def under_way(self, what: What) -> Standing | None:
        """The roll-out that is under way; None where there is none, or nothing is live."""
        try:
            stands = (
                settings_standing(self._workspace) if what == "settings" else models_standing(self._workspace.models)
            )
        except (NoModelError, SettingsError):
            return None
        return stands if stands.canary is not None else None

    def log(self, what: What) -> list[Standing]:
        """Everything that was made live, and for whom, oldest first. Raises `OSError`."""
        return read_log(self._workspace.settings if what == "settings" else self._workspace.models)

    # --- offers for everybody ---------------------------------------------------------------------

    def offers_off(self, author: str | None = None, reason: str | None = None) -> Switched | None:
        """Silence for everybody from the next decision on, in every process. None where it is so already."""
        return self._turn(off=True, said=Said(author=author, reason=reason))

    def offers_on(self, author: str | None = None, reason: str | None = None) -> Switched | None:
        """Offers again for everybody. None where they are on already."""
        return self._turn(off=False, said=Said(author=author, reason=reason))

    def turns(self) -> list[Switched]:
        """Every turn of that switch, oldest first."""
        return self._switch().turns()

    def silenced_by(self) -> Switched | None:
        """The turn that put offers off; None where they are on."""
        newest = self._switch().newest()
        return newest if newest is not None and newest.off else None

    def _turn(self, *, off: bool, said: Said) -> Switched | None:
        act = self._act(said)
        return self._switch().turn(off=off, author=act.author or "", reason=act.reason or "", at=self._clock())

    def _act(self, said: Said) -> Act:
        return told_act(said, self._clock())


def told_act(said: Said, at: datetime) -> Act:
    """Who does what is done at that moment, and why. Raises `RequestError` where the words are none."""
    author, reason = _words(said.author, "author", "Anna"), _words(said.reason, "reason", "wrong prices")
    return Act(at=at, author=author, reason=reason)


def read_share(share: object) -> float:
    """A share of the customers. Raises `RequestError` where it is none, or all of them."""
    if isinstance(share, bool) or not isinstance(share, int | float):
        raise RequestError(
            phrase("The share is {share}; expected a number.", share=repr(share)),
            hint=phrase("Write 0.1 for a tenth."),
            field="share",
        )
    require_share(share)
    return float(share)


def _words(text: str | None, field: str, example: str) -> str | None:
    if text is None or text == "":
        return None
    read = read_text(text, field, example)
    if len(read) > _MOST_REASON:
        raise RequestError(
            phrase(
                "The {field} has {many} letters; expected {most} at most.",
                field=field,
                many=str(len(read)),
                most=_MOST_REASON,
            ),
            hint=phrase("Shorten it."),
            field=field,
        )
    return read
