"""Decisions of the camping shop, told; `python -m tests.unit.decide.telling.accounts` writes them anew, to be read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from tests.unit.decide.tents import CALM, ITEMS, MODEL, NOW, SURE, ask, said, scene

from pairwell.config.settings import Settings
from pairwell.config.version import engine_version
from pairwell.decide.account import Account, explain_decision
from pairwell.decide.choose import decide, run_stages
from pairwell.decide.replay import Archive
from pairwell.decide.scene import Scene
from pairwell.decide.silenced import silence_all
from pairwell.offer_words import OfferText
from pairwell.posterior import Normal, Posterior
from pairwell.records import Contact, CustomerFacts, DecisionRequest, Decline, Item

FOLDER = Path(__file__).parent / "accounts"
USUAL = msgspec.structs.replace(SURE, placements=CALM, choice=msgspec.structs.replace(SURE.choice, temperature=0.5))
HELD = msgspec.structs.replace(USUAL, choice=msgspec.structs.replace(USUAL.choice, holdout=1.0))
LEARNED = Posterior(
    prior=USUAL.persuasion,
    epoch=3,
    learned_at=NOW,
    until=NOW - timedelta(days=2),
    decisions=12_345,
    showing={},
    quiet={},
    friction={"cart": Normal(mean=0.0004, sd=0.0001)},
)


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The items of one scene, whatever revision is asked for."""

    items: Mapping[str, Item]

    def item_at(self, item_id: str, revision: int) -> Item | None:
        return self.items.get(item_id) if revision >= 0 else None


def account_of(at: Scene) -> Account:
    """The account of the decision that a scene leads to."""
    archive = Archive(
        model_of=lambda _: MODEL,
        posterior_of=lambda _: LEARNED,
        settings_of=lambda _: at.settings,
        facts=_Kept(items=at.items),
    )
    decision = silence_all(at.inputs, at.settings) if at.inputs.offers_off else decide(at, run_stages(at))
    return explain_decision(decision, archive)


def place(request: DecisionRequest, settings: Settings = USUAL, **more: Any) -> Scene:
    """A scene that this version can compute again."""
    return scene(request, settings=settings, engine=engine_version(), **more)


def _with_texts() -> dict[str, Item]:
    """A mat with two texts to choose from, and a tent with one."""
    warm, dry = (
        OfferText(kind="cross_sell", locale="en", variant=name, argument=f"{name.title()} feet, whatever the ground.")
        for name in ("warm", "dry")
    )
    up = OfferText(kind="upgrade", locale="en", title="The tent that stays", argument="It stands where others fly.")
    return {
        "mat": msgspec.structs.replace(ITEMS["mat"], texts=[warm, dry]),
        "tent+": msgspec.structs.replace(ITEMS["tent+"], texts=[up]),
    }


def _busy() -> Settings:
    """A cart page where attention is dear."""
    cart = msgspec.structs.replace(USUAL.placements["cart"], attention_minor=6.0)
    return msgspec.structs.replace(USUAL, placements={**USUAL.placements, "cart": cart})


def _contact(hours_ago: int) -> Contact:
    at = NOW - timedelta(hours=hours_ago)
    lapses_at = at + timedelta(minutes=15)
    return Contact(at=at, lapses_at=lapses_at, channel="site", interrupts=False, item_ids=["lamp"], seen=1)


def cases() -> dict[str, Scene]:
    """The decisions, by name."""
    tent = ask("tent", customer_id="c-17")
    pins = [said("tent", "complement", "gas"), said("tent", "complement", "stove", rank=1)]
    return {
        "shown": place(tent),
        "holdout": place(tent, HELD),
        "pins": place(ask("tent", visitor_id="v-9", locale="pl"), relations=pins),
        "declined_and_capped": place(
            tent,
            declines=[Decline(item_id="mat-red", at=NOW - timedelta(days=3))],
            customer=CustomerFacts(orders=4),
            contacts=[_contact(hours) for hours in range(1, 12)],
        ),
        "learned": place(tent, epoch=3),
        "not_worth_it": place(ask("tent", customer_id="c-17", available=["mat"]), _busy()),
        "little_evidence": place(ask("lamp")),
        "nothing_known": place(ask("kayak")),
        "own_texts": place(tent, items=_with_texts()),
        "many_declines": place(tent, declines=[Decline(item_id="x", at=NOW - timedelta(days=n)) for n in (9, 5, 1)]),
        "switched_off": place(tent, offers_off=7),
    }


def told(name: str) -> str:
    """The account of a case, as a terminal shows it."""
    account = msgspec.structs.replace(account_of(cases()[name]), engine="0.1.0")
    return "\n".join(account.lines(every=True)) + "\n"


if __name__ == "__main__":
    for name in cases():
        (FOLDER / f"{name}.txt").write_text(told(name), encoding="utf-8")
