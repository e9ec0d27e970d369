from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.ingest.conftest import NOW, Loader

from pairwell.clock import to_micros
from pairwell.config.pseudonyms import pseudonym_of, read_secret
from pairwell.events import EventLine, EventOrder
from pairwell.facts.customers import ToldCustomer, add_heard, read_customers
from pairwell.facts.heard import Feedback, an_order, consent, feedback_id
from pairwell.ingest.load import IngestOptions, ingest_files
from pairwell.ingest.sayings import read_feedback, read_how, read_status
from pairwell.ingest.sniff import sniff
from pairwell.ingest.sources import Limits
from pairwell.learn.history import read_history
from pairwell.records import CustomerFacts

pytestmark = pytest.mark.usefixtures("facts_at_once")

HEAD = "order_id,item_id,title,quantity,unit_price,placed_at,customer_id"


def facts(loader: Loader, customer_id: str = "ann") -> CustomerFacts | None:
    with loader.database.read() as connection:
        return read_customers(connection, [customer_id]).get(customer_id)


def test_consents_are_kept_with_their_moments_and_the_newest_holds(loader: Loader) -> None:
    rows = ("ann,Email,opt-in,2026-01-01", "ann,email,withdrawn,2026-02-01", "ann,sms,tak,2026-01-01")
    report = loader.load("consents", "customer_id,channel,given,at", *rows)
    assert (report.taken, report.refused) == (3, 0)
    found = facts(loader)
    assert found is not None
    assert found.consents == {"email": False, "sms": True}
    again = loader.load("consents", "customer_id,channel,given,at", *rows)
    assert again.snapshot == report.snapshot
    assert facts(loader) == found


def test_what_is_no_consent_is_refused_with_its_reason(loader: Loader) -> None:
    rows = ("ann,email,perhaps,2026-01-01", "ann,email,yes,", "ann,,yes,2026-01-01", ",email,yes,2026-01-01")
    report = loader.load("consents", "customer_id,channel,given,at", *rows, "ann,email,yes,2030-01-01")
    assert report.refused_by_reason == {
        "bad_flag": 1,
        "future_event": 1,
        "no_at": 1,
        "no_channel": 1,
        "no_customer_id": 1,
    }


def test_a_no_said_later_that_day_holds_against_a_yes_that_a_file_dates_ahead(loader: Loader) -> None:
    ahead = (NOW + timedelta(hours=5)).isoformat()
    assert loader.load("consents", "customer_id,channel,given,at", f"ann,email,yes,{ahead}").taken == 1
    assert loader.facts.agreed("email") == ["ann"]
    with loader.database.write() as connection:
        add_heard(connection, {"ann": consent("email", given=False, at=NOW + timedelta(hours=1))})
    assert loader.facts.agreed("email") == []


def test_consents_to_channels_that_no_placement_has_are_taken_and_told(loader: Loader) -> None:
    head = "customer_id,channel,given,at"
    told = loader.load("consents", head, "ann,e-mail,yes,2026-01-01", "bob,E-Mail,no,2026-01-01")
    assert told.taken == 2
    (note,) = told.notes
    assert note == (
        "Consents to channels that no placement has: 2 (e-mail). Taken all the same: "
        "placements have email, site, and personalisation is known."
    )
    assert loader.load("consents", head, "ann,email,yes,2026-01-01", "ann,personalisation,no,2026-01-01").notes == []


def test_of_a_yes_and_a_no_at_one_moment_the_no_counts(loader: Loader) -> None:
    rows = ("ann,email,no,2026-01-01", "ann,email,yes,2026-01-01")
    report = loader.load("consents", "customer_id,channel,given,at", *rows)
    assert report.merged_by_rule == {"repeated_moment": 1}
    found = facts(loader)
    assert found is not None
    assert found.consents == {"email": False}


def test_needs_say_how_they_are_known(loader: Loader) -> None:
    rows = (
        "ann,Camping,анкета,2026-01-01",
        "ann,ski,,2026-01-01",
        "ann,golf,rumour,2026-01-01",
        "ann,,said,2026-01-01",
    )
    report = loader.load("needs", "customer_id,need,how,since", *rows)
    assert report.refused_by_reason == {"no_need": 1, "unknown_how": 1}
    found = facts(loader)
    assert found is not None
    assert found.needs == {"camping": "said", "ski": "said"}


