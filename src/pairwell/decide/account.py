"""A decision told to a person: what was offered and on what numbers, what was not and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from pairwell.decide.choice import Slot
from pairwell.decide.choose import Course, run_stages
from pairwell.decide.counterfactual import find_hints
from pairwell.decide.replay import Archive, recall
from pairwell.decide.scene import Scene
from pairwell.decide.telling.left import tell_left
from pairwell.decide.telling.offers import Beside, tell_offer
from pairwell.decide.telling.parts import Costs, Counted, Learned, LeftAccount, OfferAccount, Thing
from pairwell.decide.telling.silences import say_silence
from pairwell.decide.telling.words import THOUSAND, Paragraph, Words, all_lines, percent
from pairwell.decide.worth import offer_cost
from pairwell.experiments.assignment import Arm
from pairwell.offer_words import read_by_shoppers
from pairwell.posterior import bought_when_shown
from pairwell.records import Decision, Offer, Silence, Stage, Withheld
from pairwell.said import ENGLISH, Said, joined, number, phrase, phrase_count


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One decision, explained."""

    decision_id: str
    made_at: datetime
    placement: str
    unit: str | None
    arm: Arm
    shown: bool
    silence: Silence | None
    currency: str
    timezone: str
    anchors: list[str]
    things: list[Thing]  # what is in the cart, and what is looked at
    purchase_minor: int
    slate_worth_minor: float
    slate_cost_minor: float
    costs: Costs
    counted: Counted
    model: str | None
    settings: str
    engine: str
    learned: Learned | None  # from outcomes of offers; None: nothing yet
    offers: list[OfferAccount]
    withheld: dict[Stage, list[LeftAccount]]
    titles: dict[str, str | None]  # of all items that were read

    @property
    def words(self) -> Words:
        """How this shop says things of what the decision read."""
        return Words(currency=self.currency, timezone=self.timezone, titles=self.titles)

    def outcome(self) -> Said:
        """What was shown or why nothing was, and what all of it adds and costs."""
        return joined(*_answered(self, self.words))

    def who(self) -> Said:
        """For whom it was made."""
        return _who(self.unit)

    def decided_by(self) -> list[Said]:
        """What was known, and with which versions of everything it was made."""
        return list(_decided_by(self, self.words))

    def lines(self, *, every: bool = False, language: str = ENGLISH) -> list[str]:
        """In lines of 80 columns; unless `every`, of what was not shown the ten nearest to it."""
        return all_lines(self._told(every=every), language)

    def _told(self, *, every: bool) -> Iterator[Paragraph]:
        words, beside = self.words, Beside(self.purchase_minor, self.counted)
        yield from _asked(self, words)
        yield _BLANK
        yield from map(Paragraph, _answered(self, words))
        for one in self.offers:
            yield _BLANK
            yield from tell_offer(one, beside, words)
        yield from _not_shown(self, words, every=every)
        yield _BLANK
        yield from map(Paragraph, _decided_by(self, words))


def explain_decision(decision: Decision, archive: Archive) -> Account:
    """Compute a journaled decision again and tell how it came about. Raises `ReplayError` where that is impossible."""
    scene = recall(decision, archive)
    course = None if decision.inputs.offers_off else run_stages(scene)
    shop, inputs = scene.settings.shop, decision.inputs
    return Account(
        decision_id=inputs.decision_id,
        made_at=inputs.now,
        placement=inputs.request.placement,
        unit=decision.unit,
        arm=decision.arm,
        shown=decision.shown,
        silence=decision.answer.silence,
        currency=shop.currency,
        timezone=shop.timezone,
        anchors=scene.anchors,
        things=_things(scene),
        purchase_minor=scene.purchase.total_minor,
        slate_worth_minor=course.worth_minor if course else 0.0,
        slate_cost_minor=course.cost_minor if course else 0.0,
        costs=_costs(scene),
        counted=_counted(scene),
        model=inputs.model,
        settings=inputs.settings,
        engine=inputs.engine,
        learned=_learned(scene),
        offers=[_offer(offer, slot, scene) for offer, slot in zip(decision.slate, course.slots, strict=True)]
        if course
        else [],
        withheld=_by_stage(course) if course else {},
        titles={item_id: item.title for item_id, item in scene.items.items()},
    )


def _things(scene: Scene) -> list[Thing]:
    return [
        Thing(
            item_id=line.item_id,
            title=_title(line.item_id, scene),
            known=line.item_id in scene.items,
            quantity=line.quantity,
            paid_minor=line.paid_minor,
        )
        for line in scene.lines.values()
    ]


