"""The words of headers and what they mean, in English, Russian (also with Latin letters) and Polish."""

from __future__ import annotations

# A concept and its words, without diacritics. A word that ends in * stands for all words that begin so.
WORDS: dict[str, str] = {
    "order": """
        order orders ordr ord cart basket so zamowien* zam zlecen* zlec koszyk* заказ* зак заявк* корзин* сделк*
        zakaz* zayavk* deal job booking increment increm
        """,
    "receipt": """
        receipt rcpt transaction tran trans transac txn trx tx ticket tkt check chk cheque checkout slip docket
        document doc bon paragon* par rachun* rach transakcj* dokument* dok чек чека чеки чеке транзакц* квитанц*
        документ* док chek voucher vouchers tab srid zk сборочн* задани* bonu реализация
        """,
    "invoice": """
        invoice invoices inv billing waybill consignment parcel parcels posting awb tracking faktur* fakt fv fs fra
        przewozow* wz накладн* накл наклад счет* счф упд ттн сф фактур* отправлени* трек трекинг nakladnaya bill
        bills
        """,
    "foreign": "external foreign internal obcy obca obce zewnetrzn* внешн* внутренн* purchaseorder gid",
    "purchase": """
        purchase purchases purch purchased bought zakup zakupu zakupow zakupy покупк* покупок pokupk* kupion* nabyc*
        kupno куплен* acquired
        """,
    "id": """
        id ids ident identifier no nr num number numb nbr code cd key ref reference uid uuid guid pk fk hash numer
        numeru kod kody identyfikator* symbol nomer номер* ном код кода коды ид идентификатор* ключ шифр n
        """,
    "line": """
        line lines row rows lineno seq sequence sequential rownum lp linia linii wiersz* строк* пп detail details ln
        wiersz wrs стр строк
        """,
    "index": "index idx",
    "position": "position pos pozycj* позиц* poz поз selection",
    "item": """
        item items itm product products prod prd good goods article articles material merchandise variant produkt*
        towar* wyrob* artykul* товар* продукт* номенклатур* издели* материал* tovar* nomenklatur* part parts asset
        pizza dishes dania danie dan potraw* блюд* тмц продукц* изд tow towar ware wares book menuitem matl mtrl mat
        dish twr услуг* uslug* service services
        """,
    "offer": "offer offers oferta oferty ofert listing listings auction aukcj* aukcja предложени* оффер лот лота",
    "sku": """
        sku skus stockcode plu asin mpn indeks sygnatur* артикул* арт art artikul* вендоркод itemcode productcode
        skuid
        """,
    "barcode": "barcode barcodes ean ean13 ean8 upc gtin gtin13 gtin14 isbn kreskow* штрих* штрихкод* шк баркод* бк",
    "name": """
        name names title titles label caption nazw* tytul* названи* наименован* найменуван* nazvan* naimenovan* имя
        наим naim nazwa
        """,
    "description": """
        description descriptions descr desc dsc opis opisu описани* opisani* ds dscr text txt tekst naimenovanie
        """,
    "customer": """
        customer customers cust client clients clnt buyer buyers user users usr shopper member members household
        consumer patron guest subscriber cardholder loyalty
        klient* nabywc* zleceniodawc* zamawiajac* kupujac* kontrahent* odbiorc*
        uzytkownik* клиент* покупател* контрагент* заказчик* пользовател* абонент* лояльност* lojalnosc* pokupatel*
        гость partner payer who cu cus kh klt kli nab odb kontr ktr nabyw platnik* плательщик* получател*
        гостя kupuj покуп клт кл контраг konsument* patient bonus бонусн* бонус stal* постоянн* soldto billto
        dluznik* debtor membership contact contacts login username логин инн nip knt kntr zamawiajac* дисконтн*
        грузополучател* lojaln*
        """,
    "guests": "covers guests gosci гостей persons people pax osob персон heads headcount",
    "table": "table tables stolik* stol стол столик* стола",
    "shift": "shift shifts zmian* zmiana смен* смена batch",
    "account": "account accounts acct accnt konto konta аккаунт*",
    "card": "card cards karta karty kart карта карты карточк*",
    "by": "by",
    "paid": "paid zaplacon* oplacon* оплачено оплачен* уплачено",
    "email": "email mail mailto почта емейл имейл мейл емайл",
    "phone": "phone mobile telephone tel telefon* komork* телефон* тел",
    "person": """
        first last given surname forename firstname lastname fullname middle imie nazwisko фамили* отчеств* фио
        initials
        """,
    "date": """
        date dates dt day days datetime dttm timestamp ts when moment data daty dat dzien dnia kiedy дата даты дате
        день когда datum dd dn дт дат zadata
        """,
    "created": """
        created create creation placed occurred made submitted sold utworzen* zlozen* создан* оформлен* совершен*
        datasprzedazy opened open otwart* otwarc* открыт* принят* przyjet* przyjec* wystawion* wystawien* pobran*
        dodan* добавлен* начат* начал* raised entered booked posted пробит* оформл поступ* zlozon* wplyw* wplyn*
        sprzedano продано продан
        """,
    "booked": "business учетн* учет operation операци* ewidencyjn* ksiegow*",
    "ordered": "ordered zamowiono zamowion zamowione zamowiona заказано заказан",
    "time": "time tm hour hours clock czas* godzin* godz время врем час часы hhmm tod vremya wremya",
    "again": "reordered reorder again repeat repeated",
    "other_date": """
        ship shipped shipment dispatch dispatched due required expected start end begin until cancelled canceled
        closed restock delivered arrival platn* termin* отгруз* оплат* срок* wydani* realizacj* закрыт* получени*
        invoiced payment fulfilled fulfilment fulfillment zamkniet* zamkniec* wyslan* wyslac wydan* dostarczon* dlv
        dlvry deliv req reqd promised promise eta sent передан* отгр отправлен отправлено доставлен* вручен* выдан*
        выдач* план* planowan* oczekiwan* желаем* completed finished zakonczon* завершен* конец koniec platnosc*
        odbior* back backordered bo billed pickup отгруж* отправк* отсылк*
        """,
    "never_date": """
        birth birthday dob updated modified changed expiry expire expired expires expiration printed print imported
        import loaded load urodz* aktualiz* modyfik* рожд* обнов* измен* export exported exportdate run выгрузк*
        выгружен* eksport* печат* wydruk* refreshed synced sync snapshot extract extracted report reported отчет*
        raport* uploaded urodzin
        """,
    "registered": "registered registration регистрац* rejestracj* signup joined зарегистр* zarejestr*",
    "warehouse": """
        warehouse warehouses склад склада склады magazyn magazynu wh whse wrhs mag magaz plant plnt skl сход
        """,
    "return": "return returned returns refund refunded zwrot* возврат* chargeback refunds zwroc* возвращен*",
    "quantity": """
        quantity quantities qty qnty qnt quant quan count counts cnt units pieces pcs pc volume sztuk sztuki szt
        ilosc ilosci liczba количеств* кол колво количво штук шт kolichestvo kolvo kol howmany qt qy quantit sht
        porcj* порци* portions portion porcje sztuka шту liczb licz ile il
        """,
    "pack": """
        box boxes carton cartons ctn pack packs case cases pallet pallets palet* karton* opak* кор короб* упак*
        паллет* ящик* packaging zbiorcz*
        """,
    "measure_unit": "uom jm jmiary measure изм измерени* miary miara",
    "unit": """
        unit each per single piece jednostk* jedn jednostkow* единиц* ед edinic* за apiece individual ea jednostk
        jed единица
        """,
    "amount": "amount amt kwot* am amnt",
    "price": "price prices prc pricing cena ceny cene цена цены цене цен ценa rate tariff fare pr cen",
    "list": """
        list listed listprice regular catalog catalogue rrp srp msrp suggested original old was base basic retail
        before tag tagprice sugerowan* katalog* katalogow* kartotek* kartotekow* cennikow* star* stara bazow*
        regularn* pierwotn* detaliczn* wyjsciow* прайс* прайслист* баз базов* стар* старая рекомендован*
        рекомендуем* прейскурант* ценник* каталожн* исходн* регулярн* розничн* рознич ррц мрц ррс mrp pricelist
        cennik
        """,
    "final": """
        final actual realized realised discounted after koncow* ostateczn* faktyczn* transakcyjn* efektywn* отп
        отпускн* фактическ* факт итогов* конечн* окончательн* фактич
        """,
    "total": """
        total totals tot sum sums subtotal linetotal extended ext revenue turnover value val worth spend spent suma
        sumy razem wartosc* lacznie obrot* przychod* naleznosc сумма суммы сум итого итог всего выручк* оборот*
        summa itogo vyruchka gmv income charge wart wartosc extn extprice goodsvalue netvalue
        """,
    "worth": "стоимост* стоим",
    "payable": "payable balance doplaty zaplaty zaplata оплате plat",
    "sale": "sale sales sell selling sprzedaz* sprzedany* продаж* реализац* prodazh* sprz sprzed sprzedaz прод",
    "net": "net netto нетто excl excluding exclusive ex without bez без nett нето exvat extax",
    "gross": "gross brutto брутто incl including inclusive with wraz brut brutt incvat inctax",
    "tax": "tax taxes vat gst ндс nds налог* podatek podatk* vt ptu",
    "discount": """
        discount discounts disc dsct rebate promo promotion coupon markdown rabat* upust* znizk* promocj* скидк*
        skidka reduction deduction rabatu upus* obniz* bonif* скид dsc
        """,
    "percent": "percent percentage pct proc procent* процент* stawka stawki ставка ставки",
    "cost": """
        cost costs cogs buying wholesale koszt* себестоимост* закуп* zakupow* sebestoimost landed cst кос
        purchaseprice себест*
        """,
    "profit": "profit profits margin margins earning zysk* marz* прибыл* марж* наценк*",
    "payout": """
        payout payouts commission commissions fee fees referral proceeds settlement prowizj* oplat* oplata комисс*
        комиссия вознагражд* перечислен* выплат* эквайринг* сбор
        """,
    "currency": "currency curr ccy cur iso4217 walut* валют* valyuta valuta crcy wal",
    "category": """
        category categories cat categ department dept group grp class section segment subcategory subcat type types
        kategori* podkategori* grupa grupy dzial* категори* подкатегори* групп* подгрупп* раздел* отдел* kategoriya
        gruppa rodzaj* вид тип aisle division taxonomy ct ktg tg rubryk* matkl kat кат
        """,
    "assortment": "asortyment* assortment предмет*",
    "sub": "sub pod под secondary level lvl poziom уровень",
    "brand": """
        brand brands manufacturer maker make vendor mark marka marki producent* wytworc* бренд* марка марки
        производител* brend trademark бр мар
        """,
    "supplier": "supplier suppliers dostawca dostawcy поставщик* distributor",
    "family": """
        family families model models parent style series range collection rodzin* seria модел* сери* семейств*
        коллекц* modelname
        """,
    "channel": "channel chan platform device medium source src kanal* канал* источник* zrodl* marketplace",
    "store": """
        store stores shop shops outlet branch location terminal sklep* oddzial* filia* placowk* магазин* точк*
        филиал* punkt lokal* lokaliz* storefront site premises sala sorg предприят* ресторан* кафе
        """,
    "till": "till register registers kasa kasy касса кассы ккт ккм кк",
    "seller": """
        seller sellers salesperson salesman salesrep cashier employee emp staff rep agent manager clerk operator
        associate sprzedawc* kasjer* pracownik* handlowiec opiekun* продавец продавц* кассир* сотрудник* менеджер*
        консультант* prodavec waiter kelner официант server servers opekod ope operat handlow handlowca mgr тп
        торгпред* представител* кассира officer attendant barista kasjera obslug*
        """,
    "status": "status statuses stan статус* состояни* statuss stage st sts void voided stat",
    "role": "role primary main addon added upsell crosssell upsold rola glowny основн* роль",
    "shipping": """
        shipping delivery freight postage carriage dostaw* wysylk* przesylk* доставк* dostavka пересылк* handling
        dlvcost courier kurier*
        """,
    "country": "country countries nation kraj* panstw* стран* strana",
    "region": "region regions state province territory county wojewodztw* area область регион* край zone",
    "city": "city town miasto miasta miejscowosc город* gorod",
    "zip": "zip postcode postal zipcode pocztow* индекс*",
    "gender": "gender sex plec пол",
    "age": "age wiek возраст*",
    "income": "earnings zarobki доход*",
    "color": "color colour kolor* цвет* barwa",
    "size": "size sizes rozmiar* размер*",
    "material_kind": """
        weight waga вес ingredients skladniki состав flavor flavour taste smak вкус wt wght wgt weights masa ciezar*
        объемн* объем масса kg
        """,
    "stock": "stock inventory onhand available availability magazynow* остат* запас* наличи* zapas* remaining остаток",
    "rating": "rating ratings stars score ocena ocen оценк* рейтинг* grade",
    "review": "review reviews opini* отзыв*",
    "image": "image img picture photo thumbnail zdjecie obraz* фото изображени* картинк*",
    "url": "url link href www uri ссылк* strona",
    "published": "published active enabled visible aktywn* widoczn* активн* опубликован* discontinued",
    "tier": "tier szczebel",
    "rank": "rank ranking priority sort sortorder kolejnosc priorytet порядок приоритет",
    "relation": "relation relationship relacj* связ* отношени* linktype",
    "anchor": "anchor trigger kotwica якорь",
    "related": """
        related recommended recommendation linked target complement associated polecan* powiazan* рекоменд* связанн*
        сопутств*
        """,
    "company": "company firm organization organisation org firma firmy компани* фирм* организац* employer",
    "at": "at on",
    "for": "for",
    "payment_kind": "method metod* sposob* способ* cash tender form forma formy форма",
    "reference": "mpk centre center",
    "comment": """
        comment comments note notes remark remarks uwagi komentarz* комментари* примечан* memo memos uwag* uwaga
        прим komentar* замечан*
        """,
    "address": "address street adres* ulica адрес* улиц*",
    "session": "session sessions sesj* сесси* visit visits визит* wizyt*",
    "visitor": """
        visitor visitors pseudo anonymous anon cookie cookies fingerprint посетител* odwiedzajac* аноним* ciasteczk*
        """,
    "event": """
        event events action actions activity behavior behaviour happening hit hits watch interaction zdarzen* akcj*
        akcja событи* действи* активност* sobytie
        """,
    "placement": "placement placements widget",
    "consent": """
        consent consents consented opt permission permissions optin optins subscription subscriptions subscribed zgoda
        zgody zgod согласи* подписк* soglasie
        """,
    "given": "granted agreed wyrazon* udzielon* дано выдано",
    "need": "need potrzeb* потребност* нужд* interest interests zainteresowan* интерес*",
    "kind": "kind kinds",
    "feedback": "feedback survey surveys csat nps satisfaction ankiet* анкет* опрос* zadowolen* удовлетворен*",
    "decision": "decision decisions",
    "purpose": "purpose use usage zastosowani* назначени*",
    "requires": "requires needs wymaga требует*",
    "valid": "valid effective since od",
}

STOP = frozenset(
    """
    of the a an for by in on to from and or w z na do dla i u o v s в на по от из к и с со для т ч my our is as tbl
    col field fld dim fact raw attr pl en ru uk eu pln zl zloty zlotych eur euro usd gbp chf czk rub руб рубл рублей
    р uah грн kzt тенге дол долл копейки копеек kg кг кол_во new web website online internet local full std standard
    """.split()  # noqa: SIM905  (a list of words reads better as words)
)
