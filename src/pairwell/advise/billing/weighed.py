"""The present way to hold a family's plans, weighed against every other, for the use expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import floor

import msgspec

from pairwell.advise.billing.case import Case
from pairwell.advise.billing.coming import Expected, Limit, Outlook
from pairwell.advise.billing.compare import in_use, locked_until, worth_of
from pairwell.advise.billing.said_moves import pays
from pairwell.said import Said

LAST_MONTHS = 3


class Weighed(msgspec.Struct, frozen=True):
    """An account's case, what is coming, and the way its plans are held now. Sums are of all coming months."""

    case: Case
    coming: Outlook
    now: Expected

    @property
    def months(self) -> int:
        """How many months sums are of."""
        return len(self.coming.months)

    @property
    def currency(self) -> str:
        """Of all sums."""
        return self.case.prices.currency

    @property
    def is_borne_out(self) -> bool:
        """Whether all that the account uses beside bears out what is expected of every meter; seats do not leap."""
        return all(running.is_borne_out for running in self.coming.meters)

    def monthly(self, minor: int) -> int:
        """A sum as that of one month."""
        return per_month(minor, self.months)

    def saved(self, one: Expected) -> int:
        """What another way saves; < 0: it costs more."""
        return (self.now.served_minor or 0) - (one.total_minor or 0)

    def cheaper(self) -> list[Expected]:
        """Other ways that serve the use expected for less, the cheapest first."""
        found = [one for one in self._others() if self.saved(one) > 0 and not self.now.unserved]
        return sorted(found, key=self.saved, reverse=True)

    def dearer(self) -> list[Expected]:
        """Other ways that serve the use expected for more, or serve more of it than now."""
        return [one for one in self._others() if self.saved(one) < 0 or self.now.unserved]

    def alike(self) -> list[Expected]:
        """Other plans that serve the use expected for exactly as much."""
        same = [one for one in self._others() if self.saved(one) == 0 and not self.now.unserved]
        return [one for one in same if one.way.plan.tier > self.now.way.plan.tier]

    def _others(self) -> list[Expected]:
        known = self.now.served_minor is not None
        return [one for one in self.coming.options[1:] if known and one.total_minor is not None]

    def is_lower(self, one: Expected) -> bool:
        """Whether a way holds less: a lower plan, or fewer add-ons to the same."""
        then, now = one.way, self.now.way
        return (then.plan.tier, len(then.add_ons)) < (now.plan.tier, len(now.add_ons))

    def is_new(self, limit: Limit) -> bool:
        """Whether the included units of a meter sufficed in each of the last months."""
        history = next(running.history for running in self.coming.meters if running.meter == limit.meter)
        return all(quantity <= limit.included for quantity in history[-LAST_MONTHS:])

    def loses(self, one: Expected) -> list[str]:
        """Features in use, or perhaps in use, that another way has not."""
        return sorted(in_use(self.case, self.now.way) - one.way.features)

    def worth_of_lost(self, one: Expected) -> int | None:
        """What the features lost are worth; None where one of them has no benefit in money."""
        lost = frozenset(self.loses(one))
        named = {benefit.feature for benefit in self.case.benefits if benefit.money_minor is not None}
        return worth_of(self.case.benefits, lost) * self.months if lost <= named else None

    def worth(self, one: Expected) -> int:
        """What features that are needed, and use that now has no room, are worth by the benefits named in money."""
        return sum(minor for _, minor in self._worths(one)) * self.months

    def said_worth(self, one: Expected) -> Iterator[Said]:
        """Those benefits in words."""
        return (pays(what, minor, self.currency) for what, minor in self._worths(one))

    def _worths(self, one: Expected) -> list[tuple[str, int]]:
        """What is gained, and its worth a month, rounded down."""
        gained = (one.way.features - self.now.way.features) & self.case.needed
        worths = {feature: Fraction(worth_of(self.case.benefits, frozenset({feature}))) for feature in sorted(gained)}
        for benefit in self.case.benefits:
            if benefit.meter is not None and benefit.money_minor is not None:
                units = self.now.unserved.get(benefit.meter, Decimal(0))
                here = Fraction(units) * Fraction(benefit.money_minor) / self.months
                worths[benefit.meter] = worths.get(benefit.meter, Fraction(0)) + here
        return [(what, int(minor)) for what, minor in worths.items() if int(minor) > 0]

    def binding(self, one: Expected) -> dt.date | None:
        """Until when a plan not held yet would bind."""
        return locked_until(self.case, one.way.plan) if one.way.plan is not self.now.way.plan else None

    def bound(self, one: Expected) -> dt.date | None:
        """Until when the present plan binds against a move: a higher plan ends a term, but not a year paid whole."""
        now, then = self.now.way.plan, one.way.plan
        released = then is now or (then.tier > now.tier and now.prorated)
        return None if released else locked_until(self.case, now)


def per_month(minor: int, months: int) -> int:
    """A sum of so many months as that of one, rounded half up: whole amounts more a month stay whole amounts more."""
    return floor(Fraction(minor, months) + Fraction(1, 2))
