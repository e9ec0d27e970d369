"""How triggers are doing, and what people do about them."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from pairwell.clock import Clock, from_micros, to_micros
from pairwell.config.explaining import name_neighbours
from pairwell.config.rules.trigger import Trigger
from pairwell.config.settings import Settings
from pairwell.config.tasks import Tasks
from pairwell.config.triggers import receivers_of
from pairwell.errors import JournalError, NotFoundError, RequestError
from pairwell.operations.database import Database
from pairwell.operations.schema import triggered, triggers
from pairwell.records import Answer
from pairwell.triggers.bodies import ping_body
from pairwell.triggers.deciding import Deciding, why_not_now
from pairwell.triggers.errands import Advises, Errands
from pairwell.triggers.ledger import Ledger
from pairwell.triggers.records import DeadLetter, Errand, Pinged, Resent, Sent, Standing, Task, Tell, Worked, unheard
from pairwell.triggers.running import LEASE_S, Runner, put_off
from pairwell.triggers.secrets import Signer
from pairwell.triggers.sending import Message, send_all
from pairwell.triggers.taking import Taker, skip_to_newest

_BY_COMMAND = "It was put off by command."
_ROWS_AT_A_TIME = 1_000
_COUNTED = (
    sa.select(triggered.c.name, triggered.c.state, triggered.c.reason, sa.func.count().label("number"))
    .group_by(triggered.c.name, triggered.c.state, triggered.c.reason)
)  # fmt: skip
_NEXT_TRY = (
    sa.select(triggered.c.name, sa.func.min(triggered.c.next_at).label("at"))
    .where(triggered.c.state == "waiting", triggered.c.tries > 0)
    .group_by(triggered.c.name)
)
_LAST_TRIED = (
    sa.select(triggered.c.name, triggered.c.error)
    .where(triggered.c.error.is_not(None))
    .order_by(triggered.c.name, triggered.c.tried_at)
)
_DEAD = sa.select(triggered).where(triggered.c.state == "dead").order_by(triggered.c.name, triggered.c.at)


class EmailRow(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that waits for whoever sends the e-mails."""

    task: Task
    customer_id: str
    answer: Answer


