"""What shops call feedback, the source of a need and the end of an order, in English, Russian and Polish."""

from __future__ import annotations

import re
from typing import get_args

from pairwell.events import FeedbackKind, NeedSource, OrderStatus
from pairwell.ingest.cleaning import CANCELLED
from pairwell.ingest.words import fold

# Folded, without blanks and marks: "Ticket Opened", `ticket_opened` and "ticketopened" are one name.
_FEEDBACK: dict[FeedbackKind, str] = {
    "csat": """
        csat satisfaction customersatisfaction satisfactionscore satisfactionsurvey удовлетворенность оценкаобслуживания
        zadowolenie satysfakcja ocenaobslugi
        """,
    "nps": "nps netpromoterscore netpromoter recommend wouldrecommend рекомендация polecenie",
    "complaint": """
        complaint complaints complained grievance claim жалоба жалобы претензия рекламация skarga skargi reklamacja
        zazalenie
        """,
    "ticket_opened": """
        ticketopened ticketopen openticket opened open ticket newticket ticketcreated caseopened casecreated
        обращение обращениеоткрыто тикетоткрыт тикет заявкаоткрыта открыт zgloszenie zgloszenieotwarte otwartezgloszenie
        """,
    "ticket_closed": """
        ticketclosed closeticket closed close ticketresolved resolved solved caseclosed caseresolved обращениезакрыто
        тикетзакрыт заявказакрыта закрыт решено zgloszeniezamkniete zamkniete zamknietezgloszenie rozwiazane
        """,
    "review": "review reviews rating productreview отзыв отзывы opinia opinie recenzja",
    "note": "note notes comment remark callnote заметка комментарий примечание notatka uwaga komentarz",
}
_HOW: dict[NeedSource, str] = {
    "said": """
        said stated told says asked declared survey answer form сказал сказала сказано указал указано анкета опрос
        powiedzial powiedziala podano ankieta deklaracja
        """,
    "used": "used use uses usage behaviour behavior app использует использование поведение uzywa uzycie uzywanie",
    "bought": "bought buys purchase purchased purchases order orders купил купила куплено покупка kupil kupila zakup",
}
_STATUS: dict[OrderStatus, str] = {
    "completed": """
        completed complete done closed fulfilled fulfilment delivered shipped paid finished выполнен выполнено завершен
        завершено доставлен доставлено оплачен оплачено отгружен отгружено zrealizowane zakonczone dostarczone oplacone
        wyslane wykonane zrealizowany zakonczony dostarczony oplacony wyslany
        """,
    "cancelled": "cancellation annulled revoked отменить anulacja anulowano",
}
_NO_LETTER = re.compile(r"[\W\d_]+")


def read_feedback(name: str) -> FeedbackKind | None:
    """Which kind of feedback is called `name`; None where the name is not known."""
    return _KINDS.get(_plain(name))


def read_how(name: str) -> NeedSource | None:
    """How a need is known; None where the word is not."""
    return _HOWS.get(_plain(name))


def read_status(name: str) -> OrderStatus | None:
    """Whether an order was completed or cancelled; None where the word says neither."""
    return _STATUSES.get(_plain(name))


def _plain(name: str) -> str:
    return _NO_LETTER.sub("", fold(name))


_KINDS: dict[str, FeedbackKind] = {name: kind for kind, names in _FEEDBACK.items() for name in names.split()}
_KINDS |= {kind.replace("_", ""): kind for kind in get_args(FeedbackKind)}
_HOWS: dict[str, NeedSource] = {name: how for how, names in _HOW.items() for name in names.split()}
_STATUSES: dict[str, OrderStatus] = {name: status for status, names in _STATUS.items() for name in names.split()}
_STATUSES |= {_plain(name): "cancelled" for name in CANCELLED}
