"""How numbers are put into words, and cells into files for spreadsheets."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def counted(count: int, noun: str) -> str:
    """A count with its noun, which takes an s where it is not one."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def plain_cell(cell: T) -> T | str:
    """The cell; a text that a spreadsheet would take for a formula begins with an apostrophe."""
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _is_number(cell):
        return f"'{cell}"
    return cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
