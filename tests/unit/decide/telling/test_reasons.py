"""Every reason that the code gives has its sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import pairwell.decide as room
from pairwell.config.presets import INDUSTRIES, read_preset
from pairwell.config.rules.rule import usual_rules
from pairwell.decide.bounds import Breach
from pairwell.decide.telling.parts import Counted, LeftAccount
from pairwell.decide.telling.reasons import SENTENCES, reason_of_all, reason_of_one
from pairwell.decide.telling.silences import SENTENCES as SILENCES
from pairwell.decide.telling.silences import say_silence
from pairwell.decide.telling.words import Words
from pairwell.records import Silence, SilenceReason

DECIDE = Path(room.__path__[0])
SOURCES = [*DECIDE.rglob("*.py"), *(DECIDE.parent / "candidates").rglob("*.py")]
_HOW = ("variant", "substitute")  # what stands for `twin.how` in a code


def codes(tree: ast.AST) -> Iterator[str]:
    """Reasons in code: the first of a pair with facts, the argument or keyword `reason` of what withholds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[1], ast.Dict):
            yield from texts(node.elts[0])
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name == "withhold" and len(node.args) == 4:
                yield from texts(node.args[2])
            if name == "Withheld":
                yield from (text for word in node.keywords if word.arg == "reason" for text in texts(word.value))
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "reason" for t in node.targets):
            yield from texts(node.value)


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        for how in _HOW:
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else how for part in node.values)


def all_codes() -> set[str]:
    return {code for path in SOURCES for code in codes(ast.parse(path.read_text(encoding="utf-8")))}


def test_codes_are_found() -> None:
    assert all_codes() >= {
        *("in_cart", "variant_in_cart", "declined_substitute", "out_of_stock", "owned", "given_away", "contacts"),
        *("worth_not_positive", "worth_below_its_cost", "not_drawn", "kind_not_in_placement", "price_unknown"),
    }


def test_every_reason_has_a_sentence() -> None:
    assert not {*all_codes(), *get_args(Breach), *(rule.reason for rule in usual_rules())} - SENTENCES.keys()


def test_every_silence_has_a_sentence() -> None:
    assert set(get_args(SilenceReason)) == SILENCES.keys()
    by = Counted(objective="margin", holdout=0.05, withheld=0.02)
    assert all("{" not in say_silence(Silence(reason=reason), by) for reason in SILENCES)
    assert "5 %" in say_silence(Silence(reason="holdout"), by)
    assert "no model" in say_silence(Silence(reason="no_candidates", detail="no_model"), by)
    assert say_silence(Silence(reason="later", detail="Summer."), by).endswith("Summer.")


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_rules_of_an_industry_are_told_by_name_or_by_sentence(industry: str) -> None:
    words = Words(currency="EUR", timezone="UTC", titles={})
    for rule in read_preset(industry).rules:
        left = LeftAccount(
            item_id="mat",
            kind="cross_sell",
            stage=rule.stage,
            reason=rule.reason,
            factors={"rule": rule.name},
            title=None,
            price_minor=None,
            hints=[],
        )
        assert rule.name in f"{reason_of_all(left)} {reason_of_one(left, words)}"
