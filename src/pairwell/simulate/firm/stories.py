"""What the firm tells of its customers, and what its meters and features save: texts for a rep."""

from __future__ import annotations

from typing import NamedTuple


class Story(NamedTuple):
    """How one customer fared, in three languages."""

    industry: str
    need: str  # an aim, or the purpose of a plan
    use: str  # a plan
    en: str
    ru: str
    pl: str


class Benefit(NamedTuple):
    """What one unit of a meter, or a feature in a month, saves a typical account."""

    feature: str
    meter: str
    minutes: float | None
    money_minor: int | None
    text: str


STORIES = (
    Story(
        "Retail", "inbound", "lead-routing",
        "A chain of 40 shops answers leads within the hour since they go straight to the branch.",
        "Сеть из 40 магазинов отвечает на обращения в течение часа: они сразу попадают в нужный филиал.",
        "Sieć 40 sklepów odpowiada na zapytania w ciągu godziny, bo trafiają one od razu do właściwej filii.",
    ),
    Story(
        "Hotels", "hiring", "hiring-growth",
        "Before the season a group of hotels tests 60 people a month and fills its desks two weeks earlier.",
        "Перед сезоном группа отелей проверяет 60 человек в месяц и закрывает вакансии на две недели раньше.",
        "Przed sezonem grupa hoteli sprawdza 60 osób miesięcznie i obsadza recepcje dwa tygodnie wcześniej.",
    ),
    Story(
        "Software", "security", "single-sign-on",
        "A maker of software closed its audit finding within a day of switching single sign-on on.",
        "Разработчик программ закрыл замечание аудита через день после включения единого входа.",
        "Producent oprogramowania zamknął uwagę z audytu dzień po włączeniu logowania jednokrotnego.",
    ),
    Story(
        "Finance", "insight", "forecasts",
        "A broker plans its shifts by the forecast and no longer pays for idle hours on Mondays.",
        "Брокер планирует смены по прогнозу и больше не платит за простой по понедельникам.",
        "Broker układa zmiany według prognozy i nie płaci już za puste godziny w poniedziałki.",
    ),
    Story(
        "Logistics", "abroad", "languages",
        "A haulier hires drivers in four languages with the same two recruiters.",
        "Перевозчик нанимает водителей на четырёх языках силами тех же двух рекрутеров.",
        "Przewoźnik rekrutuje kierowców w czterech językach, z tymi samymi dwiema osobami.",
    ),
    Story(
        "Health", "service", "desk-team",
        "A clinic no longer turns patients away at the end of the month, when its messages used to run out.",
        "Клиника больше не отказывает пациентам в конце месяца, когда раньше заканчивался лимит сообщений.",
        "Przychodnia nie odsyła już pacjentów pod koniec miesiąca, kiedy dawniej kończył się limit wiadomości.",
    ),
    Story(
        "Staffing", "outbound", "sequences",
        "An agency reaches 300 candidates a week with follow-ups that nobody has to remember.",
        "Агентство пишет 300 кандидатам за неделю: про повторные письма никому не нужно помнить.",
        "Agencja dociera do 300 kandydatów tygodniowo, a o kolejnych wiadomościach nikt nie musi pamiętać.",
    ),
    Story(
        "Education", "automation", "workflows",
        "A school sends admission papers by itself and saves its office a day a week in autumn.",
        "Школа рассылает бумаги для зачисления автоматически и осенью экономит секретариату целый день за неделю.",
        "Szkoła sama rozsyła dokumenty rekrutacyjne i jesienią oszczędza sekretariatowi dzień w tygodniu.",
    ),
)  # fmt: skip

BENEFITS = (
    Benefit("", "assessments", None, 6_000, "An assessment saves the first interview."),
    Benefit("", "candidates", None, 60, "A candidate is put on the list without typing."),
    Benefit("", "conversations", None, 50, "An answer is found without asking round."),
    Benefit("rules", "", 120, None, "Messages find their reader by themselves."),
    Benefit("roles", "", 60, None, "Nobody has to be asked for access."),
)
