"""Gathers what pages and records say into their catalogues, adding the new and taking out the gone.

`python -m tests.docs.sentences [ROOM ...]` does so for all, or for those rooms of `src/pairwell` alone.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from pairwell.catalogues import LANGUAGES, read_file
from pairwell.config.document import describe_setting, setting_names
from pairwell.said import literal

SOURCE = Path(__file__).resolve().parents[2] / "src" / "pairwell"
PLACE = SOURCE / "serve" / "pages"
TRANSLATED = LANGUAGES[1:]  # English stands in the sources themselves
Message = str | tuple[str, ...]
_OF_RECORDS: Mapping[str, tuple[int, ...] | None] = {"phrase": None, "phrase_count": (1, 2), "unfilled": None}


class Place(msgspec.Struct, frozen=True):
    """Where the catalogues of something lie, and all that it says, in order of places."""

    name: str
    folder: Path
    messages: dict[Message, None]

    def catalogue(self, language: str) -> Path:
        return self.folder / f"{language}.po"


def pages() -> Place:
    """Templates and modules of the pages."""
    return Place("pages", PLACE / "locale", dict.fromkeys(_of_pages()))


def rooms() -> list[Place]:
    """Every room whose records say something."""
    names = sorted({path.relative_to(SOURCE).parts[0].removesuffix(".py") for path in SOURCE.rglob("*.py")})
    found = [Place(name, SOURCE / "locale" / name, dict.fromkeys(_of_room(name))) for name in names]
    return [place for place in found if place.messages]


def _of_pages() -> Iterator[Message]:
    options = {"trimmed": "true", "silent": "false"}
    for path in sorted(PLACE.rglob("*.html")):
        yield from (message for _, message, *_ in extract_from_file("jinja2.ext:babel_extract", path, options=options))
    yield from _of_modules(PLACE.rglob("*.py"), {"sentence": None})


def _of_room(name: str) -> Iterator[Message]:
    yield from _of_modules([*SOURCE.glob(f"{name}.py"), *(SOURCE / name).rglob("*.py")], _OF_RECORDS)
    if name == "config":
        yield from (literal(said) for said in map(describe_setting, setting_names()) if said)


def _of_modules(paths: Iterable[Path], keywords: Mapping[str, tuple[int, ...] | None]) -> Iterator[Message]:
    for path in sorted(paths):
        yield from (message for _, message, *_ in extract_from_file("python", path, keywords=keywords))


def gather(place: Place, language: str) -> Catalog:
    """The catalogue with exactly what is said; what is new has no translation yet."""
    path = place.catalogue(language)
    held = read_file(path, language) if path.exists() else Catalog(locale=language)
    made = Catalog(locale=language, fuzzy=False)
    for message in place.messages:
        key = message if isinstance(message, str) else message[0]
        before = held.get(key)
        made.add(message, string=before.string if before is not None else None)
    return made


def render_catalogue(place: Place, language: str) -> bytes:
    """The file of the catalogue."""
    made, body = gather(place, language), io.BytesIO()
    write_po(body, made, width=0, omit_header=True, sort_output=False)
    head = (
        'msgid ""',
        'msgstr ""',
        '"Content-Type: text/plain; charset=UTF-8\\n"',
        f'"Language: {language}\\n"',
        f'"Plural-Forms: {made.plural_forms}\\n"',
        "",
        "",
    )
    return "\n".join(head).encode() + body.getvalue()


if __name__ == "__main__":
    for one in [pages(), *rooms()]:
        if len(sys.argv) == 1 or one.name in sys.argv[1:]:
            one.folder.mkdir(parents=True, exist_ok=True)
            for spoken in TRANSLATED:
                one.catalogue(spoken).write_bytes(render_catalogue(one, spoken))
