"""How well a header names a field, by what its words mean."""

from __future__ import annotations

import msgspec

from pairwell.ingest.phrases import PHRASES, phrase_score
from pairwell.ingest.words import concepts

# Field = what its header says, with a score for each way of saying it; after "|" what may stand beside it unharmed.
_COMMON = {
    "order_id": """
        order id=1 order=.88 purchase id=.95 purchase=.72 sale id=.85 sale=.3 id=.3 order customer id=.9
        order customer=.84 order name=.84 receipt id=.92 receipt=.82 sale receipt=.9 invoice id=.8 invoice=.7
        | sale purchase store channel created till receipt
        """,
    "item_id": """
        sku=.95 sku id=.96 item id=1 stock id=.93 item=.72 id=.36 item sku=.95 family id=.3 position id=.62
        barcode=.72 barcode id=.75 item barcode=.78 offer id=.62 offer=.5 index=.6 item index=.95 list id=.7
        assortment id=.75 sku supplier=.9 sku brand=.85 seller sku=.96 seller item id=.9
        | sale sku id store
        """,
    "title": """
        item name=1 name=.85 item=.6 position name=.85 position=.5 sku name=.9 category item=.5 description=.78
        item description=.84 stock description=.8 line description=.8 name description=.8
        position description=.8 name offer=.85 assortment=.62 assortment name=.82
        | sale order sku item line
        """,
    "category": """
        category=.9 assortment=.6 category item=.95 category name=.95 category sub=.85 category id=.45 sub=.4
        | item name sub sku
        """,
    "brand": "brand=.95 brand name=1 supplier=.5 | item name",
    "family": "family=.85 family name=.9 item family=.9 | name",
    "currency": "currency=.95 currency id=1 | order price item sale unit",
}

_LINES = _COMMON | {
    "placed_at": """
        date=.85 order date=1 purchase date=1 sale date=.96 date created=.96 created=.85 created at=.96
        order at=.85 date time=.96 order time=.75 purchase time=.75 sale time=.75 time=.4 order created=.95
        receipt date=.96 receipt created=.95 receipt time=.75 invoice date=.9 booked date=.95 ordered=.85
        ordered date=1 ordered at=.96
        purchase=.8 receipt=.45 order=.45 order registered=.8 order date registered=.95
        valid=.3 purchase at=.96 purchase created=.96
        | time at order purchase sale created store receipt event
        """,
    "customer_id": """
        customer id=1 customer=.86 account id=.85 account=.75 customer card=.85 card id=.75 card=.55
        customer email=.72 email=.5 phone=.32 company id=.6 company=.45 customer account=.9 address id=.3
        visitor id=1 visitor=.86
        person=.3 purchase by=.85 order by=.75 by=.3 created customer=.86 customer name=.5
        | order purchase account card sale invoice receipt
        """,
    "quantity": """
        quantity=.95 unit sale=.75 item sale=.4 item=.3 amount=.5 item quantity=.97 quantity amount=.8
        ordered=.75 ordered quantity=1 other_date=.45 other_date quantity=.6 created=.5
        | unit sale order purchase item line net created
        """,
    "unit_price": """
        price unit=1 price=.88 price item=.93 price sale=.92 price gross=.9 price net=.86 amount=.45
        amount unit=.9 amount item=.55 unit sale price=1 line price=.6 created for=.8 sale for=.7 price for=.8
        unit gross=.7 unit net=.68 price purchase=.5 unit total=.7 sale gross=.4
        price final=.98 final=.6 price customer=.9 created at=.8 list price=.68 list=.35 created unit=.75
        price other_date=.8
        | gross net quantity item sale sku unit order currency created purchase paid final position
        """,
    "line_total": """
        line total=1 line amount=.95 total=.8 total gross=.83 total net=.79 total price=.9 amount=.6 sale=.55
        sale amount=.9 total sale=.9 total amount=.9 total item=.9 line price=.62 order total=.5 gross=.4
        net=.38 purchase total=.7 purchase amount=.75 line gross=.8 line net=.78 paid=.5 paid amount=.7
        paid total=.8 final total=.9 final amount=.9 total position=.95 amount position=.9 price position=.66
        payable=.4 payable total=.55 total list=.5
        | gross net price amount sale item currency line sku final position list
        """,
    "line_discount": """
        discount=.85 line discount=1 discount amount=.9 item discount=.95 discount total=.8 discount position=.9
        | price item sku amount
        """,
    "discount": "order discount=.95 order discount amount=.97 discount total=.4 | amount total",
    "unit_cost": """
        cost unit=1 cost=.86 cost item=.93 cost price=.93 price purchase=.72 cost purchase=.9 booked price=.8
        price supplier=.7
        | net gross item sale price sku
        """,
    "channel": """
        channel=.9 channel order=.95 channel sale=.95 channel name=.9 store=.6 store name=.62 store id=.5
        till=.35 warehouse=.5 warehouse id=.45
        | order sale name purchase
        """,
    "seller_id": "seller id=1 seller=.86 seller name=.75 created by=.6 sale by=.7 | sale store",
    "status": "status=.85 order status=1 order region=.9 status other_date=.6 | sale",
    "role": "role=.6 role item=.85 role line=.8 | order line",
    "shipping": """
        shipping=.6 shipping paid=.7 shipping cost=.95 shipping price=.95 shipping amount=.95 shipping total=.95
        | order net gross
        """,
    "tax": "tax=.85 tax amount=.95 tax total=.85 order tax=.9 line tax=.5 | order",
    "attributes.country": "country=.9 customer country=.95 | customer shipping order address name store id",
    "attributes.region": "region=.85 customer region=.9 | customer shipping order address name id",
    "attributes.city": "city=.85 customer city=.9 | customer shipping order address name",
    "attributes.gender": "gender=.9 customer gender=.95 | customer",
    "attributes.age": "age=.85 age category=.9 customer age=.9 | customer category",
    "item_attributes.color": "color=.9 | item name",
    "item_attributes.size": "size=.9 | item name",
}

