"""Offers for messages: one journaled decision a customer, consent and caps applied, as rows for whoever sends them."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol, TextIO
from zoneinfo import ZoneInfo

import msgspec
from babel.numbers import get_currency_precision

from pairwell.config.explaining import name_neighbours
from pairwell.config.published import Published
from pairwell.config.settings import Placement, Settings
from pairwell.decide.decider import plain_answer
from pairwell.decide.unsent import why_unsent
from pairwell.errors import EvidenceError, RequestError
from pairwell.facts.store import FactStore
from pairwell.records import Answer, Decision, DecisionRequest, Offer
from pairwell.wording import plain_cell

Format = Literal["csv", "jsonl"]
_OFFER_COLUMNS = ("kind", "item_id", "title", "price", "text", "url", "image_url", "replaces")


class Deciding(Protocol):
    """The parts of an open workspace that decide whom to write to, and what."""

    @property
    def published(self) -> Published: ...

    @property
    def facts(self) -> FactStore: ...

    def decide_at(self, request: DecisionRequest, now: datetime, *, dry_run: bool = False) -> Decision: ...


class Mailing(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a message may go to, and how its offers are written."""

    placement: str = "email"
    customers: Sequence[str] | None = None  # None: everybody who agreed to the placement's channel
    n: int | None = None  # offers in one message; None: as many as the settings allow
    locale: str = "en"
    format: Format = "csv"


class Mailed(msgspec.Struct, frozen=True, kw_only=True):
    """How many were asked about, and what became of them."""

    target: str = "email"
    placement: str
    run: str  # the day: asked again on it, everybody gets the same
    customers: int  # asked about
    rows: int  # with offers
    offers: int
    silent_by_reason: dict[str, int]
    notes: list[str]


def export_messages(shop: Deciding, asked: Mailing, stream: TextIO, *, now: datetime) -> Mailed:
    """Decide for each customer and write those who get an offer into `stream`, in the order of their ids.

    Every decision is journaled and reserves its place under the caps, as if it had been asked for over HTTP. On one
    day of the shop the same customer gets the same answer, so that a run that broke off can be run again; but nothing
    where it lapsed, or consent was withdrawn, or its offers were declined since. Raises
    `RequestError` for a placement that is none or does not come unasked or a count out of bounds, `EvidenceError`
    where there is nobody to ask.
    """
    settings = shop.published.settings
    placement, slots = _find_placement(asked.placement, settings), _slots(asked.n, settings)
    customers = _find_customers(shop, asked, placement)
    run = now.astimezone(ZoneInfo(settings.shop.timezone)).date().isoformat()
    silent: Counter[str] = Counter()
    spoken = _spoken(_answers(shop, asked, customers, run, now), silent, slots)
    rows, offers = write_messages(stream, spoken, slots, asked.format)
    notes = [] if rows else ["Nobody gets an offer: `pairwell decide --customer ID --placement … --explain` says why."]
    return Mailed(
        placement=asked.placement,
        run=run,
        customers=len(customers),
        rows=rows,
        offers=offers,
        silent_by_reason=dict(sorted(silent.items())),
        notes=notes,
    )


def _slots(n: int | None, settings: Settings) -> int:
    if n is not None and not 1 <= n <= settings.slots.max:
        most = settings.slots.max
        raise RequestError(f"{n} offers in a message cannot be.", hint=f"Ask for 1 to {most} (`slots.max`).", field="n")
    return settings.slots.max if n is None else n


def _find_placement(name: str, settings: Settings) -> Placement:
    placement = settings.placements.get(name)
    if placement is None:
        hint = name_neighbours(name, list(settings.placements))
        raise RequestError(f"{name!r} is no placement of the settings.", hint=hint, field="placement")
    if not placement.interrupts:
        fitting = [other for other, one in settings.placements.items() if one.interrupts]
        raise RequestError(
            f"The placement {name!r} does not come unasked: nobody is written to there.",
            hint=f"Name one that does: {', '.join(fitting) or 'none of yours, set `interrupts = true`'}.",
            field="placement",
        )
    return placement


