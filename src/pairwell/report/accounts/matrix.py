"""The matrix of accounts and products as a sheet, with the likeliest gaps, why, and how well they are found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from pairwell.advise.advice import Evidence
from pairwell.advise.matrix import Matrix, MatrixRow
from pairwell.advise.whitespace.gaps import Gap
from pairwell.advise.whitespace.hidden import Judged, Share, TooFew
from pairwell.advise.whitespace.ranking import NotLearned
from pairwell.report.accounts.sheet import Line, Part, Sheet, Sources
from pairwell.report.record import Cell, Column, Table
from pairwell.said import day, joined, percent, phrase, phrase_count

MOST_ROWS: Final = 25  # accounts; all of them are in JSON
_GAPS_OF_ONE, _GAPS_OF_ALL = 10, 2  # of each account
_HELD: Final = "●"


def matrix_sheet(found: Matrix) -> Sheet:
    """The gaps, the matrix, and what is not known."""
    sources = Sources()
    parts = [*_parts(found, sources)]
    return Sheet(
        name="whitespace",
        title=phrase("What accounts hold, and what they lack"),
        subtitle=_subtitle(found),
        currency=found.currency,
        parts=tuple(parts),
        sources=sources.listed,
    )


def _subtitle(found: Matrix) -> str:
    if found.as_of is None:
        return phrase("No account holds anything yet.")
    return joined(
        phrase("as of {day}", day=day(found.as_of.astimezone(ZoneInfo(found.timezone)).date())),
        phrase_count("{count} account", "{count} accounts", len(found.rows)),
        between=", ",
    )


def _parts(found: Matrix, sources: Sources) -> Iterator[Part]:
    shown = found.rows[:MOST_ROWS]
    if shown:
        yield Part(key="gaps", title=_LIKELIEST, table=_gaps(found, shown), width="whole")
        yield Part(key="matrix", title=_MATRIX, table=_matrix(found, shown), width="whole")
    if found.judged is not None:
        yield _judged(found.judged)
    if notes := [*_notes(found, sources)]:
        yield Part(key="notes", title=phrase("What to know before reading"), lines=tuple(notes), width="whole")


_LIKELIEST: Final = phrase("The likeliest gaps")
_MATRIX: Final = phrase("Accounts and products")


def _gaps(found: Matrix, shown: tuple[MatrixRow, ...]) -> Table:
    most = _GAPS_OF_ONE if len(found.rows) == 1 else _GAPS_OF_ALL
    return Table(
        key="gaps",
        title=_LIKELIEST,
        columns=[
            Column(key="account", title=phrase("Account"), unit="text"),
            Column(key="product", title=phrase("Product"), unit="text"),
            Column(key="chance", title=phrase("Such accounts hold it"), unit="share", interval=True),
            Column(key="share", title=phrase("All that could"), unit="share"),
            Column(key="worth", title=phrase("Worth a year"), unit="money"),
            Column(key="why", title=phrase("Why"), unit="text"),
        ],
        rows=[_gap_row(row, gap) for row in shown for gap in row.gaps[:most]],
    )


def _gap_row(row: MatrixRow, gap: Gap) -> dict[str, Cell]:
    return {
        "account": row.name,
        "product": gap.title,
        "chance": gap.chance,
        "chance_low": gap.low,
        "chance_high": gap.high,
        "share": gap.share,
        "worth": gap.worth_minor,
        "why": joined(*gap.reasons),
    }


def _matrix(found: Matrix, shown: tuple[MatrixRow, ...]) -> Table:
    return Table(
        key="matrix",
        title=_MATRIX,
        columns=[
            Column(key="account", title=phrase("Account"), unit="text"),
            *(Column(key=one, title=title, unit="text") for one, title in found.products.items()),
        ],
        rows=[
            {
                "account": row.name,
                **{one: percent(gap.chance, 0) for gap in row.gaps for one in [gap.product_id]},
                **dict.fromkeys(row.held, _HELD),
            }
            for row in shown
        ],
        note=phrase(
            "{mark}: held; a share: how many accounts like it hold it; a dash: it could not, or nobody knows.",
            mark=_HELD,
        ),
    )


def _judged(judged: Judged | TooFew) -> Part:
    title = phrase("How well it finds what was hidden from it")
    if isinstance(judged, TooFew):
        told = phrase(
            "Too few accounts hold more than one product to try it: {found} of {needed}.",
            found=judged.found,
            needed=judged.needed,
        )
        return Part(key="judged", title=title, lines=(Line(text=told),), width="whole")
    table = Table(
        key="judged",
        title=title,
        columns=[
            Column(key="rate", title="", unit="text"),
            Column(key="own", title=phrase("Whitespace"), unit="share", interval=True),
            Column(key="popular", title=phrase("The most held ones"), unit="share", interval=True),
            Column(key="difference", title=phrase("Difference"), unit="share", interval=True),
        ],
        rows=[_rate_row(name, judged) for name in judged.hit_rate],
        note=phrase_count(
            "Of {count} account one product was hidden and looked for; a rate is how often it was among the first "
            "ones.",
            "Of each of {count} accounts one product was hidden and looked for; a rate is how often it was among the "
            "first ones.",
            judged.accounts,
        ),
    )
    return Part(key="judged", title=title, table=table, width="whole")


def _rate_row(name: str, judged: Judged) -> dict[str, Cell]:
    row: dict[str, Cell] = {"rate": name.upper()}
    shares: dict[str, Share] = {
        "own": judged.hit_rate[name],
        "popular": judged.popularity[name],
        "difference": judged.difference[name],
    }
    for key, share in shares.items():
        row |= {key: share.value, f"{key}_low": share.ci[0], f"{key}_high": share.ci[1]}
    return row


def _notes(found: Matrix, sources: Sources) -> Iterator[Line]:
    if len(found.rows) > MOST_ROWS:
        yield Line(
            text=phrase(
                "Shown are the {shown} accounts with the most worth in what they lack, of {all}; one of them: "
                "`--account`, all: `--json`.",
                shown=MOST_ROWS,
                all=len(found.rows),
            )
        )
    if found.rows:
        numbers = sources.numbers(
            Evidence(
                table="subscriptions, customers, needs",
                rows=phrase("all accounts that hold anything"),
                said=phrase("What similar accounts hold, by what they are, need and hold otherwise."),
            )
        )
        said = phrase("A share tells what accounts like it hold, not whether they say yes when they are asked.")
        yield Line(text=said, sources=numbers)
    yield from (Line(text=_unknown(one, found)) for one in found.not_learned)


def _unknown(one: NotLearned, found: Matrix) -> str:
    title = found.products.get(one.product_id, one.product_id)
    if one.reason == "too_few_holders":
        return phrase(
            "{product}: held by too few accounts to tell who would ({found} of {needed}).",
            product=title,
            found=one.found,
            needed=one.needed,
        )
    return phrase(
        "{product}: too few accounts could hold it and do not ({found} of {needed}).",
        product=title,
        found=one.found,
        needed=one.needed,
    )
