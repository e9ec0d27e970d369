from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.journals import log
from tests.orders import START, Order, fill
from tests.unit.journal.test_store import NOW, decision, event

from pairwell.config.settings import Settings
from pairwell.config.workspace import Workspace
from pairwell.dataset.snapshots import Source
from pairwell.dataset.store import Dataset
from pairwell.dataset.tables import TABLES
from pairwell.journal.store import Journal
from pairwell.measure.findings.chances import Tally, exact_share, much_above, times_more_to_show
from pairwell.measure.offers.estimates import Estimate
from pairwell.operations.database import Database, open_database
from pairwell.records import Decision, DecisionRequest, SilenceReason
from pairwell.report.asking import Asked, Fate
from pairwell.report.findings import build_findings
from pairwell.report.profit import build_profit
from pairwell.report.record import Report, Table
from pairwell.report.shown.text import render_text

_HOUR = timedelta(hours=1)
_KNOWN = [{"item_id": name, "price_minor": 100, "cost_minor": 70} for name in ("mat", "lamp", "tent", "pole")]
Choice = Callable[[int], bool]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path}/operations.db", durability="process")


def _report(dataset: Dataset, database: Database, holdout: float = 0.05) -> Report:
    settings = Settings()
    settings = msgspec.structs.replace(settings, choice=msgspec.structs.replace(settings.choice, holdout=holdout))
    return build_findings(Asked(dataset=dataset, database=database, settings=settings, now=NOW + timedelta(days=1)))


def _keys(report: Report) -> set[str]:
    return {table.key for table in report.tables[1:]}


def _table(report: Report, key: str) -> Table:
    return next(one for one in report.tables if one.key == key)


def _made(number: int, *, placement: str = "cart", silence: SilenceReason | None = None, who: int = -1) -> Decision:
    """A decision for a customer of its own, or for `who`; one that is silent by a limit has no slate."""
    made = decision(f"d-{number}", silence=silence)
    customer = f"c-{number if who < 0 else who}"
    inputs = msgspec.structs.replace(
        made.inputs, request=DecisionRequest(placement=placement, customer_id=customer), now=NOW
    )
    made = msgspec.structs.replace(made, inputs=inputs, unit=f"c:{customer}")
    return made if silence in (None, "holdout") else msgspec.structs.replace(made, slate=[])


def _tell(database: Database, kind: str, told: Iterable[tuple[int, int]]) -> None:
    """Events of one type about offers, by decision and offer; of both offers of a decision."""
    events = [
        event(f"{kind}-{number}-{offer}", type=kind, decision_id=f"d-{number}", offer_no=offer, at=NOW + _HOUR)
        for number, offer in told
    ]
    Journal(database).log_events([events], now=NOW + _HOUR)


def _see(database: Database, many: int, placement: Callable[[int], str] = lambda _: "cart") -> None:
    """So many customers each see `mat` (offer 0) and `lamp` (offer 1)."""
    log(Journal(database), *(_made(number, placement=placement(number)) for number in range(many)))
    _tell(database, "exposure", ((number, offer) for number in range(many) for offer in (0, 1)))


def _sold(workspace: Workspace, orders: Sequence[Order] = ()) -> Dataset:
    return fill(workspace, [Order("o-0", ("tent",), NOW + 2 * _HOUR, "c-x"), *orders], _KNOWN)


def _every(step: int) -> Choice:
    return lambda number: number % step == 0


