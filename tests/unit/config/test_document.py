from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from pairwell.config.document import (
    compact_settings,
    describe_setting,
    parse_settings,
    render_settings,
    say_value,
    setting_names,
)
from pairwell.config.published import compare_settings
from pairwell.config.rules.lever import Lever
from pairwell.config.rules.rule import Rule
from pairwell.config.settings import Cap, Guards, Placement, Settings, Shop
from pairwell.errors import SettingsError

_REST = "stage = 'suitability'\nscope = 'offer'\nreason = 'r'"
CHANGED = Settings(
    guards=Guards(add_on_price_share=0.7, upgrade_price_corridor=(1.1, 2.0)),
    placements={**Settings().placements, "email": Placement(kinds=("cross_sell",), channel="email")},
)


RULED = Settings(
    caps=(Cap(name="first 100", scope="offer", items=("a",), limit=100, until=datetime(2026, 12, 1, tzinfo=UTC)),),
    rules=(
        Rule(name='"odd" name', stage="eligibility", scope="item", when="item.stock == 0\n  || true", reason="r"),
        Rule(name="b", stage="suitability", scope="request", when="request.acute", reason="r", later='Wait \\ "it".'),
    ),
)


STATED = Settings(
    shop=Shop(margin_rates={"Home > Lighting": 0.4, "b": 0.1}, service_values={"care": 50.0}, objective="service"),
    placements={**Settings().placements, "cart": Placement(weights={"upgrade": 1.2, "pairs": 0.5})},
    levers=(
        Lever(name="dear", when="offer.margin_minor > 100.0", weight=1.5),
        Lever(name="all", when="true", weight=0.5),
    ),
)


@pytest.mark.parametrize("settings", [Settings(), CHANGED, RULED, STATED, Settings(caps=(), rules=())])
def test_what_is_rendered_reads_back_equal(settings: Settings) -> None:
    assert parse_settings(render_settings(settings)) == settings
    assert parse_settings(compact_settings(settings)) == settings


def test_a_shop_with_tables_can_be_remembered_by() -> None:
    one, other = (Shop(margin_rates={"a": 0.4}) for _ in range(2))
    assert len({one, other, Shop()}) == 2


def test_an_empty_file_is_the_defaults() -> None:
    assert parse_settings("") == Settings()


def test_every_setting_stands_in_the_file_with_its_meaning() -> None:
    lines = render_settings(Settings()).splitlines()
    for name in setting_names():
        last = name.rpartition(".")[2]
        places = [i for i, line in enumerate(lines) if line.startswith((f"{last} = ", f"[{name}]"))]
        explained = [i for i in places if lines[i - 1].startswith("# ")]
        if name.startswith(("levers.", "triggers.", "tasks.", "waived.")):  # there are none
            assert any(line.startswith(f"# {last}: ") for line in lines), name
        elif name.startswith(("caps.", "rules.")):  # an entry after the first says only what is different
            assert explained or any(line.startswith(f"# {last}, which is left out here: ") for line in lines), name
        else:
            assert places, name
            assert explained == places or last in {"name", "scope", "window_h"}, name


