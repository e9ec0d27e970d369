"""What notes in free text say, by lists of words in English, Russian and Polish.

A list is a blunt reader: it hears what people usually write, sentence by sentence, and nothing that is denied just
before. Whoever shows what it heard shows the note.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Theme = Literal["pays_late", "paid", "contact_left", "contact_new", "hesitates", "new_team"]

_SENTENCE: Final = re.compile(r"[.!;\n]+\s*")
_DENIED: Final = re.compile(
    r"\b(?:never|not|no|none|n't|without|nobody|не|ни|нет|никогда|никто|без|nie|nigdy|nikt|bez)(?:\s+\w+){0,2}\s*$"
)

_HEARD: Final[dict[Theme, str]] = {
    "pays_late": (
        r"\bpa(?:id|ys?|ying)\b[^,]{0,40}\blate\b|\blate (?:payment|payer|with (?:the |their )?payment)"
        r"|\b(?:invoices?|bills?|payments?)\b[^,]{0,30}\b(?:overdue|past due|unpaid|outstanding|delayed)\b"
        r"|\b(?:overdue|unpaid|outstanding) (?:invoices?|bills?|payments?)\b"
        r"|\bпросроч\w*[^,]{0,30}\b(?:оплат|плат[её]ж|счет|долг)|\b(?:счет|оплат|платеж)\w*[^,]{0,30}\bпросроч"
        r"|\b(?:опла|плат)\w+[^,]{0,30}\b(?:с опозданием|с задержкой|поздно)\b|\bзадерж\w+ (?:с )?(?:оплат|плат[её]ж)"
        r"|\bне (?:оплати|заплати)л\w*[^,]{0,30}\b(?:счет|вовремя|в срок)"
        r"|\b(?:zapłaci|płac|opłaci)\w*[^,]{0,30}\b(?:po terminie|z opóźnieniem|spóźni)"
        r"|\b(?:zaległ\w+|przeterminowan\w+|niezapłacon\w+) (?:faktur|płatno|należno)"
        r"|\bfaktur\w*[^,]{0,30}\bpo terminie"
        r"|\bspóźnia\w* si[ęe] z (?:płatno|zapłat)|\bnie (?:zapłaci|opłaci)\w*[^,]{0,30}\b(?:faktur|w terminie)"
    ),
    "paid": (
        r"\b(?:paid|settled)\b[^,]{0,30}\b(?:on time|in full|everything|all (?:open |overdue )?invoices)\b"
        r"|\bpa(?:ys|id) (?:on time|again)\b"
        r"|\b(?:оплати|заплати|погаси)л\w*[^,]{0,30}\b(?:все|вовремя|долг|задолженность)\b"
        r"|\b(?:zapłaci|uregulowa|spłaci)\w*[^,]{0,30}\b(?:wszystk|w terminie|zaległ)"
    ),
    "contact_left": (
        r"\b(?:has|have) left\b(?! (?:a|an|us|it|them|this|that|their|some|open|early|messages?|voicemail)\b)"
        r"|\bleft (?:the (?:company|firm|team)|their job)\b"
        r"|\b(?:is|are) leaving (?:the (?:company|firm|team)|at the end)"
        r"|\bno longer works?\b|\bhas (?:resigned|quit)\b"
        r"|\bуволи(?:лся|лась|лись)\b|\bбольше (?:у них |там |здесь )?не работает\b"
        r"|\b(?:уш[её]л|ушла|ушли) из (?:компании|фирмы|команды)|\bпокинул[аи]? (?:компанию|фирму)"
        r"|\bodesz(?:ła|li) z (?:firmy|pracy|zespołu)|\bodszedł z (?:firmy|pracy|zespołu)|\bzwolni(?:ł|ła) się\b"
        r"|\b(?:już|więcej) (?:tam |u nich )?nie pracuje\b|\bnie pracuje już\b"
    ),
    "contact_new": (
        r"\b(?:new|another) (?:contact|champion)\b|\b(?:has taken|took|takes) over (?:from|as)\b|\bsuccessor\b"
        r"|\bновый контакт|\bновое контактное лицо|\bвместо (?:него|нее) теперь|\bпреемни"
        r"|\bnow(?:y|a) kontakt|\bnowa osoba kontaktowa|\bnastępc|\bprzej(?:ął|ęła) (?:po|jego|jej)"
    ),
    "hesitates": (
        r"\bnot (?:right )?now\b|\bnot (?:this|before next) (?:year|quarter)\b|\bask (?:us )?again\b|\bhesitat"
        r"|\b(?:needs?|wants?) (?:more time|to think)\b|\bstill (?:unsure|undecided)\b|\btoo (?:expensive|dear)\b"
        r"|\bне сейчас\b|\bвер(?:немся|нуться) (?:к этому )?позже|\bпока не готов"
        r"|\b(?:подума(?:ет|ют|ем)|хо(?:чет|тят) подумать)\b"
        r"|\bсомнева(?:ется|ются|емся)|\bслишком дорого\b|\bколебл"
        r"|\bnie teraz\b|\bwróci(?:ć|my) do (?:tego|tematu) później"
        r"|\b(?:musi|muszą|chce|chcą) (?:to )?(?:się )?(?:przemyśleć|zastanowić)"
        r"|\bwaha(?:ją)? się\b|\bza drogo\b|\bjeszcze nie (?:jest|są) gotow"
    ),
    "new_team": (
        r"\bnew (?:team|office|branch|department|region|country|market|site|warehouse|store)s?\b"
        r"|\bopen(?:s|ing|ed)? (?:a|an|their|another)\b[^,]{0,20}\b(?:office|branch|site|store|warehouse)\b"
        r"|\bнов(?:ая|ую|ой) (?:команд|стран)|\bнов(?:ый|ом|ого) (?:офис|отдел|филиал|регион|рынок|рынке)"
        r"|\bоткрыва(?:ет|ют|ем)\b[^,]{0,20}\b(?:офис|филиал|склад|магазин)"
        r"|\bnow(?:y|ego|ym) (?:zespół|zespoł|dział|oddział|region|rynek|rynku)|\bnow(?:e|ym) biur"
        r"|\botwiera(?:ją)?\b[^,]{0,20}\b(?:biuro|oddział|magazyn|sklep)"
    ),
}
_PATTERNS: Final = {theme: re.compile(words) for theme, words in _HEARD.items()}


def hears(theme: Theme, text: str) -> bool:
    """Whether a note says so, in one of its sentences, without denying it just before."""
    return any(_says(_PATTERNS[theme], sentence) for sentence in _SENTENCE.split(normal(text)))


def names(title: str, text: str) -> bool:
    """Whether a note names something by its title, as whole words. Titles of less than three letters are no names."""
    plain = normal(title)
    return len(plain) > 2 and re.search(rf"(?<!\w){re.escape(plain)}(?!\w)", normal(text)) is not None  # noqa: PLR2004


def normal(text: str) -> str:
    """In lower case, with single spaces, and with one way to write each letter."""
    return " ".join(text.lower().replace("ё", "е").replace("\u2019", "'").replace("\n", ". ").split())


def _says(pattern: re.Pattern[str], sentence: str) -> bool:
    return any(_DENIED.search(sentence[: found.start()]) is None for found in pattern.finditer(sentence))
