from __future__ import annotations

import pytest

from pairwell.advise.notes import Theme, hears, names

_SAYS: list[tuple[Theme, str]] = [
    ("pays_late", "Paid the last invoice more than a month late"),
    ("pays_late", "Two invoices are overdue."),
    ("pays_late", "Late payments since spring"),
    ("pays_late", "Опять просрочили оплату счёта"),
    ("pays_late", "Платят с задержкой"),
    ("pays_late", "Не оплатили счёт вовремя"),
    ("pays_late", "Zapłacili fakturę po terminie"),
    ("pays_late", "Spóźniają się z płatnościami"),
    ("paid", "They paid all open invoices"),
    ("paid", "Погасили задолженность"),
    ("paid", "Uregulowali zaległości"),
    ("contact_left", "The colleague who brought us in has left"),
    ("contact_left", "Our contact no longer works there"),
    ("contact_left", "Марина уволилась в мае"),
    ("contact_left", "Контакт больше не работает в компании"),
    ("contact_left", "Pani z HR odeszła z firmy"),
    ("contact_left", "Nasz kontakt już tam nie pracuje"),
    ("contact_new", "New contact: head of sales"),
    ("contact_new", "Новый контакт в отделе продаж"),
    ("contact_new", "Nowy kontakt w dziale sprzedaży"),
    ("hesitates", "Talked about a larger plan: not now, ask again in October"),
    ("hesitates", "They want to think about it"),
    ("hesitates", "Сказали: не сейчас, вернёмся к этому позже"),
    ("hesitates", "Сомневаются, слишком дорого"),
    ("hesitates", "Muszą się zastanowić"),
    ("hesitates", "Nie teraz, może wiosną"),
    ("new_team", "Will take on a new team soon"),
    ("new_team", "They are opening another office"),
    ("new_team", "Открывают филиал в Казани"),
    ("new_team", "Otwierają biuro w Gdańsku"),
]
_SAYS_NOT: list[tuple[Theme, str]] = [
    ("pays_late", "They never pay late"),
    ("pays_late", "Paid on time, called late in the evening"),
    ("pays_late", "The invoice of May was sent. They came late to the call"),
    ("pays_late", "Asked why the import is overdue"),
    ("pays_late", "Никогда не платят поздно"),
    ("pays_late", "Спросили про оплату картой"),
    ("pays_late", "Nie zalega, płaci w terminie"),
    ("contact_left", "She has left a message for support"),
    ("contact_left", "Two seats are left on the plan"),
    ("contact_left", "They have left some comments"),
    ("contact_left", "The button on the left does not work"),
    ("contact_left", "Коллега ушёл на обед"),
    ("contact_left", "Никто не уволился"),
    ("contact_left", "Wyszła na spotkanie"),
    ("hesitates", "Told them not to hesitate to call"),
    ("hesitates", "They need it now, not later"),
    ("hesitates", "Не сомневаются, что купят"),
    ("hesitates", "Chcą zacząć teraz"),
    ("new_team", "Same team, new phone number"),
    ("new_team", "No new office this year"),
    ("new_team", "Новый тариф обсудили"),
    ("new_team", "Nowy cennik wysłany"),
]


@pytest.mark.parametrize(("theme", "text"), _SAYS)
def test_what_people_write_is_heard(theme: Theme, text: str) -> None:
    assert hears(theme, text)


@pytest.mark.parametrize(("theme", "text"), _SAYS_NOT)
def test_what_only_looks_like_it_is_not(theme: Theme, text: str) -> None:
    assert not hears(theme, text)


def test_a_title_is_named_as_whole_words_in_any_case() -> None:
    assert names("Web chat", "Asked what WEB  CHAT would do for them")
    assert not names("Web chat", "Asked for a web chatbot")
    assert not names("Go", "Let us go on")