def test_a_changed_placement_keeps_its_other_defaults() -> None:
    settings = parse_settings("[placements.checkout]\nfriction = 0.1\n")
    assert settings.placements["checkout"] == msgspec.structs.replace(Settings().placements["checkout"], friction=0.1)
    assert settings.placements["cart"] == Settings().placements["cart"]


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("[gaurds]\n", "`gaurds`, which is not a setting", "`guards`"),
        ("[shop]\ncurency = 'EUR'\n", "`shop.curency`", "`currency`"),
        ("[placements.cart]\nfricton = 0.1\n", "fricton", "`friction`"),
        ("[shop]\nqqq = 1\n", "`shop.qqq`", "Known here: currency"),
        ("[shop]\ncurrency = 'euro'\n", "`shop.currency` is not valid", None),
        ("[choice]\nholdout = 1.5\n", "`choice.holdout` is not valid", None),
        ("[slots]\nmax = 'four'\n", "`slots.max` is not valid", None),
        ("[guards]\nupgrade_price_corridor = [2.0, 1.5]\n", "1 <= low <= high", None),
        ("[shop]\ntimezone = 'Mars/Base'\n", "not an IANA name", "Europe/Warsaw"),
        ("[currency.rates]\nGBP = -1.0\n", "currency.rates.GBP", None),
        ("[currency.rates]\nGBP = nan\n", "`currency.rates.GBP` is nan; expected a finite number", None),
        ("[guards]\nadd_on_price_share = inf\n", "`guards.add_on_price_share` is inf", None),
        ("[guards]\nupgrade_price_corridor = [1.05, inf]\n", "`guards.upgrade_price_corridor` is inf", None),
        ("[shop.margin_rates]\nLighting = 1.4\n", "`shop.margin_rates.Lighting` is not valid", None),
        ("[shop.margin_rates]\na = 0.1\nA = 0.2\n", "'a' and 'A', which are one category", "Keep one"),
        ("[shop.service_values]\n' > ' = 1\n", "' > ', which is no category", "Home > Lighting"),
        ("[placements.cart]\n\nweights = {upgrad = 2.0}\n", "line 3, placement 'cart': `weights` names", "`upgrade`"),
        ("[placements.cart.weights]\nupgrade = 0\n", "`placements.cart.weights.upgrade` is not valid", None),
        ("[[levers]]\nname = 'a'\nwhen = 'true'\nweight = 0\n", "line 4, lever 'a': `levers[0].weight`", None),
        ("[[levers]]\nname = 'a'\nwhen = 'true'\n", "line 1, lever 'a': `levers[0].weight` is missing", "Add it"),
        (
            "[[levers]]\nname = 'a'\nweight = 2\nwhen = 'item.bran == \"b\"'\n",
            "line 4, lever 'a', column 6",
            "item.brand",
        ),
        ("[[levers]]\nname = 'a'\nwhen = 'true'\nweight = 2\n" * 2, "another one has that name", "Give each"),
        ("[retention]\ndecisions_days = 10\n", "is 10; expected 30 or more, or 0 for ever", "decisions_days = 30"),
        ("placements = 3\n", "placements", None),
        ("rules = 3\n", "`rules` is not valid", None),
        ("[[cap]]\n", "`cap`, which is not a setting", "`caps`"),
        ("[[caps]]\nname = 'a'\nlimt = 1\n", "line 3, cap 'a' names `caps[0].limt`", "`limit`"),
        ("# x\n[[caps]]\nname = 'a'\n\nlimit = -1\n", "line 5, cap 'a': `caps[0].limit` is not valid", None),
        ("[[caps]]\nlimit = 1\n", "line 1, cap 1: `caps[0].name` is missing", None),
        (f"[[rules]]\nname = 'a'\n{_REST}\nwhen = 'customer.ordrs > 1'\n", "line 6, rule 'a', column 10", "orders`"),
        (f"[[rules]]\nname = 'a'\n{_REST}\nwhen = '''\ntrue\n && 1 >'''", "line 8, rule 'a', column 8", "`&&` is and"),
        (f"[[rules]]\nname = 'a'\n{_REST}\nwhen = 'item.stock'\n", "neither true nor false", None),
        (
            f"[[rules]]\nname = 'a'\n{_REST}\nwhen = 'true'\nplacements = ['crt']\n",
            "line 7, rule 'a': there is",
            "`cart`",
        ),
        (f"[[rules]]\nname = 'a'\n{_REST}\nwhen = 'true'\nreasn = 'x'\n", "`rules[0].reasn`", "`reason`"),
        (2 * f"[[rules]]\nname = 'a'\n{_REST}\nwhen = 'true'\n", "line 8, rule 'a': another one has that name", None),
        (f"rules = [{{name = 'a', {_REST.replace(chr(10), ', ')}, when = 'tru'}}]\n", "rule 'a', column 1", None),
        ("[shop\n", "not valid TOML", None),
    ],
)
def test_a_wrong_file_says_what_is_wrong(text: str, said: str, hint: str | None) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)
    assert said in caught.value.message
    assert hint is None or hint in (caught.value.hint or "")


def test_a_faulty_condition_is_shown_with_a_caret_below_the_fault() -> None:
    text = f'[[rules]]\nname = \'a\'\n{_REST}\nwhen = """\ntrue &&\n\tcustomer.ordrs > 1"""\n'
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)
    assert "line 8" in caught.value.message
    assert caught.value.message.splitlines()[1:] == ["    \tcustomer.ordrs > 1", "    \t         ^"]


def test_decisions_are_kept_for_ever_or_for_a_month_at_least() -> None:
    for days in (0.0, 30.0):
        assert parse_settings(f"[retention]\ndecisions_days = {days}\n").retention.decisions_days == days


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "not set"),
        ((), "[]"),
        (("cart", "call"), '["cart", "call"]'),
        (["a", 'b"c'], '["a", "b\\"c"]'),
        (True, "true"),
        (0.3, "0.3"),
        ("two\nlines", '"two\\nlines"'),
        (datetime(2026, 11, 21, 10, tzinfo=UTC), "2026-11-21 10:00:00+00:00"),
    ],
)
def test_a_value_is_said_as_toml_writes_it(value: object, said: str) -> None:
    assert say_value(value) == said


def test_settings_are_compared_rule_by_rule() -> None:
    before, after = Settings(), msgspec.structs.replace(Settings(), rules=Settings().rules[1:])
    names = {change.name for change in compare_settings(before, after)}
    assert "rules in order" in names
    assert "rules.just returned.when" in names
    assert not any(name.startswith("rules.open complaint") for name in names)


def test_a_first_lever_changes_no_setting_that_is_gone() -> None:
    lever = Lever(name="a", when="true", weight=2.0)
    changes = {
        change.name: (change.before, change.after) for change in compare_settings(Settings(), Settings(levers=(lever,)))
    }
    assert changes.keys() == {"levers in order", "levers.a.name", "levers.a.when", "levers.a.weight"}
    assert changes["levers in order"] == ((), ["a"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("slots.max", "Offers in one answer at most."),
        ("placements.cart.deadline_ms", "Milliseconds after which the answer is silence."),
        ("rules.no. 1, of many.when", "The condition, in CEL."),
        ("caps.a week.name", "Its own name."),
        ("rules in order", "What withholds an offer, in this order."),
        ("no.such", ""),
    ],
)
def test_a_setting_is_described_by_its_dotted_name(name: str, said: str) -> None:
    assert describe_setting(name) == said


@pytest.mark.parametrize("name", ["feeds.shopify", "shop"])
def test_a_section_that_is_there_twice_names_the_first_line(name: str) -> None:
    text = f"# mine\n[{name}]\n\n[{name}]\n"
    with pytest.raises(SettingsError) as refused:
        parse_settings(text)
    assert "line 2 already" in (refused.value.hint or "")
    assert "line 4" in str(refused.value)
