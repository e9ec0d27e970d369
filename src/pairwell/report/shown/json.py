"""A report as one JSON document: the record itself, money in minor units, every key always there."""

from __future__ import annotations

import msgspec

from pairwell.report.record import Report
from pairwell.said import plain


def render_json(report: Report) -> str:
    """The document, indented."""
    return msgspec.json.format(msgspec.json.encode(report, enc_hook=plain), indent=2).decode() + "\n"
