from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.unit.serve.online.conftest import SETTINGS, Ask, publish

from pairwell.config.rules.lever import Lever
from pairwell.config.rules.rule import Rule
from pairwell.config.workspace import Workspace
from pairwell.errors import SettingsError
from pairwell.serve.online.service import Service

# Whether a pattern is one, no trial can know.
_FRAGILE = Rule(
    name="blocked",
    stage="eligibility",
    scope="offer",
    when="'blocked' in request.attributes && item.title.matches(request.attributes.blocked)",
    reason="blocked",
)


@pytest.fixture
def ruled(service: Service, learned: Workspace) -> Service:
    publish(learned, msgspec.structs.replace(SETTINGS, rules=(_FRAGILE,)))
    service.refresh()
    return service


def test_a_rule_that_fails_withholds_and_counts(
    ruled: Service, decide: Callable[..., dict[str, Any]], ask: Ask
) -> None:
    assert decide()["offers"]
    assert dict(ruled.rule_failures()) == {}
    answer = decide(attributes={"blocked": "["}, explain=True)
    assert not answer["offers"]
    assert answer["silence"]["reason"] == "withheld_by_rule"
    failed = [left["factors"]["rule_failed"] for left in answer["withheld"] if "rule_failed" in left["factors"]]
    assert failed
    assert dict(ruled.rule_failures()) == {"blocked": len(failed)}
    assert f'pairwell_rule_failures_total{{rule="blocked"}} {len(failed)}' in ask("GET", "/metrics").text


def test_a_lever_that_fails_weighs_nothing_and_counts(
    service: Service, learned: Workspace, decide: Callable[..., dict[str, Any]], ask: Ask
) -> None:
    fragile = Lever(name="wanted", when=_FRAGILE.when, weight=3.0)
    publish(learned, msgspec.structs.replace(SETTINGS, levers=(fragile,)))
    service.refresh()
    assert decide()["offers"]
    assert dict(service.lever_failures()) == {}
    offers = decide(attributes={"blocked": "["})["offers"]
    assert [offer["score"] for offer in offers] == [offer["worth_minor"] for offer in offers]
    failed = service.lever_failures()["wanted"]
    assert failed >= len(offers) > 0
    assert f'pairwell_lever_failures_total{{lever="wanted"}} {failed}' in ask("GET", "/metrics").text


def test_a_rule_that_cannot_be_relied_on_is_never_published(service: Service, learned: Workspace) -> None:
    before = service.live.settings.hash
    broken = msgspec.structs.replace(_FRAGILE, when="item.ttle == 'x'")
    with pytest.raises(SettingsError, match=r"line \d+, rule 'blocked', column 6"):
        publish(learned, msgspec.structs.replace(SETTINGS, rules=(broken,)))
    service.refresh()
    assert service.live.settings.hash == before
