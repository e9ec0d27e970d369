"""What is delivered counts, what is over goes, and what waits is told."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from tests.receiving import Receiver, status
from tests.unit.triggers.shops import NAME, opened, settings_with, to

from pairwell.config.rules.trigger import Trigger
from pairwell.config.settings import Cap, Settings
from pairwell.config.workspace import Workspace
from pairwell.triggers import desk

_ROWS = Trigger(name=NAME, on="need", placement="email", to="email")


def _short(settings: Settings) -> Settings:
    """Offers that are valid for an hour."""
    email = msgspec.structs.replace(settings.placements["email"], valid_minutes=60.0)
    return msgspec.structs.replace(settings, placements={**settings.placements, "email": email})


@pytest.mark.parametrize("how", ["webhook", "email"])
def test_what_was_delivered_counts_for_caps_though_nobody_tells_of_an_exposure(
    workspace: Workspace, receiver: Receiver, how: str
) -> None:
    caps = [Cap(name="two a week", channels=("email",), window_h=168.0, limit=2)]
    trigger = to(receiver) if how == "webhook" else _ROWS
    with opened(workspace, _short(settings_with(trigger, caps=caps))) as world:
        world.agrees("c-1")
        for number in range(4):
            world.needs(f"n-{number}", "c-1")
            world.later(hours=2)
            if how == "email":
                world.shop.triggers.emailed(world.shop.triggers.emails())
        assert world.standing().silent_by_reason == {"capped": 2}
        assert world.standing().delivered == 2


def test_what_waits_for_a_trigger_that_is_gone_goes_when_it_is_over_for_long(
    workspace: Workspace, receiver: Receiver
) -> None:
    receiver.answers = [status(500)]
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        world.run()
    with opened(workspace, settings_with()) as world:
        world.now += timedelta(days=36)
        assert world.shop.keeping.tidy().rows["triggered"] == 0, "valid for a week, and kept for thirty days"
        world.now += timedelta(days=2)
        assert world.shop.keeping.tidy().rows["triggered"] == 1


def test_all_rows_for_e_mails_are_handed_out_at_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "_ROWS_AT_A_TIME", 2)
    customers = [f"c-{number}" for number in range(5)]
    with opened(workspace, settings_with(_ROWS)) as world:
        world.agrees(*customers)
        for customer_id in customers:
            world.needs(f"n-{customer_id}", customer_id)
        world.run()
        world.shop.rollout.offers_off(reason="a price was wrong")
        assert world.shop.triggers.emails() == []
        world.shop.rollout.offers_on(reason="it is mended")
        world.now += timedelta(seconds=2)
        assert sorted(row.customer_id for row in world.shop.triggers.emails()) == customers


def test_the_next_try_is_told(workspace: Workspace, receiver: Receiver) -> None:
    receiver.answers = [status(500)]
    with opened(workspace, settings_with(to(receiver))) as world:
        world.agrees("c-1")
        world.needs("n-1", "c-1")
        assert world.standing().next_try_at is None
        world.run()
        told = world.standing().next_try_at
        assert told is not None
        assert timedelta(seconds=5) <= told - world.now <= timedelta(seconds=6)
        world.later(seconds=7)
        assert world.standing().next_try_at is None
