"""The words of a title, and which of them only name a size or a colour."""

# ruff: noqa: RUF001 - Russian words are meant

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+", re.UNICODE)

# Sizes from small to large; words of one rank mean the same. Clothing letters, English, Polish, Russian.
_LADDER = (
    ("xxs", "mini", "tiny", "мини"),
    ("xs",),
    ("s", "small", "little", "mały", "mała", "małe", "маленький", "маленькая", "маленькое", "малый", "малая"),
    ("m", "medium", "regular", "średni", "średnia", "średnie", "средний", "средняя", "среднее"),
    ("l", "large", "big", "duży", "duża", "duże", "большой", "большая", "большое"),
    ("xl", "xlarge", "jumbo", "giant", "olbrzymi", "огромный", "огромная"),
    ("xxl",),
    ("xxxl",),
)
SIZES = {word: rank for rank, words in enumerate(_LADDER) for word in words}

_COLOURS = """
    black white red green blue yellow orange pink purple violet brown grey gray silver gold golden beige cream ivory
    turquoise teal navy lilac mint multi multicolour multicolor colour color coloured colored clear
    czarny czarna czarne biały biała białe czerwony czerwona czerwone zielony zielona zielone niebieski niebieska
    niebieskie żółty żółta żółte pomarańczowy różowy różowa różowe fioletowy brązowy szary szara szare srebrny złoty
    kolor
    чёрный чёрная чёрное черный черная черное белый белая белое красный красная красное зелёный зелёная зелёное зеленый
    зеленая зеленое синий синяя синее голубой голубая голубое жёлтый желтый желтая желтое оранжевый розовый розовая
    фиолетовый коричневый серый серая серое серебряный золотой бежевый цвет
"""
COLOURS = frozenset(_COLOURS.split())

# Words of which one excludes the other: a rear wheel is no better front wheel.
_OPPOSITES = """
    front rear | left right | upper lower | top bottom | man woman men women mens womens male female | boy girl
    baby kid child children junior adult | long short | indoor outdoor | hot cold | sweet salty
    przedni tylny | lewy prawy | górny dolny | męski damski męska damska męskie damskie | długi krótki
    передний задний | левый правый | верхний нижний | мужской женский мужская женская мужские женские | длинный короткий
"""
OPPOSITES = tuple(frozenset(line.split()) for line in _OPPOSITES.replace("\n", "|").split("|") if line.strip())

_EMPTY = "a an the of in on at for with and or to by from z ze w we i na do dla из с со в во и на для от к по"
_EMPTY_WORDS = frozenset(_EMPTY.split())

_DIGIT = re.compile(r"\d")
_AMOUNT = re.compile(
    r"""(?:set|pack|box|bag|zestaw|opakowanie|набор|упаковка)\s+(?:of|z|из)?\s*(?P<count>\d+)\b
    |(?P<amount>\d+(?:[.,]\d+)?)\s*-?(?P<unit>ml|cl|l|litre|liter|oz|g|kg|lb|gb|tb|w|mah|cm|mm|m|inch|in|"|pc|pcs|piece
    |pack|tier|drawer|szt|мл|л|г|кг|гб|тб|см|мм|м|шт)s?(?![^\W\d_])""",
    re.VERBOSE | re.IGNORECASE,
)


def words_of(text: str | None) -> list[str]:
    """The words and numbers of a text in their order, small, in the singular where English, without empty words."""
    return [word for word in map(_tidy, _WORD.findall(text)) if word] if text else []


def amounts_of(text: str | None) -> dict[str, float]:
    """Amounts by their unit, "set" for the pieces of a set; a unit that occurs twice keeps its last amount."""
    if not text or _DIGIT.search(text) is None:
        return {}
    found = _AMOUNT.finditer(text)
    return dict(
        ("set", float(match["count"]))
        if match["count"]
        else (match["unit"].casefold(), float(match["amount"].replace(",", ".")))
        for match in found
    )


def is_number(word: str) -> bool:
    """Whether a word of `words_of` is a number."""
    return word[0].isdigit()


@lru_cache(maxsize=65_536)  # a shop says the same few words again and again
def _tidy(word: str) -> str:
    """The word as `words_of` tells it; nothing where it is empty."""
    tidy = _singular(word.casefold().replace(",", "."))
    return "" if tidy in _EMPTY_WORDS else tidy


def _singular(word: str) -> str:
    # "bikes" and "bike" name one kind; "glass" and "gas" stay.
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word  # noqa: PLR2004
