"""What the words of headers mean, in English, Russian and Polish (and in Russian written with Latin letters)."""

from __future__ import annotations

import difflib
import re
import unicodedata
from functools import lru_cache

# A concept and its words, without diacritics. A word that ends in * stands for all words that begin so.
_WORDS: dict[str, str] = {
    "order": """
        order orders ordr ord invoice invoices inv bill receipt rcpt transaction trans transac txn trx tx basket
        cart ticket tkt check cheque checkout slip docket document doc bon zamowien* zam paragon* faktur* fv rachun*
        transakcj* koszyk* dokument* заказ* зак чек чека чеки счет* накладн* транзакц* корзин* квитанц* документ*
        док сделк* zakaz* chek nakladnaya deal
        """,
    "purchase": "purchase purchases purch purchased bought zakup zakupu zakupow zakupy покупк* покупок pokupk*",
    "id": """
        id ids ident identifier no nr num number numb nbr code cd key ref reference uid uuid guid pk fk hash numer
        numeru kod kody identyfikator* symbol nomer номер* ном код кода коды ид идентификатор* ключ шифр n
        """,
    "line": """
        line lines row rows lineno seq sequence sequential rownum lp linia linii wiersz* строк* пп index idx detail
        details
        """,
    "position": "position pos pozycj* позиц*",
    "item": """
        item items itm product products prod prd good goods article articles art material merchandise variant
        produkt* towar* asortyment* wyrob* artykul* товар* продукт* номенклатур* издели* материал* tovar*
        nomenklatur* offer part parts asset dish pizza
        """,
    "sku": """
        sku skus stockcode plu ean ean13 upc gtin barcode asin isbn mpn indeks kreskow* артикул* арт штрих*
        штрихкод* шк artikul* вендоркод itemcode productcode skuid
        """,
    "name": """
        name names title titles label caption nazw* tytul* названи* наименован* найменуван* nazvan* naimenovan* имя
        """,
    "description": "description descriptions descr desc dsc opis opisu описани* opisani*",
    "customer": """
        customer customers cust client clients clnt buyer buyers user users usr shopper member members household
        consumer patron guest subscriber cardholder loyalty klient* nabywc* kupujac* kontrahent* odbiorc*
        uzytkownik* клиент* покупател* контрагент* заказчик* пользовател* абонент* лояльност* lojalnosc* pokupatel*
        гость partner payer visitor who
        """,
    "account": "account accounts acct accnt konto konta счет_клиента аккаунт*",
    "card": "card cards karta karty kart карта карты карточк*",
    "by": "by",
    "paid": "paid zaplacon* оплачено уплачено",
    "email": "email mail mailto почта емейл имейл мейл",
    "phone": "phone mobile telephone tel telefon* komork* телефон* тел",
    "person": """
        first last given surname forename firstname lastname fullname middle imie nazwisko фамили* отчеств* фио
        initials
        """,
    "date": """
        date dates dt day days datetime dttm timestamp ts when moment data daty dat dzien dnia kiedy дата даты дате
        день когда datum
        """,
    "created": """
        created create creation placed ordered occurred made submitted sold utworzen* zlozen* создан* оформлен*
        совершен* datasprzedazy
        """,
    "time": "time tm hour hours clock czas* godzin* godz время врем час часы",
    "other_date": """
        ship shipped shipment dispatch dispatched due required expected start end begin until cancelled canceled
        closed restock delivered arrival platn* termin* отгруз* оплат* срок* wydani* realizacj* закрыт* получени*
        invoiced payment
        """,
    "never_date": """
        birth birthday dob updated modified changed expiry expire expired expires expiration printed print imported
        import loaded load registered registration signup joined last_login urodz* aktualiz* modyfik* рожд* обнов*
        измен* регистрац* rejestracj*
        """,
    "warehouse": "warehouse warehouses склад склада склады magazyn magazynu",
    "return": "return returned returns refund refunded zwrot* возврат* chargeback",
    "quantity": """
        quantity quantities qty qnty qnt quant quan count counts cnt units pieces pcs pc volume sztuk sztuki szt
        ilosc ilosci liczba количеств* кол колво количво штук шт kolichestvo kolvo kol num_items howmany
        """,
    "unit": "unit each per single piece jednostk* jedn jednostkow* единиц* ед edinic* за apiece individual",
    "amount": "amount amt kwot*",
    "price": """
        price prices prc pricing cena ceny cene cennik цена цены цене цен ценa стоимость rrp srp msrp msrp_price
        rate tariff fare
        """,
    "total": """
        total totals tot sum sums subtotal linetotal extended ext revenue turnover value val worth spend spent suma
        sumy razem wartosc* lacznie obrot* przychod* naleznosc сумма суммы сум итого итог всего выручк* оборот*
        summa itogo vyruchka gmv income charge
        """,
    "sale": "sale sales sell selling sprzedaz* sprzedany* продаж* реализац* prodazh*",
    "net": "net netto нетто excl excluding exclusive ex without bez без nett",
    "gross": "gross brutto брутто incl including inclusive with wraz",
    "tax": "tax taxes vat gst ндс nds налог* podatek podatk* podatek",
    "discount": """
        discount discounts disc dsct rebate promo promotion coupon markdown rabat* upust* znizk* promocj* скидк*
        skidka reduction deduction
        """,
    "percent": "percent percentage pct proc procent* процент* stawka stawki ставка ставки",
    "cost": """
        cost costs cogs buying wholesale purchase_price koszt* себестоимост* закуп* zakupow* sebestoimost landed
        """,
    "profit": "profit profits margin margins earning zysk* marz* прибыл* марж* наценк*",
    "currency": "currency curr ccy cur iso4217 walut* валют* valyuta valuta",
    "category": """
        category categories cat categ department dept group grp class section segment subcategory subcat type types
        line_of_goods kategori* podkategori* grupa grupy dzial* категори* подкатегори* групп* подгрупп* раздел*
        отдел* kategoriya gruppa rodzaj* вид тип aisle division taxonomy
        """,
    "sub": "sub pod под secondary level lvl poziom уровень",
    "brand": """
        brand brands manufacturer maker make vendor mark marka marki producent* wytworc* бренд* марка марки
        производител* brend label_brand trademark
        """,
    "supplier": "supplier suppliers dostawca dostawcy поставщик* distributor",
    "family": """
        family families model models parent style series range collection rodzin* seria модел* сери* семейств*
        коллекц* modelname
        """,
    "channel": "channel chan platform device medium source src kanal* канал* источник* zrodl* marketplace",
    "store": """
        store stores shop shops outlet branch location pos_terminal terminal sklep* oddzial* filia* placowk*
        магазин* точк* филиал* punkt till register kasa касса
        """,
    "seller": """
        seller sellers salesperson salesman salesrep cashier employee emp staff rep agent manager clerk operator
        associate sprzedawc* kasjer* pracownik* handlowiec opiekun* продавец продавц* кассир* сотрудник* менеджер*
        консультант* prodavec waiter kelner официант
        """,
    "status": "status statuses stan статус* состояни* statuss stage",
    "role": "role primary main addon add_on added upsell crosssell upsold rola glowny основн* роль",
    "shipping": """
        shipping delivery freight postage carriage dostaw* wysylk* przesylk* доставк* dostavka пересылк* handling
        """,
    "country": "country countries nation kraj* panstw* стран* strana",
    "region": "region regions state province territory county wojewodztw* area область регион* край zone",
    "city": "city town miasto miasta miejscowosc город* gorod",
    "zip": "zip postcode postal zipcode pocztow* индекс*",
    "gender": "gender sex plec пол",
    "age": "age wiek возраст*",
    "income": "annual_income earnings zarobki доход*",
    "color": "color colour kolor* цвет* barwa",
    "size": "size sizes rozmiar* размер*",
    "material_kind": "weight waga вес ingredients skladniki состав flavor flavour taste smak вкус",
    "stock": "stock inventory onhand available availability magazynow* остат* запас* наличи* zapas*",
    "rating": "rating ratings stars score ocena ocen оценк* рейтинг* grade",
    "review": "review reviews opini* отзыв*",
    "image": "image img picture photo thumbnail zdjecie obraz* фото изображени* картинк*",
    "url": "url link href www uri adres_www ссылк* strona",
    "published": """
        published active enabled visible available_for_sale aktywn* widoczn* активн* опубликован* discontinued
        """,
    "tier": "tier rank_in_family szczebel",
    "rank": "rank ranking priority sort sortorder kolejnosc priorytet порядок приоритет",
    "relation": "relation relationship relacj* связ* отношени* linktype",
    "anchor": "anchor base trigger kotwica якорь",
    "related": """
        related recommended recommendation linked target addon_item complement associated polecan* powiazan*
        рекоменд* связанн* сопутств*
        """,
    "company": "company firm organization organisation org business firma firmy компани* фирм* организац* employer",
    "at": "at on",
    "for": "for",
    "payment_kind": "method metod* sposob* способ* cash tender",
    "comment": "comment comments note notes remark remarks uwagi komentarz* комментари* примечан*",
    "address": "address street adres* ulica адрес* улиц*",
    "session": "session sessions website_session sesj* сесси*",
    "purpose": "purpose use usage zastosowani* назначени*",
    "requires": "requires needs wymaga требует*",
    "valid": "valid effective since od",
}

