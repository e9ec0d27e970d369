"""Catalogue feeds in XML: how one is written, and its records with what explains them before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pairwell.config.progress import BytesRead, unheard
from pairwell.ingest.elements import Element, read_elements
from pairwell.ingest.mapping import FileFormat
from pairwell.ingest.streams import RefuseLine, open_text

_PROLOG = 400  # characters in which the encoding is declared
_MARKUP = re.compile(r"\s*<(?:\?xml\b|!|[\w:.-]+(?:\s[^<>]*)?/?>(?: *(?:\n\s*)?<|\s*$))")
_DECLARED = re.compile(r"""\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']""")
EXPLAINING = {"category", "currency"}  # records that say what others mean
_UNEXPLAINED = {"item", "entry"}  # records of feeds that have no such


def is_markup(text: str) -> bool:
    """Whether a text begins as XML, or a web page, does; a table whose first column is called <this> does not."""
    return _MARKUP.match(text) is not None


def encoding_of(head: bytes, text: str, judged: str) -> str:
    """The encoding of XML: `judged` by its bytes where these say UTF, else what its prolog declares.

    A file that says windows-1251 and was saved anew as UTF-8 is UTF-8, as is one that holds nothing but ASCII so far
    unless it says otherwise.
    """
    declared = _DECLARED.match(text[:_PROLOG])
    if declared is None or judged.startswith("utf-16"):
        return judged
    name = declared.group(1).lower()
    if name.startswith("utf") or not _is_known(name):
        return judged
    return judged if judged == "utf-8" and not head.isascii() else name


def read_feed(
    path: Path, file: FileFormat, *, most: int, refuse: RefuseLine, advance: BytesRead = unheard
) -> Iterator[Element]:
    """Every record of a feed: categories and currencies first, wherever they stand, then the offers in their order.

    Limits, refusals and errors as in `read_elements`.
    """
    with open_text(path, file.encoding, advance=unheard) as text:
        early = list(_explaining(read_elements(text, path, most=most, refuse=_unheard)))
    yield from early
    with open_text(path, file.encoding, advance=advance) as text:
        for element in read_elements(text, path, most=most, refuse=refuse):
            if element.name not in EXPLAINING:
                yield element


def _explaining(elements: Iterator[Element]) -> Iterator[Element]:
    """Those above the first offer; where there are none, those below the last one too."""
    found = False
    for element in elements:
        if element.name in EXPLAINING:
            found = found or element.name == "category"
            yield element
        elif found or element.name in _UNEXPLAINED:
            return


def _is_known(name: str) -> bool:
    try:
        return bool("<".encode(name))
    except (LookupError, UnicodeError):
        return False


def _unheard(line: int, reason: str, raw: str) -> None:
    """What is refused is told when the offers are read."""
