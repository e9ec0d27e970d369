"""What is kept of rows that an export leaves out itself: what tells which they are, and nothing personal beside."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.ingest.vendors.conftest import Importer


def test_nothing_personal_of_a_subscription_stands_in_the_quarantine(importer: Importer) -> None:
    whole = {"id": "cus_9", "name": "Cy Sample", "email": "cy@example.com", "object": "customer"}
    said = {"id": "sub_9", "customer": whole, "status": "incomplete", "billing_cycle_anchor": 1767225600}
    listed = importer.write(
        "subscriptions.json", json.dumps({"data": [said | {"customer": "cus_9"}, said | {"description": "Cy"}]})
    )
    head = "id,Customer ID,Customer Description,Customer Email,Plan,Status,Created (UTC),Current Period Start (UTC)"
    row = "sub_8,cus_8,Cy Sample,cy@example.com,pro,incomplete,2026-01-01 10:00,2026-01-01 10:00"
    exported = importer.write("subscriptions.csv", f"{head}\n{row}\n")
    for path, account, rows in ((listed, "cus_9", 2), (exported, "cus_8", 1)):
        report = importer.take("subscriptions", path)
        assert report.refused_by_reason == {"subscription_not_begun": rows}
        kept = Path(report.quarantine or "").read_text(encoding="utf-8")
        assert kept.count(account) == rows
        assert "Cy" not in kept
        assert "example.com" not in kept


def test_nobodys_address_of_an_order_stands_in_the_quarantine(importer: Importer) -> None:
    head = (
        "Name,Email,Financial Status,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Billing Street,Phone"
    )
    row = "#1,cy@example.com,paid,1,Gift card,50.00,Cy Sample,1 High Street,+44 20 7946 0000"
    report = importer.take("orders", importer.write("orders.csv", f"{head}\n{row}\n"))
    assert report.refused_by_reason == {"gift_card": 1}
    kept = Path(report.quarantine or "").read_text(encoding="utf-8")
    assert "High Street" not in kept
    assert "Sample" not in kept
    # What it was, and whose: customers are called by their e-mail there.
    assert all(said in kept for said in ("#1", "Gift card", "50", "cy@example.com"))
