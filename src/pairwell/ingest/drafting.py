"""What a draft of a mapping still lacks: joined columns, stand-ins, attributes, how moments are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pairwell.ingest.cells import Moments
from pairwell.ingest.fitness import looks_like_title
from pairwell.ingest.mapping import Composed, Unpivot
from pairwell.ingest.naming import name_score
from pairwell.ingest.profiles import Profile, determines
from pairwell.ingest.vocabulary import is_field
from pairwell.ingest.words import concepts, currency_of, tokens

_LINES = {"orders", "order_lines"}
_KEEP_REST = {"items", "customers", "accounts"}  # tables whose other columns are attributes
_MOMENTS = ("placed_at", "at", "valid_from", "since", "started_at")
_PERSONAL = {"email", "phone", "person", "address"}
_CLOCK = 0.9  # share of times of day
_FIXED = 0.98
_NAMED = 0.3  # score from which a header names a category
_UNSURE = 0.5
_STANDS_IN = 0.6
_CLEAR = 0.7  # score from which a header surely speaks of sales
_MANY = 5  # values from which a column can tell people apart


@dataclass(kw_only=True)
class Draft:
    """A mapping in the making."""

    table: str
    profiles: dict[str, Profile]
    context: dict[str, str]
    columns: dict[str, str | Composed]
    confidence: dict[str, float]
    notes: list[str] = field(default_factory=list)
    dates: str | None = None
    unpivot: Unpivot | None = None

    def set(self, name: str, column: str | Composed, confidence: float) -> None:
        self.columns[name] = column
        self.confidence[name] = round(confidence, 2)

    def free(self) -> list[Profile]:
        """Columns that no field uses."""
        used: set[str] = set()
        for column in self.columns.values():
            used |= {column} if isinstance(column, str) else set(column.join)
        return [profile for name, profile in self.profiles.items() if name not in used]

    def profile(self, name: str) -> Profile | None:
        column = self.columns.get(name)
        return self.profiles[column] if isinstance(column, str) else None


def complete(draft: Draft, required: Sequence[str]) -> None:
    """Fill in what one column alone cannot be, and note what a person should look at."""
    _stand_in_for_id(draft)
    _stand_in_for_price(draft)
    _stand_in_for_type(draft)
    _join_category(draft)
    _join_clock(draft)
    _find_family(draft)
    _keep_rank(draft)
    if draft.table in _KEEP_REST:
        _keep_rest(draft)
    _note(draft, required)


def _stand_in_for_id(draft: Draft) -> None:
    """Where items have only a title, it is their id."""
    if not is_field(draft.table, "item_id"):
        return
    if "item_id" not in draft.columns and "title" in draft.columns and draft.table != "relations":
        draft.set("item_id", draft.columns["title"], 0.9 * draft.confidence["title"])
        draft.notes.append("Items have no id: their titles stand in for it.")
    item = draft.profile("item_id")
    if (
        item is not None
        and "title" not in draft.columns
        and draft.table in _LINES | {"items"}
        and looks_like_title(item)
    ):
        draft.set("title", item.name, draft.confidence["item_id"])


def _stand_in_for_price(draft: Draft) -> None:
    """What is only called a cost, where there is no price, is what the customer pays."""
    cost = draft.columns.get("unit_cost")
    named = isinstance(cost, str) and "cost" in tokens(cost) and "price" not in tokens(cost)
    if cost is None or not named or {"unit_price", "line_total"} & set(draft.columns):
        return
    confidence = draft.confidence.pop("unit_cost")
    del draft.columns["unit_cost"]
    draft.set("unit_price", cost, 0.6 * confidence)


def _stand_in_for_type(draft: Draft) -> None:
    """A log of one kind of event has no column for it: it is mostly of what was looked at, but for sales."""
    sold = any(name_score("orders", "quantity", column.name) > _CLEAR for column in draft.free())
    if draft.table == "events" and not sold and "type" not in draft.columns and {"at", "item_id"} <= set(draft.columns):
        draft.set("type", Composed(constant="view"), _STANDS_IN)
        draft.notes.append(
            "No column says what happened: every row is taken as a view. "
            'Write type = { constant = "add_to_cart" } in the mapping where it is something else.'
        )


def _keep_rank(draft: Draft) -> None:
    """A column that is surely called a rank is one: what is no number in it is refused, not left out unsaid."""
    if draft.table != "relations" or "rank" in draft.columns:
        return
    named = [column.name for column in draft.free() if name_score("relations", "rank", column.name) > _CLEAR]
    if len(named) == 1:
        draft.set("rank", named[0], _STANDS_IN)


def _join_category(draft: Draft) -> None:
    """Categories of several levels, coarse to fine, where each fixes the one before."""
    if not is_field(draft.table, "category"):
        return
    own, family = draft.profile("category"), draft.profile("family")
    levels = [column for column in (*([own] if own else []), *draft.free()) if _is_category(draft, column)]
    if own and family and family.distinct <= own.distinct and determines(own, family)[0] >= _FIXED:
        levels.append(family)  # the coarsest level, called so
    chain: list[Profile] = []
    for column in sorted(levels, key=lambda column: (column.distinct, column.name)):
        if not chain or (column.distinct > chain[-1].distinct and determines(column, chain[-1])[0] >= _FIXED):
            chain.append(column)
    if not chain:
        return
    names = tuple(column.name for column in chain)
    if family and family.name in names:
        del draft.columns["family"], draft.confidence["family"]
    draft.set("category", names[0] if len(names) == 1 else Composed(join=names), draft.confidence.get("category", 0.7))


def _is_category(draft: Draft, column: Profile) -> bool:
    """Whether a column names a kind of item: by its header, as text, the same for all rows of an item."""
    header = draft.context.get(column.name, column.name)
    if name_score("orders", "category", header) < _NAMED or "id" in concepts(header)[0]:
        return False
    item = draft.profile("item_id")
    of_item = item is None or draft.table not in _LINES or determines(item, column)[0] >= _FIXED
    return of_item and column.distinct > 1 and column.letters > 0.5 and column.moments.share == 0


def _join_clock(draft: Draft) -> None:
    """A date and its time of day in two columns; and how the moments of the file are written."""
    name = next((name for name in _MOMENTS if name in draft.columns), None)
    if name is None:
        return
    day = draft.profile(name)
    if day is None:
        return
    clocks = [column for column in draft.free() if column.clock >= _CLOCK]
    pattern = day.moments.pattern
    if clocks and not day.moments.clock:
        draft.set(name, Composed(join=(day.name, clocks[0].name)), draft.confidence[name])
        pattern = _with_clock(day.moments, clocks[0])
    draft.dates = pattern
    if not day.moments.certain:
        first = "month" if pattern and "%m" in pattern and pattern.find("%m") < pattern.find("%d") else "day"
        draft.notes.append(
            f"Day and month of {day.name!r} could be the other way round: read with the {first} first, as {pattern!r}. "
            "Correct `dates` in the mapping if that is wrong."
        )


def _with_clock(day: Moments, clock: Profile) -> str | None:
    if day.pattern is None:
        return None
    return f"{day.pattern} {'%H:%M:%S' if clock.length > len('00:00') + 1 else '%H:%M'}"


def _find_family(draft: Draft) -> None:
    """Items that share a title are variants; what goes with the title one to one is their family."""
    item, title = draft.profile("item_id"), draft.profile("title")
    if (
        not is_field(draft.table, "family")
        or "family" in draft.columns
        or item is None
        or title is None
        or item.name == title.name
    ):
        return
    if title.distinct > 0.9 * item.distinct or item.distinct < 4:
        return
    for column in sorted(draft.free(), key=lambda column: column.length):
        there, back = determines(title, column), determines(column, title)
        if min(there[0], back[0]) >= _FIXED and abs(column.distinct - title.distinct) <= 0.05 * title.distinct:
            draft.set("family", column.name, 0.6)
            return


def _keep_rest(draft: Draft) -> None:
    """Other columns are attributes of the item or customer, but for names, addresses and what is empty."""
    for column in draft.free():
        meant = set(concepts(column.name)[0])
        if not column.rows:
            continue
        if draft.table != "items" and (meant & _PERSONAL or column.email > 0.5) and column.distinct > _MANY:
            draft.notes.append(f"{column.name!r} looks personal and was left out.")
            continue
        name = f"attributes.{'_'.join(tokens(column.name)) or column.name}"
        if name not in draft.columns:
            draft.set(name, column.name, 0.8)


def _note(draft: Draft, required: Sequence[str]) -> None:
    if draft.table in _LINES and "placed_at" not in draft.columns:
        draft.notes.append("Orders have no date: they are taken to follow each other as they stand in the file.")
    for name in ("unit_price", "price", "line_total"):
        column = draft.columns.get(name)
        if isinstance(column, str) and (code := currency_of(column)):
            draft.notes.append(f"{column!r} speaks of {code}; amounts are taken to be in `shop.currency`.")
            break
    unsure = [name for name in draft.columns if draft.confidence[name] < _UNSURE]
    if unsure:
        draft.notes.append(f"Not sure of {', '.join(unsure)}: look at the mapping.")
    if (
        set(required) <= set(draft.columns)
        and draft.table in _LINES
        and not {"unit_price", "line_total"} & set(draft.columns)
    ):
        draft.notes.append("No price column was found: prices come from the catalogue, where one was ingested.")
