"""The hot routes answer as /openapi.json says, whatever is sent to them."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pairwell.serve.online.app import OnlineApp

_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_HOST = {"Host": "127.0.0.1"}


@pytest.mark.parametrize("path", ["/v1/events", "/v1/decisions", "/v1/track", "/v1/batch", "/v1/webhooks/shopify"])
@pytest.mark.parametrize("right", [True, False])
def test_what_is_sent_by_the_description_or_against_it_is_answered_by_it(
    app: OnlineApp, path: str, right: bool
) -> None:
    _ask_by_the_description(app, path, right=right, examples=40)


def test_so_it_is_where_the_database_is_a_server(postgres_app: OnlineApp) -> None:
    _ask_by_the_description(postgres_app, "/v1/decisions", right=True, examples=20)


def _ask_by_the_description(app: OnlineApp, path: str, *, right: bool, examples: int) -> None:
    api = schemathesis.openapi.from_asgi("/openapi.json", app, headers=_HOST)
    mode = schemathesis.GenerationMode.POSITIVE if right else schemathesis.GenerationMode.NEGATIVE
    cases = api[path]["POST"].as_strategy(generation_mode=mode)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=_HOST, checks=_CHECKS)

    ask()
