"""Records of an XML feed, one at a time; no tree is held, and nothing outside the file is ever followed."""

from __future__ import annotations

from collections.abc import Iterator
from html.entities import html5
from pathlib import Path
from typing import Any, TextIO
from xml.parsers import expat

import msgspec

from pairwell.errors import SourceError
from pairwell.ingest.streams import UNDECODABLE, RefuseLine

_CHUNK = 1 << 18  # characters
_DEEPEST = 64  # elements inside each other
_DAMAGED = "\ufdd0"  # a character that no text has, where bytes do not fit the encoding
_GOOGLE = "base.google.com/ns/1.0"
_ENDS_EARLY = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
}
_NO_ENTITY = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]
_NEXT = (
    "Name a feed in YML (<yml_catalog>), one of Google Merchant Center (<rss> or <feed>, its fields as g:…), or CSV."
)
#: What a record is, by the root of the feed and the elements around it.
_RECORDS: dict[str, dict[tuple[str, ...], str]] = {
    "yml_catalog": {
        ("shop", "offers", "offer"): "offer",
        ("shop", "categories", "category"): "category",
        ("shop", "currencies", "currency"): "currency",
    },
    "rss": {("channel", "item"): "item"},
    "RDF": {("item",): "item"},
    "feed": {("entry",): "entry"},
}


class Element(msgspec.Struct, frozen=True):
    """A record of a feed.

    `cells`: an attribute as "@name", an element inside as its name (of Google's namespace as "g:name"), text of the
    element itself as "". An element with attributes or elements of its own is such a dict again, one that is repeated
    a list.
    """

    line: int  # on which it begins
    name: str
    cells: dict[str, Any]


def read_elements(text: TextIO, path: Path, *, most: int, refuse: RefuseLine) -> Iterator[Element]:
    """The records of a feed, in order, from its decoded text.

    A record of more than `most` characters is refused as `line_too_long`, one with bytes that did not fit the encoding
    as `undecodable`. Raises `SourceError` where the file is no feed, is not well-formed or was cut off, or declares
    entities of its own.
    """
    reader = _Reader(path, most, refuse)
    # An empty line above the prolog is a usual slip of shops' own scripts, and harms nothing.
    first = text.read(_CHUNK)
    blank = len(first) - len(first.lstrip())
    reader.above = first.count("\n", 0, blank)
    chunk = first[blank:]
    while chunk:
        reader.feed(chunk)
        yield from reader.finished()
        chunk = text.read(_CHUNK)
    reader.close()
    yield from reader.finished()


class _Open(msgspec.Struct):
    """An element of a record that has not ended yet."""

    name: str
    cells: dict[str, Any]
    text: list[str]


