"""What each metric of orders is: a sum over orders, or one sum divided by another, so that slices add up."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from pairwell.said import phrase

Unit = Literal["money", "count", "number", "share"]


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One metric, defined once for every report and every slice."""

    key: str
    title: str
    unit: Unit
    short: str = ""  # the title of a column; empty: as the title
    formula: str  # in words
    above: str  # the sum that it is, or that is divided
    below: str | None = None  # the sum it is divided by
    grain: Literal["order", "customer"] = "order"
    of: Literal["order", "visit"] = "order"
    priced: bool = False  # not valid where no order states a price
    invalid: str | None = None  # when else not to trust it, in words

    @property
    def is_ratio(self) -> bool:
        """Whether it has an interval: a sum is simply what happened."""
        return self.below is not None


SUMS: Final = (
    "orders",
    "items",
    "units",
    "revenue",
    "added_revenue",
    "with_add_on",
    "margin",
    "estimated",
    "discounts",
    "refunds",
    "with_return",
    "unpriced",
    "converted",
    "roles",
)
"""What is summed of every order; whatever is sliced, these add up."""

METRICS: Final = (
    Metric(
        key="orders",
        title=phrase("Orders"),
        unit="count",
        formula="orders that were placed and not cancelled",
        above="orders",
    ),
    Metric(
        key="buyers",
        title=phrase("Buyers"),
        unit="count",
        formula="different customers among them; an order without a customer is one of nobody and is not counted",
        above="buyers",
        grain="customer",
        invalid="where many orders name no customer",
    ),
    Metric(
        key="units",
        title=phrase("Units sold"),
        unit="number",
        formula="quantities of all lines",
        above="units",
        invalid="where pieces and weights are sold together",
    ),
    Metric(
        key="revenue",
        title=phrase("Revenue"),
        unit="money",
        formula="quantity times unit price less the discount of the line, over all lines; without tax and shipping, "
        "returns and discounts of whole orders not deducted",
        above="revenue",
        priced=True,
    ),
    Metric(
        key="aov",
        title=phrase("Average order value"),
        short=phrase("AOV"),
        unit="money",
        formula="revenue / orders",
        above="revenue",
        below="orders",
        priced=True,
    ),
    Metric(
        key="revenue_per_customer",
        title=phrase("Revenue per customer"),
        unit="money",
        formula="revenue / customers; an order without a customer counts as a customer of its own",
        above="revenue",
        below="customers",
        grain="customer",
        priced=True,
        invalid="beside a period of another length: who stays longer buys more often",
    ),
    Metric(
        key="items_per_order",
        title=phrase("Items per order"),
        short=phrase("Items an order"),
        unit="number",
        formula="different items of an order, on average: order items / orders",
        above="items",
        below="orders",
    ),
    Metric(
        key="attach_rate",
        title=phrase("Orders with an add-on"),
        short=phrase("With add-on"),
        unit="share",
        formula="orders that hold another item beside their primary item / orders",
        above="with_add_on",
        below="orders",
        invalid="as far as the primary item is guessed: it decides what is an add-on, not whether there is one",
    ),
    Metric(
        key="buyers_who_added",
        title=phrase("Buyers who added something"),
        unit="share",
        formula="customers with at least one order that holds an add-on / customers; an order without a customer "
        "counts as a customer of its own",
        above="added_ever",
        below="customers",
        grain="customer",
    ),
    Metric(
        key="add_on_spend_per_order",
        title=phrase("Add-on spend per order"),
        short=phrase("Add-on spend"),
        unit="money",
        formula="revenue of all items beside the primary one / orders",
        above="added_revenue",
        below="orders",
        priced=True,
    ),
    Metric(
        key="margin",
        title=phrase("Margin after discounts and returns"),
        short=phrase("Margin"),
        unit="money",
        formula="revenue - cost of goods - discounts of whole orders - refunds + cost of what came back "
        "- shop.return_cost_minor for each unit of it",
        above="margin",
        priced=True,
        invalid="as far as costs are unknown: then the cost is the price before discounts times (1 - margin rate)",
    ),
    Metric(
        key="margin_share",
        title=phrase("Margin of revenue"),
        unit="share",
        formula="margin after discounts and returns / revenue",
        above="margin",
        below="revenue",
        priced=True,
    ),
    Metric(
        key="return_rate",
        title=phrase("Orders with a return"),
        short=phrase("With return"),
        unit="share",
        formula="orders of the period of which something came back, whenever it did / orders",
        above="with_return",
        below="orders",
        invalid="for orders so new that their returns are still to come",
    ),
    Metric(
        key="refunds",
        title=phrase("Refunds"),
        unit="money",
        formula="refunds of the period's orders, whenever they were given; one that is not stated is the share of the "
        "line's revenue that came back",
        above="refunds",
        priced=True,
    ),
)
"""Every metric of orders, in the order of reports."""

METRICS_OF_VISITS: Final = (
    Metric(
        key="visits",
        title=phrase("Visits"),
        unit="count",
        formula="events of one customer or visitor, at most half an hour apart, that began in the period",
        above="visits",
        of="visit",
        invalid="as far as pages send no events",
    ),
    Metric(
        key="cart_rate",
        title=phrase("Visits with a cart"),
        unit="share",
        formula="visits in which something was put into the cart, or ordered / visits",
        above="carted",
        below="visits",
        of="visit",
    ),
    Metric(
        key="conversion",
        title=phrase("Visits with an order"),
        unit="share",
        formula="visits in which something was ordered, or at most half an hour after / visits",
        above="ordered",
        below="visits",
        of="visit",
        invalid="as far as orders do not name the customer or visitor whom events name",
    ),
)
"""Every metric of visits, in the order of reports."""

METRIC: Final = {metric.key: metric for metric in METRICS}
