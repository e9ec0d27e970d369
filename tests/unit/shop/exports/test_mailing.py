from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from pairwell.config.settings import Settings
from pairwell.decide.unsent import why_unsent
from pairwell.records import (
    Answer,
    CustomerFacts,
    DecisionInputs,
    DecisionRequest,
    Decline,
    Offer,
)
from pairwell.shop.exports.mailing import _write_csv
from pairwell.shop.exports.writing import writing

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def offer(title: str = "Mug") -> Offer:
    return Offer(
        offer_no=0,
        kind="cross_sell",
        item_id="MUG",
        title=title,
        price_minor=999,
        anchor_id=None,
        replaces=None,
        discount_minor=0,
        reasons=[],
        compare=None,
    )


def answer(*offers: Offer) -> Answer:
    until = NOW + timedelta(hours=1)
    return Answer(decision_id="d1", valid_until=until, silence=None, offers=[*offers], ignored=[], currency="EUR")


def today(now: datetime = NOW, *declined: str, agreed: bool | None = True) -> DecisionInputs:
    consents = {} if agreed is None else {"email": agreed}
    return DecisionInputs(
        decision_id="d2",
        request=DecisionRequest(placement="email", customer_id="C1"),
        engine="",
        model=None,
        settings="",
        now=now,
        items={},
        relations=[],
        owned=[],
        declines=[Decline(item_id=one, at=now) for one in declined],
        customer=CustomerFacts(revision=1, consents=consents),
    )


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (today(), None),
        (today(NOW, "MAT"), None),
        (today(NOW, "MUG"), "declined"),
        (today(NOW, *"ABCDEFGHIJ"), "declined_often"),
        (today(agreed=False), "no_consent"),
        (today(agreed=None), "no_consent"),
        (msgspec.structs.replace(today(), customer=None), "no_consent"),
        (today(NOW + timedelta(hours=1)), "expired"),
    ],
)
def test_what_was_decided_earlier_is_sent_only_while_it_may_be(now: DecisionInputs, why: str | None) -> None:
    assert why_unsent(answer(offer()), now, Settings()) == why


def test_rows_hold_no_formula() -> None:
    stream = io.StringIO()
    assert _write_csv(stream, [("@C1", answer(offer('=HYPERLINK("x")')))], 1) == (1, 1)
    row = stream.getvalue().split("\r\n")[1]
    assert row.startswith("'@C1,d1,")
    assert '"\'=HYPERLINK(""x"")",9.99,' in row


def test_two_that_write_one_file_do_not_mix_and_nothing_is_left_over(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    with writing(path, private=True) as first, writing(path) as second:
        first.write(b"one")
        second.write(b"two")
    assert path.read_bytes() == b"one"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [*tmp_path.iterdir()] == [path]
