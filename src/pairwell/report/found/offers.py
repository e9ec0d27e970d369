"""Offers that are not worth showing, that come back, or that customers decline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from pairwell.config.categories import ByCategory
from pairwell.config.settings import Placement
from pairwell.engines.engine import storage_failures
from pairwell.events import items_named
from pairwell.measure.findings.chances import WRONG, Tally, chance_of_so_few, exact_share, much_above, tally_of
from pairwell.measure.offers.estimates import Bools, Estimate
from pairwell.measure.offers.stages import Way, count_reasons, most_shown
from pairwell.report.asking import Asked
from pairwell.report.found.record import Found, summed
from pairwell.report.named import REASONS
from pairwell.report.offered import Opened, ends, titles_of
from pairwell.report.record import Cell, Column
from pairwell.said import joined, phrase, unfilled
from pairwell.several import adjust

_MOST, _ROWS = 500, 10  # offers looked at, and shown
_RULE: Final = unfilled(
    'Add a rule to pairwell.toml that withholds them: under [[rules]] a name, `stage = "suitability"`, '
    '`scope = "offer"`, `when = "item.item_id in [\'{item}\']"` and a reason; then run `pairwell publish`.'
)
_WEAK: Final = unfilled(
    "Of {seen} offers seen, {weak} surely earn less than `attention_minor` says that showing them costs, even if every "
    "purchase after them were won by them; what came back whole is none."
)
Offer = tuple[str, str, Way]  # kind, name and its way


class _Weak(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that costs more attention than it earns."""

    name: str
    seen: int
    customers: int
    taken: int
    share: Estimate  # of the customers who saw it
    need: float  # the same, to be worth its attention
    lost: Estimate  # minor units


def find_offers(opened: Opened, way: Way) -> Iterator[Found]:
    """What is to be said of single offers, of the most seen."""
    offers = most_shown(way, _MOST)
    margins = margins_of(opened.asked, sorted({item for _, name, _ in offers for item in items_named(name)}))
    yield from _hardly_taken(opened, offers, margins)
    yield from _coming_back(opened, offers, margins)
    yield from _declined(opened.asked, offers)


def margins_of(asked: Asked, item_ids: Sequence[str]) -> dict[str, float]:
    """What one of each earns at today's price, of those whose price is known; without a cost by the margin rate."""
    items, shop = asked.dataset.table("items"), asked.settings.shop
    named = items.filter(items.item_id.isin(item_ids), items.price_minor.notnull())
    rates = ByCategory(shop.margin_rates)
    with storage_failures():
        rows = named.select("item_id", "category", "price_minor", "cost_minor").to_pyarrow().to_pylist()
    found = {}
    for row in rows:
        rate, cost = rates.of(row["category"]), row["cost_minor"]
        by_rate = row["price_minor"] * (shop.margin_rate if rate is None else rate)
        found[row["item_id"]] = by_rate if cost is None else float(row["price_minor"] - cost)
    return found


def refusals(way: Way) -> Tally:
    """Offers declined of those seen, by customer."""
    declined = refused(way)
    return tally_of(declined, declined | way.stage("exposed"), way.cluster)


def refused(way: Way) -> Bools:
    """Which offers were declined."""
    return np.asarray(way.told.offers.declined[way.offer] >= 0)


def reasons_of(way: Way) -> str:
    """The reasons that customers gave, the most frequent first."""
    counts = sorted(count_reasons(way).items(), key=lambda one: (-one[1], one[0]))
    return joined(*(joined(REASONS.get(reason, reason), str(count)) for reason, count in counts), between=", ")


def _hardly_taken(opened: Opened, offers: Sequence[Offer], margins: Mapping[str, float]) -> Iterator[Found]:
    """Offers of which the most that customers may take earns less than the attention that showing them costs."""
    placements = opened.asked.settings.placements
    judged = [one for offer in offers if (one := _weigh(offer, margins, placements)) is not None]
    chances = adjust([chance_of_so_few(one.taken, one.customers, one.need) for one in judged])
    weak = [one for one, chance in zip(judged, chances, strict=True) if chance < WRONG]
    weak.sort(key=lambda one: (-one.lost.value, one.name))
    if not weak:
        return
    titles = _titles(opened.asked, [one.name for one in weak])
    yield Found(
        key="hardly_taken",
        title=phrase("Offers that are shown and hardly taken"),
        money=summed([one.lost for one in weak]),
        evidence=phrase(_WEAK, seen=len(judged), weak=len(weak)),
        setting=phrase("a rule that withholds them"),
        do=phrase(_RULE, item=weak[0].name),
        columns=[
            *_NAMED,
            Column(key="seen", title=phrase("Seen"), unit="count"),
            Column(key="customers", title=phrase("Customers"), unit="count"),
            Column(key="taken", title=phrase("Took it"), unit="share", interval=True),
            Column(key="need", title=phrase("Worth it from"), unit="share"),
            Column(key="lost", title=phrase("Lost"), unit="money", interval=True),
        ],
        rows=[
            {
                **_named(one.name, titles),
                "seen": one.seen,
                "customers": one.customers,
                **ends("taken", one.share, "share"),
                "need": one.need,
                **ends("lost", one.lost, "money"),
            }
            for one in weak[:_ROWS]
        ],
    )


