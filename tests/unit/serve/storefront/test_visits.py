from __future__ import annotations

from pairwell.serve.storefront.visits import Change, Line, Visit, Visits


def make_visit(*item_ids: str) -> Visit:
    return Visit(visitor_id="v-1", lines=[Line(item_id=item_id, quantity=2) for item_id in item_ids])


def ids(visit: Visit) -> list[tuple[str, int]]:
    return [(line.item_id, line.quantity) for line in visit.lines]


def test_an_upgrade_takes_the_place_and_the_quantity_of_its_line() -> None:
    visit = make_visit("lamp", "tent", "mat")
    visit.put(Change(item_ids=["tent-xl"], replaces="tent", decision_id="d", offer_no=0))
    assert ids(visit) == [("lamp", 2), ("tent-xl", 2), ("mat", 2)]
    assert (visit.lines[1].decision_id, visit.lines[1].offer_no) == ("d", 0)


def test_what_replaces_nothing_that_is_there_is_added() -> None:
    visit = make_visit("lamp")
    visit.put(Change(item_ids=["tent-xl"], replaces="tent"))
    assert ids(visit) == [("lamp", 2), ("tent-xl", 1)]


def test_the_same_item_twice_is_one_line() -> None:
    visit = make_visit("lamp")
    visit.put(Change(item_ids=["lamp", "mat"]))
    assert ids(visit) == [("lamp", 3), ("mat", 1)]


def test_a_cart_has_an_end() -> None:
    visit = make_visit()
    for number in range(200):
        visit.put(Change(item_ids=["lamp", f"item-{number}"]))
    assert len(visit.lines) == 50
    assert visit.lines[0].quantity == 99


def test_buying_empties_the_cart_and_keeps_the_order() -> None:
    visit = make_visit("lamp")
    number, order = visit.order({"lamp": 1_500})
    assert visit.lines == []
    assert visit.orders[number] is order
    assert (ids(visit), [line.item_id for line in order.lines], order.total) == ([], ["lamp"], 3_000)


def bought(prices: dict[str, int]) -> tuple[Visit, str]:
    visit = Visit(visitor_id="v", customer_id="c")
    visit.put(Change(item_ids=["tent", "mat"]))
    visit.put(Change(item_ids=["mat"]))
    return visit, visit.order(prices)[0]


def test_an_item_comes_back_whole_and_once() -> None:
    visit, number = bought({"tent": 23_500, "mat": 2_700})
    assert visit.orders[number].total == 28_900
    assert visit.give_back(number, "mat") == (2, 5_400)
    assert visit.give_back(number, "mat") is None
    assert visit.give_back(number, "tent") == (1, 23_500)


def test_nobody_returns_what_they_did_not_buy() -> None:
    visit, number = bought({"tent": 23_500, "mat": 2_700})
    assert visit.give_back(number, "lamp") is None
    assert visit.give_back("demo-0", "mat") is None
    visit.customer_id = "another"
    assert visit.give_back(number, "mat") is None
    assert visit.own_orders() == {}


def test_the_newest_order_is_first() -> None:
    visit, first = bought({})
    visit.put(Change(item_ids=["lamp"]))
    second, _ = visit.order({"lamp": 1_500})
    assert list(visit.own_orders()) == [second, first]


def test_a_visit_is_found_by_its_secret_alone_and_the_eldest_are_forgotten() -> None:
    visits = Visits()
    secret, visit = visits.find(None)
    assert visits.find(secret) == (secret, visit)
    made_up, other = visits.find("made up")
    assert made_up != "made up"
    assert other.visitor_id != visit.visitor_id
    for _ in range(1_000):
        visits.find(None)
    assert visits.find(secret)[0] != secret
