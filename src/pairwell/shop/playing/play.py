"""One request decided under the live settings and under changed ones, by the same lots; nothing of it is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import msgspec
from msgspec import Meta

from pairwell.config.document import say_value
from pairwell.config.explaining import require_storable
from pairwell.config.published import Change, Published
from pairwell.config.settings import Settings
from pairwell.decide.account import Account, explain_decision
from pairwell.decide.decider import Decider
from pairwell.decide.identity import ENTROPY_BYTES
from pairwell.decide.replay import Archive
from pairwell.decide.telling.parts import Thing
from pairwell.decide.telling.words import folded
from pairwell.errors import RequestError
from pairwell.experiments.assignment import in_holdout
from pairwell.facts.naming import known_here
from pairwell.records import Decision, DecisionRequest, Ignored, Item
from pairwell.said import phrase
from pairwell.shop.playing.changes import Mistake, Wanted, try_changes
from pairwell.shop.playing.told import Difference, PlayedSide, compare_accounts, tell_side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pairwell.facts.store import FactStore
    from pairwell.journal.store import Journal
    from pairwell.model.model import Model
    from pairwell.shop.parts import Parts


_YEARS: Final = (2000, 2199)


class Decides(Protocol):
    """The parts of an open workspace that decide."""

    @property
    def facts(self) -> FactStore: ...

    @property
    def journal(self) -> Journal: ...


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """A request to be looked at. The same `at` and `draw` give the same lots."""

    request: DecisionRequest
    at: datetime
    draw: Annotated[int, Meta(ge=1)] = 1
    wanted: Wanted = Wanted()


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What comes of a request: as published, and with the changes. Of customers only that they are in the holdout."""

    at: datetime
    draw: int
    currency: str
    timezone: str
    things: list[Thing]  # in the cart, or looked at
    ignored: list[Ignored]  # of the request, as the catalogue does not have it
    in_holdout: bool  # whoever was named would see none of it in the shop
    offers_off: bool  # for everybody
    live: PlayedSide
    changes: list[Change]
    mistakes: list[Mistake]  # in the changes; then there is no other side
    changed: PlayedSide | None
    differences: list[Difference]

    def lines(self) -> Iterator[str]:
        """For a terminal: what is published, then what differs."""
        if self.in_holdout:
            yield from folded(
                "This customer is in the holdout and would see none of it; the lot is looked through here."
            )
        yield from self.live.lines[1:]  # its id is of no use: it is not in the journal
        for mistake in self.mistakes:
            yield from ("", *folded(f"{mistake.said} {mistake.hint or ''}".strip()))
        if self.changed is None:
            return
        yield ""
        changes = (f"{one.name} = {say_value(one.after)} instead of {say_value(one.before)}" for one in self.changes)
        yield from folded(f"With {', '.join(changes)}:")
        yield from folded(self.changed.outcome)
        yield from _different(self.differences)


class _ItemsNow:
    """The facts of now; of an item that changed meanwhile those that were read."""

    def __init__(self, shop: Parts) -> None:
        self._facts = shop.facts
        self._items: Mapping[str, Item] = shop.facts.items()

    def item_at(self, item_id: str, revision: int) -> Item | None:
        found = self._items.get(item_id)
        if found is not None and found.revision == revision:
            return found
        return self._facts.item_at(item_id, revision)


def play(shop: Parts, asked: Play, secret: bytes | None) -> Played:
    """Decide twice and compare; with a `secret` the request names its customer as the shop does.

    The holdout and what is withheld by lot are looked through, and no roll-out is looked at. Raises `RequestError` for
    an unknown placement, a text that no database keeps, or a moment that no shop has.
    """
    require_storable(asked.request)
    if not _YEARS[0] <= asked.at.year <= _YEARS[1]:
        raise RequestError(
            phrase(
                "`at` is {at}; expected a day of the years {first} to {last}.",
                at=f"{asked.at:%Y-%m-%d}",
                first=str(_YEARS[0]),
                last=str(_YEARS[1]),
            ),
            hint=phrase("Leave it out to decide as of now."),
            field="at",
        )
    asked = msgspec.structs.replace(asked, request=known_here(asked.request, secret))
    live, model = shop.published, shop.model_or_none()
    tried = try_changes(live.settings, asked.wanted)
    decision, account = decide_unkept(shop, model, live, asked)
    other = None if tried.published is None else decide_unkept(shop, model, tried.published, asked)
    return Played(
        at=asked.at,
        draw=asked.draw,
        currency=account.currency,
        timezone=account.timezone,
        things=account.things,
        ignored=decision.answer.ignored,
        in_holdout=_in_holdout(decision, live),
        offers_off=bool(decision.inputs.offers_off),
        live=tell_side(decision, account),
        changes=tried.changes,
        mistakes=tried.mistakes,
        changed=None if other is None else tell_side(*other),
        differences=[] if other is None else compare_accounts(account, other[1]),
    )


def decide_unkept(shop: Parts, model: Model | None, by: Published, asked: Play) -> tuple[Decision, Account]:
    """The decision that nobody keeps, holdout and withholding looked through, and how it came about."""
    unexplained = msgspec.structs.replace(asked.request, explain=False)
    decision = decide_alone(shop, model, by, msgspec.structs.replace(asked, request=unexplained))
    return decision, explain_decision(decision, _archive(shop, model, _looked_through(by.settings)))


def decide_alone(shop: Decides, model: Model | None, by: Published, asked: Play) -> Decision:
    """The decision that nobody keeps, holdout and withholding looked through; what it withheld where that is asked."""
    settings = _looked_through(by.settings)
    decider = Decider(lambda: model, Published(by.hash, settings), shop.facts, shop.journal)
    # A name would answer with what was decided under it before.
    request = msgspec.structs.replace(asked.request, request_id=None)
    return decider.answer(request, now=asked.at, entropy=_entropy(asked.draw), kind="read")


def _looked_through(settings: Settings) -> Settings:
    choice = msgspec.structs.replace(settings.choice, holdout=0.0, withheld=0.0)
    return msgspec.structs.replace(settings, choice=choice)


def _archive(shop: Parts, model: Model | None, settings: Settings) -> Archive:
    def model_of(name: str) -> Model:
        assert model is not None, f"a decision without a model names {name}"
        return model

    return Archive(
        model_of=model_of,
        posterior_of=shop.posteriors.at,
        settings_of=lambda _: settings,
        facts=_ItemsNow(shop),
    )


def _entropy(draw: int) -> bytes:
    return hashlib.blake2b(f"draw {draw}".encode(), digest_size=ENTROPY_BYTES).digest()


def _in_holdout(decision: Decision, live: Published) -> bool:
    lot, choice = decision.inputs.lot, live.settings.choice
    return lot is not None and in_holdout(lot, salt=choice.salt, share=choice.holdout)


def _different(differences: list[Difference]) -> Iterator[str]:
    if not differences:
        yield "Nothing comes out otherwise for this request."
    for one in differences:
        said = f"{one.title or one.item_id}: {_standing(one.place_before, one.why_before)}"
        yield from folded(f"{said}; now {_standing(one.place_after, one.why_after)}.", first="  - ")


def _standing(place: int | None, why: str | None) -> str:
    if place is not None:
        return f"shown in place {place}"
    return "no candidate" if why is None else f"not shown ({why[:1].lower()}{why[1:]})"
