"""Catalogues of sentences in several languages, as gettext knows them, read from their `.po` files."""

from __future__ import annotations

import gettext
import io
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Final = ("en", "ru", "pl")
# Whose records and errors say something in `pairwell.said`.
ROOMS: Final = (
    "advise",
    "config",
    "dataset",
    "decide",
    "fairness",
    "ingest",
    "journal",
    "learn",
    "measure",
    "model",
    "operations",
    "report",
    "serve",
    "shop",
)


def read_catalogue(package: str, language: str) -> Catalog:
    """The catalogue of a package, `locale/LANGUAGE.po` beside its modules, as its file has it."""
    return read_file(files(package) / "locale" / f"{language}.po", language)


def read_file(place: Traversable, language: str) -> Catalog:
    """A catalogue as its file has it."""
    with place.open("rb") as file:
        return read_po(file, locale=language)


def translations(package: str, language: str) -> gettext.GNUTranslations:
    """The catalogue of a package, ready to look sentences up in."""
    return _compiled(read_catalogue(package, language))


def all_rooms(language: str) -> gettext.NullTranslations:
    """What the records of every room say, ready to look sentences up in: `pairwell/locale/ROOM/LANGUAGE.po`."""
    whole = gettext.NullTranslations()
    for room in ROOMS:
        whole.add_fallback(_compiled(read_file(files("pairwell") / "locale" / room / f"{language}.po", language)))
    return whole


def _compiled(catalogue: Catalog) -> gettext.GNUTranslations:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
