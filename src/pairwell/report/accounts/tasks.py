"""Talks as tasks of a CRM, under the names that its import reads; see docs/accounts.md for the vendors' pages.

Owners and accounts go out as they are known here; where a CRM counts them by its own ids, map them there.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from pairwell.advise.working import WorkSheet
from pairwell.advise.worklist import Talk
from pairwell.config.tasks import Columns
from pairwell.report.accounts.moved import account_title, move_title
from pairwell.said import ENGLISH, begun, joined, phrase, spoken

Task = Mapping[str, str | int]
_AT_WORK: Final = dt.time(17)  # by when, on its day
_SOON: Final = dt.timedelta(days=7)  # for talks for which any day is as good
_URGENT: Final = dt.timedelta(days=14)
_SECONDS: Final = 60


def make_tasks(told: WorkSheet, crm: Columns, language: str = ENGLISH) -> list[Task]:
    """A task for each talk, in order; texts are in a language."""
    found, zone = told.work, ZoneInfo(told.timezone)
    if found.as_of is None:
        return []
    today = found.as_of.astimezone(zone).date()
    return [_MAKERS[crm](_Asked(talk, today, zone, language)) for talk in found.talks]


def render_tasks(tasks: Sequence[Task], crm: Columns) -> str:
    """Tasks as CSV with a header, also where there are none."""
    written = io.StringIO()
    writer = csv.DictWriter(written, fieldnames=COLUMNS[crm], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(tasks)
    return written.getvalue()


class _Asked:
    """One talk, and what its task says."""

    def __init__(self, talk: Talk, today: dt.date, zone: ZoneInfo, language: str) -> None:
        self.talk, self.move = talk, talk.move
        self.day = max(talk.timing.by or today + _SOON, today)
        self.due = dt.datetime.combine(self.day, _AT_WORK, zone)
        self.is_urgent = talk.timing.by is not None and talk.timing.by - today <= _URGENT
        self._language = language

    @property
    def title(self) -> str:
        """Whom to talk to, about what."""
        named = account_title(self.talk.name, self.talk.account_id)
        return self._say(joined(named, move_title(self.move), between=": "))

    @property
    def body(self) -> str:
        """All that is needed for the call, a line each."""
        move = self.move
        told = [
            begun(move.benefit),
            *move.why,
            begun(self.talk.timing.text),
            move.story.text if move.story else "",
            phrase("They may say: {objection}", objection=move.objection) if move.objection else "",
            move.answer or "",
            phrase("Page: `pairwell accounts brief {account}`.", account=self.talk.account_id),
        ]
        return "\n".join(self._say(one) for one in told if one)

    def _say(self, text: str) -> str:
        return spoken(text, self._language)


def _pairwell(asked: _Asked) -> Task:
    talk, move = asked.talk, asked.move
    return {
        "account_id": talk.account_id,
        "account": talk.name,
        "owner": talk.owner or "",
        "title": asked.title,
        "text": asked.body,
        "due": asked.day.isoformat(),
        "kind": move.kind,
        "plan_id": move.plan_id,
        "chance": f"{move.chance:.3f}",
        "worth_minor": move.worth_minor,
        "minutes": move.minutes,
    }


def _hubspot(asked: _Asked) -> Task:
    return {
        "hs_task_subject": asked.title,
        "hs_task_body": asked.body,
        "hs_timestamp": asked.due.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "hs_task_type": "CALL",
        "hs_task_priority": "HIGH" if asked.is_urgent else "MEDIUM",
        "hs_task_status": "NOT_STARTED",
        "hubspot_owner_id": asked.talk.owner or "",
        "company": asked.talk.account_id,
    }


def _salesforce(asked: _Asked) -> Task:
    return {
        "Subject": asked.title[:255],
        "Description": asked.body,
        "ActivityDate": asked.day.isoformat(),
        "Priority": "High" if asked.is_urgent else "Normal",
        "Status": "Not Started",
        "OwnerId": asked.talk.owner or "",
        "WhatId": asked.talk.account_id,
    }


def _bitrix24(asked: _Asked) -> Task:
    return {
        "TITLE": asked.title,
        "DESCRIPTION": asked.body,
        "DEADLINE": asked.due.isoformat(),
        "PRIORITY": 2 if asked.is_urgent else 1,
        "RESPONSIBLE_ID": asked.talk.owner or "",
        "TIME_ESTIMATE": asked.move.minutes * _SECONDS,
        "UF_CRM_TASK": f"CO_{asked.talk.account_id}",
    }


def _amocrm(asked: _Asked) -> Task:
    return {
        "text": f"{asked.title}\n{asked.body}",
        "complete_till": int(asked.due.timestamp()),
        "task_type_id": 1,
        "entity_type": "companies",
        "entity_id": asked.talk.account_id,
        "responsible_user_id": asked.talk.owner or "",
        "duration": asked.move.minutes * _SECONDS,
    }


_MAKERS: Final[dict[Columns, Callable[[_Asked], Task]]] = {
    "pairwell": _pairwell,
    "hubspot": _hubspot,
    "salesforce": _salesforce,
    "bitrix24": _bitrix24,
    "amocrm": _amocrm,
}
COLUMNS: Final[dict[Columns, tuple[str, ...]]] = {
    "pairwell": (
        "account_id", "account", "owner", "title", "text", "due", "kind", "plan_id", "chance", "worth_minor", "minutes",
    ),
    "hubspot": (
        "hs_task_subject", "hs_task_body", "hs_timestamp", "hs_task_type", "hs_task_priority", "hs_task_status",
        "hubspot_owner_id", "company",
    ),
    "salesforce": ("Subject", "Description", "ActivityDate", "Priority", "Status", "OwnerId", "WhatId"),
    "bitrix24": (
        "TITLE", "DESCRIPTION", "DEADLINE", "PRIORITY", "RESPONSIBLE_ID", "TIME_ESTIMATE", "UF_CRM_TASK",
    ),
    "amocrm": (
        "text", "complete_till", "task_type_id", "entity_type", "entity_id", "responsible_user_id", "duration",
    ),
}  # fmt: skip
