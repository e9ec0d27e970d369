"""Why nothing was shown, in a sentence for each reason of silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pairwell.decide.telling.parts import Counted
from pairwell.decide.telling.words import percent
from pairwell.records import Silence, SilenceReason
from pairwell.said import Said, joined, phrase, unfilled

SENTENCES: Final[Mapping[SilenceReason, str]] = {
    "holdout": unfilled(
        "This customer is one of the {holdout} who by lot never see offers, so that it can be told what people buy "
        "without them."
    ),
    "withheld_at_random": unfilled(
        "By lot this one answer stayed empty, as {withheld} of answers do, so that it can be told what offers change."
    ),
    "capped": unfilled(
        "Limits on how often people get offers, or on how much is given away, held back the last of them."
    ),
    "no_candidates": unfilled("There was nothing to start from."),
    "not_enough_evidence": unfilled(
        "What is in the purchase is known, but nothing is bought with it so much more often than by chance that one "
        "can be sure."
    ),
    "withheld_by_rule": unfilled("Rules held back the last offers, as told below."),
    "later": unfilled("Rules held back the last offers for now, as told below."),
    "guarded": unfilled("The price and margin limits that you set held back the last offers."),
    "nothing_worth_it": unfilled("Showing what was left would have added no more money than showing it costs."),
    "overloaded": unfilled("Too many requests came at once, and the answer would have come too late."),
    "journal_unavailable": unfilled("The journal could not be written, and nothing is shown that is not kept."),
    "kill_switch": unfilled("Offers were switched off for everybody."),
}
_STARTS: Final = {
    "no_anchor": phrase("The request named no item of the catalogue, neither in the cart nor looked at."),
    "no_model": phrase("Nothing has been learned yet: no model was live."),
    "unknown_to_model": phrase("The orders that were learned from hold none of these items."),
}


def say_silence(silence: Silence, counted: Counted) -> Said:
    """Why nothing was shown."""
    holdout, withheld = percent(counted.holdout), percent(counted.withheld)
    said = phrase(SENTENCES[silence.reason], holdout=holdout, withheld=withheld)
    if silence.reason == "no_candidates":
        return _STARTS.get(silence.detail or "", said)
    if silence.reason == "later" and silence.detail:
        return joined(said, phrase("What to wait for: {what}", what=silence.detail))
    return said
