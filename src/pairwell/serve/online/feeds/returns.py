"""What came back of orders, as events."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from pairwell.serve.online.feeds.sales import Order
from pairwell.serve.online.feeds.told import EventBody
from pairwell.serve.online.feeds.values import name_of


class Returns:
    """Returns of one version of an order; no more of a line than was bought."""

    def __init__(self, order: Order) -> None:
        self.events: list[EventBody] = []
        self._order = order
        self._gone: Counter[int] = Counter()
        self._names = Counter(line["item_id"] for line in order.lines)

    def left_of(self, number: int) -> int:
        """Pieces of a line that did not come back yet."""
        quantity = self._order.lines[number - 1]["quantity"]
        return quantity - self._gone[number] if isinstance(quantity, int) else 0

    def add(self, number: int, quantity: int, at: datetime, *, refund: Any, name: object) -> None:  # noqa: ANN401
        """Pieces of a line came back; `name`: of this return among those of the order. Beyond what is left: a word."""
        kept = min(quantity, self.left_of(number))
        if kept <= 0:
            self._order.left["return_exceeds_order"] += 1
            return
        self._gone[number] += kept
        cells, source = self._order.cells, self._order.seller.source
        self.events.append(
            {
                "event_id": name_of(source, "return", cells.get("order_id"), name),
                "type": "return",
                "at": at,
                "customer_id": cells.get("customer_id"),
                "return": {
                    "order_id": cells.get("order_id"),
                    **self._which(number),
                    "quantity": kept,
                    "refund_minor": refund,
                    "net": self._order.seller.net,
                },
            }
        )

    def add_rest(self, at: datetime) -> None:
        """All that is left came back, for what was paid for it: a return without a refund is worth that."""
        for number in range(1, len(self._order.lines) + 1):
            if (rest := self.left_of(number)) > 0:
                self.add(number, rest, at, refund=None, name=f"rest-{number}-{rest}")

    def _which(self, number: int) -> dict[str, Any]:
        """A line by its item, which stays where lines change places; by its number where several are of one item."""
        item_id = self._order.lines[number - 1]["item_id"]
        return {"item_id": item_id} if self._names[item_id] == 1 else {"line_no": number}