def _title(item_id: str, scene: Scene) -> str | None:
    item = scene.items.get(item_id)
    return item.title if item else None


def _costs(scene: Scene) -> Costs:
    return Costs(
        attention_minor=scene.placement.attention_minor,
        friction=scene.friction,
        friction_learned=bool(scene.posterior and scene.request.placement in scene.posterior.friction),
        at_stake_minor=scene.at_stake,
        offer_minor=offer_cost(scene),
    )


def _counted(scene: Scene) -> Counted:
    shop, choice = scene.settings.shop, scene.settings.choice
    return Counted(objective=shop.objective, holdout=choice.holdout, withheld=choice.withheld)


def _learned(scene: Scene) -> Learned | None:
    known = scene.posterior
    return None if known is None else Learned(epoch=known.epoch, decisions=known.decisions, until=known.until)


def _offer(offer: Offer, slot: Slot, scene: Scene) -> OfferAccount:
    valued, candidate = slot.drawn, slot.drawn.candidate
    return OfferAccount(
        offer_no=offer.offer_no,
        kind=offer.kind,
        item_id=offer.item_id,
        title=offer.title,
        anchor_id=candidate.anchor_id,
        source=candidate.source,
        price_minor=offer.price_minor,
        discount_minor=offer.discount_minor,
        item_ids=offer.item_ids or [],
        quiet=valued.quiet,
        persuasion=valued.persuasion,
        bought_when_shown=bought_when_shown(valued.quiet, valued.persuasion),
        gain_minor=valued.gain_minor,
        worth_minor=valued.worth_minor,
        cost_minor=valued.cost_minor,
        cost_known=scene.items[offer.item_id].cost_minor is not None,
        propensity=slot.propensity,
        drawn_from=len(slot.chances),
        pin=candidate.pin,
        trial=valued.trial,
        evidence=candidate.evidence,
        borrowed=candidate.borrowed,
        looked=candidate.looked,
        repeat=candidate.repeat,
        followed=candidate.followed,
        bundle=candidate.bundle,
        texts=[reason.text for reason in read_by_shoppers(offer.reasons)],
        text_variant=offer.text_variant or None,
        more=dict(valued.more),
    )


def _by_stage(course: Course) -> dict[Stage, list[LeftAccount]]:
    stages: dict[Stage, list[LeftAccount]] = {}
    for withheld in course.withheld:
        stages.setdefault(withheld.stage, []).append(_left(withheld, course))
    return stages


def _left(withheld: Withheld, course: Course) -> LeftAccount:
    return LeftAccount(
        item_id=withheld.item_id,
        kind=withheld.kind,
        stage=withheld.stage,
        reason=withheld.reason,
        factors=withheld.factors,
        title=_title(withheld.item_id, course.scene),
        price_minor=_price(withheld, course.scene),
        hints=find_hints(withheld, course),
    )


def _price(withheld: Withheld, scene: Scene) -> int | None:
    """What the customer would have paid; None where nobody knows, or of a bundle nothing says."""
    if withheld.kind != "bundle":
        return scene.price_of(withheld.item_id)
    told: int | None = withheld.factors.get("price_minor")
    return told


# --- in words ---------------------------------------------------------------------------------------


def _asked(account: Account, words: Words) -> Iterator[Paragraph]:
    yield Paragraph(phrase("Decision {decision}", decision=account.decision_id))
    place, at = account.placement, words.moment(account.made_at)
    yield Paragraph(
        phrase(
            "{placement}, {moment} ({timezone}): {who}.",
            placement=place,
            moment=at,
            timezone=account.timezone,
            who=_who(account.unit),
        )
    )
    if not account.things:
        return
    in_cart = any(thing.quantity for thing in account.things)
    bought = phrase("Just bought:") if account.placement == "after_purchase" else phrase("In the cart:")
    yield Paragraph(bought if in_cart else phrase("Looked at:"))
    for thing in account.things:
        yield Paragraph(_thing(thing, words, in_cart=in_cart), mark="  - ")
    if len(account.things) > 1:
        yield Paragraph(phrase("together {amount}", amount=words.money(account.purchase_minor)), mark="  ")


def _who(unit: str | None) -> Said:
    if unit is None:
        return phrase("nobody was named, so that it counts in no comparison")
    kind, _, name = unit.partition(":")
    if kind == "c":
        return phrase("customer {name}", name=name)
    return phrase("visitor {name}, not known as a customer", name=name)


