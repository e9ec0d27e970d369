"""Which settings and which model a decision is made under, while newer ones are tried on a share of the units."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from pairwell.candidates.learned import LearnedPairs
from pairwell.config.published import Published
from pairwell.experiments.assignment import gets_first


class Version(NamedTuple):
    """What one decision is made under."""

    settings: Published
    model: LearnedPairs | None


class Canaries(msgspec.Struct, frozen=True, kw_only=True):
    """What a share of the units gets first; where None, everybody gets what is live."""

    settings: Published | None = None
    settings_share: float = 0.0
    model: LearnedPairs | None = None
    model_share: float = 0.0

    def version_for(self, lot: str | None, live: Version) -> Version:
        """What a unit gets. Lots of settings and of models are independent; who names nobody gets what is live."""
        salt = live.settings.settings.choice.salt
        settings, model = live
        if self.settings is not None and gets_first(lot, self.settings.hash, salt=salt, share=self.settings_share):
            settings = self.settings
        if self.model is not None and gets_first(lot, self.model.id, salt=salt, share=self.model_share):
            model = self.model
        return Version(settings, model)


NO_CANARIES = Canaries()
