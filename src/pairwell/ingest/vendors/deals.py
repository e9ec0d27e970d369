"""Deals of a CRM as orders: those that are won and name products."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from pairwell.ingest.cleaning import NOT_WON
from pairwell.ingest.vendors.cells import amount, filled, moment, text
from pairwell.ingest.vendors.export import Given, Left, Piece, Row
from pairwell.ingest.vendors.lines import Line, added_up

_WON = frozenset(
    {
        "won", "closed won", "closedwon", "closed - won", "deal won", "won deal", "deal completed", "closed (won)",
        "сделка успешна", "сделка заключена", "сделка выиграна", "успешная сделка", "успешно реализовано",
        "успешно завершено", "выиграна", "выиграно", "wygrana", "wygrane", "wygrany", "szansa wygrana", "deal wygrany",
    }
)  # fmt: skip
_NO_PRODUCT = "-"
OF_COMPANY = "company:"
"""How a customer is called who is a company: CRMs number contacts and companies alike."""
CHANGED = "changed"
"""The cell of what is held of a record that says when it was changed last."""


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """A deal, whatever CRM tells it. What is given holds only cells that are used: refused, it is kept as it is."""

    rows: Sequence[Given]  # that tell of it and are no line: its own, where lines stand in rows of theirs
    order: Mapping[str, Any]  # order_id, placed_at, customer_id, seller_id, currency, discount
    won: bool
    lines: Sequence[Line]


class Newest:
    """Records by number: of several tellings of one the newest, by when each was changed, else the one told last."""

    def __init__(self) -> None:
        self.records: dict[str, Given] = {}

    def tell(self, number: str, told: Given) -> Left | None:
        """Note a telling; returns the one that does not count, where there is another."""
        known = self.records.get(number)
        if known is None or not is_older(told, known):
            self.records[number] = told
            told, known = known or told, told
        return None if told is known else left_out(told, [known])


def is_older(one: Given, other: Given) -> bool:
    """Whether one was changed before the other; where either does not say when, it was not."""
    first, second = (_instant(given.cells.get(CHANGED)) for given in (one, other))
    return first is not None and second is not None and first < second


def left_out(older: Given, newest: Iterable[Given]) -> Left:
    """What an older telling is beside the rows of the newest."""
    same = any(older.cells == given.cells for given in newest)
    return Left(older, "orders", "exact_duplicate" if same else "repeated_order")


def _instant(value: Any) -> float | None:  # noqa: ANN401  (any JSON value)
    """Seconds since 1970; of a moment without a zone, as if it were UTC: those of one list have one zone."""
    said = moment(value)
    number = amount(said)
    if number is not None:
        return float(number)
    try:
        at = datetime.fromisoformat(said or "")
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def pieces_of(deal: Deal) -> Iterator[Piece]:
    """A piece of `orders` for each of the deal's rows and for each of its lines."""
    if not deal.won:
        yield from _not_won(deal)
        return
    rule = "part_of_deal" if deal.lines else "deal_without_products"
    yield from (Left(row, "orders", rule) for row in deal.rows)
    order = filled({**deal.order, "status": "completed"})
    for piece in added_up(deal.lines, "orders"):
        yield Row(piece.given, piece.table, order | piece.cells) if isinstance(piece, Row) else piece


def _not_won(deal: Deal) -> Iterator[Piece]:
    """Where an earlier file had it as won, it is taken out by its id; so one row of it goes on to be judged."""
    first, *others = [*deal.rows, *(line.given for line in deal.lines)]
    order_id = text(deal.order.get("order_id"))
    if order_id is None:
        yield Left(first, "orders", "deal_not_won")
    else:
        yield Row(first, "orders", {"order_id": order_id, "item_id": _NO_PRODUCT, "status": NOT_WON})
    yield from (Left(other, "orders", "deal_not_won") for other in others)


def is_won(stages: Iterable[Any], *, flag: bool | None, named: frozenset[str]) -> bool:
    """Whether a deal in a stage of these names is won.

    Where a person named the stages that are won, these are and no others. Else the CRM's own `flag` says so; where it
    says nothing, a stage is won that is called as CRMs call it in English, Russian and Polish.
    """
    called = {said.casefold() for stage in stages if (said := text(stage))}
    if named:
        return not called.isdisjoint(name.casefold() for name in named)
    return not called.isdisjoint(_WON) if flag is None else flag


def customer_of(contact: Any, company: Any) -> str | None:  # noqa: ANN401  (any JSON value)
    """Who bought: the contact, else the company."""
    return number_of(contact) or account_of(company)


def account_of(company: Any) -> str | None:  # noqa: ANN401
    """What a company is called, as a customer and as the account of its contacts."""
    number = number_of(company)
    return number and f"{OF_COMPANY}{number}"


def number_of(value: Any) -> str | None:  # noqa: ANN401
    """What a CRM calls a record; 0 is none."""
    said = text(value)
    return None if said == "0" else said


def note_unwon(refused: Mapping[str, int], taken: int) -> Iterator[str]:
    """A sentence where a CRM's export holds deals of which none is known as won."""
    unwon = refused.get("deal_not_won", 0)
    if unwon and not taken and "deal_without_products" not in refused:
        yield (
            "No deal is known as won. If a stage of yours means it under another name, write "
            'won = ["its name"] above [file] in the mapping and pass the mapping back with --mapping.'
        )
