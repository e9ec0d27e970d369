"""docs/events.md names every type, field and oddity of events, and its example is taken."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.events import (
    Event,
    EventConsent,
    EventFeedback,
    EventItem,
    EventLine,
    EventNeed,
    EventOrder,
    EventReturn,
    EventStatus,
    EventType,
    EventUsage,
)
from pairwell.facts import effects, order_state
from pairwell.facts.effects import EventEffects
from pairwell.journal import checks, parts
from pairwell.journal.store import Journal
from pairwell.operations.database import open_database
from pairwell.serve.online.events import EventBatch

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_PAGE = (_DOCS / "events.md").read_text(encoding="utf-8")
_BOTH = _PAGE + (_DOCS / "http.md").read_text(encoding="utf-8")
_PARTS = (
    EventOrder, EventLine, EventReturn, EventStatus, EventUsage, EventNeed, EventFeedback, EventConsent, EventItem,
)  # fmt: skip
_FIELDS = {field.encode_name for part in (Event, *_PARTS) for field in msgspec.structs.fields(part)}


@pytest.mark.parametrize("word", sorted({*get_args(EventType), *_FIELDS}))
def test_every_type_and_field_is_told(word: str) -> None:
    assert f"`{word}`" in _PAGE


@pytest.mark.parametrize("module", [checks, parts, effects, order_state], ids=lambda module: module.__name__)
def test_every_code_is_told(module: object) -> None:
    source = Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8")
    codes = set(re.findall(r'(?:Said\(\s*|_Refused\(\s*|: \()"(\w+)"', source))
    assert codes
    assert not {code for code in codes if f"`{code}`" not in _BOTH}


def test_the_example_is_taken_without_a_word(workspace: Workspace) -> None:
    (body,) = re.findall(r"-d '(.*?)'\n```", _PAGE, re.DOTALL)
    events = msgspec.json.decode(body, type=EventBatch).events
    database = open_database(workspace.operations_url(""), durability="process")
    effects = EventEffects(database, Settings)
    (receipt,) = Journal(database).log_events([events], effects=effects, now=datetime(2026, 12, 1, tzinfo=UTC))
    database.close()
    assert (receipt.accepted, receipt.refused) == (len(events), [])
    assert [note.code for note in receipt.noted or ()] == ["unknown_item"]
