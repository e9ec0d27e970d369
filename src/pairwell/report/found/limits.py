"""Placements and customers that offers cost, and limits that silence many answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from pairwell.journal.opportunities import read_orders_of_visitors
from pairwell.measure.customers.attributes import read_stated
from pairwell.measure.findings.chances import exact_share, is_surely_below, much_above
from pairwell.measure.findings.silent import Silent, find_silent
from pairwell.measure.offers.effects import by_placement as margin_by_placement
from pairwell.measure.offers.effects import orders_by_placement
from pairwell.measure.offers.estimates import Estimate
from pairwell.measure.offers.slicing import name_units
from pairwell.measure.offers.sold import Buyers, read_lines
from pairwell.measure.offers.stages import Way, by_placement, count_silenced
from pairwell.measure.period import Period
from pairwell.report.found.offers import DECLINES, NO_PRICE, reasons_of, refusals, refused
from pairwell.report.found.record import Found, summed
from pairwell.report.named import SILENCE
from pairwell.report.offered import Opened, ends
from pairwell.report.record import Cell, Column
from pairwell.said import exact, percent, phrase, phrase_count

_SILENCED_FROM = 0.01  # of the customers who saw offers
_LOOSER: Final = 1.5  # times as wide
_KNOBS: Final = {
    "guarded": "[guards]",
    "capped": "[[caps]]",
    "withheld_by_rule": "[[rules]]",
    "later": "[[rules]]",
}


def find_placements(opened: Opened, way: Way) -> Iterator[Found]:
    """Placements that cost orders or margin, and those whose offers are declined."""
    yield from _costing(opened)
    ways = by_placement(way)
    found = much_above([refusals(one) for _, one in ways])
    if found:
        names = [ways[one.group][0] for one in found]
        yield Found(
            key="declined_placements",
            title=phrase("Placements whose offers are declined"),
            money=NO_PRICE,
            evidence=phrase("Declined surely, and half as often again, as offers elsewhere."),
            setting=f"placements.{names[0]}.attention_minor",
            do=phrase(
                "Raise `attention_minor` under [placements.{placement}] in pairwell.toml, so that only better offers "
                "appear there, or ask for none there; then run `pairwell publish`.",
                placement=names[0],
            ),
            columns=[Column(key="placement", title=phrase("Placement"), unit="text"), *DECLINES],
            rows=[
                {
                    "placement": ways[one.group][0],
                    "seen": one.tried,
                    **ends("declined", one.share, "share"),
                    "others": one.rest,
                    "reasons": reasons_of(ways[one.group][1]),
                }
                for one in found
            ],
        )


def _costing(opened: Opened) -> Iterator[Found]:
    read = opened.now
    margins = margin_by_placement(read.trial, read.lines)
    orders = orders_by_placement(read.trial, read.lines)
    looked = 2 * len(orders)
    rows, lost, names = list[dict[str, Cell]](), list[Estimate](), list[str]()
    for name, added in sorted(orders.items()):
        _, held, margin = margins[name]
        costs = [isinstance(one, Estimate) and is_surely_below(one, 0.0, among=looked) for one in (added, margin)]
        if not any(costs):
            continue
        names.append(name)
        if costs[1] and isinstance(margin, Estimate):
            lost.append(Estimate(value=-margin.value, low=-margin.high, high=-margin.low))
        of_them = {"held": held, **ends("orders", added, "number"), **ends("margin", margin, "money")}
        rows.append({"placement": name, **of_them})
    if rows:
        yield Found(
            key="costing_placements",
            title=phrase("Placements that cost orders or margin"),
            money=summed(lost) if lost else phrase("Orders are surely lost there, but not yet surely margin."),
            evidence=phrase(
                "Customers who first met offers there surely ordered less, or brought less, than those kept "
                "without offers by lot."
            ),
            setting=f"placements.{names[0]}.friction",
            do=phrase(
                "Ask for no offers at {placements}, or raise `friction` under [placements.{placement}] in "
                "pairwell.toml and run `pairwell publish`.",
                placements=", ".join(names),
                placement=names[0],
            ),
            columns=[
                Column(key="placement", title=phrase("Placement"), unit="text"),
                Column(key="held", title=phrase("Holdout"), unit="count"),
                Column(key="orders", title=phrase("Orders added"), unit="number", interval=True),
                Column(key="margin", title=phrase("Margin added"), unit="money", interval=True),
            ],
            rows=rows,
        )


def find_customers(opened: Opened, way: Way) -> Iterator[Found]:
    """Segments that decline much more than others, and customers silenced by declining."""
    yield from _segments(opened, way)
    decline, read = opened.asked.settings.decline, opened.now
    silenced = count_silenced(read.told, declines=decline.declines_to_silence, within_days=decline.quiet_days)
    tried = way.stage("exposed") | refused(way)
    saw = len(np.unique(way.cluster[tried & (read.told.slates.unit[way.slate] >= 0)]))
    share = exact_share(min(silenced, saw), saw) if saw else None
    if share is not None and share.low > _SILENCED_FROM:
        yield Found(
            key="silenced",
            title=phrase("Customers who are silenced by declining"),
            money=NO_PRICE,
            evidence=phrase_count(
                "They declined {count} offer within {days} days; surely more than {share} of those who saw offers.",
                "They declined {count} offers within {days} days; surely more than {share} of those who saw offers.",
                decline.declines_to_silence,
                days=exact(decline.quiet_days),
                share=percent(_SILENCED_FROM, 0),
            ),
            setting="decline.quiet_days",
            do=phrase(
                "It is what [decline] in pairwell.toml is there for. Show less: raise `attention_minor` of the "
                "placements where they declined, and see the reasons in `pairwell report profit`."
            ),
            columns=[
                Column(key="who", title=phrase("Who"), unit="text"),
                Column(key="customers", title=phrase("Customers"), unit="count"),
                Column(key="share", title=phrase("Of those who saw offers"), unit="share", interval=True),
            ],
            rows=[{"who": phrase("Silenced"), "customers": silenced, **ends("share", share, "share")}],
        )


def _segments(opened: Opened, way: Way) -> Iterator[Found]:
    segments = list[tuple[str, Way]]()
    unit = way.told.slates.unit[way.slate]
    for attribute, stated in read_stated(opened.asked.dataset).items():
        column = name_units(way.told.names.units, stated)
        of = np.array([*column, ""], dtype=object)[unit]  # of nobody the last one
        segments += [(f"{attribute}: {one}", way.only(of == one)) for one in sorted(set(column))]
    found = list(_above_by_attribute(segments))
    if found:
        yield Found(
            key="declining_segments",
            title=phrase("Customers who decline much more than others"),
            money=NO_PRICE,
            evidence=phrase(
                "Declined surely, and half as often again, as by the other customers of the same attribute."
            ),
            setting="a rule for these customers",
            do=phrase(
                'Ask why, then add a rule to pairwell.toml: under [[rules]] a name, `stage = "suitability"`, '
                '`scope = "request"`, `when = "\'NAME\' in customer.attributes && '
                "customer.attributes.NAME == 'VALUE'\"` and a reason; then run `pairwell publish`."
            ),
            columns=[Column(key="segment", title=phrase("Customers"), unit="text"), *DECLINES],
            rows=found,
        )


def _above_by_attribute(segments: list[tuple[str, Way]]) -> Iterator[dict[str, Cell]]:
    """Each segment against the others of its attribute."""
    for attribute in sorted({name.split(": ")[0] for name, _ in segments}):
        mine = [one for one in segments if one[0].split(": ")[0] == attribute]
        for one in much_above([refusals(way) for _, way in mine]):
            name, way = mine[one.group]
            yield {
                "segment": name,
                "seen": one.tried,
                **ends("declined", one.share, "share"),
                "others": one.rest,
                "reasons": reasons_of(way),
            }


def find_limits(opened: Opened) -> Iterator[Found]:
    """Guards, caps and rules that end many answers silent."""
    asked, period = opened.asked, opened.periods.period
    silent = find_silent(asked.database, period)
    if not silent:
        return
    visitors = read_orders_of_visitors(asked.database, since=period.since, until=period.until)
    first = silent[0]
    yield Found(
        key="limits",
        title=phrase("Limits that silence many answers"),
        money=phrase(
            "What an offer would have sold, nobody can tell; what these customers bought all the same is in the "
            "table. None of that is lost."
        ),
        evidence=phrase("Each limit surely ended more than 5 % of all answers with nothing to show."),
        setting=f"{_KNOBS[first.reason]} {first.detail}".strip(),
        do=phrase(
            "Write another value for it into a file of settings, and ask `pairwell simulate FILE` what it would have "
            "decided and earned; `pairwell status` says how many pairs the price guard removes."
        ),
        columns=[
            Column(key="limit", title=phrase("Limit"), unit="text"),
            Column(key="detail", title=phrase("Which"), unit="text"),
            Column(key="answers", title=phrase("Answers"), unit="count"),
            Column(key="share", title=phrase("Of all answers"), unit="share", interval=True),
            Column(key="orders", title=phrase("Orders of these customers"), unit="count"),
            Column(key="revenue", title=phrase("Revenue an order"), unit="money"),
            Column(key="margin", title=phrase("Margin an order"), unit="money"),
        ],
        rows=[{**_limit(opened, one, visitors, period), **_looser(opened, one)} for one in silent],
    )


def _looser(opened: Opened, one: Silent) -> dict[str, Cell]:
    """A value to try in the playground, where there is one; half as much again, and never more than the whole price."""
    if one.detail != "add_on_price_share":
        return {}
    return {"looser": round(min(1.0, _LOOSER * opened.asked.settings.guards.add_on_price_share), 3)}


def _limit(opened: Opened, one: Silent, visitors: Mapping[str, str], period: Period) -> dict[str, Cell]:
    buyers = Buyers(units=one.whose, visitors=visitors)
    lines = read_lines(opened.asked.dataset, buyers, period, opened.asked.settings.shop)
    orders = len(np.unique(lines.order))
    return {
        "limit": SILENCE.get(one.reason, one.reason),
        "detail": one.detail,
        "answers": one.answers,
        **ends("share", one.share, "share"),
        "orders": orders,
        "revenue": round(float(lines.revenue.sum()) / orders) if orders else None,
        "margin": round(float(lines.margin.sum()) / orders) if orders else None,
    }