class Triggers:
    """The triggers of an open workspace. Every method raises `JournalError` where the database fails."""

    def __init__(self, shop: Deciding, database: Database, clock: Clock, *, advises: Advises | None = None) -> None:
        """`advises` is asked where tasks are to be made or sent."""
        self._shop = shop
        self._advises = advises
        self._database = database
        self._clock = clock
        self.environment: Mapping[str, str] = os.environ  # where secrets are

    def begin(self) -> None:
        """Let triggers that are new wait for what comes from now on."""
        ledger = Ledger(self._database, lease_s=LEASE_S)
        names = [[one.name for one in found] for found in (self._settings.triggers, self._settings.tasks)]
        Taker(self._database, ledger).begin(*names)

    def run_once(self, tell: Tell = unheard) -> Worked:
        """Do what is due now: take events, decide, send."""
        with self.runner(tell) as runner:
            return runner.run_once()

    def send_worklist(
        self, owner: str | None = None, capacity_minutes: int | None = None, tell: Tell = unheard
    ) -> Sequence[Sent]:
        """Send the talks of the work list to each receiver of tasks, those told in this period not again.

        `owner`: not to those who are told of another's accounts. Raises `RequestError` where there is no receiver,
        and what a work list raises.
        """
        receivers = [one for one in self._settings.tasks if owner is None or one.owner in {None, owner}]
        if self._advises is None or not receivers:
            raise RequestError(
                "No receiver of tasks is told of that work list.",
                hint="Write [[tasks]] in pairwell.toml, and run `pairwell publish`: see docs/accounts.md.",
                field="send",
            )
        self.begin()
        return [self._send(one, self._advises.errands(one, owner, capacity_minutes), tell) for one in receivers]

    def _send(self, receiver: Tasks, found: Sequence[Errand], tell: Tell) -> Sent:
        new = Errands(self._database, Ledger(self._database, lease_s=LEASE_S)).add(receiver, found, self._clock())
        with self.runner(tell) as runner:
            runner.only = receiver.name
            done = runner.run_once()
        return Sent(
            name=receiver.name,
            tasks=len(found),
            new=new,
            before=len(found) - new,
            delivered=done.delivered,
            failed=done.failed,
            silent=done.silent,
        )

    @contextmanager
    def runner(self, tell: Tell = unheard) -> Iterator[Runner]:
        """Whoever does what is due, step by step; at the end what is being sent is waited for."""
        runner = Runner(self._shop, self._database, self._clock, tell=tell)
        runner.environment, runner.advises = self.environment, self._advises
        try:
            yield runner
        finally:
            with suppress(JournalError):  # what could not be settled is sent again
                runner.finish()

    def list(self) -> list[Standing]:
        """Every trigger and receiver of tasks of the live settings, and how it is doing."""
        with self._database.read() as connection:
            states = {row.name: row for row in connection.execute(sa.select(triggers))}
            counts: defaultdict[str, list[Any]] = defaultdict(list)
            for row in connection.execute(_COUNTED):
                counts[row.name].append(row)
            errors = {row.name: row.error for row in connection.execute(_LAST_TRIED)}
            tries = {row.name: from_micros(row.at) for row in connection.execute(_NEXT_TRY)}
        return [
            _standing(
                trigger,
                states.get(trigger.name),
                counts[trigger.name],
                (errors.get(trigger.name), tries.get(trigger.name)),
            )
            for trigger in receivers_of(self._settings)
        ]

    def dead(self, name: str | None = None) -> Sequence[DeadLetter]:
        """What could not be delivered, of one trigger or of all, also of those that are gone from the settings."""
        with self._database.read() as connection:
            rows = connection.execute(_DEAD).all()
        found = [_letter(row) for row in rows if name in {None, row.name}]
        if name is not None and not found:
            self._find(name)
        return found

    def resend(self, ids: Collection[str] | None = None) -> Resent:
        """Let dead letters be sent again, from the first try on; None: all. Never an offer that is over."""
        letters = {letter.id: letter for letter in self.dead()}
        resent, refused = [], {}
        now = self._clock()
        for one in sorted(letters if ids is None else set(ids)):
            letter = letters.get(one)
            if letter is None:
                refused[one] = "It is no dead letter; `pairwell triggers dead` lists them."
            elif letter.valid_until <= now:
                refused[one] = f"Its offer was valid until {letter.valid_until:%Y-%m-%d %H:%M} UTC."
            else:
                resent.append(one)
        if resent:
            self._revive(resent, now)
        return Resent(resent=resent, refused=refused)

    def switch_on(self, name: str) -> bool:
        """Let a trigger work again. What happened while it was off triggers nothing. False where it was on."""
        self._find(name)
        off = (triggers.c.name == name) & triggers.c.off_since.is_not(None)
        with self._database.read() as connection:
            if not connection.scalar(sa.select(sa.exists().where(off))):
                return False
        skip_to_newest(self._database, name)
        with self._database.write() as connection:
            return bool(connection.execute(triggers.update().where(off).values(off_since=None, problem=None)).rowcount)

    def switch_off(self, name: str) -> bool:
        """Let a trigger rest: nothing is decided, and what waits is not sent. False where it was off."""
        self._find(name)
        self.begin()
        return put_off(self._database, name, _BY_COMMAND, self._clock())

    def test(self, name: str) -> Pinged:
        """Send a signed ping, and tell what came back. Raises `SettingsError` where the secret is missing."""
        trigger = self._find(name)
        if trigger.url is None:
            raise RequestError(
                f"The trigger {name!r} makes rows for e-mails: there is nobody to ping.",
                hint="Run `pairwell triggers emails FILE` for what waits.",
                field="name",
            )
        now = self._clock()
        body = ping_body(name, now)
        headers = Signer(trigger, self.environment).headers(f"msg_ping_{os.urandom(12).hex()}", body, now)
        began = time.monotonic()
        (came,) = send_all([Message(trigger.url, headers, body)], now)
        return Pinged(
            trigger=name,
            url=trigger.url,
            delivered=came.delivered,
            status=came.status,
            error=came.error,
            seconds=round(time.monotonic() - began, 3),
            said=came.said,
        )

    # --- rows for e-mails -----------------------------------------------------------------------

    def emails(self) -> Sequence[EmailRow]:
        """The offers that wait for whoever sends e-mails; nobody else gets them for a minute, or once `emailed`.

        Raises `RequestError` where no trigger makes such rows.
        """
        if not any(trigger.to == "email" for trigger in self._settings.triggers):
            raise RequestError(
                "No trigger of the live settings makes rows for e-mails.",
                hint='Write `to = "email"` in one of [[triggers]], and run `pairwell publish`.',
            )
        ledger = Ledger(self._database, lease_s=LEASE_S)
        now = self._clock()
        ledger.expire(now)
        off = {one.name for one in self.list() if one.off_since is not None}
        found: list[EmailRow] = []
        for trigger in self._settings.triggers:
            if trigger.to == "email" and trigger.name not in off:
                while part := ledger.claim(trigger.name, "waiting", now=now, most=_ROWS_AT_A_TIME):
                    for task in part:
                        found += self._still_wanted(ledger, task, trigger, now)
        return found

    def emailed(self, rows: Sequence[EmailRow]) -> None:
        """These are in a file that is there: they are taken, and wait no longer."""
        ledger, now = Ledger(self._database, lease_s=LEASE_S), self._clock()
        for row in rows:
            ledger.deliver(row.task, tries=1, tried_at=now)

    def _still_wanted(self, ledger: Ledger, task: Task, trigger: Trigger, now: datetime) -> Sequence[EmailRow]:
        why = why_not_now(task, trigger, self._shop, now)
        if why is None and task.held.answer is not None:
            return [EmailRow(task=task, customer_id=task.held.customer_id, answer=task.held.answer)]
        if why == "kill_switch":
            ledger.settle(task, "waiting", next_at=now + timedelta(seconds=1))  # not in this run again
        else:
            ledger.settle(task, "waiting", state="silent", reason=why)
        return []

    # --- inside ---------------------------------------------------------------------------------

    @property
    def _settings(self) -> Settings:
        return self._shop.published.settings

    def _find(self, name: str) -> Trigger | Tasks:
        known = {one.name: one for one in receivers_of(self._settings)}
        if name in known:
            return known[name]
        hint = name_neighbours(name, known) if known else "Write [[triggers]] in pairwell.toml: see docs/triggers.md."
        raise NotFoundError(f"There is no trigger {name!r} in the live settings.", hint=hint, field="name")

    def _revive(self, ids: Sequence[str], now: datetime) -> None:
        dead = (triggered.c.trigger_id == sa.bindparam("of_id")) & (triggered.c.state == "dead")
        again = triggered.update().where(dead).values(state="waiting", reason=None, tries=0, next_at=to_micros(now))
        with self._database.write() as connection:
            connection.execute(again, [{"of_id": one} for one in ids])


