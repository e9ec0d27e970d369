"""Calls of Segment's and RudderStack's libraries, read as their logs are."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from pairwell.ingest.vendors.cells import filled, text
from pairwell.ingest.vendors.export import Given, Left, Piece, Row
from pairwell.ingest.vendors.segment import reshape
from pairwell.serve.online.feeds.sales import Seller, order_events, read_order
from pairwell.serve.online.feeds.told import Cells, EventBody, Terms, Told
from pairwell.serve.online.feeds.values import minor, moment, name_of, whole

SOURCE: Final = "segment"
_SILENT = frozenset({"part_of_line", "of_another_table", "purchase_event"})  # told by the other reading
_encoder = msgspec.json.Encoder(order="deterministic")


def tell_calls(calls: Sequence[Cells | str], sent_at: Any, terms: Terms, *, of_page: bool) -> Told:  # noqa: ANN401
    """What calls tell, those of the e-commerce spec; in the place of what is none, the rule that leaves it out.

    `of_page`: a page cannot say which customer its visitor is. What cannot be told is left for the intake to refuse.
    """
    left: Counter[str] = Counter()
    given: list[Given] = []
    for place, call in enumerate(calls):
        if isinstance(call, str):
            left[call] += 1
            continue
        if text(call.get("type")) != "track":
            left["not_track"] += 1
            continue
        given.append(Given(SOURCE, place, _timed(call, sent_at, terms, of_page=of_page)))
    behaviour, orders = (list(reshape(given, table=table)) for table in ("events", "orders"))
    left.update(piece.rule for piece in (*behaviour, *orders) if isinstance(piece, Left) and piece.rule not in _SILENT)
    told: list[tuple[int, EventBody]] = [
        (piece.given.line, _behaviour(piece.cells)) for piece in behaviour if isinstance(piece, Row)
    ]
    told += _sales(orders, terms, left)
    told.sort(key=lambda one: one[0])
    return Told(events=[event for _, event in told], places=[place for place, _ in told], left=dict(left))


def _timed(call: Cells, sent_at: Any, terms: Terms, *, of_page: bool) -> Cells:  # noqa: ANN401
    """The call by our clock, under a name of its own."""
    happened = moment(call.get("originalTimestamp")) or moment(call.get("timestamp"))
    own = {name: value for name, value in call.items() if name not in {"sentAt", "writeKey"}}
    name = text(call.get("messageId")) or hashlib.sha256(_encoder.encode(own)).hexdigest()
    at = _corrected(happened, moment(sent_at) or moment(call.get("sentAt")), terms.now)
    timed = {**call, "timestamp": at.isoformat(), "messageId": name}
    return {**timed, "userId": None} if of_page else timed


def _corrected(happened: datetime | None, sent: datetime | None, now: datetime) -> datetime:
    """When it happened by our clock: as long before it came here as it was, by theirs, before it was sent.

    Source: Segment, "Spec: Common Fields", timestamps.
    """
    if happened is None or sent is None:
        return happened or now
    try:
        return now - (sent - happened)
    except OverflowError:
        return happened


def _behaviour(cells: dict[str, str]) -> EventBody:
    names = ("event_id", "type", "at", "item_id", "customer_id", "visitor_id")
    return {name: cells[name] for name in names if name in cells}


def _sales(pieces: Sequence[Piece], terms: Terms, left: Counter[str]) -> Iterator[tuple[int, EventBody]]:
    """Orders, and what came of them, with the place of their call."""
    lines: defaultdict[int, list[Piece]] = defaultdict(list)
    returned: Counter[int] = Counter()
    for piece in pieces:
        if piece.table == "orders" and (isinstance(piece, Row) or piece.rule == "part_of_line"):
            lines[piece.given.line].append(piece)
        elif isinstance(piece, Row) and piece.table == "returns":
            if "item_id" not in piece.cells:
                left["return_line_unclear"] += 1
                continue
            number = returned[piece.given.line]
            returned[piece.given.line] += 1
            yield piece.given.line, _return(piece, number)
        elif isinstance(piece, Row) and piece.table == "order_status":
            yield piece.given.line, _status(piece)
    for place, of_one in lines.items():
        for event in _order(of_one, terms, left):
            yield place, event


def _order(pieces: Sequence[Piece], terms: Terms, left: Counter[str]) -> list[EventBody]:
    """One order. It counts as it was told first: pages are loaded anew, and servers tell it again."""
    seller = Seller(source=SOURCE, currency=terms.currency, zone=terms.zone, net=False, key_of=lambda given: given.line)
    cells = next((piece.cells for piece in pieces if isinstance(piece, Row)), {})
    order = read_order(pieces, cells, seller)
    left.update(order.left)
    if not order.lines:
        return []
    (event, *_) = order_events(order, order.placed_at or terms.now)
    visitor = filled({"visitor_id": pieces[0].given.cells.get("anonymousId")})
    return [{**event, **visitor, "at": cells.get("placed_at"), "event_id": name_of(SOURCE, cells.get("order_id"))}]


def _return(piece: Row, number: int) -> EventBody:
    cells, call = piece.cells, piece.given.cells
    refund = minor(cells.get("refund"), cells.get("currency", ""))
    return {
        "event_id": name_of(call["messageId"], number),
        "type": "return",
        "at": cells.get("at"),
        **filled({"customer_id": call.get("userId"), "visitor_id": call.get("anonymousId")}),
        "return": {
            "order_id": cells.get("order_id"),
            "item_id": cells["item_id"],
            "quantity": whole(cells.get("quantity", "1")),
            "refund_minor": refund,
        },
    }


def _status(piece: Row) -> EventBody:
    cells, call = piece.cells, piece.given.cells
    return {
        "event_id": call["messageId"],
        "type": "status",
        "at": cells.get("at"),
        **filled({"customer_id": call.get("userId"), "visitor_id": call.get("anonymousId")}),
        "status": {"order_id": cells.get("order_id"), "status": cells.get("status")},
    }
