"""Which items are no goods at all: postage, charges, discounts, samples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from pairwell.errors import MappingError
from pairwell.ingest.mapping import Goods


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W\d_]+", text.lower()) if word]


# A title made of these alone is no goods, whatever its id.
_STRONG = frozenset(
    _words(
        "postage shipping shipment delivery carriage freight handling courier packing packaging fee fees "
        "surcharge commission discount rebate refund adjustment adjust correction debt gratuity "
        "доставка доставки пересылка почта почтовые комиссия скидка наценка возврат корректировка "
        "чаевые упаковка dostawa dostawy wysyłka wysyłki przesyłka przesyłki kurier prowizja rabat zniżka "
        "zwrot korekta napiwek pakowanie opłata"
    )
)
# These say so only beside an id unlike the others: a manual or a sample may be goods in some shops.
_WEAK = frozenset(
    _words(
        "manual sample samples test tip tips voucher vouchers coupon coupons charge charges deposit ручной образец "
        "образцы тест ваучер купон сертификат сбор залог ręcznie próbka próbki bon voucher kupon kaucja"
    )
)
# Words that may stand beside the strong ones.
_FILLERS = frozenset(
    _words(
        "bank charges charge cost costs price extra total order next day same express standard free "
        "international domestic amazon ebay dotcom paypal card payment service bad and for of to the a by "
        "with стоимость услуга услуги за на и по банковская заказ заказа экспресс курьером курьерская почтой "
        "платная бесплатная koszt koszty usługa za na i do w zamówienie ekspres kurierem kurierska bankowa "
        "pocztowa darmowa"
    )
)
_STRONG_PHRASES = ("bank charge", "bad debt", "gift voucher", "gift card", "подарочный сертификат", "karta podarunkowa")
_USUAL_SHARE = 0.02


def find_non_goods(titles: Mapping[str, str | None]) -> list[str]:
    """Item ids, sorted, whose usual title or own name says that they are no goods.

    `titles`: item id to its usual title. An id is unlike the others when fewer than 2 % of the ids have its
    shape (letters, digits and marks in the same order).
    """
    shapes = Counter(_shape(item_id) for item_id in titles)
    rare = {shape for shape, count in shapes.items() if count < max(_USUAL_SHARE * len(titles), 2)}
    return sorted(
        item_id for item_id, title in titles.items() if _is_no_goods(item_id, title, unlike=_shape(item_id) in rare)
    )


def exclude_items(titles: Mapping[str, str | None], goods: Goods, *, confirmed: bool) -> tuple[list[str], list[str]]:
    """The ids that are refused, and those of them that `goods` should list for the user to confirm.

    A `confirmed` mapping that says anything of goods is taken at its word; else the rule looks too. Raises
    `MappingError` where `include` is no regular expression.
    """
    outside = _outside(titles, goods.include)
    spoken = confirmed and goods != Goods()
    found = [] if spoken else [item_id for item_id in find_non_goods(titles) if item_id not in outside]
    listed = sorted({*goods.exclude, *found})
    return sorted({*outside, *listed}), listed


def _outside(titles: Iterable[str], include: str | None) -> set[str]:
    if include is None:
        return set()
    try:
        pattern = re.compile(include)
    except re.error as error:
        raise MappingError(
            f"`[goods] include` is not a regular expression: {error}.",
            hint="Write one that the ids of goods match from their start, such as '^\\d{5}'.",
            field="goods.include",
        ) from error
    return {item_id for item_id in titles if not pattern.match(item_id)}


def _is_no_goods(item_id: str, title: str | None, *, unlike: bool) -> bool:
    words = _words(title or item_id)
    if not words:
        return False
    if set(words) & _STRONG and set(words) <= _STRONG | _FILLERS:
        return True
    if any(phrase in " ".join(words) for phrase in _STRONG_PHRASES) and len(words) <= 3:  # noqa: PLR2004 - nothing else
        return True
    return unlike and bool(set(words) & (_STRONG | _WEAK))


def _shape(item_id: str) -> str:
    return re.sub(r"[^\W\d_]+", "A", re.sub(r"\d+", "9", item_id))
