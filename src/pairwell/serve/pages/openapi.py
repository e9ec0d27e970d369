"""The pages' API described in OpenAPI 3.1, from the records that it writes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from pairwell.catalogues import LANGUAGES
from pairwell.config.version import engine_version
from pairwell.serve.online.faults import ErrorBody
from pairwell.serve.pages.asked import FORMATS, FRESH
from pairwell.serve.pages.contents import Entry
from pairwell.serve.pages.door import TOKEN
from pairwell.serve.pages.views.all import ACTS, FILES, VIEWS
from pairwell.serve.pages.views.files import File
from pairwell.serve.pages.views.view import Act, View

_COMPONENT = "#/components/schemas/{name}"
_FAULTS = {
    400: "What was asked is not valid; `error.field` names it.",
    401: "Nobody has signed in, and there is no key that counts.",
    403: "Whoever asks may not do this; or a page of another site asks.",
    404: "There is no such report.",
    409: "Too little is known for this yet.",
    414: "The query is too long.",
    429: "More requests than `[limits]` allows; `Retry-After` says when to come again.",
    500: "The server failed.",
    503: "Too many reports are being made, or the journal cannot be read; `Retry-After` says when to come again.",
}
_SECRET: list[dict[str, list[str]]] = [{"secret": []}, {"browser": []}, {}]  # {}: open on loopback without keys
_NO_KEY: list[dict[str, list[str]]] = [{}]
_SCHEMES = {
    "secret": {"type": "http", "scheme": "bearer", "description": "`sk_…`; refused with an `Origin`."},
    "browser": {"type": "apiKey", "in": "cookie", "name": "pairwell_session", "description": "From `POST /sign-in`."},
}


@cache
def describe_pages() -> str:
    """The OpenAPI document as JSON."""
    from pairwell.report.record import Report

    records = (Report, Entry, ErrorBody, *(view.record for view in VIEWS))
    _, schemas = msgspec.json.schema_components(records, ref_template=_COMPONENT)
    found = {
        "openapi": "3.1.0",
        "info": {
            "title": "Pairwell's pages",
            "version": engine_version(),
            "summary": "Reports for people, and the same numbers for programs.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": _paths(),
        "components": {"schemas": schemas, "securitySchemes": _SCHEMES},
        "security": _SECRET,
    }
    return msgspec.json.encode(found).decode()


def _paths() -> dict[str, Any]:
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    form = _query("format", "How the report is written.", enum=list(FORMATS), default="json")
    table = _query("table", "With `csv`: which table; needed where there are several.")
    language = _query("language", "With `html`: what it is written in.", enum=list(LANGUAGES), default=LANGUAGES[0])
    listed = {"type": "object", "required": ["reports"], "properties": {"reports": {"items": _ref("Entry")}}}
    listed["properties"]["reports"]["type"] = "array"  # type: ignore[index]  # one document of JSON types
    report = {"application/json": {"schema": _ref("Report")}, **_media("text/csv"), **_media("text/html")}
    asked = [name, *_asked()]
    fresh = _query(FRESH, "With any value: wait for figures as of now, and show no older ones meanwhile.")
    return {
        "/api/v1/reports": _get("list_reports", "Which reports there are", {"application/json": {"schema": listed}}),
        "/api/v1/reports/{name}": _get("read_report", "A report", report, [*asked, form, table, language]),
        "/reports": _get("show_reports", "The page that lists the reports", _media("text/html")),
        "/reports/{name}": _get("show_report", "The page of a report", _media("text/html"), [*asked, fresh]),
        "/": _get("show_overview", "The page of the report `overview`", _media("text/html"), [*_asked(), fresh]),
        **_views(),
        **{act.path: {"post": _act(act)} for act in ACTS},
        **{file.path: _taken(file) for file in FILES},
        "/sign-in": {
            "get": _open("sign_in_form", "The form that takes a name and a password, or a secret key", "text/html"),
            "post": _form("sign_in", "Sign a browser in", _fields(("name", "password", "key"), required=())),
        },
        "/preferences": {
            "post": _form(
                "set_preferences", "Choose language and colours", _fields(("language", "theme", "to"), required=())
            )
        },
        "/sign-out": {"post": _form("sign_out", "Sign a browser out", None)},
        "/healthz": {"get": _open("live", "Whether the process lives", "application/json")},
        "/openapi.json": {"get": _open("openapi", "This document", "application/json")},
        "/style.css": {"get": _open("style", "The style of the pages", "text/css")},
        "/scripts/{name}": {"get": _open("script", "A script of the pages, which may be kept", "text/javascript")},
        "/icon.svg": {"get": _open("icon", "The sign of the pages", "image/svg+xml")},
    }


def _views() -> dict[str, Any]:
    """The pages beside the reports, and what programs get of each."""
    found: dict[str, Any] = {}
    for view in VIEWS:
        name, asked = view.path.strip("/").replace("/", "_"), [_query(one, "") for one in view.parameters]
        told = {"application/json": {"schema": _ref(view.record.__name__)}}
        found[view.path] = _get(f"show_{name}", f"The page: {view.about}", _media("text/html"), asked)
        if view.unaddressed:
            found[view.path]["post"] = _asking(view)
        found[f"/api/v1{view.path}"] = _get(f"read_{name}", view.about, told, asked)
    return found


def _asking(view: View) -> dict[str, Any]:
    """The page as its form asks for it, with what no address may hold."""
    name = view.path.strip("/").replace("/", "_")
    fields = _fields((*view.parameters, *view.unaddressed, TOKEN), required=())
    found = _form(f"ask_{name}", f"The page: {view.about}", fields) | {"security": _SECRET}
    found["responses"] = {"200": {"description": "As asked.", "content": _media("text/html")}, **_faults()}
    return found


def _taken(file: File) -> dict[str, Any]:
    """A file that people take along."""
    name = file.path.strip("/").replace("/", "_")
    return _get(f"take_{name}", file.about, _media("text/csv"), [_query(one, "") for one in file.parameters])


def _act(act: Act) -> dict[str, Any]:
    """A form of a page. A browser sends its session's token with it."""
    name = act.path.strip("/").replace("/", "_")
    fields = _fields((*act.fields, TOKEN), required=act.fields)
    return _form(name, f"A form, for who may {act.right}", fields) | {"security": _SECRET}


