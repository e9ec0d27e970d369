"""Data: what is in and where it came from, and the rows that were refused."""

from __future__ import annotations

import csv
import io
import itertools
from typing import TYPE_CHECKING

import msgspec

from pairwell.clock import system_clock
from pairwell.errors import RequestError
from pairwell.ingest.quarantine import COLUMNS, RefusedFile, RefusedLine, list_refused, read_refused
from pairwell.ingest.rules import RULES
from pairwell.operations.users.audit import Change
from pairwell.said import phrase
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.files import File, Taken
from pairwell.serve.pages.views.view import Fields, View
from pairwell.serve.pages.visitors import Visitor
from pairwell.shop.held import Held
from pairwell.wording import plain_cell

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_SHOWN = 100
_MOST_BYTES = 50_000_000
_WHY = {rule.name: rule.sentence for rule in RULES}


class DataPage(msgspec.Struct, frozen=True, kw_only=True):
    """What is in, and by reason why rows were refused."""

    held: Held
    why: dict[str, str]  # what each reason says


class Quarantine(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the quarantine, and its first rows as they were kept."""

    timezone: str
    file: RefusedFile
    why: dict[str, str]
    columns: tuple[str, ...]
    rows: list[RefusedLine]
    others: list[RefusedFile]


def make_data(shop: Shop, _: Fields) -> DataPage:
    """What is in now."""
    held = shop.held()
    return DataPage(held=held, why=_told(held.refused))


def make_quarantine(shop: Shop, fields: Fields) -> Quarantine:
    """The file that is named. Raises `NotFoundError`, and `RequestError` where none is."""
    name = _named(fields)
    rows = list(itertools.islice(read_refused(shop.workspace, name), _SHOWN))
    files = list_refused(shop.workspace)
    return Quarantine(
        timezone=shop.published.settings.shop.timezone,
        file=next(one for one in files if one.name == name),
        why=_told(files),
        columns=COLUMNS,
        rows=rows,
        others=[one for one in files if one.name != name],
    )


def _take(shop: Shop, visitor: Visitor, fields: Fields) -> Taken:
    """All rows, each cell as plain text for spreadsheets; the log of changes keeps who took them."""
    name = _named(fields)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in read_refused(shop.workspace, name):
        writer.writerow([plain_cell(cell) for cell in (row.file, row.line, row.reason, row.row)])
        if text.tell() > _MOST_BYTES:
            raise RequestError(
                phrase("{name} is larger than {most} MB.", name=name, most=_MOST_BYTES // 1_000_000),
                hint=phrase("Copy it from the server: .pairwell/quarantine/{name}", name=name),
                field="file",
            )
    shop.audit.add(Change(at=system_clock(), author=visitor.name, action="quarantine_downloaded", subject=name))
    return Taken(name=name, text=text.getvalue())


def _named(fields: Fields) -> str:
    if "file" not in fields:
        raise RequestError(phrase("`file` is missing: which one?"), hint=phrase("Open one of /data."), field="file")
    return fields["file"]


def _told(files: list[RefusedFile]) -> dict[str, str]:
    return {reason: _WHY[reason] for one in files for reason in one.reasons if reason in _WHY}


DATA = View(
    path="/data",
    label=sentence("Data"),
    about=sentence("What is in, where it came from, and what was refused."),
    group="setup",
    template="data.html",
    record=DataPage,
    make=make_data,
)
QUARANTINE = View(
    path="/quarantine",
    label=sentence("Refused rows"),
    about=sentence("Rows that were refused, and why."),
    group="setup",
    template="quarantine.html",
    record=Quarantine,
    make=make_quarantine,
    parameters=("file",),
    right="govern",
)
FILES = (
    File(
        path="/quarantine/download",
        about="All rows of a file of the quarantine",
        right="govern",
        parameters=("file",),
        make=_take,
    ),
)