_STOP = frozenset(
    """
    of the a an for by in on to from and or w z na do dla i u o v s в на по от из к и с со для т ч my our is as tbl
    col field fld dim fact raw attr pl en ru uk eu pln zl zloty zlotych eur euro usd gbp chf czk rub руб рубл рублей
    р uah грн kzt тенге дол долл копейки копеек kg кг кол_во new web website online internet local full std standard
    """.split()  # noqa: SIM905  (a list of words reads better as words)
)

_MARKS = {
    "PLN": "pln zl zloty",
    "EUR": "eur euro €",
    "USD": "usd $",
    "GBP": "gbp £",
    "RUB": "rub руб ₽",
    "UAH": "uah грн ₴",
    "CHF": "chf",
    "CZK": "czk",
    "KZT": "kzt тенге ₸",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "HUF": "huf",
    "BYN": "byn",
}
_CURRENCIES = {mark: code for code, marks in _MARKS.items() for mark in marks.split()}

_EXACT: dict[str, str] = {}
_STEMS: dict[str, str] = {}
for _concept, _list in _WORDS.items():
    for _word in _list.split():
        (_STEMS if _word.endswith("*") else _EXACT).setdefault(_word.rstrip("*"), _concept)
_PLAIN_STEMS = sorted(_STEMS, key=len, reverse=True)
_PARTS = {word: concept for word, concept in (_EXACT | _STEMS).items() if len(word) >= 2}