def test_feedback_tells_of_complaints_tickets_and_scores(loader: Loader) -> None:
    rows = (
        "Ticket Opened,2026-01-01,ann,,",
        "жалоба,2026-01-02,ann,,late",
        "жалоба,2026-01-02,ann,,late",
        "nps,2026-01-03,ann,8,",
    )
    bad = ("nps,2026-01-03,ann,11,", "csat,2026-01-03,ann,0,", "csat,2026-01-03,ann,,", "gossip,2026-01-03,ann,,")
    report = loader.load("feedback", "kind,at,customer_id,score,text", *rows, *bad)
    assert report.refused_by_reason == {"bad_score": 2, "no_score": 1, "unknown_feedback": 1}
    assert report.merged_by_rule == {"exact_duplicate": 1}
    found = facts(loader)
    assert found is not None
    assert (found.open_complaints, found.open_tickets, found.satisfaction) == (1, 1, 0.8)
    loader.load("feedback", "kind,at,customer_id,score,text", "note,2026-01-04,ann,,called")
    found = facts(loader)
    assert found is not None
    assert (found.open_complaints, found.open_tickets, found.satisfaction) == (0, 1, 0.8)


def test_feedback_has_the_same_id_in_a_file_and_as_an_event(loader: Loader) -> None:
    loader.load("feedback", "kind,at,customer_id,score,text,order_id", "csat,2026-03-01T12:00:00Z,ann,4.5,Łódź; fine,7")
    said = Feedback(kind="csat", at=NOW, score=4.5, text="Łódź; fine", order_id="7")
    assert loader.rows("feedback", "feedback_id") == [(feedback_id("ann", said),)]


def test_a_cancelled_order_is_none_and_one_again_when_completed(loader: Loader) -> None:
    loader.orders(HEAD, "1,cup,Cup,2,3.00,2026-01-01,ann", "2,pot,Pot,1,9.00,2026-01-02,ann")
    loader.load("returns", "order_id,item_id,quantity,at", "1,cup,1,2026-01-05")
    report = loader.load("order_status", "order_id,status,at", "1,отменен,2026-01-06", "2,in progress,2026-01-06")
    assert report.refused_by_reason == {"unknown_status": 1}
    assert loader.rows("orders", "order_id") == loader.rows("order_lines", "order_id") == [("2",)]
    assert loader.rows("returns", "order_id") == []
    assert loader.facts.owned("ann", {"cup", "pot"}) == {"pot"}
    found = facts(loader)
    assert found is not None
    assert (found.orders, found.units, found.units_returned) == (1, 1, 0)
    assert list(read_history(loader.dataset, loader.dataset.newest()).order_ids) == ["2"]
    loader.load("order_status", "order_id,status,at", "1,zrealizowane,2026-01-07")
    assert loader.rows("orders", "order_id") == [("1",), ("2",)]
    assert list(read_history(loader.dataset, loader.dataset.newest()).order_ids) == ["1", "2"]
    assert list(read_history(loader.dataset, loader.dataset.newest(), as_of=NOW.replace(month=1, day=7)).order_ids) == [
        "1",
        "2",
    ]
    assert list(read_history(loader.dataset, loader.dataset.newest(), as_of=NOW.replace(month=1, day=6)).order_ids) == [
        "2"
    ]
    assert loader.facts.owned("ann", {"cup", "pot"}) == {"cup", "pot"}


def test_only_customers_of_changed_rows_change(loader: Loader) -> None:
    loader.orders(HEAD, "1,cup,Cup,2,3.00,2026-01-01,ann", "2,pot,Pot,1,9.00,2026-01-02,bob")
    loader.orders(HEAD, "2,pot,Pot,3,9.00,2026-01-02,bob")
    ann, bob = facts(loader), facts(loader, "bob")
    assert ann is not None
    assert bob is not None
    assert (ann.revision, bob.revision, bob.units) == (1, 2, 3)


def test_an_order_that_an_event_told_first_counts_once(loader: Loader) -> None:
    order = EventOrder(order_id="1", lines=[EventLine(item_id="cup", quantity=2)])
    later = EventOrder(order_id="2", lines=[EventLine(item_id="cup", quantity=5)])
    for one in (order, later):
        with loader.database.write() as connection:
            add_heard(connection, {"ann": an_order(one, NOW)})
    loader.orders(HEAD, "1,cup,Cup,2,3.00,2026-03-01 12:00,ann")
    found = facts(loader)
    assert found is not None
    assert (found.orders, found.units) == (2, 7)
    assert found.last_order_at is not None
    assert to_micros(found.last_order_at) == to_micros(NOW)


def test_customers_go_by_pseudonyms_where_the_settings_ask_for_it(loader: Loader) -> None:
    loader.settle(ingest={"pseudonyms": True})
    loader.orders(
        HEAD,
        "1,cup,Cup,2,3.00,2026-01-01,ann@x.pl",
        "2,cup,Cup,0,3.00,2026-01-01,ann@x.pl",
        "3,cup,Cup,1,3.00,2026-01-01,",
    )
    report = loader.load(
        "consents", "customer_id,channel,given,at", "ann@x.pl,email,maybe,2026-01-01", "ann@x.pl,email,no,2026-01-01"
    )
    loader.load(
        "events", "type,at,customer_id,item_id", "view,2026-01-01,ann@x.pl,cup", "view,2026-01-01,ann@x.pl,cup,extra"
    )
    name = pseudonym_of(read_secret(loader.workspace), "ann@x.pl")
    assert loader.rows("orders", "order_id", "customer_id") == [("1", name), ("3", None)]
    found = facts(loader, name)
    assert found is not None
    assert (found.orders, found.consents) == (1, {"email": False})
    assert report.refused == 1
    kept = [path for path in loader.workspace.root.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"ann@x" in path.read_bytes()]


