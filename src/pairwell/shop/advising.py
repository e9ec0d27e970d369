"""For people who look after accounts: bills, whitespace, a work list and briefs of an open workspace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from pairwell.advise.account import Account
from pairwell.advise.answers import Outcome, Told, outcome_event, read_answer, with_answers
from pairwell.advise.brief.make import Found, make_brief
from pairwell.advise.brief.record import Brief
from pairwell.advise.matrix import Matrix, make_matrix
from pairwell.advise.moves.chances import Yeses, count_yeses
from pairwell.advise.moves.find import find_moves
from pairwell.advise.moves.terms import Prospect, Terms
from pairwell.advise.prospects import look_at
from pairwell.advise.sheets import BillSheet, make_bills
from pairwell.advise.whitespace.hidden import judge_whitespace
from pairwell.advise.working import WorkSheet
from pairwell.advise.worklist import make_worklist
from pairwell.clock import Clock
from pairwell.config.accounts import Accounts
from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.config.tasks import Tasks
from pairwell.errors import NotFoundError, RequestError
from pairwell.facts.effects import EventEffects
from pairwell.operations.database import Database
from pairwell.report.accounts.tasks import make_tasks
from pairwell.said import phrase
from pairwell.shop.asking import read_count, read_text
from pairwell.shop.known_accounts import KnownAccounts
from pairwell.triggers.records import Errand
from pairwell.triggers.spans import span_of

if TYPE_CHECKING:
    from pairwell.shop.parts import Parts


class Advising:
    """What is told of accounts, as of the moment at which this is asked for; see docs/accounts.md."""

    def __init__(self, shop: Parts, database: Callable[[], Database], clock: Clock, kept: list[KnownAccounts]) -> None:
        """`kept`: what was read before, or nothing; what is read now goes there."""
        self._shop = shop
        self._database = database
        self._kept = kept
        self._now = clock()

    def whitespace(self, account_id: str | None = None, *, check: bool = False) -> Matrix:
        """What accounts hold and lack; `check`: also how well that finds what was hidden from it.

        Raises `NotFoundError` for an account nobody knows, `EvidenceError` where there are no plans or accounts.
        """
        shop = self._shop.published.settings.shop
        found = make_matrix(self._known.whitespace, self._accounts, currency=shop.currency, timezone=shop.timezone)
        if check:
            found = msgspec.structs.replace(found, judged=judge_whitespace(self._accounts, self._known.plans))
        if account_id is None:
            return found
        wanted = self._find(account_id).account_id
        return msgspec.structs.replace(found, rows=tuple(row for row in found.rows if row.account_id == wanted))

    def bills(self, account_id: str) -> BillSheet:
        """The last months of an account on every plan. Raises as `whitespace`."""
        return make_bills(self._find(account_id), self._terms)

    def brief(self, account_id: str, locale: str = "en") -> Brief:
        """What to know of an account before a review, with stories in a language. Raises as `whitespace`."""
        prospect = self._prospect(self._find(account_id))
        terms = msgspec.structs.replace(self._terms, locale=locale)
        moves = find_moves(prospect, terms, self._yeses)
        return make_brief(Found(prospect=prospect, moves=moves, channel=self._settings.channel), terms)

    def worklist(self, owner: str | None = None, capacity_minutes: int | None = None) -> WorkSheet:
        """Whom to talk to, the most worth a minute first, and whom to leave alone; `owner`: whose accounts alone.

        Raises as `whitespace`, and `RequestError` for minutes that are none.
        """
        if capacity_minutes is not None:
            read_count(capacity_minutes)
        prospects = self._known.prospects(self._accounts)
        work = make_worklist(prospects, self._terms, self._yeses, owner=owner, capacity_minutes=capacity_minutes)
        prices = self._terms.prices
        return WorkSheet(currency=prices.currency, timezone=prices.zone, work=work)

    def errands(self, receiver: Tasks, owner: str | None = None, capacity_minutes: int | None = None) -> list[Errand]:
        """The talks of a receiver's work list as tasks in its columns, in order. Raises as `worklist`.

        `owner`, `capacity_minutes`: in place of its own.
        """
        sheet = self.worklist(owner or receiver.owner, capacity_minutes or receiver.capacity_minutes)
        tasks = make_tasks(sheet, receiver.columns, receiver.locale)
        span = span_of(self._now, receiver.every, sheet.timezone)
        return [
            Errand(
                account_id=talk.account_id,
                kind=talk.move.kind,
                plan_id=talk.move.plan_id,
                period=span.name,
                at=self._now,
                until=span.until,
                task=task,
            )
            for talk, task in zip(sheet.work.talks, tasks, strict=True)
        ]

    def why_not_now(self, errand: Errand) -> str | None:
        """Why a talk is not to be held as things stand now: what holds a pitch back, or "not_proposed"."""
        try:
            prospect = self._prospect(self._find(errand.account_id))
        except NotFoundError:
            return "not_proposed"
        if prospect.readiness.holds:
            return prospect.readiness.holds[0].code
        moves = find_moves(prospect, self._terms, self._yeses)
        there = any((one.kind, one.plan_id) == (errand.kind, errand.plan_id) for one in moves)
        return None if there else "not_proposed"

    def owners(self) -> list[str]:
        """Who looks after accounts."""
        return sorted({account.owner for account in self._accounts.values() if account.owner})

    def outcome(self, account_id: str, answer: Told) -> Outcome:
        """Tell what an account answered in a talk, once a day; see docs/accounts.md.

        Without a move it was about the one that the work list proposes to them.
        Raises `RequestError` for what cannot be an answer, `NotFoundError` for an account or a plan nobody knows.
        """
        settings = self._shop.published.settings
        account = self._find(account_id)
        if answer.until is not None and answer.until.tzinfo is None:
            until = answer.until.replace(tzinfo=ZoneInfo(settings.shop.timezone))
            answer = msgspec.structs.replace(answer, until=until.astimezone(UTC))
        if answer.move is None:
            answer = msgspec.structs.replace(answer, move=self._best(account))
        told = read_answer(answer, self._terms.prices, now=self._now)
        day = self._now.astimezone(ZoneInfo(settings.shop.timezone)).date()
        event = outcome_event(account.account_id, told, by=answer.by, day=day)
        (receipt,) = self._shop.journal.log_events(
            [[event]], effects=EventEffects(self._database(), lambda: settings), now=self._now
        )
        if receipt.refused:
            raise RequestError(receipt.refused[0].message)
        quiet, pause = (timedelta(days=days) for days in (settings.decline.quiet_days, settings.accounts.pause_days))
        is_yes = told.answer == "accept"
        return Outcome(
            account_id=account.account_id,
            move=told.move,
            answer=told.answer,
            alone_until=None if is_yes else told.until or self._now + pause,
            silent_until=None if is_yes else self._now + quiet,
            event_id=event.event_id,
            is_new=receipt.accepted == 1,
        )

    def _best(self, account: Account) -> str | None:
        """What the work list would have them talked to about; None where nothing is proposed."""
        prospect = self._prospect(account)
        if not prospect.readiness.is_ready:
            return None
        talks = make_worklist([prospect], self._terms, self._yeses).talks
        return talks[0].move.plan_id if talks else None

    def _prospect(self, account: Account) -> Prospect:
        return look_at(account, self._terms, self._settings, self._known.gaps.get(account.account_id, ()))

    def _find(self, account_id: str) -> Account:
        wanted = read_text(account_id, "account_id", "acme")
        names = [wanted]
        if self._shop.published.settings.ingest.pseudonyms:
            names.insert(0, pseudonym_of(read_secret(self._shop.workspace), wanted))
        for name in names:
            if name in self._accounts:
                return self._accounts[name]
        raise NotFoundError(
            phrase("Nothing is known of an account {account}.", account=f"`{wanted}`"),
            hint=phrase("Check the id, or ingest its subscriptions: `pairwell ingest subscriptions FILE`."),
        )

    @property
    def _settings(self) -> Accounts:
        return self._shop.published.settings.accounts

    @cached_property
    def _known(self) -> KnownAccounts:
        self._shop.keeping.compact()
        snapshot = self._shop.dataset.newest()
        if not self._kept or not self._kept[-1].serves(self._shop, snapshot, self._now):
            self._kept[:] = [KnownAccounts(self._shop, snapshot, self._now)]
        return self._kept[-1]

    @cached_property
    def _accounts(self) -> Mapping[str, Account]:
        return with_answers(self._known.accounts, self._database(), self._now)

    @property
    def _terms(self) -> Terms:
        return self._known.terms

    @cached_property
    def _yeses(self) -> Yeses:
        return count_yeses(self._accounts.values(), self._known.plans)