def _find_customers(shop: Deciding, asked: Mailing, placement: Placement) -> list[str]:
    if asked.customers is not None:
        found = sorted(set(asked.customers))
        if not found:
            raise EvidenceError("The list names no customer.", hint="Write one id a line.")
        return found
    if shop.published.settings.ingest.pseudonyms:
        raise RequestError(
            "Customers are kept under pseudonyms here: nobody can be written to by them.",
            hint="Name the customers as your shop does, one id a line, by --customers FILE.",
            field="customers",
        )
    found = shop.facts.agreed(placement.channel)
    if not found:
        raise EvidenceError(
            f"Nobody agreed to {placement.channel!r}.",
            hint="Run `pairwell ingest consents FILE`, send consents as events, or name customers by --customers FILE.",
        )
    return found


def _answers(
    shop: Deciding, asked: Mailing, customers: Sequence[str], run: str, now: datetime
) -> Iterator[tuple[str, Answer | str]]:
    """What each is told, or why what they were to be told earlier that day is not sent any more."""
    settings = shop.published.settings
    for customer_id in customers:
        # The id of the request says who and when, so that the journal gives the same answer to the same question.
        told = f"{asked.placement}\x1f{run}\x1f{customer_id}".encode()
        request = DecisionRequest(
            request_id=f"message-{hashlib.blake2b(told, digest_size=16).hexdigest()}",
            placement=asked.placement,
            customer_id=customer_id,
            locale=asked.locale,
            limit=asked.n,
        )
        decision = shop.decide_at(request, now)
        known = decision.inputs
        if known.now != now and decision.answer.offers:  # decided earlier that day
            known = shop.decide_at(msgspec.structs.replace(request, request_id=None), now, dry_run=True).inputs
        yield customer_id, why_unsent(decision.answer, known, settings) or plain_answer(decision.answer)


def _spoken(
    answers: Iterable[tuple[str, Answer | str]], silent: Counter[str], slots: int
) -> Iterator[tuple[str, Answer]]:
    """Those with an offer; the others are counted by the reason of their silence."""
    for customer_id, answer in answers:
        if isinstance(answer, str):
            silent[answer] += 1
        elif answer.offers:
            # An answer given earlier that day may hold more than is asked for now.
            yield customer_id, msgspec.structs.replace(answer, offers=answer.offers[:slots])
        else:
            silent[answer.silence.reason if answer.silence else "no_offer"] += 1


def write_messages(stream: TextIO, spoken: Iterable[tuple[str, Answer]], slots: int, form: Format) -> tuple[int, int]:
    """A row for each customer with what they are offered, `slots` at most; how many rows and offers."""
    return _write_csv(stream, spoken, slots) if form == "csv" else _write_lines(stream, spoken)


def _write_csv(stream: TextIO, spoken: Iterable[tuple[str, Answer]], slots: int) -> tuple[int, int]:
    """One row a customer, as many columns as there may be offers; how many rows and offers."""
    heads = [f"offer_{place}_{name}" for place in range(1, slots + 1) for name in _OFFER_COLUMNS]
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["customer_id", "decision_id", "valid_until", "currency", *heads])
    rows = offers = 0
    for customer_id, answer in spoken:
        currency = "" if answer.currency is msgspec.UNSET else answer.currency
        cells = [cell for offer in answer.offers for cell in _cells(offer, currency)]
        rest = [""] * (len(heads) - len(cells))
        heading = [customer_id, answer.decision_id, answer.valid_until.isoformat(), currency]
        writer.writerow([plain_cell(cell) for cell in (*heading, *cells, *rest)])
        rows, offers = rows + 1, offers + len(answer.offers)
    return rows, offers


def _cells(offer: Offer, currency: str) -> list[str]:
    digits = get_currency_precision(currency) if currency else 0
    price = f"{Decimal(offer.price_minor).scaleb(-digits):f}"
    text = offer.reasons[0].text if offer.reasons else ""
    url, image = ("" if one is msgspec.UNSET else one for one in (offer.url, offer.image_url))
    return [offer.kind, ", ".join(offer.adds), offer.title or "", price, text or "", url, image, offer.replaces or ""]


def _write_lines(stream: TextIO, spoken: Iterable[tuple[str, Answer]]) -> tuple[int, int]:
    """One JSON object a customer: the answer as HTTP gives it; how many rows and offers."""
    rows = offers = 0
    for customer_id, answer in spoken:
        told = {"customer_id": customer_id, **msgspec.to_builtins(answer)}
        stream.write(msgspec.json.encode(told).decode() + "\n")
        rows, offers = rows + 1, offers + len(answer.offers)
    return rows, offers
