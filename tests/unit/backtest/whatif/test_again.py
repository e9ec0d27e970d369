from __future__ import annotations

import msgspec
from tests.unit.backtest.whatif.conftest import other

from pairwell.backtest.whatif.again import Pair, Past, decide_again
from pairwell.config.settings import Cap, Settings
from pairwell.decide.choose import decide
from pairwell.records import Decision


def test_the_settings_of_then_decide_the_same(some: list[Decision], past: Past, settings: Settings) -> None:
    for decision in some:
        pair = decide_again(decision, past, other(settings))
        assert isinstance(pair, Pair)
        again = decide(pair.after.scene, pair.after)
        assert msgspec.json.encode(again) == msgspec.json.encode(decision)
        assert pair.gaps == frozenset()


def test_no_guard_of_the_other_settings_is_broken(some: list[Decision], past: Past, settings: Settings) -> None:
    strict = _replaced(settings, guards=msgspec.structs.replace(settings.guards, add_on_price_share=0.05))
    held = 0
    for decision in some:
        pair = decide_again(decision, past, other(strict))
        assert isinstance(pair, Pair)
        total = pair.after.scene.purchase.total_minor
        prices = [s.drawn.price_minor for s in pair.after.slots if s.drawn.candidate.kind == "cross_sell"]
        assert all(price <= 0.05 * total for price in prices)
        held += len(pair.before.slots) > len(pair.after.slots)
    assert held


def test_items_that_only_the_others_propose_are_read_as_they_were(
    decisions: list[Decision], past: Past, settings: Settings
) -> None:
    """Logged without upgrades, their targets were not read; they are as of the request, not as of today."""
    cart = msgspec.structs.replace(settings.placements["cart"], kinds=("cross_sell",))
    narrow = _replaced(settings, placements={**settings.placements, "cart": cart})
    upgrades = ((decision, offer.item_id) for decision in decisions for offer in decision.slate if offer.replaces)
    narrowed = ((decision, _decided_under(narrow, decision, past), target) for decision, target in upgrades)
    decision, logged, target = next(one for one in narrowed if one[2] not in one[1].inputs.items)
    pair = decide_again(logged, _knowing(past, logged, narrow), other(settings))
    assert isinstance(pair, Pair)
    assert target not in pair.before.scene.items
    assert pair.after.scene.items[target] == past.items.item_at(target, decision.inputs.items[target])
    assert target in {candidate.item_id for candidate in pair.after.proposal.candidates}
    assert "unknown_then" not in pair.gaps


def test_a_draw_that_does_not_repeat_says_nothing(decisions: list[Decision], past: Past, settings: Settings) -> None:
    decision = next(one for one in decisions if one.slate)
    poor = _without(decision, decision.slate[0].item_id)
    assert decide_again(poor, past, other(settings)) == "not_repeated"


def test_what_nobody_counted_then_is_said(decisions: list[Decision], past: Past, settings: Settings) -> None:
    first = next(offer.item_id for decision in decisions for offer in decision.slate)
    total = Cap(name="first 100", scope="offer", items=(first,), limit=100)
    longer = msgspec.structs.replace(settings.decline, quiet_days=90.0)
    pair = decide_again(decisions[0], past, other(_replaced(settings, caps=(total,), decline=longer)))
    assert isinstance(pair, Pair)
    assert pair.gaps == {"totals", "declines"}


def test_habits_that_nobody_read_then_are_said(decisions: list[Decision], past: Past, settings: Settings) -> None:
    """Repeats and follow-ups come of what a customer bought, which is read only where they may be offered."""
    cart = settings.placements["cart"]
    logged = next(one for one in decisions if one.inputs.customer is not None)
    nobody = msgspec.structs.replace(logged, inputs=msgspec.structs.replace(logged.inputs, customer=None))
    for wider in (
        msgspec.structs.replace(cart, kinds=(*cart.kinds, "repeat")),
        msgspec.structs.replace(cart, channel="email"),
    ):
        wide = other(_replaced(settings, placements={**settings.placements, "cart": wider}))
        pair = decide_again(logged, past, wide)
        assert isinstance(pair, Pair)
        assert "habits" in pair.gaps
        unread = decide_again(nobody, past, wide)
        assert isinstance(unread, Pair)
        assert "habits" not in unread.gaps


def test_habits_count_only_where_they_are_read(decisions: list[Decision], past: Past, settings: Settings) -> None:
    cart = msgspec.structs.replace(settings.placements["cart"], channel="email")
    wide = _replaced(settings, placements={**settings.placements, "cart": cart})
    first = decisions[0]
    inputs = msgspec.structs.replace(first.inputs, bought_at={"of another shop": first.inputs.now})
    logged = msgspec.structs.replace(first, inputs=inputs)
    for asked, kept in ((wide, inputs.bought_at), (settings, {})):
        pair = decide_again(logged, past, other(asked))
        assert isinstance(pair, Pair)
        assert pair.after.scene.inputs.bought_at == kept


def test_another_version_is_not_guessed_at(decisions: list[Decision], past: Past, settings: Settings) -> None:
    old = msgspec.structs.replace(decisions[0], inputs=msgspec.structs.replace(decisions[0].inputs, engine="0.0.1"))
    assert decide_again(old, past, other(settings)) == "another_version"


def test_a_model_that_is_gone_is_said(decisions: list[Decision], past: Past, settings: Settings) -> None:
    lost = msgspec.structs.replace(decisions[0].inputs, model="0" * 24)
    assert decide_again(msgspec.structs.replace(decisions[0], inputs=lost), past, other(settings)) == "gone"


def test_a_placement_that_the_others_lack_is_said(decisions: list[Decision], past: Past, settings: Settings) -> None:
    email = {"email": settings.placements["email"]}
    assert decide_again(decisions[0], past, other(_replaced(settings, placements=email))) == "no_such_placement"


def _replaced(settings: Settings, **more: object) -> Settings:
    return msgspec.structs.replace(settings, **more)


def _without(decision: Decision, item_id: str) -> Decision:
    items = {name: revision for name, revision in decision.inputs.items.items() if name != item_id}
    return msgspec.structs.replace(decision, inputs=msgspec.structs.replace(decision.inputs, items=items))


def _decided_under(settings: Settings, decision: Decision, past: Past) -> Decision:
    """As it would have been logged under these settings, that read only what they proposed."""
    pair = decide_again(decision, past, other(settings))
    assert isinstance(pair, Pair)
    read = {candidate.item_id for candidate in pair.after.proposal.candidates}
    named = {line.item_id for line in decision.inputs.request.cart}
    items = {name: revision for name, revision in decision.inputs.items.items() if name in read | named}
    inputs = msgspec.structs.replace(pair.after.scene.inputs, items=items)
    scene = type(pair.after.scene)(
        inputs, model=pair.after.scene.model, items=pair.after.scene.items, settings=settings
    )
    return decide(scene, msgspec.structs.replace(pair.after, scene=scene))


def _knowing(past: Past, decision: Decision, settings: Settings) -> Past:
    """The past, where these settings were published under the hash that the decision names."""
    known = past.archive.settings_of
    named = decision.inputs.settings
    archive = msgspec.structs.replace(past.archive, settings_of=lambda name: settings if name == named else known(name))
    return msgspec.structs.replace(past, archive=archive)
