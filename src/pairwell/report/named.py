"""What stages, kinds, reasons and segments are called towards the owner of a shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pairwell.said import phrase

STAGE_TITLES: Final = {
    "eligible": phrase("Something to offer"),
    "shown": phrase("Shown"),
    "exposed": phrase("Seen"),
    "clicked": phrase("Clicked"),
    "accepted": phrase("Accepted"),
    "bought": phrase("Bought"),
    "kept": phrase("Kept"),
}
KINDS: Final = {
    "cross_sell": phrase("Add-on"),
    "upgrade": phrase("Upgrade"),
    "bundle": phrase("Bundle"),
    "repeat": phrase("Again when due"),
    "plan": phrase("Plan"),
    "trial": phrase("Trial"),
}
SILENCE: Final = {
    "capped": phrase("Shown often enough, or given away enough"),
    "no_candidates": phrase("Nothing to start from"),
    "not_enough_evidence": phrase("Too few orders to be sure what goes with it"),
    "withheld_by_rule": phrase("A rule held it back"),
    "later": phrase("A rule held it back for now"),
    "guarded": phrase("A price or margin limit held it back"),
    "nothing_worth_it": phrase("Nothing left was worth showing"),
    "overloaded": phrase("Too many requests at once"),
    "journal_unavailable": phrase("The journal could not be written"),
    "kill_switch": phrase("Offers were switched off"),
}
REASONS: Final = {
    "have_it": phrase("has it already"),
    "too_dear": phrase("too dear"),
    "not_for_me": phrase("not for me"),
    "later": phrase("later"),
    "": phrase("no reason given"),
}
KINDS_OF_CUSTOMER: Final = {
    "new": phrase("new"),
    "returning": phrase("returning"),
    "unnamed": phrase("unnamed"),
}
_SEGMENTS: Final = {
    "channel": phrase("channel"),
    "placement": phrase("placement"),
    "seller": phrase("seller"),
    "kind": phrase("kind"),
    "new_or_returning": phrase("new or returning"),
    "category": phrase("category"),
    "brand": phrase("brand"),
    "item": phrase("item"),
}
_UNNAMED: Final = {
    "(unknown)": phrase("(unknown)"),
    "(others)": phrase("(others)"),
    "(several)": phrase("(several)"),
    "(no customer named)": phrase("(no customer named)"),
}


def segment_title(by: str) -> str:
    """What segments are by, in words; an attribute is called as the shop calls it."""
    return _SEGMENTS.get(by) or by.replace("_", " ")


def segment_name(name: str, by: str = "") -> str:
    """What one segment is called: as the shop calls it, but for those that it has no name for."""
    told: Mapping[str, str] = KINDS if by == "kind" else KINDS_OF_CUSTOMER if by == "new_or_returning" else {}
    return told.get(name, _UNNAMED.get(name, name))
