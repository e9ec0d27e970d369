from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from litestar.routes import HTTPRoute

from pairwell.serve.online.app import OnlineApp
from pairwell.serve.online.openapi import describe_api
from pairwell.serve.online.storefront.script import PATHS as SCRIPTS

OPERATIONS = [(path, method, op) for path, methods in describe_api()["paths"].items() for method, op in methods.items()]
IDS = [f"{method} {path}" for path, method, _ in OPERATIONS]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == "$ref")
        yield from (ref for value in node.values() for ref in _references(value))
    elif isinstance(node, list):
        yield from (ref for value in node for ref in _references(value))


def test_it_is_served_as_it_is(ask: Callable[..., httpx.Response]) -> None:
    document = ask("GET", "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["paths"].keys() == describe_api()["paths"].keys()


def test_every_reference_leads_somewhere() -> None:
    document = describe_api()
    names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(_references(document)) <= names
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in document["components"]["schemas"])


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=IDS)
def test_an_operation_has_what_the_specification_asks_for(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["operationId"]
    assert operation["responses"]
    assert all(re.fullmatch(r"[1-5]\d\d", status) for status in operation["responses"])
    assert all(response["description"] for response in operation["responses"].values())
    in_path = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path" and p["required"]}
    assert in_path == set(re.findall(r"{(\w+)}", path))
    assert ("requestBody" in operation) == (method == "post")


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)


def test_every_route_is_described(app: OnlineApp) -> None:
    routes = {route.path for route in app._rest.routes if isinstance(route, HTTPRoute)} | {*app._hot, *SCRIPTS}
    described = {re.sub(r"{\w+}.*", "{}", path) for path in describe_api()["paths"]}
    assert {re.sub(r"{[\w:]+}", "{}", path) for path in routes} == described