def _standing(
    trigger: Trigger | Tasks,
    state: Any,  # noqa: ANN401 - a row
    counts: Sequence[Any],
    tries: tuple[str | None, datetime | None],
) -> Standing:
    """`tries`: the error of the last, and when the next is due."""
    numbers: defaultdict[str, int] = defaultdict(int)
    for row in counts:
        numbers[row.state] += row.number
    return Standing(
        name=trigger.name,
        on=trigger.on if isinstance(trigger, Trigger) else "worklist",
        to=trigger.to if isinstance(trigger, Trigger) else "webhook",
        placement=trigger.placement if isinstance(trigger, Trigger) else None,
        off_since=None if state is None or state.off_since is None else from_micros(state.off_since),
        problem=None if state is None else state.problem,
        due=numbers["due"],
        waiting=numbers["waiting"],
        delivered=numbers["delivered"],
        dead=numbers["dead"],
        silent_by_reason={row.reason: row.number for row in counts if row.state == "silent"},
        last_error=tries[0],
        next_try_at=tries[1],
    )


def _letter(row: Any) -> DeadLetter:  # noqa: ANN401 - a row of `triggered`
    return DeadLetter(
        id=row.trigger_id,
        trigger=row.name,
        reason=row.reason,
        tries=row.tries,
        tried_at=None if row.tried_at is None else from_micros(row.tried_at),
        valid_until=from_micros(row.until),
        error=row.error,
    )
