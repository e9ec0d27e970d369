"""Gathers what pages say into the catalogues: `python -m tests.docs.sentences` adds the new, takes out the gone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from pairwell.catalogues import LANGUAGES, read_catalogue

PACKAGE = "pairwell.serve.pages"
PLACE = Path(__file__).resolve().parents[2] / "src" / "pairwell" / "serve" / "pages"
TRANSLATED = LANGUAGES[1:]  # English stands in the templates themselves
Message = str | tuple[str, ...]


def said_on_pages() -> dict[Message, None]:
    """Every sentence of templates and modules, in order of places."""
    return dict.fromkeys(_messages())


def _messages() -> Iterator[Message]:
    options = {"trimmed": "true", "silent": "false"}
    for path in sorted(PLACE.rglob("*.html")):
        yield from (message for _, message, *_ in extract_from_file("jinja2.ext:babel_extract", path, options=options))
    for path in sorted(PLACE.rglob("*.py")):
        found = extract_from_file("python", path, keywords={"sentence": None})
        yield from (message for _, message, *_ in found)


def gather(language: str) -> Catalog:
    """The catalogue with exactly what is said; what is new has no translation yet."""
    held = read_catalogue(PACKAGE, language)
    made = Catalog(locale=language, fuzzy=False)
    for message in said_on_pages():
        key = message if isinstance(message, str) else message[0]
        before = held.get(key)
        made.add(message, string=before.string if before is not None else None)
    return made


def render_catalogue(language: str) -> bytes:
    """The file of the catalogue."""
    made, body = gather(language), io.BytesIO()
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
    for one in TRANSLATED:
        (PLACE / "locale" / f"{one}.po").write_bytes(render_catalogue(one))
