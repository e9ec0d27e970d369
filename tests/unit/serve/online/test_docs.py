"""docs/http.md says everything that this API can answer, and its examples are real."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from pairwell.events import DeclineReason, EventReceipt, EventType
from pairwell.journal import checks, parts
from pairwell.operations.keys.tokens import TokenCode
from pairwell.records import Answer, DecisionRequest, SilenceReason
from pairwell.serve.online import faults, loopback, reading
from pairwell.serve.online.access import refusals, screening
from pairwell.serve.online.events import EventBatch
from pairwell.serve.online.faults import ErrorBody
from pairwell.serve.online.feeds import calls, hooks, signing
from pairwell.serve.online.metrics import counting
from pairwell.serve.online.openapi import describe_api

_ROOT = Path(__file__).resolve().parents[4]
PAGE = (_ROOT / "docs" / "http.md").read_text(encoding="utf-8")
JSON_BLOCKS = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
CURL_BODIES = re.findall(r"-d '(.*?)'\n```", PAGE, re.DOTALL)


def _codes_in(module: object) -> set[str]:
    source = Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8")
    return set(re.findall(r'(?:_Refused\(\s*|_unknown\(|_forbidden\(|_NotHisError\(|code=)"(\w+)"', source))


@pytest.mark.parametrize("path", describe_api()["paths"])
def test_every_route_is_told(path: str) -> None:
    assert f" {path}`" in PAGE or f" {path}?" in PAGE


@pytest.mark.parametrize("word", [*get_args(SilenceReason), *get_args(EventType), *get_args(DeclineReason)])
def test_every_word_of_the_contract_is_told(word: str) -> None:
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize("field", DecisionRequest.__struct_fields__)
def test_every_field_of_a_request_is_told(field: str) -> None:
    assert f"`{field}`" in PAGE


@pytest.mark.parametrize(
    "module",
    [checks, parts, faults, loopback, reading, refusals, screening, calls, hooks, signing],
    ids=lambda module: module.__name__,
)
def test_every_code_is_told(module: object) -> None:
    assert not {code for code in _codes_in(module) if f"`{code}`" not in PAGE}


def test_codes_are_found_where_they_are_written() -> None:
    assert {"unknown_decision", "not_shown", "in_the_future"} <= _codes_in(checks)
    assert {"foreign_host", "foreign_origin"} == _codes_in(loopback)
    assert {"too_large", "method_not_allowed"} <= _codes_in(faults)
    assert {"key_unknown", "origin_missing", "too_many_requests", "customer_token_mismatch"} <= _codes_in(refusals)
    assert {"needs_secret_key", "unknown_decision"} == _codes_in(screening)


@pytest.mark.parametrize("code", get_args(TokenCode))
def test_every_flaw_of_a_token_is_told(code: str) -> None:
    assert f"`{code}`" in PAGE


def test_every_metric_is_told() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(counting.__file__).parent.glob("*.py"))
    names = set(re.findall(r'"(pairwell_\w+)"', sources))
    assert len(names) > 10
    assert not {name for name in names if f"`{name}" not in PAGE}


@pytest.mark.parametrize(("block", "kind"), list(zip(JSON_BLOCKS, [Answer, EventReceipt, ErrorBody], strict=True)))
def test_the_answers_shown_are_answers(block: str, kind: type) -> None:
    msgspec.json.decode(block, type=kind)


@pytest.mark.parametrize(("body", "kind"), list(zip(CURL_BODIES, [DecisionRequest, EventBatch], strict=True)))
def test_the_requests_shown_are_requests(body: str, kind: type) -> None:
    msgspec.json.decode(body, type=kind)
