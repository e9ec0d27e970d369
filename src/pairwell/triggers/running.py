"""What is due of all triggers, done: events taken, decided, and webhooks sent. A kill at any moment loses nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from pairwell.clock import Clock, to_micros
from pairwell.config.rules.trigger import Trigger
from pairwell.config.settings import Settings
from pairwell.config.tasks import Tasks
from pairwell.config.triggers import receivers_of
from pairwell.errors import JournalError, SettingsError, UserError
from pairwell.operations.database import Database
from pairwell.operations.schema import triggers
from pairwell.operations.switch import KillSwitch
from pairwell.triggers.bodies import body_of
from pairwell.triggers.deciding import Deciding, decide_task, why_not_now
from pairwell.triggers.delivering import Delivery, Ready
from pairwell.triggers.errands import Advises, Errands
from pairwell.triggers.ledger import Ledger
from pairwell.triggers.orders import is_cancelled
from pairwell.triggers.records import Task, Tell, Worked, unheard
from pairwell.triggers.schedule import pause_after
from pairwell.triggers.secrets import Signer
from pairwell.triggers.sending import Came, Message, check_environment
from pairwell.triggers.taking import Taker

LEASE_S = 60.0  # more than a time limit, and than what is decided at a time takes
_DECIDED_AT_A_TIME = 50
_FIRST_S = 0.2  # how long a step waits for the first answer, so that what is answered soon is settled at once
_SWITCHED_OFF = timedelta(minutes=1)  # until it is looked again whether offers are on
_GONE = 410


class Runner:
    """Works on the triggers of the live settings; several may at once, on one host or many."""

    def __init__(
        self, shop: Deciding, database: Database, clock: Clock, *, tell: Tell = unheard, lease_s: float = LEASE_S
    ) -> None:
        """`tell` hears what an operator should."""
        self._shop = shop
        self._database = database
        self._clock = clock
        self._tell = tell
        self._ledger = Ledger(database, lease_s=lease_s)
        self._taker = Taker(database, self._ledger, tell=tell)
        self._errands = Errands(database, self._ledger)
        self._delivery = Delivery()
        self.environment: Mapping[str, str] = os.environ
        self.advises: Advises | None = None  # None: nobody here knows of accounts, and no task goes out
        self.only: str | None = None  # the one trigger or receiver that is worked on

    def run_once(self) -> Worked:
        """Do all that is due by now. Raises `JournalError`: then it can be run again."""
        done = Worked()
        while True:
            step = self.step()
            done = done.joined(step)
            if not (step.worked or self._delivery.busy):
                return done

    def finish(self) -> Worked:
        """Wait for what is being sent, and settle it. Raises `JournalError`: then it is sent again."""
        done = Worked()
        try:
            while self._delivery.busy:
                done = done.joined(self._settle_arrived(within_s=None))
        finally:
            self._delivery.close()
        return done

    def step(self) -> Worked:
        """Do some of what is due, without waiting for long. Raises `JournalError`: then it can be run again."""
        settings = self._shop.published.settings
        self._taker.begin([one.name for one in settings.triggers], [one.name for one in settings.tasks])
        done, working = Worked(dead=self._ledger.expire(self._clock())), self._working(settings)
        signers = self._signers(list(working.values()))
        for name in signers:
            done = done.joined(self._prepare(working[name], settings))
        for name, signer in signers.items():
            if signer is not None and (room := self._delivery.room(name)):
                ready, silent = self._ready(working[name], signer, room)
                done = done.joined(Worked(silent=silent))
                if ready:
                    self._delivery.start(name, ready, self._clock())
        return done.joined(self._settle_arrived(within_s=_FIRST_S)) if self._delivery.busy else done

    def _working(self, settings: Settings) -> dict[str, Trigger | Tasks]:
        """What is on, and can be worked on here."""
        off = self._off()
        return {
            one.name: one
            for one in receivers_of(settings)
            if (isinstance(one, Trigger) or self.advises is not None)
            and one.name not in off
            and self.only in {None, one.name}
        }

    def _prepare(self, one: Trigger | Tasks, settings: Settings) -> Worked:
        if isinstance(one, Trigger):
            return Worked(taken=self._taker.take(one, self._clock())).joined(self._decide(one))
        return self._make(one, settings.shop.timezone)

    def _off(self) -> set[str]:
        with self._database.read() as connection:
            return set(connection.scalars(sa.select(triggers.c.name).where(triggers.c.off_since.is_not(None))))

    def _signers(self, working: Sequence[Trigger | Tasks]) -> dict[str, Signer | None]:
        """Of each trigger that can work how it signs; None of those that need not."""
        found: dict[str, Signer | None] = {}
        for trigger in working:
            problem = None
            try:
                found[trigger.name] = None if _makes_rows(trigger) else self._signer(trigger)
            except SettingsError as error:
                problem = error.message
            self._note(trigger.name, problem)
        return found

    def _signer(self, trigger: Trigger | Tasks) -> Signer:
        check_environment()
        return Signer(trigger, self.environment)

    def _note(self, name: str, problem: str | None) -> None:
        """Keep what a trigger lacks, so that everybody can see it; told where it is new."""
        mine = triggers.c.name == name
        with self._database.read() as connection:
            if connection.scalar(sa.select(triggers.c.problem).where(mine)) == problem:
                return
        with self._database.write() as connection:
            connection.execute(triggers.update().where(mine, triggers.c.off_since.is_(None)).values(problem=problem))
        if problem is not None:
            self._tell("error", "trigger_cannot_work", problem)

    # --- deciding -----------------------------------------------------------------------------

    def _decide(self, trigger: Trigger) -> Worked:
        done = Worked()
        for task in self._ledger.claim(trigger.name, "due", now=self._clock(), most=_DECIDED_AT_A_TIME):
            try:
                done = done.joined(self._decide_one(task, trigger))
            except JournalError:
                raise
            except Exception as error:  # noqa: BLE001  (it is tried again after the lease; the others go on)
                self._tell("error", "trigger_not_decided", f"Trigger {trigger.name!r}: {type(error).__name__}.")
        return done

    def _decide_one(self, task: Task, trigger: Trigger) -> Worked:
        now = self._clock()
        if is_cancelled(self._database, task.held.event):
            self._ledger.settle(task, "due", state="silent", reason="cancelled")
            return Worked(silent=1)
        decided = decide_task(task, trigger, self._shop, now)
        if decided.answer is None:
            self._ledger.settle(task, "due", state="silent", reason=decided.silence)
            return Worked(silent=1)
        held = msgspec.structs.replace(task.held, decided_at=decided.at, answer=decided.answer, beside=decided.beside)
        self._ledger.settle(task, "due", state="waiting", next_at=now, until=decided.answer.valid_until, held=held)
        return Worked(offers=1)

    # --- tasks --------------------------------------------------------------------------------

    def _make(self, receiver: Tasks, zone: str) -> Worked:
        """Make the list of the day, where its hour has come."""
        assert self.advises is not None
        try:
            return Worked(taken=self._errands.make_daily(receiver, self.advises, zone, self._clock()))
        except UserError as error:
            self._tell("error", "tasks_not_made", f"No tasks for {receiver.name!r} today: {error.message}")
            return Worked()

    # --- sending ------------------------------------------------------------------------------

    def _ready(self, trigger: Trigger | Tasks, signer: Signer, most: int) -> tuple[list[Ready], int]:
        """What of a trigger is to go out now, and how much of it must not any more."""
        now, silent = self._clock(), 0
        ready: list[Ready] = []
        for task in self._ledger.claim(trigger.name, "waiting", now=now, most=most):
            try:
                why = self._why_not_now(task, trigger, now)
            except JournalError:
                raise
            except Exception as error:  # noqa: BLE001  (it is tried again after the lease; the others go on)
                self._tell("error", "webhook_not_sent", f"Trigger {trigger.name!r}: {type(error).__name__}.")
                continue
            if why == "kill_switch":
                self._ledger.settle(task, "waiting", next_at=now + _SWITCHED_OFF)
            elif why is not None:
                silent += self._ledger.settle(task, "waiting", state="silent", reason=why)
            else:
                body = body_of(trigger.name, task.trigger_id, task.held)
                headers = signer.headers(task.trigger_id, body, now)
                ready.append(Ready(task, Message(trigger.url or "", headers, body)))
        return ready, silent

    def _why_not_now(self, task: Task, trigger: Trigger | Tasks, now: datetime) -> str | None:
        if isinstance(trigger, Tasks):
            return self._why_no_talk(task)
        cancelled = is_cancelled(self._database, task.held.event)
        return "cancelled" if cancelled else why_not_now(task, trigger, self._shop, now)

    def _why_no_talk(self, task: Task) -> str | None:
        assert self.advises is not None
        assert task.held.errand is not None
        switched = KillSwitch(self._database).newest()
        if switched is not None and switched.off:
            return "kill_switch"
        return self.advises.why_not_now(task.held.errand)

    def _settle_arrived(self, *, within_s: float | None) -> Worked:
        done = Worked()
        for batch in self._delivery.arrived(within_s=within_s):
            if batch.error is not None and not isinstance(batch.error, Exception):
                raise batch.error
            if batch.error is not None:  # all of it is tried again after the lease
                self._tell("error", "webhook_not_sent", f"{batch.ready[0].task.name!r}: {type(batch.error).__name__}.")
                continue
            for one, answer in zip(batch.ready, batch.came, strict=True):
                done = done.joined(self._settle(one.task, answer))
        return done

    def _settle(self, task: Task, came: Came) -> Worked:
        now, tries = self._clock(), task.tries + 1
        tried = {"tries": tries, "tried_at": now, "error": came.error}
        if came.delivered:
            self._ledger.deliver(task, **tried)
            return Worked(delivered=1)
        if came.status == _GONE:
            self._ledger.settle(task, "waiting", next_at=now, **tried)
            self._put_off(task.name, now)
            return Worked(failed=1)
        pause = pause_after(tries, task.trigger_id, came.asked)
        if pause is None:
            self._ledger.settle(task, "waiting", state="dead", reason="gave_up", **tried)
            self._tell("error", "webhook_dead", f"A webhook of trigger {task.name!r} is given up: {came.error}.")
            return Worked(failed=1, dead=1)
        self._ledger.settle(task, "waiting", next_at=now + pause, **tried)
        again = f"{now + pause:%Y-%m-%d %H:%M:%S} UTC"
        self._tell("warning", "webhook_failed", f"Trigger {task.name!r}: {came.error}. Tried again at {again}.")
        return Worked(failed=1)

    def _put_off(self, name: str, now: datetime) -> None:
        """Let a trigger rest whose receiver wants no more."""
        off = f"Its receiver answered {_GONE}: it wants no more. `pairwell triggers on {name}` sends again."
        put_off(self._database, name, off, now)
        self._tell("error", "trigger_off", f"Trigger {name!r} is off. {off}")


def put_off(database: Database, name: str, why: str, now: datetime) -> bool:
    """Let a trigger rest; False where it does already."""
    on = (triggers.c.name == name) & triggers.c.off_since.is_(None)
    with database.write() as connection:
        values = {"off_since": to_micros(now), "problem": why}
        return bool(connection.execute(triggers.update().where(on).values(**values)).rowcount)


def _makes_rows(trigger: Trigger | Tasks) -> bool:
    return isinstance(trigger, Trigger) and trigger.to == "email"