_ITEMS = {field: ways for field, ways in _COMMON.items() if field != "order_id"} | {
    "item_id": _COMMON["item_id"].replace(" id=.36", " id=.7"),
    "price": """
        price=.9 price unit=.95 price sale=.95 price item=.97 price gross=.92 price net=.88 amount=.4
        price total=.5 price list=.9 list=.5 price final=.95
        | gross net item sale unit currency
        """,
    "cost": """
        cost=.9 cost unit=.95 cost item=.97 cost price=.95 price purchase=.85 price supplier=.75
        | net gross item unit price
        """,
    "rating": "rating=.9 rating item=.95 review rating=.95 | item amount total",
    "n_ratings": "rating quantity=.95 review quantity=.97 review=.6 | item",
    "image_url": "image=.85 image url=1 | item",
    "url": "url=.85 item url=.95 | item",
    "published": "published=.9 item published=.95 | item",
    "stock": "stock=.85 stock quantity=1 quantity=.55 stock total=.9 | item unit quantity",
    "tier": "tier=.9",
    "purpose": "purpose=.8",
    "requires": "requires=.85 requires item=.95 | id item",
    "valid_from": "valid date=.95 valid=.7 date=.4 created=.5 date created=.5 price date=.6 | at time",
}

_CUSTOMERS = {
    "customer_id": """
        customer id=1 customer=.86 account id=.8 account=.7 id=.6 customer card=.85 card id=.75
        customer email=.72 email=.5 customer account=.8 visitor id=.95 visitor=.86
        | card
        """,
    "account_id": """
        account id=.95 account=.85 company id=1 company=.75 customer company=.8 customer account=.8
        | name
        """,
    "valid_from": "valid date=.95 valid=.7 | at time",
}

_RELATIONS = {
    "anchor_id": "anchor item=1 anchor id=1 anchor=.9 item id=.55 sku=.5 item=.5 | id item sku",
    "item_id": "related item=1 related id=1 related=.9 item id=.6 sku=.5 item=.5 | id item sku",
    "relation": "relation=1 relation category=1 category=.6 | name",
    "rank": "rank=.95 position=.6 line=.5",
    "valid_from": "valid date=.95 valid=.7 date=.5",
}

_OFFER_TEXTS = {
    "item_id": _COMMON["item_id"],
    "kind": "kind=.95 kind offer=1 category offer=.9 category=.6",
    "locale": "",  # where it is called so
    "placement": "placement=.95 placement id=.9 placement name=.95",
    "variant": "",
    "title": "item name=1 name=.85 description item=.6 | offer",
    "argument": "description=.78 comment=.6 | offer",
    "image_url": "image=.85 image url=1 | item",
    "valid_from": "valid date=.95 valid=.7 date=.5",
}

