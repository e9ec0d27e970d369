"""A work list as a sheet: whom to talk to, about what and why, and whom to leave alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pairwell.advise.advice import Hold
from pairwell.advise.working import WorkSheet
from pairwell.advise.worklist import LeftAlone, Talk, Worklist
from pairwell.report.accounts.moved import account_title, move_title
from pairwell.report.accounts.sheet import Line, Part, Sheet, Sources, sentences
from pairwell.report.record import Column, Table
from pairwell.said import begun, day, joined, percent, phrase, phrase_count

_MOST_TALKS: Final = 15  # told at length; all of them are in the table
_MOST_LEFT: Final = 25


def work_sheet(told: WorkSheet) -> Sheet:
    """The talks as a table, each of the first ones at length, and those to leave alone."""
    found, sources = told.work, Sources()
    return Sheet(
        name="worklist",
        title=phrase("Work list of {owner}", owner=found.owner) if found.owner else phrase("Work list"),
        subtitle=_subtitle(told),
        currency=told.currency,
        parts=tuple(_parts(found, sources)),
        sources=sources.listed,
    )


def _subtitle(told: WorkSheet) -> str:
    found = told.work
    if found.as_of is None:
        return phrase("No account is known yet.")
    capacity = ""
    if found.capacity_minutes is not None:
        capacity = phrase("{minutes} of {capacity} minutes", minutes=found.minutes, capacity=found.capacity_minutes)
    return joined(
        phrase("as of {day}", day=day(found.as_of.date())),
        phrase_count("{count} talk", "{count} talks", len(found.talks)),
        capacity,
        phrase("net of tax, in {currency}", currency=told.currency),
        between=", ",
    )


def _parts(found: Worklist, sources: Sources) -> Iterator[Part]:
    title = phrase("Whom to talk to, the most worth a minute first")
    if found.talks:
        yield Part(key="talks", title=title, table=_talks(found, title), width="whole")
    else:
        told = phrase("Nobody: no move is worth a talk now.")
        yield Part(key="talks", title=title, lines=(Line(text=told),), width="whole")
    for place, talk in enumerate(found.talks[:_MOST_TALKS], 1):
        yield _talk(place, talk, sources)
    if found.waiting:
        told = phrase_count(
            "{count} more talk is worth it beyond the minutes there are.",
            "{count} more talks are worth it beyond the minutes there are.",
            len(found.waiting),
        )
        yield Part(key="waiting", title=phrase("Beyond it"), lines=(Line(text=told),), width="whole")
    if found.left_alone:
        yield _left_alone(found, sources)
    yield Part(key="others", title=phrase("How this was made"), lines=tuple(_others(found)), width="whole")


def _talks(found: Worklist, title: str) -> Table:
    return Table(
        key="talks",
        title=title,
        columns=[
            Column(key="place", title="#", unit="count"),
            Column(key="account", title=phrase("Account"), unit="text"),
            Column(key="owner", title=phrase("Owner"), unit="text"),
            Column(key="what", title=phrase("What about"), unit="text"),
            Column(key="when", title=phrase("When"), unit="text"),
            Column(key="chance", title=phrase("Chance of a yes"), unit="share", interval=True),
            Column(key="worth", title=phrase("Worth"), unit="money"),
            Column(key="minutes", title=phrase("Minutes"), unit="count"),
        ],
        rows=[
            {
                "place": place,
                "account": account_title(talk.name, talk.account_id),
                "owner": talk.owner,
                "what": move_title(talk.move),
                "when": day(talk.timing.by) if talk.timing.by else talk.timing.text,
                "chance": talk.move.chance,
                "chance_low": talk.move.chance_low,
                "chance_high": talk.move.chance_high,
                "worth": talk.move.worth_minor,
                "minutes": talk.move.minutes,
            }
            for place, talk in enumerate(found.talks, 1)
        ],
    )


def _talk(place: int, talk: Talk, sources: Sources) -> Part:
    title = phrase(
        "{place}. {account}: {what}",
        place=place,
        account=account_title(talk.name, talk.account_id),
        what=move_title(talk.move),
    )
    return Part(key=f"talk_{place}", title=title, lines=tuple(_talk_lines(talk, sources)), width="whole")


def _talk_lines(talk: Talk, sources: Sources) -> Iterator[Line]:
    move = talk.move
    evidence = [*move.evidence, *(one for signal in move.signals for one in signal.evidence)]
    numbers = sources.numbers(*evidence)
    yield Line(head=phrase("Say"), text=begun(move.benefit), sources=numbers)
    if move.why:
        yield Line(head=phrase("Why"), text=sentences(*move.why))
    if talk.timing.text:
        yield Line(head=phrase("When"), text=talk.timing.text)
    if move.story is not None:
        yield Line(
            head=phrase("Story"), text=phrase("{story} ({because})", story=move.story.text, because=move.story.because)
        )
    if move.objection:
        yield Line(head=phrase("They may say"), text=joined(move.objection, move.answer or "", between=" → "))
    if talk.further:
        yield Line(head=phrase("Also"), text=joined(*map(move_title, talk.further), between="; "))
    yield Line(
        head=phrase("Chance"),
        text=phrase(
            "{chance} ({low} to {high}), {basis}",
            chance=percent(move.chance, 0),
            low=percent(move.chance_low, 0),
            high=percent(move.chance_high, 0),
            basis=phrase("learned from answers")
            if move.basis == "answers"
            else phrase("as is usual for such talks, as few answers are known"),
        ),
    )


def _left_alone(found: Worklist, sources: Sources) -> Part:
    shown = found.left_alone[:_MOST_LEFT]
    lines = [_left(one, one.holds[0], sources) for one in shown if one.holds]
    if len(shown) < len(found.left_alone):
        lines.append(
            Line(text=phrase("{more} more: `--format json` lists all.", more=len(found.left_alone) - len(shown)))
        )
    title = phrase_count("Leave {count} account alone", "Leave {count} accounts alone", len(found.left_alone))
    return Part(key="left_alone", title=title, lines=tuple(lines), width="whole")


def _left(one: LeftAlone, hold: Hold, sources: Sources) -> Line:
    until = phrase("Until {day}.", day=day(hold.until.date())) if hold.until else ""
    return Line(
        head=account_title(one.name, one.account_id),
        text=sentences(hold.text, until, phrase("Helps instead: {help}", help=hold.helps)),
        sources=sources.numbers(*hold.evidence),
    )


def _others(found: Worklist) -> Iterator[Line]:
    if found.nothing_to_say:
        yield Line(
            text=phrase_count(
                "{count} account has what fits: nothing is proposed.",
                "{count} accounts have what fits: nothing is proposed.",
                len(found.nothing_to_say),
            )
        )
    if found.not_known:
        yield Line(
            text=phrase_count(
                "Of {count} account too little is known.",
                "Of {count} accounts too little is known.",
                len(found.not_known),
            )
        )
    yield from (Line(text=text) for text in found.how)
    told = phrase(
        "All that is needed for a talk: `pairwell accounts brief ACCOUNT`; where numbers come from: `--sources`."
    )
    yield Line(text=told)
    told = phrase(
        "Note what came of it: `pairwell accounts outcome ACCOUNT accept|later|no`. With `later` agree on a day "
        "(`--until YYYY-MM-DD`): until then they are left alone. With `no` ask why (`--reason too_dear`, `have_it` or "
        "`not_for_me`)."
    )
    yield Line(text=told)
