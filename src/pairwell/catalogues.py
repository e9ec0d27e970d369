"""Catalogues of sentences in several languages, as gettext knows them, read from their `.po` files."""

from __future__ import annotations

import gettext
import io
from importlib.resources import files
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Final = ("en", "ru", "pl")


def read_catalogue(package: str, language: str) -> Catalog:
    """The catalogue of a package, `locale/LANGUAGE.po` beside its modules, as its file has it."""
    with (files(package) / "locale" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def translations(package: str, language: str) -> gettext.GNUTranslations:
    """The same, ready to look sentences up in."""
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(package, language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