def _fields(names: Sequence[str], required: Sequence[str]) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": {name: {"type": "string"} for name in names}}


def _asked() -> list[dict[str, Any]]:
    day = "A day or a moment in the shop's time: 2026-01-31 or 2026-01-31T09:30."
    return [
        _query("since", f"From when on. {day}"),
        _query("until", f"Up to before when. {day}"),
        _query("by", "What to slice by; a wrong one lists those there are."),
    ]


def _get(name: str, summary: str, content: dict[str, Any], asked: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    answers = {"200": {"description": "As asked.", "content": content}, **_faults()}
    return {"get": {"operationId": name, "summary": summary, "parameters": asked or [], "responses": answers}}


def _open(name: str, summary: str, media: str) -> dict[str, Any]:
    answers = {"200": {"description": "As asked.", "content": _media(media)}, **_faults(403, 500)}
    return {"operationId": name, "summary": summary, "security": _NO_KEY, "responses": answers}


def _form(name: str, summary: str, schema: dict[str, Any] | None) -> dict[str, Any]:
    told = {"303": {"description": "Done; `Location` says where to go on."}, **_faults(401, 403, 429, 500, 503)}
    found: dict[str, Any] = {"operationId": name, "summary": summary, "security": _NO_KEY, "responses": told}
    if schema is not None:
        found["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    return found


def _faults(*statuses: int) -> dict[str, Any]:
    body = {"application/json": {"schema": _ref("ErrorBody")}}
    return {str(one): {"description": _FAULTS[one], "content": body} for one in statuses or _FAULTS}


def _query(name: str, description: str, **schema: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON types
    return {
        "name": name, "in": "query", "required": False, "description": description,
        "schema": {"type": "string", **schema},
    }  # fmt: skip


def _media(kind: str) -> dict[str, Any]:
    return {kind: {"schema": {"type": "string"}}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _COMPONENT.format(name=name)}