@pytest.mark.parametrize(
    ("read", "name", "meaning"),
    [
        (read_feedback, "Ticket opened", "ticket_opened"),
        (read_feedback, "Рекламация", "complaint"),
        (read_feedback, "Zgłoszenie zamknięte", "ticket_closed"),
        (read_feedback, "whatever", None),
        (read_how, "Purchased", "bought"),
        (read_status, "Нет", None),
        (read_status, "Anulowane", "cancelled"),
        (read_status, "Доставлено", "completed"),
    ],
)
def test_names_are_understood_in_three_languages(read: object, name: str, meaning: str | None) -> None:
    assert callable(read)
    assert read(name) == meaning


@pytest.mark.parametrize(
    ("table", "text", "columns"),
    [
        (
            "consents",
            (
                "Customer Email;Subscription type;Opt-in;Updated at\n"
                "a@x.pl;SMS;opt-in;2026-01-01 10:00\nb@x.pl;email;opt-out;2026-01-02 10:00\n"
            ),
            {"customer_id": "Customer Email", "channel": "Subscription type", "given": "Opt-in", "at": "Updated at"},
        ),
        (
            "consents",
            "Клиент;Канал;Согласие;Дата\nк1;email;да;01.02.2026\nк2;sms;нет;22.02.2026\n",
            {"customer_id": "Клиент", "channel": "Канал", "given": "Согласие", "at": "Дата"},
        ),
        (
            "needs",
            "klient;potrzeba;od\nk1;narty;2026-02-01\n",
            {"customer_id": "klient", "need": "potrzeba", "since": "od"},
        ),
        (
            "feedback",
            "Дата;Клиент;Тип;Оценка;Комментарий\n21.02.2026;к1;жалоба;;Плохо\n22.02.2026;к1;nps;9;\n",
            {"kind": "Тип", "at": "Дата", "customer_id": "Клиент", "score": "Оценка", "text": "Комментарий"},
        ),
        (
            "order_status",
            "Nr zamówienia;Status;Data zmiany\n1;anulowane;2026-02-01\n",
            {"order_id": "Nr zamówienia", "status": "Status", "at": "Data zmiany"},
        ),
    ],
)
def test_columns_are_found_by_their_names(tmp_path: Path, table: str, text: str, columns: dict[str, str]) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    assert sniff(table, [path], limits=Limits()).mapping.columns == columns


def test_a_slower_run_does_not_leave_behind_what_a_newer_one_knew_better(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader.load("consents", "customer_id,channel,given,at", "ann,sms,yes,2026-01-01")
    write, newer = loader.facts.write_customers, ["ann,email,no,2026-02-01"]

    def write_late(told: Iterable[ToldCustomer]) -> int:
        rows = list(told)
        if newer:
            loader.load("consents", "customer_id,channel,given,at", newer.pop())
        return write(rows)

    monkeypatch.setattr(loader.facts, "write_customers", write_late)
    loader.load("consents", "customer_id,channel,given,at", "ann,email,yes,2026-01-01")
    found = facts(loader)
    assert found is not None
    assert found.consents == {"sms": True, "email": False}


def test_orders_without_a_date_make_no_last_order(loader: Loader) -> None:
    loader.orders("order_id,item_id,title,quantity,unit_price,customer_id", "1,cup,Cup,2,3.00,ann")
    found = facts(loader)
    assert found is not None
    assert (found.orders, found.last_order_at) == (1, None)


def test_baskets_called_after_their_customers_are_pseudonymous_too(loader: Loader, tmp_path: Path) -> None:
    path = tmp_path / "baskets.json"
    path.write_text('{"ann@x.pl": [["1", "2"], ["2", "3"]], "bob@x.pl": [["1"]]}')
    options = IngestOptions(pseudonyms=True)
    ingest_files("orders", [path], place=loader.place, options=options, now=NOW)
    name = pseudonym_of(read_secret(loader.workspace), "ann@x.pl")
    assert [row for row in loader.rows("orders", "customer_id") if row == (name,)] == [(name,), (name,)]
    kept = [one for one in loader.workspace.root.rglob("*") if one.is_file()]
    assert not [one for one in kept if b"@x.pl" in one.read_bytes()]
