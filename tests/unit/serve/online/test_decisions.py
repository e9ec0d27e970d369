from __future__ import annotations

import asyncio
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.unit.serve.online.conftest import NOW, decide_one

from pairwell.candidates.propose import Proposal
from pairwell.clock import to_micros
from pairwell.config.workspace import Workspace
from pairwell.decide import decider
from pairwell.decide.choose import Course, run_stages
from pairwell.decide.scene import Scene
from pairwell.facts.customer_state import Known, SeenConsent
from pairwell.facts.customers import add_heard
from pairwell.journal.round import Round
from pairwell.records import Answer, CartLine, DecisionRequest
from pairwell.serve.online.app import OnlineApp
from pairwell.serve.online.line import Room
from pairwell.serve.online.notices import Notices
from pairwell.serve.online.service import DecisionJob, Service

Ask = Callable[..., httpx.Response]
Decide = Callable[..., dict[str, Any]]
BODY = {"placement": "cart", "cart": [{"item_id": "tent"}], "customer_id": "c-17"}


def error_of(response: httpx.Response) -> dict[str, Any]:
    body: dict[str, dict[str, Any]] = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) <= {"code", "message", "field", "hint"}
    return body["error"]


def test_a_cart_gets_offers_with_reasons(decide: Decide) -> None:
    answer = decide(customer_id="c-17")
    assert answer["silence"] is None
    assert "mat" in [offer["item_id"] for offer in answer["offers"]]
    offer = next(o for o in answer["offers"] if o["item_id"] == "mat")
    assert (offer["price_minor"], offer["anchor_id"]) == (2_700, "tent")
    assert "bought_together" in [reason["code"] for reason in offer["reasons"]]


def test_an_answer_is_the_record_of_the_contract(ask: Ask) -> None:
    response = ask("POST", "/v1/decisions", json=BODY)
    answer = msgspec.json.decode(response.content, type=Answer)
    assert msgspec.json.encode(answer) == response.content
    assert response.headers["content-type"] == "application/json"


def test_open_loopback_answers_with_what_a_secret_key_may_see(decide: Decide, service: Service) -> None:
    answer = decide(customer_id="c-17", explain=True)
    assert service.live.model is not None
    assert (answer["model"], answer["settings"]) == (service.live.model.id, service.live.settings.hash)
    assert answer["arm"] == "treated"
    assert {"propensity", "worth_minor", "score"} <= set(answer["offers"][0])
    assert isinstance(answer["withheld"], list)


def test_an_answer_is_in_the_journal_before_it_leaves(decide: Decide, service: Service) -> None:
    decision_id = decide(customer_id="c-17")["decision_id"]
    assert service.journal.read_decision(decision_id).unit == "c:c-17"


def test_the_same_request_gets_the_same_bytes(ask: Ask) -> None:
    first, again = (ask("POST", "/v1/decisions", json={**BODY, "request_id": "r-1"}) for _ in range(2))
    other = ask("POST", "/v1/decisions", json={**BODY, "request_id": "r-1", "cart": [], "explain": True})
    assert first.content == again.content == other.content


def test_what_is_unknown_is_ignored_by_name(decide: Decide) -> None:
    answer = decide(cart=[{"item_id": "tent"}, {"item_id": "no such thing"}])
    assert {"field": "cart", "id": "no such thing"} in [
        {**ignored, "field": ignored["field"].split("[")[0]} for ignored in answer["ignored"]
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "placement"),
        ({"placement": 7}, "placement"),
        ({"placement": "nowhere"}, "placement"),
        ({"placement": "cart", "cart": [{"item_id": "tent", "quantity": "two"}]}, "cart[0].quantity"),
        ({"placement": "cart", "cart": [{"quantity": 2}]}, "cart[0].item_id"),
        ({"placement": "cart", "limit": 0}, "limit"),
        ({"placement": "cart", "custommer_id": "c"}, "custommer_id"),
    ],
)
def test_bad_input_is_answered_with_its_field(ask: Ask, body: dict[str, Any], field: str) -> None:
    response = ask("POST", "/v1/decisions", json=body)
    assert response.status_code == 400
    assert error_of(response)["field"] == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"request_id": "r\0"}, "request_id"),
        ({"visitor_id": "a\0b"}, "visitor_id"),
        ({"viewed": ["tent", "\0"]}, "viewed[1]"),
        ({"cart": [{"item_id": "tent"}, {"item_id": "ma\0t"}]}, "cart[1].item_id"),
        ({"attributes": {"region": "\0"}}, "attributes[...]"),
        ({"attributes": {"\0": "PL"}}, "attributes[...]"),
    ],
)
def test_a_text_that_no_database_keeps_is_refused_with_its_field(ask: Ask, fields: dict[str, Any], field: str) -> None:
    response = ask("POST", "/v1/decisions", json={**BODY, **fields})
    assert response.status_code == 400
    assert (error_of(response)["code"], error_of(response)["field"]) == ("bad_request", field)
    assert "U+0000" in error_of(response)["message"]


