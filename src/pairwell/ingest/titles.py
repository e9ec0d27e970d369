"""Which title is an item's: the one most sales carry, notes of the stock room left out."""

from __future__ import annotations

import ibis

_NOTES = (
    "damage", "damages", "damaged", "lost", "found", "check", "checked", "missing", "broken", "thrown away", "smashed",
    "adjustment", "adjust", "wrong", "wrongly marked", "wrongly coded", "wet", "mouldy", "faulty", "returned", "test",
    "amazon", "ebay", "dotcom", "mailout", "sold as set", "crushed", "unsaleable", "counted", "mix up", "mixed up",
    "брак", "бой", "утеря", "потеряно", "проверить", "повреждено", "недостача", "пересорт", "списание",
    "uszkodzone", "uszkodzony", "zgubione", "brak", "sprawdzić", "zniszczone", "korekta",
)  # fmt: skip


def is_note(title: ibis.Value) -> ibis.Value:
    """Whether a title has no letters or digits, or is a stock-room note."""
    plain = title.lower().re_replace(r"^[\s?!.*,-]+|[\s?!.*,-]+$", "")
    return title.notnull() & ((plain == "") | plain.isin(_NOTES) | title.contains("??"))


def usual_titles(rows: ibis.Table) -> ibis.Table:
    """Item id and the title most of its rows carry; of equally frequent ones the first in the alphabet.

    Rows of a positive quantity and price are asked first, since notes stand on the others.
    """
    sold = (rows.quantity > 0) & (rows.unit_price_minor.fill_null(1) > 0)
    counts = (
        rows.filter(rows.title.notnull() & ~is_note(rows.title))
        .group_by("item_id", "title")
        .aggregate(sold=sold.sum(), n=lambda t: t.count())
    )
    best = counts.group_by("item_id").aggregate(
        title=counts.title.first(order_by=[counts.sold.desc(), counts.n.desc(), counts.title])
    )
    return rows.select("item_id").distinct().left_join(best, "item_id").drop("item_id_right")