def _thing(thing: Thing, words: Words, *, in_cart: bool) -> Said:
    times = joined(number(thing.quantity), "× ") if thing.quantity > 1 else ""  # noqa: RUF001 - a sign of multiplication
    if not thing.known:
        return joined(times, phrase("{item}, which is not in the catalogue", item=thing.item_id), between="")
    price = phrase("price unknown") if thing.paid_minor is None else words.money(thing.paid_minor)
    looked = phrase(" (only looked at)") if in_cart and not thing.quantity else ""
    return joined(times, words.item(thing.item_id), ", ", price, looked, between="")


def _answered(account: Account, words: Words) -> Iterator[Said]:
    offers = len(account.offers)
    if account.silence is None:
        yield phrase_count("Shown: {count} offer.", "Shown: {count} offers.", offers)
    else:
        why = say_silence(account.silence, account.counted)
        yield joined(phrase("Nothing was shown."), why, _saved(account, words))
        if offers:
            yield phrase_count(
                "Otherwise {count} offer would have been shown:",
                "Otherwise {count} offers would have been shown:",
                offers,
            )
    if offers:
        yield _sum(account, words)


def _saved(account: Account, words: Words) -> str:
    """What silence saved, where it was chosen for money."""
    if account.offers or not account.slate_worth_minor:
        return ""
    return phrase(
        "Shown {times} times, the best of it would have added {amount} and cost {cost}.",
        times=THOUSAND,
        amount=words.money(round(account.slate_worth_minor * THOUSAND)),
        cost=words.money(round(account.slate_cost_minor * THOUSAND)),
    )


def _sum(account: Account, words: Words) -> Said:
    """What the slate adds and costs."""
    adds, costs, attention = (
        words.money(round(minor * THOUSAND))
        for minor in (account.slate_worth_minor, account.slate_cost_minor, account.costs.attention_minor)
    )
    parts = [
        phrase("{amount} for attention", amount=attention),
        *_lost_checkouts(account.costs, words),
        *_parcels(account, words),
    ]
    return phrase(
        "Shown {times} times, all of it adds {adds} and costs {costs}: {parts}.",
        times=THOUSAND,
        adds=adds,
        costs=costs,
        parts=joined(*parts, between=_AND),
    )


def _lost_checkouts(costs: Costs, words: Words) -> Iterator[Said]:
    """What each offer costs by those who leave over it."""
    if costs.offer_minor:
        yield phrase(
            "{each} for each offer, over which {share} of customers leave a cart that earns {stake} ({whose})",
            each=words.money(round(costs.offer_minor * THOUSAND)),
            share=percent(costs.friction),
            stake=words.money(round(costs.at_stake_minor)),
            whose=phrase("as was learned") if costs.friction_learned else phrase("as your settings suppose"),
        )


def _parcels(account: Account, words: Words) -> Iterator[Said]:
    """What more the slate costs, where it goes out in parcels of its own."""
    offers = max(1, len(account.offers))
    rest = account.slate_cost_minor - account.costs.attention_minor - offers * account.costs.offer_minor
    if rest * THOUSAND >= 1:
        yield phrase("{amount} for parcels", amount=words.money(round(rest * THOUSAND)))


def _not_shown(account: Account, words: Words, *, every: bool) -> Iterator[Paragraph]:
    if left := sum(len(left) for left in account.withheld.values()):
        yield _BLANK
        yield Paragraph(phrase_count("Not shown: {count} candidate.", "Not shown: {count} candidates.", left))
        hints = [hint for left in account.withheld.values() for one in left for hint in one.hints]
        if any(hint.again_from is None for hint in hints):
            yield Paragraph(phrase("What is said of other prices takes everything else to stay as it was."))
        yield from tell_left(account.withheld, words, every=every)


def _decided_by(account: Account, words: Words) -> Iterator[Said]:
    learned = account.learned
    if account.offers or account.withheld:
        yield (
            phrase(
                "How customers respond to offers is what the settings suppose ([persuasion]); no outcomes were "
                "learned yet."
            )
            if learned is None
            else phrase_count(
                "How customers respond to offers was learned from {count} decision up to {until} (epoch {epoch}).",
                "How customers respond to offers was learned from {count} decisions up to {until} (epoch {epoch}).",
                learned.decisions,
                until=words.moment(learned.until),
                epoch=str(learned.epoch),
            )
        )
    yield phrase(
        "Decided with model {model}, settings {settings}, Pairwell {engine}.",
        model=account.model or phrase("none"),
        settings=account.settings,
        engine=account.engine,
    )


_BLANK = Paragraph("")
_AND = phrase(", and ")
