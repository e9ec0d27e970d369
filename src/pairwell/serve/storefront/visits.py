"""Who is in the shop of the demo, and what lies in their carts; in memory, as nobody truly buys here."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import msgspec

_MOST = 1_000  # of more visits those that rested longest are forgotten
_MOST_LINES = 50
_MOST_PIECES = 99


class Line(msgspec.Struct, kw_only=True):
    """An item in a cart; the last two name the offer that brought it there."""

    item_id: str
    quantity: int = 1
    decision_id: str | None = None
    offer_no: int | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is put into a cart, and what goes for it."""

    item_ids: list[str]
    replaces: str | None = None
    decision_id: str | None = None
    offer_no: int | None = None


class Order(msgspec.Struct, kw_only=True):
    """What was bought together, what was paid for a piece of each item, and what came back."""

    customer_id: str | None
    lines: Sequence[Line]
    prices: Mapping[str, int]
    returned: list[str] = []

    @property
    def total(self) -> int:
        return sum(self.paid(line) for line in self.lines)

    def paid(self, line: Line) -> int:
        return line.quantity * self.prices.get(line.item_id, 0)


class Visit(msgspec.Struct, kw_only=True):
    """One browser. `visitor_id` is random and known to nobody else."""

    visitor_id: str
    customer_id: str | None = None
    locale: str = "en"
    lines: list[Line] = []
    viewed: list[str] = []
    orders: dict[str, Order] = {}
    letters: int = 0  # e-mails that were answered

    def put(self, change: Change) -> None:
        """Put items into the cart; in the place of what they replace, where that is in there."""
        gone = next((line for line in self.lines if line.item_id == change.replaces), None)
        at = len(self.lines) if gone is None else self.lines.index(gone)
        quantity = 1 if gone is None else gone.quantity
        if gone is not None:
            self.lines.remove(gone)
        for item_id in change.item_ids:
            there = next((line for line in self.lines if line.item_id == item_id), None)
            if there is not None:
                there.quantity = min(_MOST_PIECES, there.quantity + quantity)
            elif len(self.lines) < _MOST_LINES:
                new = Line(item_id=item_id, quantity=quantity, decision_id=change.decision_id, offer_no=change.offer_no)
                self.lines.insert(at, new)
                at += 1

    def take_out(self, item_id: str) -> None:
        self.lines = [line for line in self.lines if line.item_id != item_id]

    def look_at(self, item_id: str) -> None:
        self.viewed = [*(one for one in self.viewed if one != item_id), item_id][-_MOST_LINES:]

    def order(self, prices: Mapping[str, int]) -> tuple[str, Order]:
        """Buy what is in the cart at `prices`: the order and its number."""
        number = f"demo-{secrets.token_hex(6)}"
        self.orders[number] = Order(customer_id=self.customer_id, lines=self.lines, prices=prices)
        self.lines = []
        return number, self.orders[number]

    def own_orders(self) -> dict[str, Order]:
        """Orders of whom this browser is now, the newest first."""
        mine = [(number, order) for number, order in self.orders.items() if order.customer_id == self.customer_id]
        return dict(reversed(mine))

    def give_back(self, number: str, item_id: str) -> tuple[int, int] | None:
        """Return all pieces of an item: how many, and the refund in minor units. None where that cannot be."""
        order = self.own_orders().get(number)
        line = next((line for line in order.lines if line.item_id == item_id), None) if order else None
        if order is None or line is None or item_id in order.returned:
            return None
        order.returned.append(item_id)
        return line.quantity, order.paid(line)


class Visits:
    """Visits by the secret in their cookies. For one thread."""

    def __init__(self) -> None:
        self._by_secret: OrderedDict[str, Visit] = OrderedDict()

    def find(self, secret: str | None) -> tuple[str, Visit]:
        """The visit of a cookie, a new one where there is none."""
        if secret is None or secret not in self._by_secret:
            secret = secrets.token_urlsafe(24)
            self._by_secret[secret] = Visit(visitor_id=secrets.token_hex(12))
        self._by_secret.move_to_end(secret)
        if len(self._by_secret) > _MOST:
            self._by_secret.popitem(last=False)
        return secret, self._by_secret[secret]