def _weigh(offer: Offer, margins: Mapping[str, float], placements: Mapping[str, Placement]) -> _Weak | None:
    """None where it earns nothing that is known, or showing it costs nothing."""
    _, name, way = offer
    margin = sum(margins.get(item, float("nan")) for item in items_named(name))
    seen = way.stage("exposed")
    each = [placements[place].attention_minor if place in placements else 0.0 for place in way.told.names.placements]
    sizes = np.bincount(way.told.offers.slate)
    attention = np.array(each, dtype=np.float64)[way.told.slates.placement[way.slate]] / sizes[way.slate]
    cost = float(attention[seen].sum())
    if not margin > 0 or cost <= 0:
        return None
    back = way.stage("bought") & ~way.stage("kept")  # whole: it earned nothing
    took = tally_of(seen & (way.stage("accepted") | way.stage("bought")) & ~back, seen, way.cluster)
    customers, taken = len(took.tried), int((took.happened > 0).sum())
    share = exact_share(taken, customers)
    each_taken = customers * margin
    return _Weak(
        name=name,
        seen=int(seen.sum()),
        customers=customers,
        taken=taken,
        share=share,
        need=min(1.0, cost / each_taken),
        lost=Estimate(
            value=cost - share.value * each_taken,
            low=cost - share.high * each_taken,
            high=cost - share.low * each_taken,
        ),
    )


def _coming_back(opened: Opened, offers: Sequence[Offer], margins: Mapping[str, float]) -> Iterator[Found]:
    """Offers that are sent back surely and much more often than the others that were bought."""
    bought = [tally_of(~way.stage("kept"), way.stage("bought"), way.cluster) for _, _, way in offers]
    found, each_back = much_above(bought), opened.asked.settings.shop.return_cost_minor
    rows, lost = list[dict[str, Cell]](), list[Estimate]()
    titles = _titles(opened.asked, [offers[one.group][1] for one in found])
    for one in found:
        name = offers[one.group][1]
        each = sum(margins.get(item, float("nan")) for item in items_named(name)) + each_back
        over = Estimate(value=one.share.value - one.rest, low=one.share.low - one.rest, high=one.share.high - one.rest)
        known = over.times(one.tried * each) if each > 0 else None
        lost += [] if known is None else [known]
        back = {"bought": one.tried, **ends("back", one.share, "share"), "others": one.rest}
        rows.append({**_named(name, titles), **back, **ends("lost", known, "money")})
    if rows:
        rows.sort(key=lambda row: -float(row["lost"] or 0))
        yield Found(
            key="coming_back",
            title=phrase("Offers that come back"),
            money=summed(lost) if lost else phrase("No price is known of these items."),
            evidence=phrase(
                "Sent back surely, and half as often again, as the other offers that were bought; lost is the "
                "margin and the cost of what came back beyond that share. The newest returns are still to come."
            ),
            setting=phrase("a rule that withholds them"),
            do=phrase(_RULE, item=rows[0]["items"]),
            columns=[
                *_NAMED,
                Column(key="bought", title=phrase("Bought"), unit="count"),
                Column(key="back", title=phrase("Came back"), unit="share", interval=True),
                Column(key="others", title=phrase("Others"), unit="share"),
                Column(key="lost", title=phrase("Lost"), unit="money", interval=True),
            ],
            rows=rows[:_ROWS],
        )


def _declined(asked: Asked, offers: Sequence[Offer]) -> Iterator[Found]:
    """Offers that customers decline surely and much more often than the others."""
    found = sorted(much_above([refusals(way) for _, _, way in offers]), key=lambda one: -one.happened)
    titles = _titles(asked, [offers[one.group][1] for one in found])
    if found:
        yield Found(
            key="declined_offers",
            title=phrase("Offers that customers decline"),
            money=NO_PRICE,
            evidence=phrase("Declined surely, and half as often again, as the other offers that were seen."),
            setting=phrase("a rule that withholds them"),
            do=phrase(_RULE, item=offers[found[0].group][1]),
            columns=[*_NAMED, *DECLINES],
            rows=[
                {
                    **_named(offers[one.group][1], titles),
                    "seen": one.tried,
                    **ends("declined", one.share, "share"),
                    "others": one.rest,
                    "reasons": reasons_of(offers[one.group][2]),
                }
                for one in found[:_ROWS]
            ],
        )


def _titles(asked: Asked, names: Sequence[str]) -> dict[str, str]:
    return titles_of(asked, sorted({item for name in names for item in items_named(name)}))


def _named(name: str, titles: Mapping[str, str]) -> dict[str, Cell]:
    items = items_named(name)
    return {"offer": " + ".join(titles.get(one, one) for one in items), "items": ", ".join(items)}


NO_PRICE: Final = phrase("What a no costs, today or later, nobody can tell from what is known.")
_NAMED: Final = (
    Column(key="offer", title=phrase("Offer"), unit="text"),
    Column(key="items", title=phrase("Items"), unit="text"),
)
DECLINES: Final = (
    Column(key="seen", title=phrase("Seen"), unit="count"),
    Column(key="declined", title=phrase("Declined"), unit="share", interval=True),
    Column(key="others", title=phrase("Others"), unit="share"),
    Column(key="reasons", title=phrase("Reasons"), unit="text"),
)
