"""What holds of every decision, worked out from the request and the facts without the code under test."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction

import msgspec
from tests.property.decision_facts import anchors, items_of, known_items
from tests.property.random_shops import Case

from pairwell.candidates.propose import Proposal
from pairwell.config.settings import Cap
from pairwell.decide.choose import choose, lead_through, propose_for, run_stages
from pairwell.decide.decider import public_answer
from pairwell.decide.prospects import prospects
from pairwell.decide.scene import Scene
from pairwell.decide.sets import settle
from pairwell.records import CartLine, CustomerFacts, Decision, DecisionInputs, Item, Lag, Offer

_encode = msgspec.json.Encoder().encode


def decide(case: Case) -> Decision:
    return choose(case.inputs, model=case.model, items=case.items, settings=case.settings)


def check_laws(case: Case, rng: random.Random) -> Decision:
    """Decide a case and hold every law against it; `rng` orders what must not matter."""
    decision = decide(case)
    check_room(case, decision)
    check_money(case, decision)
    check_fit(case, decision)
    check_person(case, decision)
    check_consent(case, decision)
    check_caps(case, decision)
    check_worth(case, decision)
    check_prospects(case)
    check_chances(case)
    check_pins(case, decision)
    check_silence(decision)
    check_order(case, decision, rng)
    check_repeats(case, decision)
    check_secrets(decision)
    return decision


# --- guards -----------------------------------------------------------------------------------------


def check_room(case: Case, decision: Decision) -> None:
    limit = case.inputs.request.limit or case.settings.slots.max
    assert len(decision.slate) <= min(limit, case.settings.slots.max), "more offers than room"
    assert [offer.offer_no for offer in decision.slate] == list(range(len(decision.slate)))
    kinds = case.settings.placements[case.inputs.request.placement].kinds
    assert all(offer.kind in kinds for offer in decision.slate), "a kind that the placement does not take"


def check_money(case: Case, decision: Decision) -> None:
    for offer in decision.slate:
        assert (offer.kind == "bundle") == (offer.item_ids is not msgspec.UNSET), "items that are no bundle's"
        prices = [_shown_price(case, item) for item in items_of(case, offer)]
        full = sum(price for price in prices if price is not None)
        assert None not in prices, "a price that nobody knows"
        assert offer.price_minor == full - offer.discount_minor, "a price that is not the items'"
        assert _margin(case, offer) >= case.settings.guards.margin_floor_minor, "margin floor"
        _check_discount(case, offer, full)
        if offer.kind == "upgrade":
            _check_corridor(case, offer)
        elif offer.kind != "repeat" and not _beside_nothing(case):
            share = Fraction(repr(case.settings.guards.add_on_price_share))
            assert offer.price_minor <= share * _purchase(case), "add-on price share"


def _check_discount(case: Case, offer: Offer, full: int) -> None:
    """Only bundles have one: a share of all but the dearest item, within the guard."""
    if offer.kind != "bundle":
        assert offer.discount_minor == 0
        return
    assert 0 <= offer.discount_minor <= Fraction(repr(case.settings.guards.discount_max_share)) * full, "discount"
    dearest = max(_shown_price(case, item) or 0 for item in items_of(case, offer))
    there = max((min(_own_price(case, other), default=0) for other in _there(case)), default=0)
    open_to_it = full if there >= dearest else full - dearest
    assert offer.discount_minor <= Fraction(repr(case.settings.learn.bundle_discount_share)) * open_to_it


def _own_price(case: Case, item_id: str) -> list[int]:
    known = known_items(case).get(item_id)
    own = _shown_price(case, known) if known else None
    return [] if own is None else [own]


def _check_corridor(case: Case, offer: Offer) -> None:
    low, high = (Fraction(repr(bound)) for bound in case.settings.guards.upgrade_price_corridor)
    assert offer.replaces is not None
    assert offer.replaces == offer.anchor_id
    prices = _line_prices(case, offer.replaces)
    assert prices, "an upgrade of a line without a price"
    assert low * min(prices) <= offer.price_minor <= high * min(prices), "upgrade price corridor"


def _beside_nothing(case: Case) -> bool:
    return not case.inputs.request.cart and not anchors(case)


def _purchase(case: Case) -> int:
    request = case.inputs.request
    if not request.cart:
        return sum(min(_line_prices(case, anchor), default=0) for anchor in anchors(case))
    lines = [(line.item_id, line.quantity) for line in request.cart]
    return sum(quantity * min(_line_prices(case, item_id), default=0) for item_id, quantity in lines)


def _line_prices(case: Case, item_id: str) -> list[int]:
    named = [line for line in case.inputs.request.cart if line.item_id == item_id]
    paid = [line.unit_price_minor for line in named if line.unit_price_minor is not None]
    known = known_items(case).get(item_id)
    own = _shown_price(case, known) if known else None
    return paid or ([] if own is None else [own])


def _shown_price(case: Case, item: Item) -> int | None:
    shop = case.settings.shop
    if item.price_minor is None or not shop.prices_include_tax:
        return item.price_minor
    return round(item.price_minor * (1 + shop.tax_rate))


def _margin(case: Case, offer: Offer) -> float:
    """Of all that is offered, at its price, rounded to what no amount of money tells apart."""
    shop = case.settings.shop
    tax = 1 + shop.tax_rate if shop.prices_include_tax else 1
    earned = -offer.discount_minor / tax
    for item in items_of(case, offer):
        net = (_shown_price(case, item) or 0) / tax
        earned += net * shop.margin_rate if item.cost_minor is None else net - item.cost_minor
    return round(earned, 6)


# --- rules ------------------------------------------------------------------------------------------


def check_fit(case: Case, decision: Decision) -> None:
    there = {line.item_id for line in case.inputs.request.cart} | set(anchors(case))
    available = case.inputs.request.available
    for offer in decision.slate:
        assert offer.item_id in offer.adds
        assert _is_reason(case, offer), "an anchor that is none"
        for item in items_of(case, offer):
            assert item.published, "unpublished"
            assert item.stock is None or item.stock >= _wanted(case, offer), "out of stock"
            assert available is None or item.item_id in available, "not available"
            assert item.item_id not in there, "in the cart"
            _check_company(case, item.item_id, there - {offer.replaces}, set(offer.adds))
    offered = [item_id for offer in decision.slate for item_id in offer.adds]
    for number, item_id in enumerate(offered):
        assert not any(_alike(case, item_id, other) for other in offered[:number]), "two alike on one slate"
    replaced = [offer.replaces for offer in decision.slate if offer.replaces is not None]
    assert len(replaced) == len(set(replaced)), "two upgrades of one line"


def _check_company(case: Case, item_id: str, there: Iterable[str | None], along: set[str]) -> None:
    """What is in the cart, or comes along in a bundle, does not speak against the item."""
    lines, along = {other for other in there if other is not None}, along - {item_id}
    assert not any(_alike(case, item_id, other) for other in lines), "a twin in the cart"
    assert not any(_said(case, other, item_id, "never") for other in {*_there(case), *along}), "never together"
    assert not any(_said(case, other, item_id, "requires") for other in _there(case)), "sprung as an add-on"
    needs = {r.item_id for r in case.inputs.relations if r.relation == "requires" and r.anchor_id == item_id}
    assert needs <= {*_there(case), *along, *case.inputs.owned}, "cannot work without what is missing"


def _there(case: Case) -> set[str]:
    return {line.item_id for line in case.inputs.request.cart} | anchors(case)


def _is_reason(case: Case, offer: Offer) -> bool:
    """Whether the offer goes with something: in sight, bought a while ago, or bought again and again."""
    if offer.kind == "repeat":
        return offer.anchor_id is None and any(offer.item_id == repeat.item_id for repeat in case.inputs.repeats)
    return offer.anchor_id in anchors(case) or _follows(case, offer)


def _follows(case: Case, offer: Offer) -> bool:
    """Whether others came back for it after what the customer bought as many days ago, and it was not bought since."""
    bought = case.inputs.bought_at.get(offer.anchor_id or "")
    if case.model is None or bought is None or offer.kind != "cross_sell":
        return False
    days, since = (case.inputs.now - bought).days, case.inputs.bought_at.get(offer.item_id, bought)
    lags = [pair.lag_days for pair in case.model.follow_ups(offer.anchor_id or "") if pair.item_id == offer.item_id]
    return since <= bought and any(isinstance(lag, Lag) and lag.low <= days <= lag.high for lag in lags)


def _wanted(case: Case, offer: Offer) -> int:
    """Pieces that an offer is for: an upgrade replaces all of its line."""
    line = sum(line.quantity for line in case.inputs.request.cart if line.item_id == offer.replaces)
    return max(1, line)


def check_person(case: Case, decision: Decision) -> None:
    quiet = timedelta(days=min(case.settings.decline.quiet_days, 36_500))
    recent = [decline.item_id for decline in case.inputs.declines if case.inputs.now - decline.at < quiet]
    if len(recent) >= case.settings.decline.declines_to_silence:
        assert not decision.slate, "offers after many declines"
    once = case.model.once if case.model else frozenset()
    for offer in decision.slate:
        has = not once.intersection(case.inputs.owned).isdisjoint(offer.adds)
        assert not has or offer.kind == "repeat", "owned, and bought once"
        assert offer.name not in recent, "declined a moment ago"
        assert not any(_alike(case, item, other) for item in offer.adds for other in recent), "declined a moment ago"


def check_consent(case: Case, decision: Decision) -> None:
    """What comes unasked needs a yes; nobody with a complaint is pitched to, and nothing just returned comes back."""
    customer = case.inputs.customer
    placement = case.settings.placements[case.inputs.request.placement]
    if decision.slate and placement.interrupts:
        assert customer is not None, "interrupts somebody nobody knows"
        assert customer.consents.get(placement.channel) is True, "no consent to the channel"
    if decision.slate and customer is not None:
        assert not customer.open_complaints, "offers during a complaint"
        assert not customer.open_tickets, "offers while help is asked for"
        returned = _just_returned(case, customer)
        assert all(returned.isdisjoint(offer.adds) for offer in decision.slate), "just returned"
    lately = [s for s in case.inputs.signals if case.inputs.now - s.at < timedelta(minutes=30)]
    assert not decision.slate or sum(s.type in _HESITANT for s in lately) < 3, "offers to who hesitates"


def check_caps(case: Case, decision: Decision) -> None:
    """Nobody gets more than a cap allows, nothing is given away twice, and nothing is offered past its end."""
    now, placement = case.inputs.now, case.settings.placements[case.inputs.request.placement]
    for cap in case.settings.caps:
        if cap.channels and placement.channel not in cap.channels:
            continue
        for offer in decision.slate:
            if cap.scope == "customer" and cap.limit is not None:
                counted = _counted(case, cap, None if placement.interrupts else offer.name)
                assert counted < cap.limit, f"{cap.name}: {counted} of {cap.limit} before"
            elif not set(cap.items).isdisjoint(offer.adds):
                assert cap.until is None or now < cap.until, "offered past its end"
                assert cap.until is None or decision.answer.valid_until <= cap.until, "valid past its end"
        if cap.scope == "offer" and cap.limit is not None:
            given = sum(not set(cap.items).isdisjoint(offer.adds) for offer in decision.slate)
            left = cap.limit - case.inputs.taken.get(cap.name, cap.limit)
            assert given <= max(0, left), f"{cap.name}: {given} given of {left} left"


def _counted(case: Case, cap: Cap, item_id: str | None) -> int:
    """Contacts that came unasked where no item is named, else sights of the item."""
    counted = 0
    for contact in case.inputs.contacts:
        age = (case.inputs.now - contact.at) / timedelta(hours=1)
        if (cap.window_h is not None and age >= cap.window_h) or (cap.channels and contact.channel not in cap.channels):
            continue
        live = case.inputs.now < contact.lapses_at
        seen = {item for place, item in enumerate(contact.item_ids) if live or contact.seen & (1 << place)}
        counted += bool(seen) and contact.interrupts if item_id is None else item_id in seen
    return counted


_HESITANT = ("dismiss", "decline", "remove_from_cart")


def _just_returned(case: Case, customer: CustomerFacts) -> set[str]:
    return {item_id for item_id, at in customer.returned_at.items() if case.inputs.now - at < timedelta(days=60)}


def _alike(case: Case, one: str, other: str) -> bool:
    known = known_items(case)
    families = {known[item_id].family if item_id in known else None for item_id in (one, other)}
    said = any(_said(case, a, b, kind) for a, b in ((one, other), (other, one)) for kind in ("variant", "substitute"))
    return one == other or said or (len(families) == 1 and None not in families)


def _said(case: Case, anchor: str, item: str, relation: str) -> bool:
    return any((r.anchor_id, r.item_id, r.relation) == (anchor, item, relation) for r in case.inputs.relations)


# --- worth, chances, order ----------------------------------------------------------------------------


def check_worth(case: Case, decision: Decision) -> None:
    worths = [offer.worth_minor for offer in decision.slate]
    assert all(isinstance(worth, float) and worth > 0 for worth in worths), "an offer without worth"
    if decision.slate:
        placement = case.settings.placements[case.inputs.request.placement]
        total = sum(worth for worth in worths if isinstance(worth, float))
        assert total > placement.attention_minor, "a slate not worth its attention"


def check_chances(case: Case) -> None:
    scene = Scene(case.inputs, model=case.model, items=case.items, settings=case.settings)
    for slot in run_stages(scene).slots:
        assert abs(sum(chance for _, chance in slot.chances) - 1) < 1e-9, "chances that are not one"
        assert all(0 < chance <= 1 or case.settings.choice.exploration == 1 for _, chance in slot.chances)
        assert [slot.propensity] == [chance for valued, chance in slot.chances if valued is slot.drawn]


def check_pins(case: Case, decision: Decision) -> None:
    """Pins lead, in order; and whatever was proposed is either offered or withheld with a reason, once."""
    scene = Scene(case.inputs, model=case.model, items=case.items, settings=case.settings)
    proposed = settle(propose_for(case.inputs, model=case.model, settings=case.settings).candidates, scene)
    pinned = [(c.item_id, c.kind, c.anchor_id) for c in proposed if c.pin is not None]
    offered = [(offer.item_id, offer.kind, offer.anchor_id or offer.item_id) for offer in decision.slate]
    lead = [offer for offer in offered if offer in pinned]
    assert offered[: len(lead)] == lead, "a pin that does not lead"
    assert lead == [pin for pin in pinned if pin in lead], "pins out of order"
    withheld = [(w.item_id, w.kind, w.factors["anchor_id"]) for w in decision.withheld if w.stage != "candidates"]
    expected = Counter((c.item_id, c.kind, c.anchor_id) for c in proposed)
    assert Counter([*offered, *withheld]) == expected, "a candidate that is not accounted for"
    assert all(w.reason for w in decision.withheld)


def check_silence(decision: Decision) -> None:
    answer = decision.answer
    assert (answer.silence is None) == bool(answer.offers), "neither offers nor silence"
    assert decision.shown == bool(answer.offers)
    assert answer.offers in ([], decision.slate)
    assert not (decision.arm in ("holdout", "withheld") and answer.offers), "offers to the holdout"


def check_prospects(case: Case) -> None:
    """Who is told at once to be hopeless would not have come through the stages."""
    scene = Scene(case.inputs, model=case.model, items=case.items, settings=case.settings)
    candidates = settle(propose_for(case.inputs, model=case.model, settings=case.settings).candidates, scene)
    assert lead_through(prospects(candidates, scene), scene)[0] == lead_through(candidates, scene)[0], (
        "a hopeless one came through"
    )


def check_order(case: Case, decision: Decision, rng: random.Random) -> None:
    shuffled = decide(_shuffled(case, rng))
    assert _encode(shuffled.slate) == _encode(decision.slate), "the order of the inputs shows"
    assert _encode(shuffled.withheld) == _encode(decision.withheld)
    scene = Scene(case.inputs, model=case.model, items=case.items, settings=case.settings)
    proposal = propose_for(case.inputs, model=case.model, settings=case.settings)
    mixed = msgspec.structs.replace(proposal, candidates=rng.sample(proposal.candidates, len(proposal.candidates)))
    assert _drawn(scene, mixed) == _drawn(scene, proposal), "the order of candidates shows"


def _drawn(scene: Scene, proposal: Proposal) -> list[tuple[str, str, float]]:
    slots = run_stages(scene, proposal).slots
    return [(slot.drawn.candidate.item_id, slot.drawn.candidate.anchor_id, slot.propensity) for slot in slots]


def _shuffled(case: Case, rng: random.Random) -> Case:
    request = case.inputs.request
    cart: list[CartLine] = rng.sample(request.cart, len(request.cart))
    available = None if request.available is None else rng.sample(request.available, len(request.available))
    inputs = msgspec.structs.replace(
        case.inputs,
        request=msgspec.structs.replace(request, cart=cart, available=available),
        items=dict(rng.sample(sorted(case.inputs.items.items()), len(case.inputs.items))),
        relations=rng.sample(case.inputs.relations, len(case.inputs.relations)),
        owned=rng.sample(case.inputs.owned, len(case.inputs.owned)),
        declines=rng.sample(case.inputs.declines, len(case.inputs.declines)),
        repeats=rng.sample(case.inputs.repeats, len(case.inputs.repeats)),
        bought_at=dict(rng.sample(sorted(case.inputs.bought_at.items()), len(case.inputs.bought_at))),
    )
    return msgspec.structs.replace(case, inputs=inputs)


def check_repeats(case: Case, decision: Decision) -> None:
    kept = msgspec.json.decode(_encode(case.inputs), type=DecisionInputs)
    again = decide(msgspec.structs.replace(case, inputs=kept))
    assert _encode(again) == _encode(decision), "not the same, bit for bit"
    assert _encode(msgspec.json.decode(_encode(decision), type=Decision)) == _encode(decision)


def check_secrets(decision: Decision) -> None:
    """A publishable key sees no worth, chance, lot or margin; no key's comparison shows what the shop earns."""
    public = msgspec.json.decode(_encode(public_answer(decision, secret=False, explain=True)))
    assert public.keys() == {"decision_id", "valid_until", "silence", "offers", "ignored", "currency"}
    for offer in public["offers"]:
        assert not offer.keys() & {"worth_minor", "propensity", "score"}
    assert not _compared(decision.slate) & {"cost", "margin"}


def _compared(slate: Iterable[Offer]) -> set[str]:
    return {row.attribute for offer in slate for row in offer.compare or []}
