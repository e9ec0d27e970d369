from __future__ import annotations

from pathlib import Path

import pytest

from pairwell.config.document import compact_settings, parse_settings, render_settings
from pairwell.config.presets import INDUSTRIES, describe_preset, read_preset
from pairwell.config.rules.rule import Industry, usual_rules
from pairwell.config.settings import Settings
from pairwell.config.workspace import create_workspace, read_draft
from pairwell.errors import SettingsError


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_an_industry_s_settings_can_be_written_and_read_back(industry: Industry, tmp_path: Path) -> None:
    settings = read_preset(industry)
    assert parse_settings(render_settings(settings)) == settings
    assert parse_settings(compact_settings(settings)) == settings
    assert read_draft(create_workspace(tmp_path, industry=industry)).rules == settings.rules
    assert describe_preset(industry).endswith(".")


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_every_industry_keeps_the_usual_rules_and_adds_its_own(industry: Industry) -> None:
    rules = read_preset(industry).rules
    assert rules[: len(usual_rules())] == usual_rules()
    assert len(rules) > len(usual_rules())
    assert len({rule.name for rule in rules}) == len(rules)


def test_retail_differs_from_the_defaults_in_its_rules_only() -> None:
    retail, usual = read_preset("retail"), Settings()
    assert {name for name in usual.__struct_fields__ if getattr(retail, name) != getattr(usual, name)} == {"rules"}


def test_an_unknown_industry_names_its_neighbours() -> None:
    with pytest.raises(SettingsError, match="retail, grocery") as caught:
        read_preset("telekom")
    assert "`telecom`" in (caught.value.hint or "")
