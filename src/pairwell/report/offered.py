"""What the reports of offers share: reading a period, and sentences where nobody can tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from pairwell.errors import NotFoundError, SettingsError
from pairwell.measure.offers.estimates import Estimate, NotEstimable, Reason
from pairwell.measure.offers.reading import Read, Sources, read_offers
from pairwell.measure.offers.slicing import Sliced, Slices, find_slices
from pairwell.measure.offers.trials import Holdout
from pairwell.measure.period import Period
from pairwell.report.asking import Asked, Periods, begin, find_periods
from pairwell.report.record import Cell, Figure, Report, Unit
from pairwell.said import percent, phrase, phrase_count

_REFUSALS: Final[Mapping[Reason, Callable[[NotEstimable], str]]] = {
    "nobody": lambda _: phrase("There is nobody to compare: no such customer was met in this period."),
    "no_holdout": lambda _: phrase(
        "Nobody was kept without offers by lot, so nobody knows what these customers would have bought anyway. Set "
        "`holdout = 0.05` under [choice] in pairwell.toml, and run `pairwell publish`."
    ),
    "no_treated": lambda _: phrase("Nobody was offered anything yet."),
    "too_few": lambda why: phrase_count(
        "Too few customers to tell: the smaller group has {count} customer, and {needed} are needed before a few large "
        "orders no longer decide it; to show an effect takes many more. Wait, or ask for a longer period.",
        "Too few customers to tell: the smaller group has {count} customers, and {needed} are needed before a few "
        "large orders no longer decide it; to show an effect takes many more. Wait, or ask for a longer period.",
        why.found,
        needed=why.needed,
    ),
    "no_spread": lambda _: phrase(
        "In one of the groups nobody bought anything, or everybody brought the same, so nobody can say how sure a "
        "difference would be. Wait, or ask for a longer period."
    ),
    "said_later": lambda _: phrase(
        "The shop first said this of these customers after they had met offers, which may have brought it about, so "
        "that they cannot be compared by it. Ingest customers before offers start, or with a `valid_from`."
    ),
    "not_alike": lambda why: phrase(
        "Those who accepted and those who did not were too different before: {found} of {needed} acceptors have "
        "somebody like them. What differs later would say nothing about offers.",
        found=why.found,
        needed=why.needed,
    ),
    "unsaid": lambda _: phrase(
        "Nobody said anything of the kind in this period. Ingest `feedback`, or send `feedback` events."
    ),
    "uneven_groups": lambda why: phrase(
        "The lot cannot have fallen like this: {found} of the customers are in the holdout, about {needed} were to be "
        "expected. Something else sorts them, so the groups cannot be compared.",
        found=why.found,
        needed=why.needed,
    ),
}

_SLICES: Final = {
    "new_or_returning": phrase(
        "Returning is who had ordered before the first decision about them; everybody else is new, whatever they "
        "bought after it."
    ),
    "channel": phrase("A channel is that of the placement, as pairwell.toml says today."),
    "customer": phrase(
        "Customers are sorted by what the shop had said of them by the first decision about them; where that was "
        "nothing, by what it said first."
    ),
    "item": phrase(
        "An offer is sorted by what the catalogue says of its items today; a bundle of several stands by itself. "
        "Answers without an offer are in no row: they name no item."
    ),
    "offer": phrase("Answers without an offer are in no row: they have no kind."),
}

_UNSEEN: Final = phrase(
    "Offers went out, but no event tells that a customer saw one, so that nothing can be put down to them. Send "
    "`exposure` events to POST /v1/events, or use the widget."
)


class Opened(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A period, read; and the one before it."""

    asked: Asked
    periods: Periods
    now: Read
    before: Read | None
    slices: Slices | None  # by what is asked for; None: by nothing


def open_offers(asked: Asked, *, compare: bool) -> Opened | None:
    """Read the period asked for, and where asked the one before. None where the shop has no orders yet.

    Raises `RequestError` for a segment that there is not.
    """
    periods = find_periods(asked)
    if periods is None or not periods.dated:
        return None
    before = _read(asked, periods.previous) if compare and periods.previous is not None else None
    if before is not None and not before.told.decided.size:
        before = None  # nobody asked for offers then: 0 would say that they earned nothing
    now = _read(asked, periods.period)
    cut = Sliced(read=now, dataset=asked.dataset, settings=asked.settings)
    slices = None if asked.by is None else find_slices(cut, asked.by)
    return Opened(asked=asked, periods=periods, now=now, before=before, slices=slices)