def test_a_shop_where_all_is_alike_has_no_finding_of_offers(workspace: Workspace, database: Database) -> None:
    _see(database, 300)
    _tell(database, "accept", ((number, number % 2) for number in range(0, 300, 3)))
    _tell(database, "decline", ((number, number // 10 % 2) for number in range(1, 300, 10)))
    report = _report(_sold(workspace), database)
    assert _keys(report) <= {"small_holdout"}


def test_a_shop_without_orders_says_what_to_do(workspace: Workspace, database: Database) -> None:
    assert "pairwell ingest orders" in _report(Dataset(workspace), database).notes[0]


def test_nothing_found_is_an_answer(workspace: Workspace, database: Database) -> None:
    report = _report(_sold(workspace), database)
    assert (report.figures[0].value, report.tables) == (0, [])
    assert "Nobody asked for offers" in report.notes[0]
    assert "Nothing stands out surely enough" in report.notes[1]


@pytest.mark.parametrize(("many", "found"), [(300, True), (40, False)])
def test_an_offer_that_nobody_takes_is_found_once_enough_saw_it(
    workspace: Workspace, database: Database, many: int, found: bool
) -> None:
    _see(database, many)
    _tell(database, "accept", ((number, 0) for number in range(0, many, 5)))
    report = _report(_sold(workspace), database)
    assert ("hardly_taken" in _keys(report)) is found
    if found:
        [row] = _table(report, "hardly_taken").rows
        # Each answer costs 2 of attention, a half of it an offer; a lamp earns 30.
        assert (row["items"], row["seen"], row["lost"]) == ("lamp", 300, 300)
        assert row["need"] == pytest.approx(1 / 30)
        assert float(str(row["taken_high"])) < 1 / 30
        assert float(str(row["lost_low"])) == round(300 - 9000 * float(str(row["taken_high"])))
        assert report.tables[0].rows[0]["finding"] == "1. Offers that are shown and hardly taken"
        assert report.tables[0].rows[0]["money"] == 300
        assert "item.item_id in ['lamp']" in str(_table(report, "hardly_taken").note)


@pytest.mark.parametrize(("many", "found"), [(120, True), (15, False)])
def test_a_kind_that_nobody_takes_is_found_once_enough_saw_it(
    workspace: Workspace, database: Database, many: int, found: bool
) -> None:
    def upgraded(number: int) -> Decision:
        made = _made(number)
        mat, lamp = made.slate
        return msgspec.structs.replace(made, slate=[mat, msgspec.structs.replace(lamp, kind="upgrade")])

    log(Journal(database), *(upgraded(number) for number in range(many)))
    _tell(database, "exposure", ((number, offer) for number in range(many) for offer in (0, 1)))
    _tell(database, "accept", ((number, 0) for number in range(0, many, 3)))
    report = _report(_sold(workspace), database)
    assert ("hardly_taken_kinds" in _keys(report)) is found
    if found:
        table = _table(report, "hardly_taken_kinds")
        [row] = table.rows
        assert (row["kind"], row["seen"], row["accepted"]) == ("Upgrade", 120, 0)
        assert row["others"] == pytest.approx(1 / 3)
        assert 'Take "upgrade" out of `kinds` under [placements.cart]' in str(table.note)


@pytest.mark.parametrize(("step", "found"), [(3, True), (20, False)])
def test_an_offer_declined_much_more_than_others_is_found_with_its_reasons(
    workspace: Workspace, database: Database, step: int, found: bool
) -> None:
    _see(database, 200)
    _tell(database, "decline", ((number, 0) for number in range(0, 200, 20)))
    refused = [
        event(f"r-{number}", type="decline", decision_id=f"d-{number}", offer_no=1, at=NOW + _HOUR, reason="too_dear")
        for number in range(1, 200, step)
    ]
    Journal(database).log_events([refused], now=NOW + _HOUR)
    report = _report(_sold(workspace), database)
    assert ("declined_offers" in _keys(report)) is found
    if found:
        [row] = _table(report, "declined_offers").rows
        assert (row["items"], row["others"]) == ("lamp", 0.05)
        assert row["reasons"] == "too dear 67"
        overview = next(one for one in report.tables[0].rows if "decline" in str(one["finding"]))
        assert overview["money"] is None
        assert "nobody can tell" in str(_table(report, "declined_offers").note)


@pytest.mark.parametrize(("back", "found"), [(40, True), (5, False)])
def test_an_offer_that_comes_back_is_found(workspace: Workspace, database: Database, back: int, found: bool) -> None:
    _see(database, 200)
    orders = [Order(f"o-{number}", ("mat", "lamp"), NOW + 2 * _HOUR, f"c-{number}") for number in range(100)]
    dataset = _sold(workspace, orders[1:])
    rows = [(number, 2) for number in range(1, 1 + back)] + [(number, 1) for number in range(1, 6)]
    returns = [
        {"order_id": f"o-{number}", "line_no": line, "quantity": 1.0, "at": NOW + 5 * _HOUR} for number, line in rows
    ]
    path = workspace.root / "back.parquet"
    pq.write_table(pa.Table.from_pylist(returns, schema=TABLES["returns"].schema), path)
    dataset.merge({"returns": path}, source=Source(name="back", files=("back",), at=NOW, rows={}), now=NOW)
    report = _report(dataset, database)
    assert ("coming_back" in _keys(report)) is found
    if found:
        [row] = _table(report, "coming_back").rows
        assert (row["items"], row["bought"]) == ("lamp", 99)
        assert row["lost"] == 35 * 30  # beyond the 5 that came back of the others


@pytest.mark.parametrize(("step", "found"), [(4, True), (20, False)])
def test_a_placement_whose_offers_are_declined_is_found(
    workspace: Workspace, database: Database, step: int, found: bool
) -> None:
    _see(database, 400, lambda number: "cart" if number % 2 else "checkout")
    _tell(database, "decline", ((number, number // 2 % 2) for number in range(1, 400, 40)))
    _tell(database, "decline", ((number, number // 2 % 2) for number in range(0, 400, 2 * step)))
    report = _report(_sold(workspace), database)
    assert ("declined_placements" in _keys(report)) is found
    if found:
        assert [row["placement"] for row in _table(report, "declined_placements").rows] == ["checkout"]
        assert "[placements.checkout]" in str(_table(report, "declined_placements").note)


@pytest.mark.parametrize(("step", "found"), [(4, True), (1, False)])
def test_a_placement_that_costs_orders_is_found(
    workspace: Workspace, database: Database, step: int, found: bool
) -> None:
    """Nine of ten order of the third that is kept without offers, and of the others only a `step`th of as many."""
    held = _every(3)
    log(Journal(database), *(_made(one, silence="holdout" if held(one) else None) for one in range(600)))
    buys = [one for one in range(600) if (one % 10 if held(one) else one % 10 < 9 and one // 10 % step == 0)]
    orders = [Order(f"o-{one}", ("tent",), NOW + 2 * _HOUR, f"c-{one}") for one in buys if one]
    report = _report(_sold(workspace, orders), database, holdout=1 / 3)
    assert ("costing_placements" in _keys(report)) is found
    if found:
        [row] = _table(report, "costing_placements").rows
        assert (row["placement"], row["held"]) == ("cart", 200)
        assert float(str(row["orders_high"])) < 0
        assert float(str(report.tables[0].rows[0]["money"])) == -float(str(row["margin"])) > 0
        assert report.tables[0].rows[0]["setting"] == "placements.cart.friction"


@pytest.mark.parametrize(("step", "found"), [(3, True), (20, False)])
def test_a_segment_that_declines_much_more_is_found(
    workspace: Workspace, database: Database, step: int, found: bool
) -> None:
    _see(database, 300)
    north, south = range(0, 300, 2), range(1, 300, 2)
    _tell(database, "decline", ((number, place % 2) for place, number in enumerate(north) if place % step == 0))
    _tell(database, "decline", ((number, place % 2) for place, number in enumerate(south) if place % 20 == 0))
    dataset = _sold(workspace)
    said = {0: '{"region": "North"}', 1: '{"region": "South"}'}
    rows = [{"customer_id": f"c-{one}", "valid_from": START, "attributes": said[one % 2]} for one in range(300)]
    path = workspace.root / "customers.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=TABLES["customers"].schema), path)
    dataset.merge({"customers": path}, source=Source(name="who", files=("who",), at=NOW, rows={}), now=NOW)
    report = _report(dataset, database)
    assert ("declining_segments" in _keys(report)) is found
    if found:
        assert [row["segment"] for row in _table(report, "declining_segments").rows] == ["region: North"]


@pytest.mark.parametrize("found", [True, False])
def test_customers_silenced_by_declining_are_found(workspace: Workspace, database: Database, found: bool) -> None:
    """Twenty customers say no to everything, to four offers or to two."""
    _see(database, 200)
    log(Journal(database), *(_made(1000 + who, who=who) for who in range(20)))
    _tell(database, "decline", ((one, offer) for one in range(20) for offer in (0, 1)))
    if found:
        _tell(database, "decline", ((1000 + one, offer) for one in range(20) for offer in (0, 1)))
    report = _report(_sold(workspace), database)
    assert ("silenced" in _keys(report)) is found
    if found:
        [row] = _table(report, "silenced").rows
        assert (row["customers"], row["share"]) == (20, 0.1)


@pytest.mark.parametrize(("step", "found"), [(5, True), (25, False)])
def test_a_limit_that_silences_many_answers_is_found(
    workspace: Workspace, database: Database, step: int, found: bool
) -> None:
    guarded = _every(step)
    log(Journal(database), *(_made(one, silence="guarded" if guarded(one) else None) for one in range(400)))
    report = _report(_sold(workspace, [Order("o-5", ("tent", "mat"), NOW + 2 * _HOUR, "c-5")]), database)
    assert ("limits" in _keys(report)) is found
    if found:
        [row] = _table(report, "limits").rows
        assert (row["answers"], row["share"]) == (80, 0.2)
        assert (row["orders"], row["revenue"], row["margin"]) == (1, 200, 60)
        assert "nobody can tell" in str(_table(report, "limits").note)


@pytest.mark.parametrize(("together", "found"), [(("pole", "tent"), True), (("mat", "tent"), False)])
def test_items_bought_together_that_no_answer_names_are_found(
    workspace: Workspace, database: Database, together: tuple[str, ...], found: bool
) -> None:
    log(Journal(database), _made(0))
    both = [Order(f"o-{one}", together, NOW + 2 * _HOUR, f"c-{one}") for one in range(1, 31)]
    others = [Order(f"p-{one}", (f"x-{one}",), NOW + 2 * _HOUR, f"c-{one}") for one in range(100)]
    report = _report(_sold(workspace, [*both, *others]), database)
    assert ("never_offered" in _keys(report)) is found
    if found:
        [row] = _table(report, "never_offered").rows
        assert (row["item_id"], row["with_id"], row["orders"], row["price_share"]) == ("pole", "tent", 30, 1.0)


@pytest.mark.parametrize(
    ("fate", "found"),
    [
        (None, True),
        (Fate(stage="unknown", said="No candidate."), True),
        (Fate(stage="guards", reason="add_on_price_share", said="Too dear beside it."), True),
        (Fate(stage="worth", reason="not_worth_it", said="It costs more than it adds."), False),
        (Fate(stage="offered", said="Offered beside it."), False),
    ],
)
def test_a_pair_that_the_engine_weighs_is_no_finding_and_any_other_says_why(
    workspace: Workspace, database: Database, fate: Fate | None, found: bool
) -> None:
    _see(database, 20)
    both = [Order(f"o-{one}", ("tent", "pole"), NOW + 2 * _HOUR, f"c-{one}") for one in range(1, 31)]
    others = [Order(f"p-{one}", (f"x-{one}",), NOW + 2 * _HOUR, f"c-{one}") for one in range(100)]
    asked = Asked(
        dataset=_sold(workspace, [*both, *others]),
        database=database,
        settings=Settings(),
        now=NOW + timedelta(days=1),
        fate_of=lambda anchor, item: fate if {anchor, item} == {"pole", "tent"} else None,
    )
    report = build_findings(asked)
    assert ("never_offered" in _keys(report)) is found
    if found:
        table = _table(report, "never_offered")
        assert table.rows[0].get("fate") == (None if fate is None else fate.said)
        assert any(column.key == "fate" for column in table.columns) is (fate is not None)
        assert "stage" not in table.rows[0]


@pytest.mark.parametrize(("item", "found"), [("sack", True), ("mat", False)])
def test_items_without_costs_are_found(workspace: Workspace, database: Database, item: str, found: bool) -> None:
    report = _report(_sold(workspace, [Order("o-1", (item,), NOW + 2 * _HOUR, "c-1")]), database)
    assert ("unknown_costs" in _keys(report)) is found
    if found:
        [row] = _table(report, "unknown_costs").rows
        assert (row["item_id"], row["revenue"], row["point"]) == ("sack", 100, 1)


def test_a_holdout_of_too_few_says_how_many_are_missing(workspace: Workspace, database: Database) -> None:
    log(Journal(database), *(_made(one, silence="holdout" if one % 20 == 0 else None) for one in range(200)))
    report = _report(_sold(workspace), database)
    [row] = _table(report, "small_holdout").rows
    assert (row["customers"], row["needed"], row["missing"]) == (10, 20, 10)
    assert row["days"] == 1  # all were met on the last day, so that twice as many take another one


def test_without_a_holdout_now_there_is_no_pace_to_wait_at(workspace: Workspace, database: Database) -> None:
    log(Journal(database), *(_made(one, silence="holdout" if one % 20 == 0 else None) for one in range(200)))
    before = Settings()
    settings = msgspec.structs.replace(before, choice=msgspec.structs.replace(before.choice, holdout=0.0))
    asked = Asked(
        dataset=_sold(workspace),
        database=database,
        settings=settings,
        settings_of=lambda _: before,
        now=NOW + timedelta(days=1),
    )
    report = build_findings(asked)
    [row] = _table(report, "small_holdout").rows
    assert (row["customers"], row["missing"], row["days"]) == (10, 10, None)
    assert "No holdout is kept now" in "\n".join(render_text(report))
    assert "raise `holdout` (0)" not in "\n".join(render_text(report))
    verdict = next(figure for figure in build_profit(asked).figures if figure.key == "verdict")
    assert "Nobody is kept without offers now" in str(verdict.note)


def test_groups_alike_are_rarely_told_apart() -> None:
    """Twenty groups of one share: in some 5 of 100 shops one of them may stand out; uncorrected, in 40 of 100."""
    rng = np.random.default_rng(7)
    alarms = sum(bool(much_above([_random(rng, 0.1, 30) for _ in range(20)])) for _ in range(400))
    assert alarms <= 400 * 0.07
    found = [much_above([*(_random(rng, 0.05) for _ in range(9)), _random(rng, 0.2)]) for _ in range(50)]
    assert sum([one.group for one in several] == [9] for several in found) >= 40


def test_an_exact_share_and_the_units_it_takes() -> None:
    none = exact_share(0, 300)
    assert (none.low, round(none.high, 6)) == (0.0, round(1 - 0.025 ** (1 / 300), 6))
    wide = Estimate(value=0.0, low=-1.959964, high=1.959964)
    assert times_more_to_show(wide, 2.801585) == pytest.approx(1.0, abs=1e-4)
    assert times_more_to_show(wide, 1.4007925) == pytest.approx(4.0, abs=1e-3)


def _random(rng: np.random.Generator, share: float, customers: int = 150) -> Tally:
    tried = rng.integers(1, 5, customers)
    return Tally(happened=rng.binomial(tried, share).astype(float), tried=tried.astype(float))
