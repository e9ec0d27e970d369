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
# Steps and screws are left over where something is put together.
_OTHER_LEFT = r"(?! ?(?:шаг|этап|винт|шуруп|болт|детал|крок|wkret|srub|krok|etap|czesc))"
_EXTRA = r"insurance|warranty|protection|it|this|they|cover|case|service"
_RU_EXTRA = r"(?:гаранти\w+|страхов\w+|защит\w+|услуг\w+|подписк\w+)"
_DEAR = r"(?:\w+ )?(?:dog|cat|pets?|child|children|kids?|family|wife|husband|partner|parents|mother|father|baby|home)"
_RU_OTHER_FREE = r"(?!(?:доставк|возврат|обмен|ремонт|замен|звон|консультац|верси|пробн|примерк|самовывоз|сервис|урок))"
_PL_OTHER_FREE = r"(?!(?:dostaw|zwrot|wysylk|wymian|napraw|odbior|wersj|okres|porad|serwis|lekcj))"
_PEOPLE = (
    r"(?:customers|people|shoppers|buyers|families|users|owners|parents|campers|hikers|cyclists|drivers|riders|runners|"
    r"travell?ers|cooks|gardeners|anglers|climbers|households)"
)
_RU_PEOPLE = (
    r"(?:покупател\w+|клиент\w+|человек|людей|семей|пользовател\w+|турист\w+|путешественник\w+|водител\w+|"
    r"велосипедист\w+|рыбак\w+|садовод\w+|хозяек|родител\w+)"
)
_PL_PEOPLE = (
    r"(?:klient\w*|osob\w*|ludzi|kupujacych|rodzin|uzytkownik\w*|turyst\w+|podroznik\w+|biwakowicz\w*|kierowc\w+|"
    r"rowerzyst\w+|wedkarz\w*|rodzic\w+)"
)
# Who is said never to go without it; a thing that never fails is none.
_WISE = r"(?:responsible|caring|sensible|prudent|serious|smart|wise|true|real|good)"
_WHO = (
    r"(?:campers?|hikers?|cyclists?|drivers?|riders?|runners?|travell?ers?|cooks?|gardeners?|anglers?|climbers?|"
    r"owners?|people|buyers?|customers?|shoppers?|adults?)"
)
_RU_WISE = r"(?:ответственн|заботлив|разумн|серьезн|настоящ|умн|хорош)\w+"
_RU_WHO = r"(?:турист|путешественник|водител|велосипедист|рыбак|садовод|хозя|повар|покупател|человек|люд|альпинист)\w*"
_PL_WISE = r"(?:odpowiedzialn|troskliw|rozsadn|powazn|prawdziw|madr|dobr)\w+"
_PL_WHO = r"(?:turyst|podrozni|biwakowicz|kierowc|rowerzyst|wedkarz|ogrodni|kucharz|klien|czlowiek|ludzi|wlascicie)\w*"
_SHOPS = r"(?:\w+ ){0,4}(?:shops?|stores?|elsewhere|anywhere|competit\w+|corner)\b"
_RU_SHOPS = r"(?:\w+ ){0,4}(?:магазин\w*|конкурент\w*|везде|где-либо|углом)"
_PL_SHOPS = r"(?:\w+ ){0,4}(?:sklep\w*|konkurenc\w*|indziej|rogiem)"
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
    r"\b(?:very )?few (?:left|remaining)\b(?!-)",
    r"(?:^|[.!?:;,(–—] ?)(?:just |only )?N left(?: (?:in stock|at this price))?(?= ?(?:$|[.!?;,)]))",
    r"\blast one(?: left)?(?= ?(?:$|[.!?;,)]))|\bwhile (?:stocks?|supplies) lasts?\b",
    r"\bосталось (?:очень |совсем |уже )?(?:мало|немного)(?= ?(?:$|[.!?;,)]))",
    r"\bпока (?:есть )?в наличии\b|\bпока товар есть\b|\bдо исчерпания запасов\b",
    r"\bdo wyczerpania zapasow\b|\bzostalo (?:bardzo |juz )?(?:malo|niewiele)(?= ?(?:$|[.!?;,)]))",
    r"\b(?:almost|nearly) (?:gone|sold out|out of stock)\b",
    r"\b(?:selling|going|sells) (?:out )?fast\b",
    r"\b(?:stock is |stocks are )?running out\b",
    r"\b(?:stocks?|supplies|supply)(?: is| are|'s)? (?:now |running |getting )*(?:low|short|scarce)\b(?! in\b)",
    r"\b(?:running )?low (?:on|in) stock\b|\blow stock\b(?! ?pot)|\bin short supply\b",
    r"\blimited (?:stock|stocks|quantit\w+|supply|supplies|availability)\b",
    r"\b(?:for )?(?:the )?first N (?:customers|buyers|orders|people)\b",
    rf"\bосталось? (?:всего |только |лишь |уже )*N\b{_NO_TIME}{_OTHER_LEFT}",
    rf"\bостал(?:ся|ась|ись) (?:всего |только |лишь )*N\b{_NO_TIME}{_OTHER_LEFT}",
    r"\b(?:всего|только|лишь) N(?: \w+)? (?:в наличии|на складе|осталось)",
    r"\bпоследн(?:ие|яя|ии|ий|ее) (?:штук\w*|экземпляр\w*|единиц\w*|пар[аы]|упаковк\w*)\b",
    r"\b(?:почти|скоро) (?:распродан\w*|закончил\w*|закончит\w*|разобрали)\b",
    r"\b(?:товар|запас\w*) (?:уже )?заканчива\w+",
    r"\b(?:запас\w*|товар\w*|остатк\w*) (?:уже )?(?:на исходе|подход\w+ к концу|тают|исчеза\w+)",
    r"\b(?:товара|штук|экземпляров|упаковок) (?:осталось|остается) (?:совсем |очень |уже )?(?:мало|немного)\b",
    r"\bосталось (?:совсем |очень |уже )?(?:мало|немного) (?:товара|штук|экземпляров|упаковок)\b",
    r"\bбыстро (?:разбирают|раскупают|разлетается|заканчивается)\b",
    r"\bограниченн\w+ (?:количеств\w+|запас\w*|наличи\w+)",
    r"\bперв(?:ым|ых|ые) N (?:покупател\w+|клиент\w+|заказ\w+)",
    rf"\bzosta(?:lo|ly|la|l) (?:juz |tylko |jeszcze |nam )*N\b{_NO_TIME}{_OTHER_LEFT}",
    r"\b(?:tylko|zaledwie) N(?: \w+)? (?:na stanie|w magazynie|zosta\w+|dostepn\w+)",
    r"\bostatni(?:e|a|ch)? (?:sztuk\w*|egzemplarz\w*|par[ay]|opakowani\w+)\b",
    r"\b(?:prawie|niemal) (?:wyprzedan\w+|koniec zapasow)",
    r"\bszybko (?:sie wyprzedaje|znika|schodzi)\b",
    r"\b(?:zapas\w*|towar\w*|produkt\w*) (?:jest |sa |juz )*(?:na wyczerpaniu|topniej\w+|na ukonczeniu)\b",
    r"\b(?:po)?zostalo (?:juz |bardzo |tylko )?(?:niewiele|malo|kilka ostatnich) (?:sztuk|egzemplarzy|opakowan)\b",
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
    r"\blimited[- ]time\b|\bfor a (?:very )?(?:limited|short) time\b(?! (?:in|on|at|under|before|after)\b)",
    r"\bdon't miss (?:out|this|it|your chance)\b",
    r"\bbefore it(?:'s| is) (?:too late|gone)\b",
    r"\bnow or never\b",
    r"\bпоследни(?:и|й) день\b(?! (?:недел|месяц|год|поход|отпуск))|\bпоследние дни\b(?! (?:лет|осен|зим|весн))",
    r"\bне пропусти(?:те)?\b|\bnie czekaj(?:cie)?\b|\bostatni dzien\b|\bostatnie dni\b(?! (?:lata|jesieni|zimy))",
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
    r"\bN (?:hours?|minutes?) (?:left|to go)\b(?! (?:from|until|on|in|of)\b)",
    (
        r"\bends (?:today|tonight|(?:today |tonight )?at midnight)\b|\b(?:заканчивается|только) до"
        r" (?:полуночи|конца дня)\b"
    ),
    r"\b(?:konczy sie|tylko do) (?:o )?polnocy\b",
    (
        r"(?<!your )(?<!our )(?<!in )\b(?:order|buy|book|decide|claim|reserve)(?: \w+){0,2} (?:within|in) "
        r"(?:the )?(?:next )?N (?:hours?|minutes?)\b"
    ),
    (
        r"\b(?:закажите|закажи|купите|купи|оформите заказ|решите|забронируйте)(?: \w+){0,2} (?:в течение|в ближайшие) "
        r"N (?:час\w*|минут\w*)"
    ),
    (
        r"\b(?:zamow|kup|zloz zamowienie|zdecyduj|zarezerwuj)(?:cie)?(?: \w+){0,2} (?:w ciagu|w) (?:najblizszych )?"
        r"N (?:godzin\w*|minut\w*)"
    ),
    r"\bтолько сегодня\b|\bсегодня только\b",
    r"\bостал(?:ось|ся|ась) (?:всего |только )?N (?:час\w*|минут\w*)",
    r"\b(?:заканчивается|истекает|сгорает) (?:сегодня|через N (?:час\w*|минут\w*))",
    r"\btylko (?:dzis|dzisiaj)\b|\b(?:dzis|dzisiaj) tylko\b",
    r"\bzosta(?:lo|ly|la|l) (?:juz |tylko )*N (?:godzin\w*|minut\w*)",
    r"\b(?:konczy sie|wygasa) (?:dzis|dzisiaj|za N (?:godzin\w*|minut\w*))",
)
#: These claim a saving, where nothing here shows one.
SAVINGS: Final[Sequence[str]] = (
    r"\bsav(?:e|ing) (?:up to )?\d[\d.,]* ?%(?= ?(?:$|[!.,;:]|today|tonight|now|this|on (?:it|this|your)|when you))",
    r"\b\d+ ?% (?:off|discount|cheaper)\b(?! (?:in|with|as|for) (?:a |the )?(?:set|bundle))",
    rf"\b(?:cheaper|sav(?:e|es|ing))\b[^.!?]{{0,40}}\b(?:than|compared (?:with|to)|against|versus) {_SHOPS}",
    r"\b(?:с|вы )?эконом(?:ь|ьте|ите|ия)? (?:до )?\d[\d.,]* ?%(?= ?(?:$|[!.,;:]|сегодня|сейчас|прямо|при покупке))",
    r"\bскидк\w+ (?:до |в )?\d+ ?%(?! (?:в|на) (?:набор|комплект))|\b\d+ ?% скидк\w+(?! (?:в|на) (?:набор|комплект))",
    rf"\b(?:дешевле|выгоднее|с?эконом\w+)\b[^.!?]{{0,40}}\b(?:чем|по сравнению с) {_RU_SHOPS}",
    r"\b(?:za)?oszczed(?:z|zasz|zacie|zaj)?(?:cie)? (?:do |nawet )?\d[\d.,]* ?%(?= ?(?:$|[!.,;:]|dzis|teraz|juz))",
    r"\b(?:rabat\w*|znizk\w*) (?:do )?\d+ ?%(?! w (?:zestaw|komple))",
    r"\b\d+ ?% (?:taniej|rabatu|znizki)(?! w (?:zestaw|komple))",
    rf"\b(?:taniej|(?:za)?oszczed\w+)\b[^.!?]{{0,40}}\b(?:niz|w porownaniu z(?:e)?) {_PL_SHOPS}",
)
WORDS: Final[Mapping[WaivedPattern, Sequence[str]]] = {
    "pre_ticked": (
        r"\balready (?:added to|in|placed in) your (?:cart|basket|bag|order|trolley)\b",
        r"\b(?:added to|in) your (?:cart|basket|bag|trolley)(?: (?:already|by default|for you))?(?= ?(?:$|[.!?;,)]))",
        r"\bдобавлен\w* в (?:ваш\w+ )?корзин\w+|\bdodan\w+ do (?:twoj\w+ )?koszyk\w*",
        r"\bwe(?:'ve| have) (?:already )?(?:added|put|included)(?: \w+){0,3} (?:to|in|into) your (?!kit|set|pocket)\w+",
        r"(?<!is )(?<!are )\b(?:automatically added|added automatically|auto-added|added by default)\b",
        rf"\b(?:{_EXTRA}) (?:is|are) (?:automatically added|added automatically|auto-added|added by default)\b",
        r"\b(?:will be|is|are) (?:added|included|charged) unless\b",
        r"\b(?:pre-?ticked|pre-?selected|pre-?checked)\b",
        r"\b(?:untick|uncheck|deselect)\b",
        r"\bremove (?:it|them|this) if you (?:don't|do not)\b",
        r"\bуже (?:добавлен\w*|лежит|положили|положен\w*)? ?(?:в|к) (?:ваш\w+ )?(?:корзин\w+|заказ\w*)",
        (
            rf"\bмы (?:уже )?(?:добавили|положили|включили) (?:\w+ ){{0,3}}(?:в (?:ваш\w* )?(?:корзин|заказ)|к"
            rf" (?:ваш\w+ )?заказ)|\bмы (?:уже )?(?:добавили|включили) {_RU_EXTRA}"
        ),
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
        r"\byou(?:'ll| will) be sorry\b|\bso (?:that )?you (?:don't|won't) regret\b",
        r"\b(?:who|whoever|anyone|those)(?: [\w',]+){1,6} (?<!never )(?<!not )(?<!n't )(?:regrets?|regretted)\b",
        rf"\b{_WISE} {_WHO} (?:would |will )?(?:never|always|won't|wouldn't)\b",
        r"\b(?:nobody|no one|no \w+) (?:ever )?(?:leaves?|goes|travels?|sets out) (?:\w+ )?without (?:it|one|this)\b",
        r"\bonly (?:a fool|fools|an idiot|idiots)\b",
        rf"\bif you (?:really |truly )?(?:love|loved|care about|cared about) your {_DEAR}\b",
        rf"\b(?:good|caring|responsible|real) {_PARENTS} (?:buy|choose|never|always|would)\b",
        r"\b(?:surely )?you (?:don't|do not) want (?:to lose|to risk|your (?:child|children|family|kids))\b",
        (
            r"\bнет,? ?спасибо[,.!:;]? (?:я|мне)\b|\bнет[,.!:;]? я не (?:хочу|люблю|буду) (?:экономить|беречь|"
            r"защищать|скидк)"
        ),
        r"\bnie[,.!:;]? nie (?:chce|lubie) (?:oszczedzac|chronic|rabatu)|\bno[,.!:;] i don't (?:want|like) to save\b",
        r"\bя (?:люблю|предпочитаю|хочу) (?:переплачивать|платить больше|рисковать|терять)",
        r"\bмне не (?:нужна|нужны|нужен|нужно) (?:экономия|скидк\w+|выгода|безопасность|защита)",
        r"\b(?:вы |ты )?(?:ещ[её] |потом )?пожалеете?\b|\bпожалеешь\b",
        r"\bне будьте? (?:скуп\w+|жадин\w*|жадн\w+|эгоист\w*|глуп\w+|дурак\w*)",
        r"\b(?:кто|которы[ейх])(?: [\w,]+){1,6} (?<!не )(?:жале(?:ет|ют|ли|л)|пожале\w+|сожале\w+)\b",
        rf"\b{_RU_WISE} {_RU_WHO} (?:никогда|всегда|не (?:выход|уход|пойд|поед|отправ|обойд)\w+)",
        r"\bтолько (?:дурак|глупец|глупые)\b",
        r"\bесли (?:вы )?(?:по-настоящему |действительно )?(?:любите|дорожите) сво\w+",
        rf"\b(?:хорош\w+|заботлив\w+|ответственн\w+) {_RU_PARENTS} (?:покупа\w+|выбира\w+|всегда|никогда)",
        r"\bвы же не хотите\b",
        r"\bnie,? ?dziekuje[,.!:;]? (?:wole|lubie|nie|chce|mam|stac)\b",
        r"\b(?:wole|lubie|chce) (?:przeplacac|placic wiecej|ryzykowac|tracic)\b",
        r"\bnie (?:zalezy mi na|potrzebuje) (?:oszczednosci\w*|bezpieczenstw\w+|rabat\w*|ochron\w+)",
        r"\b(?:pozalujesz|pozalujecie|bedziesz zalowac)\b",
        r"\bnie badz(?:cie)? (?:skap\w+|egoist\w*|samolub\w+|glup\w+|chytr\w+)",
        r"\b(?:kto|ktorzy|ktory|ktora)(?: [\w,]+){1,6} (?<!nie )(?:zaluj\w+|zalowal\w*|pozalow\w+)\b",
        rf"\b{_PL_WISE} {_PL_WHO} (?:nigdy|zawsze|nie (?:wychodz|wyrusz|rusza|wyjezdz|jedzi)\w*)\b",
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
        rf"\b(?:thousands|hundreds|millions|dozens) of (?:\w+ )?{_PEOPLE}\b(?! per\b)",
        (
            r"\b(?:trusted|loved|chosen|bought|used|recommended|preferred) by "
            r"(?:(?:tens|hundreds|thousands|millions|dozens) of|over \d|more than \d|\d[\d,. ]{2,}|countless|everyone)"
        ),
        rf"\b(?:trusted|loved) by (?:\w+ )?{_PEOPLE}\b",
        rf"\b\d+ ?% of (?:our |all )?{_PEOPLE}\b",
        (
            rf"\b{_COUNT}\+? (?:happy|satisfied|delighted) {_PEOPLE}\b|\b\d[\d,. ]*\+? (?:were |have been )?sold"
            rf" (?:today|this week|already)\b"
        ),
        rf"\b{_COUNT} {_PEOPLE} (?:have|has|got|added|want) (?:this|it)\b|\bin (?:other )?\d+ (?:carts|baskets)\b",
        r"\bхит(?:ы)? продаж\b|\bбестселлер\b|\bhit(?:y)? sprzedazy\b|\bbest-?seller\b",
        rf"\b{_COUNT}\+? (?:довольных|счастливых) {_RU_PEOPLE}",
        rf"\b{_COUNT}\+? zadowolonych {_PL_PEOPLE}",
        rf"\b(?:\d+|nine) (?:out of|in) (?:\d+|ten) (?:of )?(?:our )?{_PEOPLE}\b",
        r"\b(?:people|others) are (?:viewing|looking at|watching) (?:this|it)\b",
        r"\bвсе (?:уже )?(?:покупают|берут|выбирают|любят|хотят|заказывают)\b",
        r"\b(?:покупатели|клиенты) (?:любят|в восторге|обожают|выбирают|советуют)\b",
        rf"\b{_COUNT}\+? {_RU_PEOPLE} (?:уже )?{_RU_DO}",
        rf"\b{_RU_DO} (?:уже |более |больше )*{_COUNT}\+? {_RU_PEOPLE}",
        rf"\b(?:тысяч[иа]?м?|сот(?:ни|ням|ен)|миллион(?:ы|ам|ов)|десятк(?:и|ам|ов)) (?:\w+ )?{_RU_PEOPLE}",
        rf"\bбольшинство (?:наших )?{_RU_PEOPLE}",
        rf"\b\d+ ?% (?:наших )?(?!человек\b){_RU_PEOPLE}",
        r"\bwszyscy (?:juz )?(?:kupuja|kochaja|wybieraja|biora|chca)\b",
        r"\bklienci (?:kochaja|uwielbiaja|wybieraja|polecaja)\b",
        rf"\b{_COUNT}\+? (?:\w+ )?{_PL_PEOPLE} (?:juz )?{_PL_DO}",
        rf"\b{_PL_DO} (?:juz |nam |ponad )*{_COUNT}\+? {_PL_PEOPLE}",
        rf"\b(?:tysiac(?:e|om|y)|set(?:ki|kom|ek)|milion(?:y|om|ow)|dziesiat(?:ki|kom|ek)) (?:\w+ )?{_PL_PEOPLE}",
        rf"\bwiekszosc (?:naszych )?{_PL_PEOPLE}",
        rf"\b\d+ ?% (?:naszych )?{_PL_PEOPLE}",
    ),
    "disguised_advertising": (
        (
            r"\bas seen (?:on|in)\b(?! (?:the )?(?:picture|photo|image|drawing|diagram|figure|video|instructions?|"
            r"manual)s?\b)"
        ),
        r"\beditor(?:s'|'s|s|ial)? (?:choice|pick|recommendation)\b",
        r"\bindependent(?:ly)? (?:test\w*|review\w*|experts?|study|studies)\b",
        r"\b(?:doctors|experts|dentists|scientists|vets|mechanics) (?:recommend|agree|advise|swear)\b",
        r"\b(?:recommended|approved|endorsed) by (?:doctors|experts|dentists|scientists|vets|editors|authorities)\b",
        r"\b(?:this is )?not an ad(?:vert\w*)?\b",
        r"\bвыбор редакции\b",
        r"\bнезависим\w+ (?:тест\w*|эксперт\w*|обзор\w*|исследован\w*)\b(?! (?:по )?(?:en|iso|гост|din)\b)",
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
        r"(?:^|[.!?:;,(–—] ?)free(?= ?(?:$|[!.;)]))|\bfree with (?:your|every|any) (?:order|purchase)\b",
        rf"\bбесплатн(?:ый|ыи|ая|ое|ые) {_RU_OTHER_FREE}\w+|(?:^|[.!?:;,(–—] ?)(?:\w+ )?в подарок(?= ?(?:$|[.!;)]))",
        rf"\bdarmow(?:y|a|e)(?= ?(?:$|[.!;)]))|\b(?:darmow|bezplatn)(?:y|a|e) {_PL_OTHER_FREE}\w+",
        (
            r"\bбесплатно\b(?! (?:достав\w+|привез\w+|верн\w+|меня\w+|обменя\w+|замен\w+|почин\w+|ремонтир\w+))|"
            r"\bдаром\b|\bничего не стоит\b"
        ),
        r"\b(?:получите|дарим|отдадим|получи) (?:\w+ ){0,3}в подарок\b",
        r"\bza darmo\b|\bza free\b|\b(?:otrzymasz|dostaniesz|dajemy) (?:\w+ ){0,3}w prezencie\b|\bnic nie kosztuje\b",
        r"\bbezplatnie\b(?! (?:dostarcz\w+|wysyl\w+|zwroc\w+|wymien\w+|napraw\w+))",
    ),
}