def empty(asked: Asked, name: str, title: str) -> Report:
    """The report of a shop that has sold nothing yet, or cannot say when."""
    note = phrase(
        "There are no dated orders yet: what offers earn is told from orders. Run `pairwell ingest orders FILE`."
    )
    return msgspec.structs.replace(begin(asked, name, title), notes=[note])


def titles_of(asked: Asked, names: list[str]) -> dict[str, str]:
    """What customers know items as, by id, of those that have a title."""
    items = asked.dataset.table("items")
    found = items.filter(items.item_id.isin(names), items.title.notnull()).select("item_id", "title").to_pyarrow()
    return dict(zip(found["item_id"].to_pylist(), found["title"].to_pylist(), strict=True)) if names else {}


def say_refusal(why: NotEstimable) -> str:
    """Why nobody can tell, for the owner of a shop."""
    return _REFUSALS[why.reason](why)


def figure(
    name: tuple[str, str, Unit],
    found: Estimate | NotEstimable,
    *,
    previous: Estimate | NotEstimable | None = None,
    note: str | None = None,
) -> Figure:
    """An estimate with its interval, or why there is none. `name`: key, title and unit."""
    key, title, unit = name
    if isinstance(found, NotEstimable):
        return Figure(key=key, title=title, unit=unit, value=None, refusal=say_refusal(found), note=note)
    before = _rounded(previous.value, unit) if isinstance(previous, Estimate) else None
    low, high = _rounded(found.low, unit), _rounded(found.high, unit)
    return Figure(
        key=key,
        title=title,
        unit=unit,
        value=_rounded(found.value, unit),
        low=low,
        high=high,
        previous=before,
        note=note,
    )


def ends(key: str, found: Estimate | NotEstimable | None, unit: Unit) -> dict[str, Cell]:
    """The cells of a column with an interval."""
    if not isinstance(found, Estimate):
        return dict.fromkeys((key, f"{key}_low", f"{key}_high"))
    cells = {key: found.value, f"{key}_low": found.low, f"{key}_high": found.high}
    return {name: _rounded(value, unit) for name, value in cells.items()}


def notes_of(read: Read, asked: Asked) -> list[str]:
    """What to know of the numbers of a period before reading them."""
    notes = list[str]()
    offers, slates = read.told.offers, read.told.slates
    if len(offers.slate) and not (offers.exposed >= 0).any() and slates.shown.any():
        notes.append(_UNSEEN)
    unknown = ~read.lines.cost_known & read.lines.priced
    if unknown.any():
        share = float(read.lines.revenue[unknown].sum() / max(read.lines.revenue.sum(), 1.0))
        said = phrase(
            "Nobody states a cost for {share} of the revenue here; its margin is the share of the price that "
            "`margin_rate` names ({rate}, or that of the category).",
            share=percent(share, 0),
            rate=percent(asked.settings.shop.margin_rate, 0),
        )
        notes.append(said)
    if missing := int((~read.lines.priced).sum()):
        unpriced = phrase_count(
            "{count} order line without any price counted as no money.",
            "{count} order lines without any price counted as no money.",
            missing,
        )
        notes.append(unpriced)
    return notes


def notes_of_slices(slices: Slices) -> list[str]:
    """How the slices are told apart, where that is not plain."""
    said = _SLICES.get(slices.by) or _SLICES.get(slices.of)
    notes: list[str] = [] if said is None else [said]
    if slices.late:
        late = phrase_count(
            "{count} customer stands in no comparison of rows: the shop had told nothing of them when they met the "
            "first offer, and what it said later may have come of offers, as a tier does of spending.",
            "{count} customers stand in no comparison of rows: the shop had told nothing of them when they met the "
            "first offer, and what it said later may have come of offers, as a tier does of spending.",
            slices.late,
        )
        notes.append(late)
    return notes


def _read(asked: Asked, period: Period) -> Read:
    sources = Sources(
        dataset=asked.dataset,
        database=asked.database,
        settings=asked.settings,
        holdout_of=lambda name: _holdout_of(asked, name),
    )
    return read_offers(sources, period)


def _holdout_of(asked: Asked, name: str) -> Holdout | None:
    """The holdout by the settings of that hash; None where they are gone."""
    try:
        choice = (asked.settings if asked.settings_of is None else asked.settings_of(name)).choice
    except (SettingsError, NotFoundError):
        return None
    return Holdout(choice.salt, choice.holdout)


def _rounded(value: float, unit: Unit) -> float:
    """Money in whole minor units, other totals in tenths; nobody reads parts of them."""
    return round(value) if unit == "money" else round(value, 1) if unit == "number" else value
