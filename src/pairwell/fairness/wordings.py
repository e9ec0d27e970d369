"""Words that speak of a dark pattern, in English, Russian and Polish.

Lists are regular expressions over folded text (`fairness.words`): lower case, one kind of space and apostrophe, no
Polish diacritics, no Russian yo. Every language is looked for in every text. `N` stands for a number, which is told
with the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pairwell.config.waiving import WaivedPattern

_NO_TIME = r"(?! ?(?:hour|minute|day|second|week|час|минут|ден|дн|секунд|недел|godzin|minut|dn|dzien|sekund|tyg))"
_PEOPLE = r"(?:customers|people|shoppers|buyers|families|users|owners|parents)"
_RU_PEOPLE = r"(?:покупател\w+|клиент\w+|человек|людей|семей|пользовател\w+)"
_PL_PEOPLE = r"(?:klient\w*|osob\w*|ludzi|kupujacych|rodzin|uzytkownik\w*)"
_PARENTS = r"(?:parents|mothers|fathers|mums|moms|dads)"
_RU_PARENTS = r"(?:родител\w+|мам\w+|мат\w+|отц\w*|пап\w+)"
_PL_PARENTS = r"(?:rodzice|matka|matki|mama|ojciec|ojcowie)"
_COUNT = r"(?P<number>\d[\d ,.]*\d|\d+)"
_DO = r"(?:bought|buy|loved?|chose|choose|chosen|trust|recommend|are (?:viewing|looking|watching)|can't)"
_RU_DO = r"(?:купил\w*|выбрал\w*|смотр\w+|доверя\w+|советуют|заказал\w*)"
_PL_DO = r"(?:kupil\w*|wybral\w*|oglada|zaufal\w*|poleca|zamowil\w*)"
_OTHER_FREE = r"(?! ?-| (?:of(?! charge)|from|delivery|shipping|returns?|trial))"

SCARCITY: Final[Sequence[str]] = (
    r"\b(?:only|just|last|final) N(?: \w+){0,2} (?:left|remaining|in stock|available)\b",
    r"\b(?:only|just) N (?:left|remaining)\b",
    r"\bN(?: \w+)? (?:left|remaining) in stock\b",
    r"\b(?:last|final) (?:few )?(?:items|pieces|units|pairs|ones)(?: left| in stock| remaining|!|\.|$)",
    r"\b(?:very )?few (?:left|remaining)\b",
    r"\b(?:almost|nearly) (?:gone|sold out|out of stock)\b",
    r"\b(?:selling|going|sells) (?:out )?fast\b",
    r"\b(?:stock is |stocks are )?running out\b",
    r"\blimited (?:stock|stocks|quantit\w+|supply|supplies|availability)\b",
    r"\b(?:for )?(?:the )?first N (?:customers|buyers|orders|people)\b",
    rf"\bосталось? (?:всего |только |лишь |уже )*N\b{_NO_TIME}",
    rf"\bостал(?:ся|ась|ись) (?:всего |только |лишь )*N\b{_NO_TIME}",
    r"\b(?:всего|только|лишь) N(?: \w+)? (?:в наличии|на складе|осталось)",
    r"\bпоследн(?:ие|яя|ии|ий|ее) (?:штук\w*|экземпляр\w*|единиц\w*|пар[аы]|упаковк\w*)\b",
    r"\b(?:почти|скоро) (?:распродан\w*|закончил\w*|закончит\w*|разобрали)\b",
    r"\b(?:товар|запас\w*) (?:уже )?заканчива\w+",
    r"\bбыстро (?:разбирают|раскупают|разлетается|заканчивается)\b",
    r"\bограниченн\w+ (?:количеств\w+|запас\w*|наличи\w+)",
    r"\bперв(?:ым|ых|ые) N (?:покупател\w+|клиент\w+|заказ\w+)",
    rf"\bzosta(?:lo|ly|la|l) (?:juz |tylko |jeszcze |nam )*N\b{_NO_TIME}",
    r"\b(?:tylko|zaledwie) N(?: \w+)? (?:na stanie|w magazynie|zosta\w+|dostepn\w+)",
    r"\bostatni(?:e|a|ch)? (?:sztuk\w*|egzemplarz\w*|par[ay]|opakowani\w+)\b",
    r"\b(?:prawie|niemal) (?:wyprzedan\w+|koniec zapasow)",
    r"\bszybko (?:sie wyprzedaje|znika|schodzi)\b",
    r"\bkoncza sie zapasy\b|\bzapasy sie koncza\b",
    r"\bograniczon\w+ (?:ilosc\w*|liczb\w+|zapas\w*|dostepnosc\w*)",
    r"\b(?:dla )?pierwszych N (?:klient\w+|kupujac\w+|zamowien\w*|osob)",
)
URGENCY: Final[Sequence[str]] = (
    r"\b(?:your |the )?last chance\b",
    r"\bfinal (?:hours|minutes|days)\b",
    r"\bhurry\b",
    r"\b(?:buy|order|get it|grab it|decide) now (?:or|before)\b",
    r"\bact (?:now|fast|quickly)\b",
    r"\b(?:offer|deal|price|sale|discount) (?:ends|expires|is ending) (?:soon|tomorrow)\b",
    r"\blimited[- ]time\b|\bfor a (?:very )?(?:limited|short) time\b",
    r"\bdon't miss (?:out|this|it|your chance)\b",
    r"\bbefore it(?:'s| is) (?:too late|gone)\b",
    r"\bnow or never\b",
    r"\bпоследни(?:и|й) шанс\b|\bпоследняя возможность\b|\bпоследни[ие]? часы\b",
    r"\bуспе(?:и|й)(?:те)?\b",
    r"\b(?:торопитесь|поторопитесь|поспешите|спешите)\b",
    r"\b(?:акция|предложение|скидка|цена) (?:скоро |вот-вот )?(?:заканчивается|сгорает|истекает)",
    r"\bне упусти(?:те)?\b",
    r"\bпока не поздно\b|\bсе(?:и|й)час или никогда\b",
    r"\bограниченн\w+ (?:по времени|врем\w+)",
    r"\bostatni(?:a|e) (?:szansa|okazja|godziny|chwile|minuty)\b",
    r"\b(?:po)?spiesz(?:cie)? sie\b",
    r"\b(?:oferta|promocja|cena|rabat) (?:wkrotce )?(?:konczy sie|wygasa)\b",
    r"\bnie przegap(?:cie)?\b",
    r"\bzanim bedzie za pozno\b|\bteraz albo nigdy\b",
    r"\bograniczon\w+ (?:czas\w*|czasowo)\b",
)
#: These say that it ends within a day.
COUNTDOWN: Final[Sequence[str]] = (
    r"\b(?:today|tonight) only\b|\bonly today\b",
    r"\b(?:offer|deal|price|sale|discount) (?:ends|expires) (?:today|tonight|in N (?:hours?|minutes?))",
    r"\b(?:ends|expires) in N (?:hours?|minutes?)\b",
    r"\bN (?:hours?|minutes?) (?:left|to go)\b",
    r"\bтолько сегодня\b|\bсегодня только\b",
    r"\bостал(?:ось|ся|ась) (?:всего |только )?N (?:час\w*|минут\w*)",
    r"\b(?:заканчивается|истекает|сгорает) (?:сегодня|через N (?:час\w*|минут\w*))",
    r"\btylko (?:dzis|dzisiaj)\b|\b(?:dzis|dzisiaj) tylko\b",
    r"\bzosta(?:lo|ly|la|l) (?:juz |tylko )*N (?:godzin\w*|minut\w*)",
    r"\b(?:konczy sie|wygasa) (?:dzis|dzisiaj|za N (?:godzin\w*|minut\w*))",
)
WORDS: Final[Mapping[WaivedPattern, Sequence[str]]] = {
    "pre_ticked": (
        r"\balready (?:added to|in|placed in) your (?:cart|basket|bag|order|trolley)\b",
        r"\bwe(?:'ve| have) (?:already )?(?:added|put|included)(?: \w+){0,3} (?:to|in|into) your\b",
        r"\b(?:automatically added|added automatically|auto-added|added by default)\b",
        r"\b(?:will be|is|are) (?:added|included|charged) unless\b",
        r"\b(?:pre-?ticked|pre-?selected|pre-?checked)\b",
        r"\b(?:untick|uncheck|deselect)\b",
        r"\bremove (?:it|them|this) if you (?:don't|do not)\b",
        r"\bуже (?:добавлен\w*|лежит|положили|положен\w*)? ?(?:в|к) (?:ваш\w+ )?(?:корзин\w+|заказ\w*)",
        r"\bмы (?:уже )?(?:добавили|положили|включили)\b",
        r"\b(?:автоматически|по умолчанию) (?:добав\w+|включ[её]?н\w* в заказ)",
        r"\bдобав\w+ автоматически\b",
        r"\b(?:снимите|уберите) (?:галочку|отметку|флажок)\b",
        r"\bjuz (?:dodan\w+ do|jest w|w|czeka w) (?:twoi\w+ |twoj\w+ )?koszyk\w*",
        r"\b(?:juz )?(?:dodalismy|dolozylismy|wlozylismy)\b",
        r"\b(?:automatycznie|domyslnie) (?:dodan\w+|dodawan\w+|dolicz\w+|zaznaczon\w+)",
        r"\b(?:dodan\w+|dodawan\w+|doliczan\w+) (?:automatycznie|domyslnie)\b",
        r"\bodznacz(?:cie|yc)?\b",
    ),
    "guilt": (
        r"\bno,? ?thanks?(?: you)?[,.!:;]? i(?:'d| would| will|'ll| do| don't| am|'m)? ?(?:not )?\w+",
        r"\bi (?:like|love|prefer|enjoy) (?:paying|overpaying|to pay|wasting|risking|missing)\b",
        r"\bi (?:don't|do not) (?:care|want to save|like saving|need (?:to save|savings|protection|safety))\b",
        r"\bi(?:'d| would) rather (?:pay|risk|lose|waste|overpay)\b",
        r"\bdon't be (?:selfish|cheap|careless|foolish|stupid|silly|stingy|mean|a fool)\b",
        r"\byou(?:'ll| will|'d| would)(?: surely| only)? regret\b",
        r"\bonly (?:a fool|fools|an idiot|idiots)\b",
        r"\bif you (?:really |truly )?(?:love|loved|care about|cared about) your\b",
        rf"\b(?:good|caring|responsible|real) {_PARENTS} (?:buy|choose|never|always|would)\b",
        r"\b(?:surely )?you (?:don't|do not) want (?:to lose|to risk|your (?:child|children|family|kids))\b",
        r"\bнет,? ?спасибо[,.!:;]? (?:я|мне)\b",
        r"\bя (?:люблю|предпочитаю|хочу) (?:переплачивать|платить больше|рисковать|терять)",
        r"\bмне не (?:нужна|нужны|нужен|нужно) (?:экономия|скидк\w+|выгода|безопасность|защита)",
        r"\b(?:вы |ты )?(?:ещ[её] |потом )?пожалеете?\b|\bпожалеешь\b",
        r"\bне будьте? (?:скуп\w+|жадин\w*|жадн\w+|эгоист\w*|глуп\w+|дурак\w*)",
        r"\bтолько (?:дурак|глупец|глупые)\b",
        r"\bесли (?:вы )?(?:по-настоящему |действительно )?(?:любите|дорожите) сво\w+",
        rf"\b(?:хорош\w+|заботлив\w+|ответственн\w+) {_RU_PARENTS} (?:покупа\w+|выбира\w+|всегда|никогда)",
        r"\bвы же не хотите\b",
        r"\bnie,? ?dziekuje[,.!:;]? (?:wole|lubie|nie|chce|mam|stac)\b",
        r"\b(?:wole|lubie|chce) (?:przeplacac|placic wiecej|ryzykowac|tracic)\b",
        r"\bnie (?:zalezy mi na|potrzebuje) (?:oszczednosci\w*|bezpieczenstw\w+|rabat\w*|ochron\w+)",
        r"\b(?:pozalujesz|pozalujecie|bedziesz zalowac)\b",
        r"\bnie badz(?:cie)? (?:skap\w+|egoist\w*|samolub\w+|glup\w+|chytr\w+)",
        r"\btylko (?:glupi\w*|glupiec)\b",
        r"\bjesli (?:naprawde )?kochasz swo\w+",
        rf"\b(?:dobrzy|dobra|troskliw\w+|odpowiedzialn\w+) {_PL_PARENTS} (?:kupuj\w+|wybiera\w*|zawsze|nigdy)",
        r"\bchyba nie chcesz\b",
    ),
    "false_social_proof": (
        r"\b(?:everyone|everybody)(?: else)? (?:buys|loves|has|wants|needs|takes|chooses|adds|is (?:buying|talking))\b",
        r"\b(?:all )?(?:our |most )?(?:customers|shoppers|buyers) (?:love|adore|rave|swear by|can't)\b",
        rf"\b(?:most|nearly all|almost all|all) (?:of our |our )?{_PEOPLE} (?:buy|choose|take|add|prefer|pick|love)\b",
        rf"\b{_COUNT}(?: ?k| thousand| million)?\+? (?:\w+ )?{_PEOPLE} (?:have )?{_DO}\b",
        rf"\b(?:thousands|hundreds|millions|dozens) of (?:\w+ )?{_PEOPLE}\b",
        rf"\b\d+ ?% of (?:our |all )?{_PEOPLE}\b",
        rf"\b(?:\d+|nine) (?:out of|in) (?:\d+|ten) (?:of )?(?:our )?{_PEOPLE}\b",
        r"\b(?:people|others) are (?:viewing|looking at|watching) (?:this|it)\b",
        r"\bвсе (?:уже )?(?:покупают|берут|выбирают|любят|хотят|заказывают)\b",
        r"\b(?:покупатели|клиенты) (?:любят|в восторге|обожают|выбирают|советуют)\b",
        rf"\b{_COUNT}\+? {_RU_PEOPLE} (?:уже )?{_RU_DO}",
        rf"\b{_RU_DO} (?:уже |более |больше )*{_COUNT}\+? {_RU_PEOPLE}",
        rf"\b(?:тысячи|сотни|миллионы|десятки) (?:\w+ )?{_RU_PEOPLE}",
        rf"\bбольшинство (?:наших )?{_RU_PEOPLE}",
        rf"\b\d+ ?% (?:наших )?{_RU_PEOPLE}",
        r"\bwszyscy (?:juz )?(?:kupuja|kochaja|wybieraja|biora|chca)\b",
        r"\bklienci (?:kochaja|uwielbiaja|wybieraja|polecaja)\b",
        rf"\b{_COUNT}\+? (?:\w+ )?{_PL_PEOPLE} (?:juz )?{_PL_DO}",
        rf"\b{_PL_DO} (?:juz |nam |ponad )*{_COUNT}\+? {_PL_PEOPLE}",
        rf"\b(?:tysiace|setki|miliony|dziesiatki) (?:\w+ )?{_PL_PEOPLE}",
        rf"\bwiekszosc (?:naszych )?{_PL_PEOPLE}",
        rf"\b\d+ ?% (?:naszych )?{_PL_PEOPLE}",
    ),
    "disguised_advertising": (
        r"\bas seen (?:on|in)\b",
        r"\beditor(?:s'|'s|s|ial)? (?:choice|pick|recommendation)\b",
        r"\bindependent(?:ly)? (?:test\w*|review\w*|experts?|study|studies)\b",
        r"\b(?:doctors|experts|dentists|scientists|vets|mechanics) (?:recommend|agree|advise|swear)\b",
        r"\b(?:recommended|approved|endorsed) by (?:doctors|experts|dentists|scientists|vets|editors|authorities)\b",
        r"\b(?:this is )?not an ad(?:vert\w*)?\b",
        r"\bвыбор редакции\b",
        r"\bнезависим\w+ (?:тест\w*|эксперт\w*|обзор\w*|исследован\w*)",
        r"\b(?:врачи|эксперты|специалисты|стоматологи|ученые) (?:рекомендуют|советуют|одобряют)\b",
        r"\b(?:рекомендован\w*|одобрен\w*) (?:врач\w+|эксперт\w+|специалист\w+|стоматолог\w+)",
        r"\b(?:это )?не реклама\b",
        r"\bwybor redakcji\b",
        r"\bniezalezn\w+ (?:test\w*|ekspert\w*|badani\w*|recenzj\w*)",
        r"\b(?:lekarze|eksperci|specjalisci|dentysci|naukowcy) (?:polecaja|rekomenduja|zalecaja)\b",
        r"\b(?:polecan\w+|rekomendowan\w+|zalecan\w+) przez (?:lekarzy|ekspertow|specjalistow|dentystow)",
        r"\bto nie (?:jest )?reklama\b",
    ),
    "false_free": (
        rf"\b(?:for|get it|yours|it's|it is|this is|absolutely|completely|totally|100 ?%|item is) free\b{_OTHER_FREE}",
        r"\bfree gift\b|\bfree of charge\b|\bgratis\b|\bat no (?:extra )?cost\b|\bwithout charge\b|\bcosts? nothing\b",
        r"\bбесплатно\b(?! (?:достав\w+|привез\w+|верн\w+))|\bдаром\b|\bничего не стоит\b",
        r"\b(?:получите|дарим|отдадим|получи) (?:\w+ ){0,3}в подарок\b",
        r"\bza darmo\b|\bza free\b|\b(?:otrzymasz|dostaniesz|dajemy) (?:\w+ ){0,3}w prezencie\b|\bnic nie kosztuje\b",
        r"\bbezplatnie\b(?! (?:dostarcz\w+|wysyl\w+|zwroc\w+))",
    ),
}
