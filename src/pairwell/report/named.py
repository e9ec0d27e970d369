"""What the stages, kinds and reasons of offers are called towards the owner of a shop."""

from __future__ import annotations

from typing import Final

STAGE_TITLES: Final = {
    "eligible": "Something to offer",
    "shown": "Shown",
    "exposed": "Seen",
    "clicked": "Clicked",
    "accepted": "Accepted",
    "bought": "Bought",
    "kept": "Kept",
}
KINDS: Final = {
    "cross_sell": "Add-on",
    "upgrade": "Upgrade",
    "bundle": "Bundle",
    "repeat": "Again when due",
    "plan": "Plan",
    "trial": "Trial",
}
SILENCE: Final = {
    "capped": "Shown often enough, or given away enough",
    "no_candidates": "Nothing to start from",
    "not_enough_evidence": "Too few orders to be sure what goes with it",
    "withheld_by_rule": "A rule held it back",
    "later": "A rule held it back for now",
    "guarded": "A price or margin limit held it back",
    "nothing_worth_it": "Nothing left was worth showing",
    "overloaded": "Too many requests at once",
    "journal_unavailable": "The journal could not be written",
    "kill_switch": "Offers were switched off",
}
REASONS: Final = {
    "have_it": "has it already",
    "too_dear": "too dear",
    "not_for_me": "not for me",
    "later": "later",
    "": "no reason given",
}
