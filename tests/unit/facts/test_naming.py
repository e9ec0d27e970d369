from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.config.settings import Settings
from pairwell.config.storing import Ingest
from pairwell.config.workspace import Workspace
from pairwell.events import Event, EventUsage
from pairwell.facts.naming import known_here, secret_of
from pairwell.records import DecisionRequest


def test_without_pseudonyms_everybody_keeps_the_id(workspace: Workspace) -> None:
    secret = secret_of(workspace, Settings())
    request = DecisionRequest(placement="cart", customer_id="c-17")
    assert secret is None
    assert known_here(request, secret) is request


def test_with_pseudonyms_the_id_is_nowhere(workspace: Workspace) -> None:
    secret = secret_of(workspace, Settings(ingest=Ingest(pseudonyms=True)))
    assert secret == read_secret(workspace)
    event = Event(event_id="e", type="view", at=datetime(2026, 1, 1, tzinfo=UTC), item_id="mat", customer_id="c-17")
    named = known_here(event, secret)
    assert named.customer_id == pseudonym_of(secret, "c-17")
    assert b"c-17" not in msgspec.json.encode(named)


def test_the_account_of_a_meter_reading_is_nowhere_either(workspace: Workspace) -> None:
    secret = secret_of(workspace, Settings(ingest=Ingest(pseudonyms=True)))
    assert secret is not None
    usage = EventUsage(account_id="acme-17", meter="calls", quantity=2.0)
    event = Event(event_id="e", type="usage", at=datetime(2026, 1, 1, tzinfo=UTC), usage=usage)
    named = known_here(event, secret)
    assert named.usage == msgspec.structs.replace(usage, account_id=pseudonym_of(secret, "acme-17"))
    assert known_here(event, None) is event
    assert b"acme-17" not in msgspec.json.encode(named)


def test_visitors_have_no_other_name(workspace: Workspace) -> None:
    secret = secret_of(workspace, Settings(ingest=Ingest(pseudonyms=True)))
    request = DecisionRequest(placement="cart", visitor_id="v-9")
    assert known_here(request, secret) == request