_NUMBER_OF = re.compile(r"(?<!\w)(?:number|no|nr|num|count|#)\.?[\s_]+of(?![^\W_])", re.IGNORECASE)
_WITH_TAX = re.compile(r"(?<!\w)(?:с|z|incl?|including|with)\.?\W+(?:ндс|vat|tax)\b", re.IGNORECASE)
_WITHOUT_TAX = re.compile(r"(?<!\w)(?:без|bez|excl?|excluding|without|w/o)\.?\W+(?:ндс|vat|tax)\b", re.IGNORECASE)


def tokens(header: str) -> list[str]:
    """The words of a header: lower case, without diacritics, camelCase and punctuation taken apart."""
    text = re.sub(r"(?<=[a-zа-яё0-9ąćęłńóśźż])(?=[A-ZА-ЯЁĄĆĘŁŃÓŚŹŻ])", " ", header)
    text = re.sub(r"(?<=[A-ZА-ЯЁ])(?=[A-ZА-ЯЁ][a-zа-яё])", " ", text)
    text = re.sub(r"(?<=[^\W\d_])(?=\d)", " ", text.replace("№", " no ").replace("#", " no ").replace("%", " percent "))
    text = _NUMBER_OF.sub(" quantity ", text)
    text = _WITH_TAX.sub(" gross ", _WITHOUT_TAX.sub(" net ", text))
    text = re.sub(r"\b([кk])[ол.]*ол?[-. ]*во\b", " количество ", text, flags=re.IGNORECASE)
    text = re.sub(r"\b([пp])\s*/\s*([пp])\b", " пп ", text, flags=re.IGNORECASE)
    return re.findall(r"[^\W_]+", fold(text))


def fold(text: str) -> str:
    """Lower case without diacritics, so that `Zamówień` is `zamowien` and `счёт` is `счет`."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("ß", "ss").replace("й", "\ue000"))
    return "".join(char for char in plain if not unicodedata.combining(char)).replace("\ue000", "й")


def currency_of(header: str) -> str | None:
    """The currency that a header names, as in `Cena (PLN)` or `price_usd`."""
    marks = [*tokens(header), *(char for char in header if unicodedata.category(char) == "Sc")]
    return next((_CURRENCIES[mark] for mark in marks if mark in _CURRENCIES), None)


@lru_cache(maxsize=4096)
def concepts(header: str) -> tuple[tuple[str, ...], int]:
    """What the words of a header mean, in order, and how many words mean nothing known."""
    found: list[str] = []
    unknown = 0
    words = tokens(header)
    for word in words:
        if word.isdigit() or (word in _STOP and word not in _EXACT and len(words) > 1):
            continue
        meant = _meaning(word)
        found += meant
        unknown += not meant
    if {"line", "item"} <= set(found) and _OF_ITEM & set(found):
        found = [concept for concept in found if concept != "line"]  # a "line item" is the item
    return tuple(dict.fromkeys(found)), unknown


_OF_ITEM = {"price", "name", "quantity", "sku", "total", "discount", "tax", "amount", "description"}


def _meaning(word: str) -> list[str]:
    if word in _EXACT:
        return [_EXACT[word]]
    for stem in _PLAIN_STEMS:
        if word.startswith(stem) and len(word) - len(stem) <= _ENDING:
            return [_STEMS[stem]]
    return _taken_apart(word) or _nearly(word)


_ENDING = 6  # letters that may follow a stem


def _taken_apart(word: str) -> list[str]:
    """`customerid` as customer and id; the fewest, longest known words that make it up."""
    best: dict[int, list[str]] = {0: []}
    for end in range(1, len(word) + 1):
        options = [
            [*best[start], word[start:end]] for start in range(end) if start in best and word[start:end] in _PARTS
        ]
        if options:
            best[end] = min(options, key=lambda parts: (len(parts), -min(map(len, parts))))
    parts = best.get(len(word), [])
    if not parts or len(parts) > _MOST_PARTS or sum(len(part) > _SHORT for part in parts) == 0:
        return []
    return [_PARTS[part] for part in parts]


_MOST_PARTS = 4
_SHORT = 2
_FUZZY_FROM = 5


def _nearly(word: str) -> list[str]:
    """A misspelt word of some length."""
    if len(word) < _FUZZY_FROM:
        return []
    near = difflib.get_close_matches(word, [known for known in _PARTS if len(known) >= _FUZZY_FROM], n=1, cutoff=0.82)
    return [_PARTS[near[0]]] if near else []
