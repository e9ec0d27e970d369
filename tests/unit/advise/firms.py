"""Accounts of a simulated firm as its files tell of them, without the way through a dataset."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from csv import DictReader
from decimal import Decimal
from pathlib import Path

from pairwell.advise.account import Account, Look, Need, Told, Voice
from pairwell.advise.billing.ledger import Held, Ledger, Prices, Use
from pairwell.facts.heard import share_of
from pairwell.simulate.firm.exports import write_firm
from pairwell.simulate.firm.price_list import PRICE_LIST
from pairwell.simulate.firm.world import Firm

PRICES = Prices(plans=PRICE_LIST, currency="EUR")
Rows = dict[str, list[dict[str, str]]]


def read_firm(firm: Firm, folder: Path) -> dict[str, Account]:
    """Every account by its id, as of the end of the firm's history."""
    files = {table: _rows(path) for table, path in write_firm(firm, folder).items()}
    held, used = _grouped(files["subscriptions"], "account_id"), _grouped(files["usage"], "account_id")
    said, wanted = _grouped(files["feedback"], "customer_id"), _grouped(files["needs"], "customer_id")
    looked = _grouped(files["events"], "customer_id")
    until = max(_at(row["at"]).date() for row in files["usage"])
    found = {}
    for row in files["accounts"]:
        name, told = row["account_id"], _told(row)
        found[name] = Account(
            account_id=name,
            as_of=firm.size.history_end,
            attributes=told.attributes,
            told=(told,),
            used_until=until,
            ledger=Ledger(tuple(map(_held, held[name])), tuple(map(_use, used[name]))),
            needs=tuple(Need(need=one["need"], how="said", since=_at(one["since"])) for one in wanted[name]),
            voices=tuple(sorted(map(_voice, said[name]), key=lambda voice: voice.at)),
            looks=tuple(Look(_at(one["at"]), one["item_id"]) for one in looked[name]),
        )
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(DictReader(file))


def _grouped(rows: Iterable[dict[str, str]], key: str) -> Rows:
    found: Rows = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def _told(row: dict[str, str]) -> Told:
    return Told(_at(row["valid_from"]), {name: value for name, value in row.items() if value and name != "account_id"})


def _held(row: dict[str, str]) -> Held:
    return Held(
        plan_id=row["plan_id"],
        since=_at(row["started_at"]),
        until=_at(row["ended_at"]) if row["ended_at"] else None,
        seats=int(row["seats"]) if row["seats"] else None,
        is_trial=row["is_trial"] == "yes",
    )


def _use(row: dict[str, str]) -> Use:
    return Use(row["meter"], _at(row["at"]).date(), Decimal(row["quantity"]))


def _voice(row: dict[str, str]) -> Voice:
    kind = row["kind"]
    score = float(row["score"]) if row["score"] else None
    return Voice(at=_at(row["at"]), kind=kind, score=share_of(kind, score), text=row["text"] or None)  # type: ignore[arg-type]  # one of its kinds
