"""Writes docs/industries and the tables of docs/rules.md from the code: `python -m tests.docs.industries`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from tests.docs.industry_examples import EXAMPLES, Example
from tests.property.random_shops import TableModel
from tests.unit.decide.tents import pair

from pairwell.config.presets import INDUSTRIES, describe_preset, read_preset
from pairwell.config.published import compare_settings
from pairwell.config.rules.fields import NOW, RECORDS, Field
from pairwell.config.rules.rule import Rule, usual_rules
from pairwell.config.settings import Choice, Persuasion, Settings
from pairwell.decide.choose import choose
from pairwell.records import Decision, DecisionInputs, Withheld

DOCS = Path(__file__).resolve().parents[2] / "docs"
RULES_PAGE = DOCS / "rules.md"
_CERTAIN = Choice(salt="s", holdout=0.0, withheld=0.0, temperature=0.001, exploration=0.0)


def page_of(example: Example) -> Path:
    return DOCS / "industries" / f"{example.industry}.md"


def run_example(example: Example) -> Decision:
    """The decision on an example, under its industry's settings; nothing is left to lots."""
    preset = read_preset(example.industry)
    settings = msgspec.structs.replace(
        preset, choice=_CERTAIN, persuasion=Persuasion(cross_sell=0.2, upgrade=0.2, half_fit=0.05, from_effect=0.0)
    )
    anchor, *others = [item.item_id for item in example.items]
    in_cart = {line.item_id for line in example.request.cart}
    add_ons = [item_id for item_id in others if item_id not in in_cart and item_id not in example.upgrades]
    model = TableModel(
        id="example",
        add_ons={anchor: [pair(item_id) for item_id in add_ons]},
        ladders={anchor: [pair(item_id) for item_id in example.upgrades]},
        once=frozenset(),
    )
    inputs = DecisionInputs(
        decision_id=f"01JEXAMPLE{example.industry.upper()}",
        request=example.request,
        engine="0",
        model="example",
        settings="example",
        now=example.now,
        items={item.item_id: 0 for item in example.items},
        relations=[],
        owned=[],
        declines=[],
        customer=example.customer,
    )
    return choose(inputs, model=model, items={item.item_id: item for item in example.items}, settings=settings)


def render_industry(example: Example) -> str:
    """The page of an industry."""
    return "\n".join([*_head(example), *_settings(example), *_rules(example), *_example(example), ""])


def render_rules_page(text: str) -> str:
    """`text` with its tables written anew, between their marks."""
    for name, lines in (("fields", _fields()), ("usual", _listed(usual_rules())), ("industries", _industries())):
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(start)
        text = f"{before}{start}{chr(10).join(lines)}\n{end}{rest.partition(end)[2]}"
    return text


def _head(example: Example) -> Iterator[str]:
    name = example.industry
    yield f"# {'SaaS' if name == 'saas' else name.capitalize()}"
    yield ""
    yield "Written from the code by `python -m tests.docs.industries`; a test holds the two equal. How rules"
    yield "work: [rules](../rules.md)."
    yield ""
    yield f"{describe_preset(name)} `pairwell init my-shop --industry {name}` starts with it."
    yield ""


def _settings(example: Example) -> Iterator[str]:
    changes = compare_settings(Settings(), read_preset(example.industry))
    own = [change for change in changes if not change.name.startswith("rules") and change.after is not None]
    if not own:
        return
    yield from ("## Settings that differ from the defaults", "", "| setting | here | default |", "|---|---|---|")
    yield from (
        f"| `{c.name}` | `{_plain(c.after)}` | {'' if c.before is None else f'`{_plain(c.before)}`'} |" for c in own
    )
    yield ""


def _rules(example: Example) -> Iterator[str]:
    usual = {rule.name for rule in usual_rules()}
    yield from ("## Rules", "", "The [usual rules](../rules.md#the-usual-rules), and these:", "")
    yield from _listed(rule for rule in read_preset(example.industry).rules if rule.name not in usual)


def _listed(rules: Iterator[Rule] | tuple[Rule, ...]) -> Iterator[str]:
    for rule in rules:
        where = f", only at {', '.join(rule.placements)}" if rule.placements else ""
        later = f' Then silence says to wait: "{rule.later}"' if rule.later else ""
        acute = " An acute need or the seller overrides it." if rule.unless_acute else ""
        yield f"**{rule.name}** ({rule.stage}{where}): `{rule.reason}`.{later}{acute}"
        yield from ("", "```", rule.when.strip(), "```", "")


def _example(example: Example) -> Iterator[str]:
    decision = run_example(example)
    prices = {item.item_id: item.price_minor for item in example.items}
    yield from ("## An example", "", example.story, "", "The request:", "", *_json(example.request))
    if example.customer is not None:
        yield from ("What is known of the customer:", "", *_json(example.customer))
    yield f"It is {example.now:%A, %H:%M}. With the lots switched off the answer is:"
    yield from ("", "| item | price | |", "|---|---|---|")
    yield from (f"| {offer.title} | {offer.price_minor} | offered |" for offer in decision.slate)
    titles = {item.item_id: item.title for item in example.items}
    for left in decision.withheld:
        yield f"| {titles[left.item_id]} | {prices[left.item_id]} | {left.stage}: `{left.reason}`{_numbers(left)} |"
    silence = decision.answer.silence
    if silence is not None:
        yield from ("", f'Silence: `{silence.reason}`, "{silence.detail}"')


def _numbers(left: Withheld) -> str:
    told = {name: value for name, value in left.factors.items() if "." in name and value is not None}
    return f"; {', '.join(f'`{name}` {_plain(value)}' for name, value in sorted(told.items()))}" if told else ""


def _json(record: msgspec.Struct) -> Iterator[str]:
    usual = msgspec.to_builtins(type(record)(**({"placement": ""} if hasattr(record, "placement") else {})))
    own = {name: _said(value) for name, value in msgspec.to_builtins(record).items() if usual.get(name) != value}
    yield from ("```json", msgspec.json.format(msgspec.json.encode(own)).decode(), "```", "")


def _said(value: Any) -> Any:
    """A value without what is null in it."""
    if isinstance(value, list):
        return [_said(one) for one in value]
    return {name: one for name, one in value.items() if one is not None} if isinstance(value, dict) else value


def _plain(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace("|", "\\|")


def _fields() -> Iterator[str]:
    yield from ("| field | type | meaning | null |", "|---|---|---|---|")
    for record, fields in RECORDS.items():
        if record == "anchor":
            yield "| `anchor.*` | | As `item.*`, of what the offer goes with or would replace. | |"
            continue
        yield from (_row(f"{record}.{name}", field) for name, field in fields.items())
    yield _row("now", NOW)


def _row(path: str, field: Field) -> str:
    return f"| `{path}` | {field.type} | {field.meaning} | {field.null or ''} |"


def _industries() -> Iterator[str]:
    yield from ("| `--industry` | for | worked example |", "|---|---|---|")
    yield from (f"| `{name}` | {describe_preset(name)} | [{name}](industries/{name}.md) |" for name in INDUSTRIES)


if __name__ == "__main__":
    (DOCS / "industries").mkdir(exist_ok=True)
    for one in EXAMPLES:
        page_of(one).write_text(render_industry(one), encoding="utf-8")
    RULES_PAGE.write_text(render_rules_page(RULES_PAGE.read_text(encoding="utf-8")), encoding="utf-8")