_RETURNS = {
    "order_id": _COMMON["order_id"],
    "item_id": _COMMON["item_id"],
    "line_no": "line=.85 index=.7 line id=.85 order line=.95 position=.7 | order id item",
    "line_id": "order item id=1 order line id=.9 order item=.8 | line",
    "quantity": "quantity=.9 return quantity=1 unit return=.8 | item order unit",
    "at": """
        at=.9 date=.85 return date=1 created=.85 created at=.95 date time=.9 return at=1 return created=.97
        order date=.5
        | time at created
        """,
    "refund": """
        return amount=1 return total=1 return price=.95 return=.6 amount=.65 total=.65 price=.4 return cost=.6
        | gross net item amount currency total
        """,
}

_EVENTS = {
    "type": """
        event=.9 event name=1 event category=1 event description=.8 event category name=1 category=.45
        | item customer
        """,
    "at": """
        date=.85 event date=.98 event time=.97 date time=.96 time=.85 created=.8 created at=.9 event at=.95 at=.6
        event created=.9 date created=.85 booked date=.85
        | time at event session created
        """,
    "item_id": _COMMON["item_id"],
    "customer_id": """
        customer id=1 customer=.86 account id=.85 account=.75 customer card=.8 card id=.7 customer email=.6 email=.5
        customer account=.9
        | event
        """,
    "visitor_id": """
        visitor id=1 visitor=.9 visitor customer id=1 visitor customer=.95 channel id=.7
        | event
        """,
    "session_id": "session id=1 session=.9 customer session id=1 customer session=.95 visitor session=.9 | event",
    "event_id": "event id=1 event line id=.9 id=.55 line id=.5 event line=.6 reference=.3",
    "placement": "placement=.95 placement id=.9 placement name=.95 | event",
}

_WHOSE = """
    customer id=1 customer=.86 account id=.8 account=.7 id=.6 customer card=.8 card id=.7 customer email=.72 email=.5
    customer account=.8
    | card consent need feedback
    """
_TOLD_AT = """
    date=.85 date time=.96 time=.6 created=.8 created at=.9 date created=.9 at=.6 valid=.8 valid date=.9 never_date=.7
    never_date at=.85 date never_date=.85 status date=.95 status at=.95 status never_date=.85 date shift=.75
    other_date=.6 other_date at=.8 date other_date=.8
    | time at consent need feedback status order created
    """

_CONSENTS = {
    "customer_id": _WHOSE,
    "channel": "channel=.95 channel name=1 consent channel=1 consent category=.9 category=.6 consent name=.8 | name",
    "given": """
        consent=.85 given=.9 consent given=1 person=.75 consent person=1 consent status=.9 status=.7
        consent published=.9 published=.6
        | customer
        """,
    "at": _TOLD_AT,
}

_NEEDS = {
    "customer_id": _WHOSE,
    "need": "need=.95 need name=1 need category=.9 purpose=.7 requires=.8 name=.5 | customer name",
    "how": "channel=.6 need channel=.9 | customer",
    "since": _TOLD_AT,
}

_FEEDBACK = {
    "kind": """
        kind=.95 feedback kind=1 feedback category=1 category=.8 feedback=.7 event=.7 event category=.85
        | customer
        """,
    "at": _TOLD_AT,
    "customer_id": _WHOSE,
    "score": "rating=.95 feedback rating=1 feedback total=.6 | customer",
    "text": "comment=.95 description=.8 feedback comment=1 feedback description=.9 review=.7 | customer",
    "order_id": _COMMON["order_id"],
    "decision_id": "decision id=1 decision=.8",
}

_ORDER_STATUS = {
    "order_id": _COMMON["order_id"],
    "status": "status=.9 order status=1 status name=.9 | order",
    "at": _TOLD_AT,
}

_SUBSCRIPTIONS = {
    "subscription_id": "consent id=1 id=.5",
    "account_id": "account id=.95 account=.85 customer id=1 customer=.86 company id=.9 company=.7 customer account=.8",
    "plan_id": "item id=.8 item=.6 sku=.6",
    "started_at": "valid date=.9 valid=.7 created=.7 date created=.8 created at=.8 date=.5 | consent time",
    "ended_at": "",  # where it is called so
    "seats": "quantity=.85",
    "is_trial": "",
}

_PATTERNS: dict[str, dict[str, str]] = {
    "orders": _LINES,
    "order_lines": _LINES,
    "items": _ITEMS,
    "customers": _CUSTOMERS,
    "relations": _RELATIONS,
    "offer_texts": _OFFER_TEXTS,
    "returns": _RETURNS,
    "events": _EVENTS,
    "consents": _CONSENTS,
    "needs": _NEEDS,
    "feedback": _FEEDBACK,
    "order_status": _ORDER_STATUS,
    "subscriptions": _SUBSCRIPTIONS,
}

