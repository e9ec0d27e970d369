"""What is known of all accounts, read once and kept while the same data is the newest."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pairwell.advise.account import Account
from pairwell.advise.billing.ledger import Prices
from pairwell.advise.moves.terms import Prospect, Terms
from pairwell.advise.prospects import find_prospects
from pairwell.advise.reading import read_accounts
from pairwell.advise.seasons import find_seasons
from pairwell.advise.sheets import days_known
from pairwell.advise.vouched import read_benefits, read_stories
from pairwell.advise.whitespace.gaps import Gap, Whitespace, find_whitespace
from pairwell.config.turns import files_in_use
from pairwell.dataset.priced import read_plans
from pairwell.dataset.snapshots import Snapshot
from pairwell.errors import EvidenceError
from pairwell.plans import Plan
from pairwell.said import phrase

if TYPE_CHECKING:
    from pairwell.shop.parts import Parts

_KEPT: Final = timedelta(minutes=10)  # signals age by days


class KnownAccounts:
    """Accounts, price list and whitespace of a snapshot, as of a moment; each read when it is first asked for."""

    def __init__(self, shop: Parts, snapshot: Snapshot, as_of: datetime) -> None:
        self._shop = shop
        self._snapshot = snapshot
        self.as_of = as_of
        self.settings = shop.published
        self._prospects: tuple[Hashable, tuple[Prospect, ...]] | None = None

    def serves(self, shop: Parts, snapshot: Snapshot, now: datetime) -> bool:
        """Whether reading all of it anew would tell the same."""
        here = self._shop.workspace.root, self._snapshot.number, self.settings.hash
        return (
            here == (shop.workspace.root, snapshot.number, shop.published.hash)
            and timedelta() <= now - self.as_of < _KEPT
        )

    @cached_property
    def accounts(self) -> Mapping[str, Account]:
        """By id, without what they answered in talks. Raises `EvidenceError` where there are none."""
        zone = self.settings.settings.shop.timezone
        with files_in_use(self._shop.workspace.hidden):
            found = read_accounts(self._shop.dataset, zone=zone, as_of=self.as_of, snapshot=self._snapshot)
        if not found:
            raise EvidenceError(
                phrase("No account is known yet."),
                hint=phrase(
                    "Ingest the price list, who holds what, and the firms: `pairwell ingest plans FILE`, then "
                    "`subscriptions` and `accounts`; for bills and limits also `usage`."
                ),
            )
        return found

    @cached_property
    def terms(self) -> Terms:
        """The price list, benefits and stories. Raises `EvidenceError` where there is no plan."""
        settings, dataset = self.settings.settings, self._shop.dataset
        with files_in_use(self._shop.workspace.hidden):
            plans = read_plans(dataset, snapshot=self._snapshot, as_of=self.as_of)
            benefits = read_benefits(dataset, snapshot=self._snapshot)
            stories = read_stories(dataset, snapshot=self._snapshot)
        if not plans:
            raise EvidenceError(
                phrase("No plan is known yet."), hint=phrase("Ingest the price list: `pairwell ingest plans FILE`.")
            )
        prices = Prices(plans=tuple(plans.values()), currency=settings.shop.currency, zone=settings.shop.timezone)
        since, until = days_known({use.day for account in self.accounts.values() for use in account.ledger.used})
        return Terms(
            prices=prices,
            margin_rate=settings.shop.margin_rate,
            benefits=benefits,
            stories=stories,
            add_on_price_share=settings.guards.add_on_price_share,
            minute_minor=settings.accounts.minute_minor,
            known_since=since,
            known_until=until,
            seasons=find_seasons(self.accounts.values(), prices),
        )

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """The price list by plan id."""
        return {plan.plan_id: plan for plan in self.terms.prices.plans}

    @cached_property
    def whitespace(self) -> Whitespace:
        """What each account lacks."""
        return find_whitespace(self.accounts, self.plans, margin_rate=self.terms.margin_rate)

    @cached_property
    def gaps(self) -> Mapping[str, tuple[Gap, ...]]:
        """By account, the likeliest first."""
        return {one: tuple(gaps) for one, gaps in groupby(self.whitespace.gaps, key=lambda gap: gap.account_id)}

    def prospects(self, accounts: Mapping[str, Account]) -> tuple[Prospect, ...]:
        """All that hold anything, with what speaks for and against a talk; `accounts`: with what they answered."""
        told = frozenset((one, account.answers) for one, account in accounts.items() if account.answers)
        if self._prospects is None or self._prospects[0] != told:
            rules = self.settings.settings.accounts
            self._prospects = told, find_prospects(accounts, self.terms, rules, whitespace=self.whitespace)
        return self._prospects[1]