class _Reader:
    """Gathers records from the events of the parser."""

    def __init__(self, path: Path, most: int, refuse: RefuseLine) -> None:
        self._path, self._most, self._refuse = path, most, refuse
        self._records: dict[tuple[str, ...], str] = {}
        self._around: list[str] = []  # elements that are open, outside a record
        self._open: list[_Open] = []  # elements that are open, of a record
        self._done: list[Element] = []
        self._line = self._size = self._waiting = 0
        self._damaged = False  # whether bytes did not fit, anywhere so far
        self.above = 0  # lines that were left out at the top
        # Text comes decoded: what the prolog says of an encoding is overruled.
        self._parser = expat.ParserCreate("utf-8", "}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._said
        self._parser.SkippedEntityHandler = self._entity
        self._parser.EntityDeclHandler = self._declared

    def feed(self, chunk: str) -> None:
        self._waiting += len(chunk)
        self._damaged |= UNDECODABLE in chunk
        self._parse(chunk.replace(UNDECODABLE, _DAMAGED).encode(errors="replace"), final=False)
        if self._waiting > self._most:
            raise self._error(f"holds a tag or a comment of more than {self._most:,} characters")

    def close(self) -> None:
        self._parse(b"", final=True)

    def finished(self) -> list[Element]:
        done, self._done = self._done, []
        return done

    def _parse(self, chunk: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(chunk, final)
        except expat.ExpatError as error:
            raise self._broken(error) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._waiting = 0
        name = _plain(name)
        if len(self._around) + len(self._open) > _DEEPEST:
            raise self._error(f"holds more than {_DEEPEST} elements inside each other at line {self._here}")
        cells: dict[str, Any] = {f"@{_plain(key)}": value for key, value in attributes.items()}
        if self._open:
            self._open.append(_Open(name, cells, []))
            self._grow(sum(map(len, attributes.values())) + len(name))
            return
        self._around.append(name)
        if len(self._around) == 1:
            self._records = self._of_root(name)
        elif tuple(self._around[1:]) in self._records:
            self._line, self._size = self._here, 0
            self._open.append(_Open(self._records[tuple(self._around[1:])], cells, []))
            self._around.pop()

    def _end(self, _: str) -> None:
        self._waiting = 0
        if not self._open:
            self._around.pop()
            return
        ended = self._open.pop()
        if said := "".join(ended.text).strip():
            ended.cells[""] = said
        if self._open:
            _put(self._open[-1].cells, ended.name, said if ended.cells.keys() <= {""} else ended.cells)
        elif self._size > self._most:
            self._refuse(self._line, "line_too_long", "")
        elif self._damaged and _DAMAGED in (written := msgspec.json.encode(ended.cells).decode()):
            self._refuse(self._line, "undecodable", written.replace(_DAMAGED, "?"))
        else:
            self._done.append(Element(self._line, ended.name, ended.cells))

    def _said(self, text: str) -> None:
        self._waiting = 0
        if self._open:
            self._open[-1].text.append(text)
            self._grow(len(text))

    def _grow(self, size: int) -> None:
        """Count the characters of the record; of one that is too long nothing is held."""
        self._size += size
        if self._size > self._most:
            for part in self._open:
                part.cells.clear()
                part.text.clear()

    def _entity(self, name: str, _: bool) -> None:
        """An entity of the DTD that is not read: that of HTML, as shops mean it, else as it stands."""
        self._said(html5.get(f"{name};", f"&{name};"))

    def _declared(self, name: str, *_: object) -> None:
        raise SourceError(
            f"{self._path} declares the entity {name!r} at line {self._here}. Nothing of it was taken: entities of a "
            "file's own, and what they name, are not followed.",
            hint="Export it without a list of entities in <!DOCTYPE …>, with the texts themselves.",
        )

    def _of_root(self, root: str) -> dict[tuple[str, ...], str]:
        if root.casefold() == "html":
            raise SourceError(f"{self._path} is a web page, perhaps an error or a form to sign in.", hint=_NEXT)
        if root not in _RECORDS:
            raise SourceError(f"{self._path} is XML that holds <{root}>; expected a catalogue feed.", hint=_NEXT)
        return _RECORDS[root]

    @property
    def _here(self) -> int:
        return self._parser.CurrentLineNumber + self.above

    def _error(self, what: str) -> SourceError:
        return SourceError(f"{self._path} {what}. Nothing of it was taken.", hint="Export it again.")

    def _broken(self, error: expat.ExpatError) -> SourceError:
        line = error.lineno + self.above
        if error.code in _ENDS_EARLY:
            return self._error(f"ends in the middle, at line {line}: it was cut off")
        what = expat.ErrorString(error.code)
        hint = "Have it mended where it is made, then export it again."
        if error.code == _NO_ENTITY:
            hint = "XML knows &amp; &lt; &gt; &quot; &apos; alone: write &nbsp; as &#160;, and & as &amp;."
        return SourceError(
            f"{self._path} is not well-formed XML at line {line}: {what}. Nothing of it was taken.", hint=hint
        )


def _plain(name: str) -> str:
    """A name without its namespace, but for those of Google, which stay told apart."""
    space, mark, own = name.rpartition("}")
    return f"g:{own}" if mark and space.rstrip("/").endswith(_GOOGLE) else own


def _put(cells: dict[str, Any], name: str, value: str | dict[str, Any]) -> None:
    if name not in cells:
        cells[name] = value
    elif isinstance(cells[name], list):
        cells[name].append(value)
    else:
        cells[name] = [cells[name], value]
