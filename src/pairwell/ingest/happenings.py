"""What shops call the things that shoppers do, in English, Russian and Polish."""

from __future__ import annotations

import re
from typing import Literal, get_args

from pairwell.events import BehaviourType
from pairwell.ingest.words import fold

Happening = BehaviourType | Literal["purchase"]

# As logs write them, folded, without blanks and marks: "Add to Cart", `add_to_cart` and "addtocart" are one name.
_NAMES: dict[Happening, str] = {
    "view": """
        view views viewed viewitem itemview itemviewed viewproduct productview productviewed viewedproduct productdetail
        productdetailview productdetails detail details detailview itemdetail viewcontent contentview viewdetail
        ecommercedetail pageview pageviews screenview viewpage pv productpage productpageview viewitempage read open
        watch seen visit browse browsed show просмотр просмотртовара просмотры просмотркарточки просмотркарточкитовара
        карточкатовара открытиекарточки просмотрстраницы wyswietlenie wyswietlenieproduktu wyswietlenia odslona odslony
        odslonaproduktu obejrzano obejrzenie podglad
        """,
    "search": """
        search searched sitesearch viewsearchresults productsearch productssearched searchsubmitted query поиск
        поисктовара поисковыйзапрос wyszukiwanie wyszukano szukaj
        """,
    "add_to_cart": """
        addtocart addedtocart productadded productaddedtocart cart cartadd addcart itemadded additem addtobasket basket
        addtobag addtotrolley ecommerceadd add added basketadd atc вкорзину добавлениевкорзину добавленвкорзину
        добавленовкорзину добавитьвкорзину корзина добавление dodaniedokoszyka dodanodokoszyka dokoszyka dodajdokoszyka
        koszyk
        """,
    "remove_from_cart": """
        removefromcart removedfromcart productremoved productremovedfromcart cartremove itemremoved removefrombasket
        removecart removeitem ecommerceremove remove removed deletefromcart удалениеизкорзины удаленоизкорзины
        удаленизкорзины изкорзины убратьизкорзины usunieciezkoszyka usunietozkoszyka zkoszyka
        """,
    "checkout": """
        checkout begincheckout checkoutstarted startcheckout initiatecheckout checkoutstart ecommercecheckout
        checkoutbegin checkoutprogress addshippinginfo addpaymentinfo оформление оформлениезаказа началооформления
        переходкоформлению realizacjazamowienia poczatekrealizacji rozpoczeciezakupu dokasy
        """,
    "click": """
        click clicked clicks selectitem productclick productclicked itemclick selectcontent selectpromotion
        promotionclick клик клики нажатие переход klikniecie klik
        """,
    "exposure": """
        exposure impression impressions viewitemlist productlistviewed productimpression viewpromotion promotionview
        viewlist shown exposed показ показы показтовара ekspozycja wyswietlenielisty
        """,
    "accept": "accept accepted offeraccepted принято принял przyjeto akceptacja",
    "decline": "decline declined offerdeclined reject rejected отказ отклонено odrzucono odmowa",
    "dismiss": "dismiss dismissed close closed hide закрыто закрытие скрыть zamkniecie zamknieto ukryj",
    "purchase": """
        purchase purchased purchases transaction transactions buy bought order ordered orders ordercompleted
        completedorder orderplaced placeorder placedorder orderpaid checkoutcompleted checkoutcomplete ecommercepurchase
        sale sold paid payment paymentcompleted conversion покупка покупки куплено заказ заказы оплата заказоформлен
        оформленныйзаказ zakup zakupy zakupiono zamowienie zlozeniezamowienia platnosc transakcja транзакция
        """,
}
_BY_NAME: dict[str, Happening] = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_BY_NAME |= {kind.replace("_", ""): kind for kind in get_args(BehaviourType)}
_NO_LETTER = re.compile(r"[\W\d_]+")


def read_happening(name: str) -> Happening | None:
    """What an event called `name` is; "purchase" for what is an order, None where the name is not known."""
    return _BY_NAME.get(_NO_LETTER.sub("", fold(name)))
