"""Every rule that refuses, changes or merges a row: its name and the sentence that says what it does."""

from __future__ import annotations

from typing import Literal

import msgspec

from pairwell.said import phrase

Effect = Literal["refuses", "changes", "merges"]


class Rule(msgspec.Struct, frozen=True):
    """One rule; its name is what reports and the quarantine call it."""

    name: str
    effect: Effect
    sentence: str


RULES: tuple[Rule, ...] = (
    # What the file itself spoils.
    Rule("wrong_field_count", "refuses", phrase("A row has more or fewer fields than the header.")),
    Rule("unclosed_quote", "refuses", phrase("A quoted field does not end.")),
    Rule("line_too_long", "refuses", phrase("A line is longer than `[ingest] max_line_mb`.")),
    Rule("undecodable", "refuses", phrase("A row holds bytes that do not fit the file's encoding.")),
    Rule("nul_byte", "refuses", phrase("A row holds a zero byte.")),
    Rule("not_json", "refuses", phrase("A row of a JSON file is not JSON.")),
    Rule("not_an_object", "refuses", phrase("A row of a JSON file is not an object with named fields.")),
    Rule("not_baskets", "refuses", phrase("What a JSON file of baskets holds for a customer is no list of lists.")),
    # What cannot be read.
    Rule("no_order_id", "refuses", phrase("A row without an order id belongs to no order.")),
    Rule("no_item_id", "refuses", phrase("A row without an item id, or a title to stand in for it, names nothing.")),
    Rule("no_customer_id", "refuses", phrase("A customer without an id cannot be found again.")),
    Rule("no_anchor_id", "refuses", phrase("A relation without an anchor id belongs to no item.")),
    Rule("no_relation", "refuses", phrase("A relation that does not say which one it is.")),
    Rule("no_type", "refuses", phrase("An event that does not say what happened.")),
    Rule("no_at", "refuses", phrase("An event that does not say when it happened.")),
    Rule("no_channel", "refuses", phrase("A consent that does not say what it is about.")),
    Rule("no_given", "refuses", phrase("A consent that is neither a yes nor a no.")),
    Rule("no_need", "refuses", phrase("A need that is not named.")),
    Rule("no_since", "refuses", phrase("A need that does not say since when.")),
    Rule(
        "no_kind",
        "refuses",
        phrase("Feedback that does not say what it is, or a text that does not say for which kind of offer."),
    ),
    Rule("no_status", "refuses", phrase("An order's status that says nothing.")),
    Rule("no_account_id", "refuses", phrase("A subscription, an account or use that does not say whose it is.")),
    Rule("no_plan_id", "refuses", phrase("A subscription or a line of a price list that names no plan.")),
    Rule("no_started_at", "refuses", phrase("A subscription that does not say since when it runs.")),
    Rule("no_fee", "refuses", phrase("A plan of which no row says what it costs; one that is free says 0.")),
    Rule("no_meter", "refuses", phrase("Use that does not say of what.")),
    Rule("no_quantity", "refuses", phrase("Use that does not say how much.")),
    Rule("no_story_id", "refuses", phrase("A story without an id cannot be found again.")),
    Rule("no_text", "refuses", phrase("A story without words.")),
    Rule("no_seller_id", "refuses", phrase("A seller or a target without the seller's id.")),
    Rule("no_period", "refuses", phrase("A target that does not say for which month, quarter or year.")),
    Rule("id_too_long", "refuses", phrase("An id is longer than 256 characters.")),
    Rule("bad_number", "refuses", phrase("A number or an amount of money cannot be read as one.")),
    Rule("bad_date", "refuses", phrase("A date cannot be read, or lies outside the years 1900 to 2200.")),
    Rule("bad_flag", "refuses", phrase("A yes or no cannot be read as one.")),
    Rule("no_date", "refuses", phrase("The file has dates, but no row of this order has one.")),
    Rule("unknown_currency", "refuses", phrase("The money is foreign and `[currency.rates]` has no rate for it.")),
    Rule(
        "mixed_currencies",
        "refuses",
        phrase("A product of a vendor's feed has its cost in another currency than its price."),
    ),
    Rule(
        "unknown_kind",
        "refuses",
        phrase("An item's kind is none of good, service, plan, or a plan's none of plan, add_on."),
    ),
    Rule(
        "unknown_relation",
        "refuses",
        phrase(
            "A relation is none of complement, substitute, upgrade, variant, requires, never, nothing, or joins an "
            "item to itself."
        ),
    ),
    # What the shop says of an offer.
    Rule("no_locale", "refuses", phrase("A text or a story that does not say in which language it is.")),
    Rule(
        "unknown_offer_kind",
        "refuses",
        phrase("A text is for none of cross_sell, upgrade, bundle, plan, trial, repeat."),
    ),
    Rule("unknown_locale", "refuses", phrase("The locale of a text or a story is no tag such as en, ru or en-GB.")),
    Rule("empty_text", "refuses", phrase("A text has neither a title nor an argument nor a picture.")),
    Rule(
        "text_too_long",
        "refuses",
        phrase("A title is longer than 120 characters, an argument than 500, or the address of a picture than 2,000."),
    ),
    Rule(
        "text_with_markup",
        "refuses",
        phrase(
            "A title or an argument holds <, >, {{, }} or a line break: texts are shown as they are, without HTML and "
            "without anything filled in."
        ),
    ),
    Rule("bad_image_url", "refuses", phrase("The address of a picture begins with none of https://, http:// and /.")),
    # What is no behaviour.
    Rule(
        "unknown_event",
        "refuses",
        phrase(
            "An event's name is not known as one of view, search, add_to_cart, remove_from_cart, checkout, click, "
            "exposure, accept, decline, dismiss."
        ),
    ),
    Rule(
        "purchase_event",
        "refuses",
        phrase("A purchase is an order: `pairwell ingest orders` takes it from an export that names its order."),
    ),
    Rule("future_event", "refuses", phrase("What happened is dated more than a day ahead of this machine's clock.")),
    # What customers said.
    Rule(
        "unknown_feedback",
        "refuses",
        phrase("Feedback is none of csat, nps, complaint, ticket_opened, ticket_closed, review, note."),
    ),
    Rule("unknown_how", "refuses", phrase("How a need is known is none of said, used, bought.")),
    Rule(
        "unknown_status",
        "refuses",
        phrase("An order's status says neither that it was completed nor that it was cancelled."),
    ),
    Rule("no_score", "refuses", phrase("A csat or nps without a score.")),
    Rule("bad_score", "refuses", phrase("A csat or review outside 1 to 5, or an nps outside 0 to 10.")),
    # Who holds which plan.
    Rule(
        "unknown_period",
        "refuses",
        phrase("A fee is for neither a month nor a year, or a target for no month, quarter or year that can be read."),
    ),
    Rule(
        "bad_meter",
        "refuses",
        phrase(
            "What a plan says of a meter cannot be: a list that is no JSON of meters, less than nothing included, a "
            "price below zero, blocks of nothing, steps that do not rise, or one meter told twice."
        ),
    ),
    Rule(
        "bad_plan",
        "refuses",
        phrase("A fee, a seat's price or a cost below zero, or more seats included than can be had."),
    ),
    Rule(
        "plan_contradicts",
        "refuses",
        phrase("Rows of one plan and one moment, each with a meter of it, say different things of the plan itself."),
    ),
    Rule("negative_usage", "refuses", phrase("Less than nothing was used.")),
    Rule(
        "empty_benefit",
        "refuses",
        phrase("A benefit that names neither feature nor meter, or saves neither time nor money."),
    ),
    Rule("empty_target", "refuses", phrase("A target without revenue and without attach rate.")),
    Rule("bad_share", "refuses", phrase("An attach rate outside 0 to 1, or 0 % to 100 %.")),
    Rule("ends_before_start", "refuses", phrase("A subscription that ended before it began.")),
    Rule(
        "subscription_not_begun",
        "refuses",
        phrase("A subscription whose first payment did not come, so that it never began."),
    ),
    Rule(
        "repeated_moment",
        "merges",
        phrase(
            "Of several rows on one consent, need or order at one moment the last counts; of a yes and a no the no, "
            "of completed and cancelled the latter."
        ),
    ),
    # What is no sale.
    Rule(
        "exact_duplicate",
        "merges",
        phrase(
            "A row equal to an earlier one in every mapped column, order id and quantity among them, counts once. "
            "Where the file has no quantity, each row is one more piece and none is merged."
        ),
    ),
    Rule(
        "repeated_id",
        "merges",
        phrase(
            "Of several rows of a catalogue, customer list, relation list, list of texts, of events, subscriptions or "
            "anything else that has an id, with one id, the last counts."
        ),
    ),
    Rule(
        "usage_added",
        "merges",
        phrase(
            "Rows of one file on one account, one meter and one moment, that have no id of their own, are added up."
        ),
    ),
    Rule(
        "adjustment",
        "refuses",
        phrase("Where most order ids are digits only, an id of the letter A and digits is an adjustment of the books."),
    ),
    Rule(
        "not_goods",
        "refuses",
        phrase(
            "Postage, bank charges, fees, discounts, samples, vouchers and manual entries are no goods: the item's "
            "title says nothing else, or says so and the id is unlike the other ids. Items outside `[goods] include`,"
            " or in `[goods] exclude`, are none either; a mapping that has them is taken at its word."
        ),
    ),
    Rule(
        "order_cancelled",
        "refuses",
        phrase(
            "The order's status says that it was cancelled, declined or never paid; where an earlier file had it as a "
            "sale, it is taken out."
        ),
    ),
    Rule(
        "deal_not_won",
        "refuses",
        phrase(
            "A CRM's deal that is open, lost or deleted is no order; where an earlier file had it as won, it is taken"
            " out."
        ),
    ),
    Rule(
        "deal_without_products",
        "refuses",
        phrase("A won deal that names no product says nothing of what goes with what."),
    ),
    Rule("line_without_deal", "refuses", phrase("A line item of a deal that the files of the command do not hold.")),
    Rule(
        "part_of_deal",
        "merges",
        phrase(
            "A row of a CRM that other rows tell of too: a deal beside its line items, an entry of the catalogue that "
            "names what deals sold."
        ),
    ),
    Rule(
        "test_order", "refuses", phrase("A vendor's export says that the order was paid through a gateway for tests.")
    ),
    Rule("gift_card", "refuses", phrase("A gift card is money that is spent later, not goods.")),
    Rule(
        "not_sold_alone",
        "refuses",
        phrase("A product of a vendor's export that only groups others, or that is sold in another shop."),
    ),
    Rule(
        "unknown_product",
        "refuses",
        phrase("A list of products beside a product names one that the export does not hold."),
    ),
    Rule(
        "part_of_product",
        "merges",
        phrase(
            "A row of a vendor's catalogue that adds a picture or a translation to a product, or says for its variants "
            "what they share."
        ),
    ),
    Rule(
        "part_of_line",
        "merges",
        phrase(
            "A row of a vendor's orders that another row of the order tells of too: the simple product inside a "
            "configurable one, the parts of a bundle of a fixed price, or more pieces of one item at one price, whose "
            "quantities are added."
        ),
    ),
    Rule(
        "of_another_table",
        "merges",
        phrase(
            "An event of a vendor's log that is of another table: `pairwell ingest events` takes behaviour, "
            "`pairwell ingest orders` orders and, beside them, what came back or was cancelled."
        ),
    ),
    Rule("nothing_of_goods", "merges", phrase("A visit of a vendor's log in which nothing was done with goods.")),
    Rule(
        "repeated_order",
        "merges",
        phrase(
            "An order that a vendor's log tells of again, as when its page is loaded anew, counts once: as it was "
            "told first. Of a CRM's deal or line item that is told again, otherwise, the telling counts that was "
            "changed last, else the last."
        ),
    ),
    Rule("zero_quantity", "refuses", phrase("A quantity of zero is no sale.")),
    Rule(
        "stock_correction",
        "refuses",
        phrase("A negative quantity without customer and without price corrects the stock, not a sale."),
    ),
    Rule("negative_price", "refuses", phrase("A price below zero adjusts the books.")),
    Rule("zero_price", "refuses", phrase("A price of zero is a gift, a loss or a note, not a sale.")),
    # What came back.
    Rule(
        "cancellation_to_return",
        "changes",
        phrase(
            "A negative quantity, or an order id of C and digits where most are digits only, is a return: of that "
            "order's line of the item, else of the newest earlier order of that customer with the item, stored ones "
            "included."
        ),
    ),
    Rule(
        "return_without_order",
        "refuses",
        phrase("A return or cancellation for which there is no earlier order of that customer and item."),
    ),
    Rule("return_exceeds_order", "refuses", phrase("Everything of that line had come back already.")),
    Rule("return_cut", "changes", phrase("A return of more than is left of the line is cut to what is left.")),
    Rule(
        "status_to_return",
        "changes",
        phrase("An order whose status says returned or refunded is a sale and its return."),
    ),
    Rule(
        "return_line_unclear",
        "refuses",
        phrase(
            "A return names neither item nor line, and the order has several lines that its refund does not tell apart."
        ),
    ),
    # What is filled in.
    Rule(
        "price_from_item",
        "changes",
        phrase("A missing price is the item's: the catalogue's, else its usual one in the file."),
    ),
    Rule(
        "price_unknown", "changes", phrase("No price is known for the row; it is taken without one and earns nothing.")
    ),
    Rule(
        "price_from_total",
        "changes",
        phrase("Where only the line's total is given, its price is the total by the piece."),
    ),
    Rule("quantity_one", "changes", phrase("A row that leaves its quantity empty is one piece.")),
    Rule(
        "title_note",
        "changes",
        phrase(
            "A title without letters, or a note such as 'damages', 'check' or '?', is not taken for the item's title."
        ),
    ),
    Rule(
        "order_date", "changes", phrase("An order has one date, its earliest; rows with a later one or none take it.")
    ),
    Rule(
        "order_customer",
        "changes",
        phrase("An order has one customer, the first named; rows with another or none take it."),
    ),
    Rule(
        "time_from_order_of_rows",
        "changes",
        phrase("A file without dates gives its orders the order of its rows: microseconds since 1970."),
    ),
    Rule("return_whole_line", "changes", phrase("A return without a quantity brings back the whole line.")),
    Rule("return_date", "changes", phrase("A return without a date came back when the order was placed.")),
)

BY_NAME: dict[str, Rule] = {rule.name: rule for rule in RULES}


def names(effect: Effect) -> list[str]:
    """The rules with this effect, in the order of `RULES`."""
    return [rule.name for rule in RULES if rule.effect == effect]