def test_a_text_that_only_looks_like_it_is_kept(decide: Decide) -> None:
    assert decide(visitor_id="\\u0000")["silence"] is None


def test_on_a_server_one_bad_text_silences_nobody_else(postgres_app: OnlineApp) -> None:
    bodies = [{**BODY, "customer_id": f"c-{n}"} for n in range(6)]
    bad = {**BODY, "visitor_id": "a\0b"}

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=postgres_app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8420") as client:
            sent = [*bodies[:3], bad, *bodies[3:]]
            return list(await asyncio.gather(*(client.post("/v1/decisions", json=body) for body in sent)))

    responses = asyncio.run(send())
    assert [response.status_code for response in responses] == [200, 200, 200, 400, 200, 200, 200]
    assert {response.json()["silence"] is None for response in responses if response.status_code == 200} == {True}


def test_a_misspelt_field_is_told_its_neighbour(ask: Ask) -> None:
    response = ask("POST", "/v1/decisions", json={"placement": "cart", "custommer_id": "c"})
    assert error_of(response)["hint"] == "Did you mean `customer_id`?"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"cart": [{"x": ' + b"[" * 100_000, b'{"placement": "cart"} x']
)
def test_what_is_no_json_is_said_to_be_none(ask: Ask, body: bytes) -> None:
    response = ask("POST", "/v1/decisions", content=body)
    assert response.status_code == 400
    assert error_of(response)["code"] == "invalid_json"


def test_json_of_another_kind_is_refused(ask: Ask) -> None:
    response = ask("POST", "/v1/decisions", content=b"[]")
    assert (response.status_code, error_of(response)["code"]) == (400, "bad_request")


def test_a_body_that_is_too_large_is_refused(ask: Ask) -> None:
    response = ask("POST", "/v1/decisions", content=b" " * 1_000_001)
    assert (response.status_code, error_of(response)["code"]) == (413, "too_large")


def test_a_body_that_hides_its_length_is_refused_all_the_same(ask: Ask) -> None:
    async def parts() -> Any:
        for _ in range(11):
            yield b" " * 100_000

    assert ask("POST", "/v1/decisions", content=parts()).status_code == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_method_is_refused(ask: Ask, method: str) -> None:
    response = ask(method, "/v1/decisions")
    assert (response.status_code, error_of(response)["code"]) == (405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_without_the_journal_the_answer_is_silence(decide: Decide, learned: Workspace) -> None:
    other = sqlite3.connect(learned.operations_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = decide(customer_id="c-17")
    other.execute("ROLLBACK")
    other.close()
    assert (answer["silence"]["reason"], answer["offers"]) == ("journal_unavailable", [])
    assert decide(customer_id="c-17")["silence"] is None


async def _ask_at_once(app: OnlineApp, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8420") as client:
        responses = await asyncio.gather(*(client.post("/v1/decisions", json=body) for body in bodies))
    assert {response.status_code for response in responses} == {200}
    return [response.json() for response in responses]


def test_requests_that_come_at_once_with_one_id_get_one_answer(app: OnlineApp) -> None:
    answers = asyncio.run(_ask_at_once(app, [{**BODY, "request_id": "r-1"}] * 20))
    assert len({answer["decision_id"] for answer in answers}) == 1


def test_a_decision_that_was_not_made_in_time_is_silent_and_leaves_no_trace(
    app: OnlineApp, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = service.decide

    def decide_slowly(jobs: Sequence[DecisionJob]) -> list[Answer | Exception]:
        time.sleep(0.1)  # longer than the deadline of the placement, 40 ms
        return slow(jobs)

    monkeypatch.setattr(app._lines[0], "_work", decide_slowly)
    answers = asyncio.run(_ask_at_once(app, [{**BODY, "placement": "hasty"}] * 3))
    app.close()
    assert [a["silence"]["reason"] for a in answers] == ["overloaded"] * 3
    assert service.journal.count().decisions == 0


def test_a_decision_that_was_made_and_not_written_in_time_is_the_journals_fault(
    app: OnlineApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = threading.Event()
    monkeypatch.setattr(Round, "close", lambda _: written.wait(60))
    answers = asyncio.run(_ask_at_once(app, [{**BODY, "placement": "hasty"}]))
    written.set()
    assert [a["silence"]["reason"] for a in answers] == ["journal_unavailable"]


def _agree_to_calls(service: Service) -> None:
    consent = SeenConsent(at=to_micros(NOW), channel="call", refused=False)
    with service._patient.write() as connection:
        add_heard(connection, {"c-17": Known(consents=[consent])})


def test_requests_that_come_at_once_share_a_round_and_its_caps(app: OnlineApp, service: Service) -> None:
    _agree_to_calls(service)
    answers = asyncio.run(_ask_at_once(app, [{**BODY, "placement": "call"}] * 20))
    assert [a["silence"] and a["silence"]["reason"] for a in answers].count(None) == 2
    assert {a["silence"]["reason"] for a in answers if a["silence"]} == {"capped"}
    assert service.journal.count().offered == 2


def test_a_line_that_is_full_is_answered_with_silence(app: OnlineApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app._lines[0], "_room", Room(jobs=0, together=1))
    answers = asyncio.run(_ask_at_once(app, [BODY] * 2))
    assert [a["silence"]["reason"] for a in answers] == ["overloaded"] * 2


def test_where_there_is_no_room_to_read_the_answer_is_silence(app: OnlineApp, service: Service) -> None:
    room = app._hot["/v1/decisions"]._holding
    room._most_bodies = 0
    answers = asyncio.run(_ask_at_once(app, [BODY]))
    assert [a["silence"]["reason"] for a in answers] == ["overloaded"]
    assert service.journal.count().decisions == 0
    room._most_bodies, room._most_bytes = 2, 100
    with room.open() as other:
        other.hold(60)
        answers = asyncio.run(_ask_at_once(app, [BODY]))
    assert [a["silence"]["reason"] for a in answers] == ["overloaded"]
    assert [a["silence"] for a in asyncio.run(_ask_at_once(app, [BODY]))] == [None]
    assert (room.bytes, room.bodies) == (0, 0)


def test_a_body_that_does_not_arrive_is_not_waited_for(app: OnlineApp) -> None:
    app._hot["/v1/decisions"]._holding.seconds = 0.01

    async def stalled() -> Any:
        yield b'{"placement": "cart",'
        await asyncio.sleep(60)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8420") as client:
            return await client.post("/v1/decisions", content=stalled())

    response = asyncio.run(send())
    assert (response.status_code, error_of(response)["code"]) == (408, "too_slow")


def test_a_failure_of_ours_has_the_one_error_shape_and_tells_no_names(
    ask: Ask, app: OnlineApp, log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> list[Answer | Exception]:
        raise ZeroDivisionError("c-17")

    monkeypatch.setattr(app._lines[0], "_work", fail)
    response = ask("POST", "/v1/decisions", json=BODY)
    assert (response.status_code, error_of(response)["code"]) == (500, "internal")
    assert "ZeroDivisionError" in log.getvalue()
    assert "c-17" not in log.getvalue() + response.text


def test_a_request_that_fails_us_takes_no_other_of_its_round_with_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = run_stages

    def fail_for_the_pan(scene: Scene, proposal: Proposal) -> Course:
        if any(line.item_id == "pan" for line in scene.request.cart):
            raise ZeroDivisionError
        return judge(scene, proposal)

    monkeypatch.setattr(decider, "run_stages", fail_for_the_pan)
    requests = [DecisionRequest(placement="cart", cart=[CartLine(item_id=i)]) for i in ("tent", "pan", "tent")]
    first, failed, last = service.decide([DecisionJob(request=one, until=math.inf) for one in requests])
    assert isinstance(failed, ZeroDivisionError)
    assert isinstance(first, Answer)
    assert isinstance(last, Answer)
    assert service.journal.count().decisions == 2


def test_a_process_started_without_its_journal_answers_silence_until_it_is_back(
    learned: Workspace, log: StringIO, tmp_path: Path
) -> None:
    Service(learned).close()  # whoever opens it notes that there is one
    learned.operations_file.rename(tmp_path / "away")
    request = DecisionRequest(placement="cart", cart=[CartLine(item_id="tent")])
    with closing(Service(learned, notices=Notices(clock=lambda: NOW, stream=log))) as service:
        silenced = decide_one(service, request).silence
        assert silenced is not None
        assert silenced.reason == "journal_unavailable"
        assert not learned.operations_file.exists()
        assert "holds no journal any more" in log.getvalue()
        (tmp_path / "away").rename(learned.operations_file)
        assert decide_one(service, request).offers
