"""What columns of price lists, usage, accounts and sellers are called, in English, Russian and Polish.

These tables are written by hand or by one's own systems: their headers are few, and are known as they stand.
"""

from __future__ import annotations

from functools import cache

from pairwell.ingest.words import currency_of, tokens

_WHOSE = """
    account id; account; account no; account code; account key; customer id; customer; customer no; client id;
    client; company id; company; organisation id; organization id; org id; tenant; tenant id; workspace id; user id;
    subscriber id; код клиента; клиент; ид клиента; id клиента; номер клиента; аккаунт; id аккаунта; лицевой счет;
    контрагент; компания; id klienta; klient; nr klienta; numer klienta; konto; id konta; kontrahent; firma
"""
_SINCE = """
    valid from; effective from; effective date; from; since; since when; start date; from date; as of; действует с;
    с даты; дата начала; обновлено; obowiazuje od; od; od dnia; data od; od kiedy
"""
_SELLER = """
    seller id; seller; salesperson; sales person; employee id; employee; rep; sales rep; associate; staff id;
    продавец; код продавца; id продавца; сотрудник; табельный номер; менеджер; sprzedawca; id sprzedawcy; nr
    pracownika; pracownik; handlowiec
"""

PHRASES: dict[str, dict[str, str]] = {
    "plans": {
        "plan_id": """
            plan id; plan; plan code; plan key; sku; code; product id; price id; тариф; код тарифа; id тарифа;
            тарифный план; код плана; план; taryfa; kod planu; id planu; kod taryfy; abonament; pakiet
        """,
        "valid_from": _SINCE,
        "kind": "kind; type; plan type; product type; вид; тип; тип тарифа; rodzaj; typ; typ planu",
        "family": """
            family; product line; product; line; group; plan group; plan family; семейство; линейка; группа;
            продукт; rodzina; linia; grupa; produkt
        """,
        "tier": "tier; level; rank; step; уровень; ступень; ранг; poziom; szczebel; stopien",
        "title": """
            title; name; plan name; display name; название; наименование; название тарифа; nazwa; nazwa planu; nazwa
            taryfy
        """,
        "fee": """
            fee; monthly fee; base fee; plan fee; monthly price; price per month; price month; base price; plan
            price; price; recurring fee; subscription fee; list price; annual fee; yearly fee; price per year;
            amount; абонентская плата; абонплата; цена; цена в месяц; стоимость; стоимость в месяц; плата; месячная
            плата; cena; cena miesieczna; oplata; oplata miesieczna; abonament miesieczny; cena za miesiac; oplata
            abonamentowa
        """,
        "period": """
            period; billing period; billing cycle; interval; billing interval; billed; период; период оплаты; оплата
            за; okres; okres rozliczeniowy; cykl; rozliczenie
        """,
        "seats_included": """
            seats included; included seats; seats; users included; included users; users; licences included;
            licenses included; мест включено; включено мест; пользователей включено; включено пользователей;
            пользователи; места; miejsca w cenie; uzytkownicy w cenie; uzytkownicy; liczba uzytkownikow; miejsca
        """,
        "seats_max": """
            seats max; max seats; maximum seats; max users; maximum users; user limit; seat limit; максимум мест;
            мест не более; максимум пользователей; maks miejsc; maks uzytkownikow; limit uzytkownikow
        """,
        "seat_price": """
            seat price; price per seat; extra seat; additional seat; per seat; price per user; extra user;
            additional user; seat fee; цена места; цена за место; цена за пользователя; доп место; дополнительный
            пользователь; cena za miejsce; cena za uzytkownika; dodatkowy uzytkownik; dodatkowe miejsce
        """,
        "meters": "meters; usage meters; metering; счетчики; liczniki",
        "features": "features; feature list; includes; функции; возможности; funkcje; mozliwosci",
        "min_term_months": """
            min term months; minimum term; min term; minimum term months; commitment; commitment months; contract
            months; term months; минимальный срок; срок договора; мин срок мес; минимальный срок мес; okres umowy;
            minimalny okres; min okres mies
        """,
        "prorated": "prorated; proration; pro rata; пропорционально; посуточно; proporcjonalnie",
        "purpose": "purpose; job; aim; назначение; цель; przeznaczenie; cel",
        "requires": "requires; needs; only with; требует; только с; требуется; wymaga; tylko z",
        "cost": "cost; unit cost; our cost; cost of plan; себестоимость; затраты; koszt; koszt wlasny",
        "meter": "meter; metric; usage type; counter; счетчик; показатель; метрика; licznik; wskaznik; metryka",
        "included": """
            included; included units; included quantity; allowance; quota; included in plan; включено; включено
            единиц; входит; объем; w cenie; wliczone; w pakiecie; limit w cenie
        """,
        "price": """
            unit price; overage price; price per unit; overage; overage fee; extra unit; цена единицы; цена за
            единицу; сверх лимита; цена сверх лимита; cena jednostkowa; cena za jednostke; ponad limit; cena ponad
            limit
        """,
        "up_to": "up to; tier up to; until; upto; до; до единиц; do; do ilu",
        "block": """
            block; block size; pack size; блок; размер блока; размер пакета; blok; wielkosc bloku; wielkosc pakietu
        """,
        "cap": """
            cap; max charge; maximum charge; overage cap; не более; потолок; максимум; limit oplaty; nie wiecej niz
        """,
        "per_seat": "per seat included; included per seat; на место; на пользователя; na miejsce; na uzytkownika",
        "volume": "volume; volume pricing; весь объем; цена на весь объем; cena za calosc",
        "currency": "currency; curr; валюта; waluta",
    },
    "usage": {
        "account_id": _WHOSE,
        "meter": """
            meter; metric; usage type; event; event name; counter; what; unit; feature; счетчик; показатель;
            метрика; вид использования; услуга; licznik; wskaznik; metryka; usluga; rodzaj zuzycia
        """,
        "at": """
            at; date; day; month; time; timestamp; period; usage date; usage month; used at; period start; дата;
            день; месяц; время; период; data; dzien; miesiac; czas; okres
        """,
        "quantity": """
            quantity; qty; usage; used; amount; count; value; units; volume; consumption; количество; кол во;
            использовано; объем; расход; потребление; ilosc; zuzycie; wykorzystano; liczba; wartosc
        """,
        "usage_id": "usage id; record id; event id; id; ид; id записи; id zdarzenia; id rekordu",
    },
    "accounts": {
        "account_id": _WHOSE + "; id; ид",
        "valid_from": _SINCE,
        "attributes.name": """
            account name; company name; name; company; organisation name; organization name; customer name; название;
            наименование; название компании; наименование клиента; nazwa; nazwa firmy; nazwa klienta
        """,
        "attributes.industry": """
            industry; sector; vertical; branch; line of business; отрасль; сфера; сфера деятельности; индустрия;
            branza; sektor; przemysl
        """,
        "attributes.size": """
            size; company size; employees; number of employees; headcount; segment size; размер; размер компании;
            сотрудников; численность; число сотрудников; wielkosc; wielkosc firmy; liczba pracownikow; pracownicy
        """,
        "attributes.stage": """
            stage; lifecycle stage; life cycle stage; customer stage; phase; стадия; этап; этап жизненного цикла;
            etap; faza; etap klienta
        """,
        "attributes.owner": """
            owner; account owner; account manager; rep; sales rep; csm; customer success manager; responsible;
            ответственный; менеджер; владелец; куратор; opiekun; wlasciciel; handlowiec; opiekun klienta
        """,
        "attributes.region": "region; territory; area; state; регион; область; территория; wojewodztwo; obszar",
        "attributes.country": "country; страна; kraj; panstwo",
    },
    "benefits": {
        "feature": "feature; function; capability; функция; возможность; funkcja; mozliwosc",
        "meter": "meter; metric; unit; what; счетчик; показатель; метрика; licznik; wskaznik; metryka",
        "minutes": """
            minutes; minutes saved; minutes per unit; time saved; saves minutes; минут; минуты; экономит минут;
            экономия минут; экономия времени; minuty; oszczedza minut; oszczednosc minut; oszczednosc czasu
        """,
        "money": """
            money; money saved; amount; value; saving; savings; saves; money per unit; деньги; сумма; экономия;
            экономит; kwota; oszczednosc; oszczedza; wartosc
        """,
        "text": "text; description; benefit; words; текст; описание; выгода; польза; tekst; opis; korzysc",
        "currency": "currency; валюта; waluta",
    },
    "stories": {
        "story_id": """
            story id; story; case; case id; id; reference; история; кейс; код истории; ид; historia; id historii;
            referencja
        """,
        "text": "text; story text; body; words; summary; description; текст; описание; рассказ; tekst; opis; tresc",
        "locale": "locale; language; lang; язык; jezyk",
        "industry": "industry; sector; vertical; отрасль; сфера; branza; sektor",
        "need": "need; problem; challenge; pain; потребность; задача; проблема; potrzeba; problem; wyzwanie",
        "use": """
            use; uses; product; plan; feature; solution; использует; продукт; решение; тариф; uzywa; produkt;
            rozwiazanie; plan
        """,
    },
    "sellers": {
        "seller_id": _SELLER + "; id; ид",
        "store": "store; shop; branch; outlet; store id; магазин; точка; филиал; sklep; oddzial; placowka; salon",
        "name": "name; seller name; full name; имя; фио; имя продавца; imie; imie i nazwisko; nazwisko",
        "valid_from": _SINCE,
    },
    "targets": {
        "seller_id": _SELLER,
        "period": "period; month; quarter; year; период; месяц; квартал; год; okres; miesiac; kwartal; rok",
        "revenue": """
            revenue; target; sales target; revenue target; goal; quota; turnover; план; план продаж; цель; выручка;
            план выручки; cel; plan; cel sprzedazy; plan sprzedazy; obrot; przychod
        """,
        "attach_rate": """
            attach rate; attach rate target; attachment rate; add on share; attach; доля допродаж; доля с
            допродажей; допродажи; wskaznik dosprzedazy; udzial dosprzedazy; dosprzedaz
        """,
        "currency": "currency; валюта; waluta",
    },
}

_FIRST, _ANY, _WITHIN = 0.97, 0.93, 0.5  # how sure the first phrase is, another, and one with words beside it
_LATER = 0.01  # … each later phrase a little less, down to `_LEAST`
_LEAST = 0.8


def phrase_score(table: str, field: str, header: str) -> float:
    """How well `header` names `field` of one of these tables: 0 not at all, 1 beyond doubt."""
    if header == field:
        return 1.0
    words = _words(header)
    best = 0.0
    for place, phrase in enumerate(_phrases(table, field)):
        if phrase == words:
            return _FIRST if place == 0 else max(_ANY - _LATER * place, _LEAST)
        if len(phrase) > 1 and set(phrase) <= set(words) and len(words) < 2 * len(phrase):
            best = max(best, _WITHIN * len(phrase) / len(words))
    return best


@cache
def _phrases(table: str, field: str) -> tuple[tuple[str, ...], ...]:
    return tuple(words for phrase in PHRASES[table][field].split(";") if (words := _words(phrase)))


def _words(header: str) -> tuple[str, ...]:
    """Its words without those that name a currency."""
    words = [word for word in tokens(header) if currency_of(word) is None]
    return tuple(words or tokens(header))
