"""Shopify's export of orders: one row a line item, with the order's own cells on its first row only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from pairwell.ingest.vendors.cells import amount, email_of, filled, is_yes, plain, text
from pairwell.ingest.vendors.export import Export, Given, Left, Piece, Row
from pairwell.ingest.vendors.lines import Line, added_up

_FIELDS = {
    "orders": {
        "order_id": "Name",
        "item_id": "Lineitem sku, else Lineitem name",
        "placed_at": "Created at",
        "customer_id": "Email, else Phone",
        "title": "Lineitem name",
        "quantity": "Lineitem quantity",
        "unit_price": "Lineitem price",
        "line_discount": "Lineitem discount",
        "currency": "Currency",
        "brand": "Vendor",
        "channel": "Source",
        "seller_id": "Employee",
        "status": "Cancelled at, Financial Status",
        "discount": "Subtotal, Discount Amount",
        "shipping": "Shipping",
        "tax": "Taxes",
        "attributes.country": "Shipping Country, else Billing Country",
    },
    "returns": {"order_id": "Name", "refund": "Refunded Amount"},
    "consents": {
        "customer_id": "Email",
        "channel": "Accepts Marketing",
        "given": "Accepts Marketing",
        "at": "Created at",
    },
}
_NEVER_PAID = {"voided", "expired"}
_SENT = {"fulfilled", "partial"}
_CENT = Decimal("0.01")
_TEST_GATEWAY = "bogus"
_ONCE = ("Financial Status", "Subtotal")


def reshape(given: Iterable[Given]) -> Iterator[Piece]:
    """Order by order; the rows of one stand together, and its own cells are taken from wherever in them they are.

    An order that is told twice on end, as where two files meet, is two here: the repetition is seen further on.
    """
    for _, rows in groupby(given, key=lambda row: text(row.cells.get("Name"))):
        for order in _told_anew(rows):
            yield from _order(order)


def _told_anew(rows: Iterable[Given]) -> Iterator[list[Given]]:
    """The rows of one name, cut where cells that an order has once are filled again."""
    order: list[Given] = []
    begun = False
    for row in rows:
        begins = any(text(row.cells.get(name)) for name in _ONCE)
        if begins and begun:
            yield order
            order = []
        order.append(row)
        begun = begun or begins
    yield order


def _order(rows: Sequence[Given]) -> Iterator[Piece]:
    order = _shared(rows)
    goods: list[Line] = []
    for row in rows:
        if rule := _no_goods(row.cells, order):
            yield Left(row, "orders", rule)
        else:
            goods.append(Line(row, _line(row.cells)))
    off = _goods_discount([_line(row.cells) for row in rows], order)
    told = order_cells(order) | ({} if off is None else {"discount": off})
    for piece in added_up(goods, "orders"):
        yield Row(piece.given, piece.table, told | piece.cells) if isinstance(piece, Row) else piece
    if goods and told.get("order_id"):
        yield from _beside(goods, told, order)


def _shared(rows: Sequence[Given]) -> dict[str, Any]:
    """The first cell of each column: what only the first row of an order says, it says of all its rows."""
    shared: dict[str, Any] = {}
    for row in rows:
        for name, cell in row.cells.items():
            shared.setdefault(name, cell)
    return shared


def order_cells(order: dict[str, Any]) -> dict[str, str]:
    """What is said of all of an order, under the names of our fields."""
    return filled(
        {
            "order_id": order.get("Name"),
            "placed_at": order.get("Created at"),
            "customer_id": email_of(order.get("Email")) or order.get("Phone"),
            "currency": order.get("Currency"),
            "channel": order.get("Source"),
            "seller_id": order.get("Employee"),
            "status": _status(order),
            "shipping": order.get("Shipping"),
            "tax": order.get("Taxes"),
            "attributes.country": order.get("Shipping Country") or order.get("Billing Country"),
        }
    )


def _line(cells: dict[str, Any]) -> dict[str, str]:
    name = cells.get("Lineitem name")
    return filled(
        {
            "item_id": cells.get("Lineitem sku") or name,
            "title": name,
            "quantity": cells.get("Lineitem quantity"),
            "unit_price": cells.get("Lineitem price"),
            "line_discount": cells.get("Lineitem discount"),
            "brand": cells.get("Vendor"),
        }
    )


def _status(order: dict[str, Any]) -> str:
    """In words that the rules of orders know. What is sent before it is paid (cash on delivery) is a sale."""
    paid = (text(order.get("Financial Status")) or "").casefold()
    if text(order.get("Cancelled at")) or paid in _NEVER_PAID:
        return "cancelled"
    if paid == "pending" and (text(order.get("Fulfillment Status")) or "").casefold() not in _SENT:
        return "unpaid"
    return "refunded" if paid == "refunded" else "completed"


def _no_goods(cells: dict[str, Any], order: dict[str, Any]) -> str | None:
    """The rule that leaves a line out of the sales, if any."""
    if _TEST_GATEWAY in (text(order.get("Payment Method")) or "").casefold():
        return "test_order"
    name = (text(cells.get("Lineitem name")) or "").casefold()
    is_sent = is_yes(cells.get("Lineitem requires shipping"))
    if is_sent or text(cells.get("Lineitem sku")):
        return None
    if "gift card" in name:
        return "gift_card"
    return "not_goods" if name == "tip" else None


def _goods_discount(lines: Sequence[dict[str, str]], order: dict[str, Any]) -> str | None:
    """What was taken off the goods beside the discounts of lines; a cell that is no number as it is, to be refused.

    "Discount Amount" is everything that was taken off, of lines and of shipping too; "Subtotal" is what was left of
    the goods.
    """
    stated, left = amount(order.get("Discount Amount")), amount(order.get("Subtotal"))
    whole = [_money(line) for line in lines]
    if stated is None or left is None or None in whole:
        return text(order.get("Discount Amount"))
    off = sum((money for money in whole if money is not None), Decimal(0)) - left
    return plain(off if 0 <= off <= stated else stated)


def _money(line: dict[str, str]) -> Decimal | None:
    price, quantity = amount(line.get("unit_price")), amount(line.get("quantity"))
    if price is None or quantity is None:
        return None
    return price * quantity - abs(amount(line.get("line_discount")) or Decimal(0))


def _beside(goods: Sequence[Line], told: dict[str, str], order: dict[str, Any]) -> Iterator[Piece]:
    """A refund of a part, which names no line; and what the customer said of e-mails."""
    first = goods[0].given
    stated = text(order.get("Refunded Amount"))
    refund = amount(stated)
    if told["status"] == "completed" and stated and refund != 0:
        cells = {
            "order_id": told["order_id"],
            "refund": stated if refund is None else plain(_as_priced(refund, goods, order)),
        }
        yield Row(first, "returns", cells)
    address, agreed = email_of(order.get("Email")), text(order.get("Accepts Marketing"))
    if address and agreed and "placed_at" in told:
        said = {"customer_id": address, "channel": "email", "given": agreed, "at": told["placed_at"]}
        yield Row(first, "consents", said)


def _as_priced(refund: Decimal, goods: Sequence[Line], order: dict[str, Any]) -> Decimal:
    """A refund as prices are stated: less tax where the order's total says that tax was put on top of them.

    Shipping may bear tax or not: of the two rates the one by which the refund is the price of a line.
    """
    left, sent, tax, total = (amount(order.get(name)) for name in ("Subtotal", "Shipping", "Taxes", "Total"))
    if not left or sent is None or not tax or total != left + sent + tax:
        return refund
    prices = [money for line in goods if (money := _money(line.cells)) is not None]
    bare = [refund / (1 + tax / taxed) for taxed in (left + sent, left)]
    fitting = [price for net in bare for price in prices if abs(price - net) <= _CENT]
    return fitting[0] if fitting else round(bare[0], 4)


SHOPIFY_ORDERS = Export(
    source="shopify",
    title="Shopify's export of orders",
    page="https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders",
    seen="November 2026",
    marks=(frozenset({"name", "financial status", "lineitem name", "lineitem quantity", "lineitem price"}),),
    fields=_FIELDS,
    reshape=reshape,
    shown=frozenset(
        {"name", "email", "phone", "created at", "cancelled at", "financial status", "payment method", "currency"}
        | {"lineitem name", "lineitem sku", "lineitem quantity", "lineitem price", "lineitem requires shipping"}
    ),
    numbers=frozenset(
        {
            "subtotal",
            "shipping",
            "taxes",
            "total",
            "discount amount",
            "lineitem quantity",
            "lineitem price",
            "lineitem discount",
            "refunded amount",
        }
    ),
)