# Words that a number, an amount or a moment is never called by.
_NEVER = frozenset({"id", "percent"})
# … and that no id is called by.
_AMOUNTS = frozenset({"total", "amount", "price", "tax", "discount", "cost", "percent", "payout", "payable", "worth"})
# … and that what a customer pays for goods is never called by.
_NO_TAKINGS = frozenset({"tax", "profit", "payout"})
_TAKINGS = {"unit_price", "line_total"}
_NAMES = {"order_id", "item_id", "customer_id", "seller_id", "account_id", "anchor_id", "line_id", "line_no"} | {
    "event_id",
    "decision_id",
    "visitor_id",
    "session_id",
    "subscription_id",
    "plan_id",
}
_MOMENTS = {"placed_at", "at", "valid_from"}
_TOLD = {"consents", "needs", "feedback", "order_status"}  # tables of what was said, and changes: its moment is theirs
_CALLED_SO = _TOLD | {"offer_texts", "subscriptions"}  # tables whose columns are mostly called as the fields are
_LABELS = {"category", "currency", "channel", "title", "requires", "relation", "rank", "placement"}
_PAPERS = {"receipt", "invoice"}  # what stands for an order where nothing else does
_TELL_PAPERS = {"order_id", "placed_at"}  # … and fields that tell them apart
_LINE_WORTH = 0.75  # factor for a price called by a word that mostly speaks of the whole line
_BESIDE = 0.97  # factor for each word beside the pattern that does no harm
_FOREIGN = 0.42  # … that means something else
_UNKNOWN = 0.85  # … that means nothing known


class Naming(msgspec.Struct, frozen=True):
    """Ways of naming one field."""

    ways: tuple[tuple[frozenset[str], float], ...]
    beside: frozenset[str]


def _parse(text: str) -> Naming:
    ways, _, beside = text.partition("|")
    words: list[str] = []
    found: list[tuple[frozenset[str], float]] = []
    for word in ways.split():
        name, _, score = word.partition("=")
        words.append(name)
        if score:
            found.append((frozenset(words), float(score)))
            words = []
    return Naming(tuple(found), frozenset(beside.split()))


_NAMINGS = {table: {field: _parse(text) for field, text in fields.items()} for table, fields in _PATTERNS.items()}


def nameable_fields(table: str) -> list[str]:
    """Fields that a header of this table can name."""
    return list(PHRASES[table] if table in PHRASES else _NAMINGS[table])


def name_score(table: str, field: str, header: str) -> float:
    """How well `header` names `field`: 0 not at all, 1 beyond doubt."""
    if table in PHRASES:
        return phrase_score(table, field, header)
    if header == field and table in _CALLED_SO:
        return 1.0
    words, unknown = concepts(header)
    if not _may_name(field, set(words) - ({"never_date"} if table in _TOLD else set())):
        return 0.0
    meant = {_reading(field, word) for word in words}
    naming = _NAMINGS[table][field]
    best = max((_score(meant, way, score, naming.beside) for way, score in naming.ways), default=0.0)
    of_line = "worth" in words and field == "unit_price" and "unit" not in words
    return best * _UNKNOWN**unknown * (_LINE_WORTH if of_line else 1.0)


def _may_name(field: str, words: set[str]) -> bool:
    if _NEVER & words and not (field in _NAMES | _LABELS or "." in field):
        return False
    if _AMOUNTS & words and field in _NAMES:
        return False
    if _NO_TAKINGS & words and field in _TAKINGS:
        return False
    if "registered" in words and "order" not in words:
        return field not in _MOMENTS
    return not ("never_date" in words and field in _MOMENTS)


def _reading(field: str, word: str) -> str:
    """What a word that has several meanings means to a field."""
    if word in _PAPERS and field not in _TELL_PAPERS:
        return "order"
    if word == "worth":
        return "total" if field == "line_total" else "price"
    return word


def _score(meant: set[str], way: frozenset[str], score: float, beside: frozenset[str]) -> float:
    if not way <= meant:
        return 0.0
    for concept in meant - way:
        score *= _BESIDE if concept in beside else _FOREIGN
    return score


def is_known(header: str) -> bool:
    """Whether any word of the header means something here."""
    return bool(concepts(header)[0])
