"""Whether whitespace finds hidden services of the telco accounts better than popularity does: bench/whitespace.py."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import os
import time
from pathlib import Path

import msgspec

from pairwell.advise.account import Account
from pairwell.advise.billing.ledger import Held, Ledger
from pairwell.advise.whitespace.hidden import judge_whitespace
from pairwell.plans import Plan

AS_OF = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # the file is one snapshot without a date
SERVICES = (
    "PhoneService", "MultipleLines", "InternetService", "OnlineSecurity", "OnlineBackup", "DeviceProtection",
    "TechSupport", "StreamingTV", "StreamingMovies",
)  # fmt: skip
OF_INTERNET = SERVICES[3:]
LACKS = {"No", "No internet service", "No phone service"}
TRAITS = ("SeniorCitizen", "Partner", "Dependents", "Contract", "PaperlessBilling", "PaymentMethod")


def plans(*, requires: bool) -> dict[str, Plan]:
    """The services as add-ons; with `requires` six of them need internet and one a telephone, as in the file."""
    needs: dict[str, tuple[str, ...]] = dict.fromkeys(OF_INTERNET, ("InternetService",))
    needs["MultipleLines"] = ("PhoneService",)
    return {
        name: Plan(
            plan_id=name, family=name, tier=1, kind="add_on", fee_minor=0,
            requires=needs.get(name, ()) if requires else (),
        )
        for name in SERVICES
    }  # fmt: skip


def accounts(path: Path) -> dict[str, Account]:
    """What every row holds, and what it is: nothing of what it pays, which would tell what it holds."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        row["customerID"]: Account(
            account_id=row["customerID"],
            as_of=AS_OF,
            attributes={name: row[name] for name in TRAITS},
            ledger=Ledger(tuple(Held(plan_id=name, since=AS_OF) for name in SERVICES if row[name] not in LACKS)),
        )
        for row in rows
    }


def main() -> None:
    """Print the shares of hidden services found among the first one and three, with 95 % intervals over accounts."""
    folder = Path(os.environ.get("PAIRWELL_DATA", "../shared/data"))
    told = accounts(folder / "telco" / "Telco-Customer-Churn.csv.gz")
    for requires in (True, False):
        began = time.process_time()
        found = judge_whitespace(told, plans(requires=requires))
        whole = {"requires": requires, **msgspec.to_builtins(found), "seconds": round(time.process_time() - began, 1)}
        print(json.dumps(whole, indent=1))


if __name__ == "__main__":
    main()
