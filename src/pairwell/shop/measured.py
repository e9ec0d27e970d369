"""What an open workspace tells of its past, each answer's room loaded when it is first asked."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from pairwell.shop.parts import Parts

if TYPE_CHECKING:
    import pyarrow as pa

    from pairwell.advise.loyalty import Programme, ProgrammeSheet
    from pairwell.backtest.whatif.held import Memory
    from pairwell.fairness.finding import Fairness
    from pairwell.measure.before.records import BeforeAfter, Change
    from pairwell.measure.before.rows import Who
    from pairwell.report.record import Report
    from pairwell.shop.advising import Advising
    from pairwell.shop.drafting import Drafted, Setting
    from pairwell.shop.experiments import Experiments
    from pairwell.shop.exports.exporting import Exported
    from pairwell.shop.held import Held
    from pairwell.shop.held_back import HeldBack, Logged
    from pairwell.shop.kept_models import KeptModels
    from pairwell.shop.known_accounts import KnownAccounts
    from pairwell.shop.selling import Selling
    from pairwell.shop.setup import Setup
    from pairwell.shop.trying_draft import DraftTried
    from pairwell.triggers.errands import Advises


class Measured(Parts):
    """The measuring half of an open workspace."""

    @property
    def experiments(self) -> Experiments:
        """Other settings for a share of the customers, compared with what the rest have."""
        from pairwell.shop.experiments import Experiments

        return Experiments(self, lambda: self._database, self._clock, self._forget_live)

    @property
    def accounts(self) -> Advising:
        """What is told of accounts to whoever looks after them, as of now."""
        return self.look_after(self._known_accounts)

    def look_after(self, kept: list[KnownAccounts]) -> Advising:
        """As `accounts`; `kept` holds what was read before, also by another opening, and gets what is read now."""
        from pairwell.shop.advising import Advising

        return Advising(self, lambda: self._database, self._clock, kept)

    def _advises(self) -> Advises:
        from pairwell.shop.tasking import Tasking

        return Tasking(lambda: self.accounts)

    @cached_property
    def _known_accounts(self) -> list[KnownAccounts]:
        return []

    @property
    def sellers(self) -> Selling:
        """What sellers at a counter are told, and what is told of them."""
        from pairwell.shop.selling import Selling

        return Selling(self, lambda: self._database, self._clock)

    def loyalty(
        self, programme: Programme, since: datetime | None = None, until: datetime | None = None
    ) -> ProgrammeSheet:
        """What a loyalty programme would have cost; without a period in the last year with orders.

        Raises `EvidenceError` where there are no orders, `RequestError` for a wrong period. See docs/accounts.md.
        """
        from pairwell.shop.rewarding import reckon

        return reckon(self, programme, self.sellers.period(since, until))

    def held(self) -> Held:
        """What is in, where it came from, how columns were read, and what was refused. Raises `StorageError`."""
        from pairwell.shop.holding import describe_held

        return describe_held(self.workspace, self.dataset, self.published.settings)

    def setup(self) -> Setup:
        """What is published, rolled out and drafted, whether offers are on, and how that came about.

        Raises `SettingsError` where nothing is published, `JournalError` where the switch cannot be read.
        """
        from pairwell.shop.setup import describe_setup

        return describe_setup(self.workspace, self.rollout, self.fairness)

    def list_settings(self, find: str = "") -> Drafted:
        """Settings that can be told anew one by one, live and drafted, whose name or purpose holds the words `find`."""
        from pairwell.shop.drafting import list_settings

        return list_settings(self, find)

    def change_setting(self, name: str, value: str, *, author: str = "", seen: str | None = None) -> Setting:
        """Write another value of a setting into `pairwell.toml`, where it waits to be published.

        `seen`: what a list said of the draft; the change is refused where it is another by now. Raises `SettingsError`,
        `RequestError`, `StorageError`; then nothing is changed.
        """
        from pairwell.shop.drafting import change_setting, noted

        return change_setting(self, name, value, noted(self._clock(), author), seen=seen)

    def fairness(self, *, live: bool = False) -> Fairness:
        """The dark patterns in `pairwell.toml`, or in what is live, and in own texts; see docs/fairness.md.

        Raises `SettingsError` where the settings cannot be read.
        """
        from pairwell.shop.fairness import check_draft, check_settings

        now = self._clock()
        return check_settings(self, self.published.settings, now) if live else check_draft(self, now)

    def kept_models(self) -> KeptModels:
        """The models that are kept, how well each guesses, which is live and for whom, and how that came about."""
        from pairwell.shop.kept_models import describe_models

        return describe_models(self.workspace.models, self.published.settings.shop.timezone)

    def held_back(self, newest: int = 100, *, seconds: float = 3.0, memory: Memory | None = None) -> HeldBack:
        """Rules, guards, caps and placements, and what each held back in the newest decisions.

        After so many `seconds` those that are left are not counted, and it says so. What `memory` holds of decisions
        is not computed again.
        """
        from pairwell.shop.asking import read_count
        from pairwell.shop.held_back import count_held_back

        return count_held_back(self._logged(memory), read_count(newest), seconds, monotonic)

    def try_draft(self, newest: int = 100, *, seconds: float = 5.0) -> DraftTried:
        """What `pairwell.toml` would have decided on the newest logged requests; nothing is published or journaled.

        After so many `seconds` those that are left are not tried, and it says so. `simulate` tries all, and says what
        that would have earned. Raises `SettingsError` where the draft cannot be read.
        """
        from pairwell.config.workspace import read_draft
        from pairwell.shop.asking import read_count
        from pairwell.shop.trying_draft import Waiting, try_draft

        waiting = Waiting(newest=read_count(newest), seconds=seconds, stopwatch=monotonic)
        tried = try_draft(self._logged(), read_draft(self.workspace), waiting)
        return msgspec.structs.replace(tried, unfair=self.fairness().blocking)

    def _logged(self, memory: Memory | None = None) -> Logged:
        from pairwell.backtest.whatif.again import open_past
        from pairwell.backtest.whatif.held import Memory
        from pairwell.facts.past import PastItems
        from pairwell.shop.held_back import Logged

        past = open_past(self._archive, PastItems(self._database), self.facts)
        return Logged(self.published, self._database, past, memory or Memory(0))

    def before_after(self, change: Change, who: Who | None = None) -> BeforeAfter:
        """Whether the shop's orders changed at a date, without an experiment: approximate; see docs/before-after.md.

        Money is in units of the currency. Raises `RequestError` for a metric, segment or value that is none,
        `MissingExtraError` where a model is needed without the extra `causal`.
        """
        from pairwell.measure.before.rows import Who
        from pairwell.shop.before import before_after_of_shop

        return before_after_of_shop(self, change, Who() if who is None else who)

    def report(
        self, name: str, since: datetime | None = None, until: datetime | None = None, by: str | None = None
    ) -> Report:
        """A report of a period, from `since` up to before `until`; see docs/measuring.md.

        Moments without a zone are of the shop's time zone; without them it is the last 30 days that hold orders. Money
        is in minor units. Raises `NotFoundError` for a name that is none, `RequestError` for a wrong period or segment.
        """
        from pairwell.shop.reporting import Question, find_report

        return find_report(self, self._database, Question(name, since, until, by), now=self._clock())

    def customer_outlook(self, days: int = 365) -> pa.Table:
        """What each customer is expected to buy in the coming `days`, as an Arrow table; see docs/customer-value.md.

        Columns: customer_id, purchases, days_since_last, chance_alive, expected_purchases, expected_value_minor (null
        where values cannot be told). Raises `EvidenceError` where orders do not tell, `RequestError` for wrong `days`.
        """
        from pairwell.shop.valuing import expect_of_customers

        return expect_of_customers(self, days, now=self._clock())

    def customer_scores(self) -> pa.Table:
        """How lately, how often and for how much each customer buys, as an Arrow table; see docs/customer-value.md.

        Columns: customer_id, days_since_last, purchases, value_minor, recency, frequency, money (1 to 5), standing.
        Raises `EvidenceError` where orders do not tell.
        """
        from pairwell.shop.valuing import score_customers

        return score_customers(self, now=self._clock())

    def export(self, target: str, path: str | Path, *, n: int = 8, keep_pins: bool = False) -> Exported:
        """Write complements and upgrades of every product as a file for a shop system; see docs/exports.md.

        At most `n` of a kind beside a product; `keep_pins`: what people pinned stays where a guard holds it back, too.
        Raises `RequestError` for a target that is none, `EvidenceError` where there is nothing to write.
        """
        from pairwell.shop.asking import read_count, read_path, read_text
        from pairwell.shop.exports.exporting import Export, export_lists
        from pairwell.shop.exports.writing import as_text, writing

        asked = Export(target=read_text(target, "target", "shopify"), n=read_count(n), keep_pins=keep_pins)
        with writing(read_path(path, "path", "complements.csv")) as stream, as_text(stream) as text:
            return export_lists(self, asked, text)
