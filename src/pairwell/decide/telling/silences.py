"""Why nothing was shown, in a sentence for each reason of silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pairwell.decide.telling.parts import Counted
from pairwell.decide.telling.words import percent
from pairwell.records import Silence, SilenceReason

SENTENCES: Final[Mapping[SilenceReason, str]] = {
    "holdout": "This customer is one of the {holdout} who by lot never see offers, so that it can be told what people "
    "buy without them.",
    "withheld_at_random": "By lot this one answer stayed empty, as {withheld} of answers do, so that it can be told "
    "what offers change.",
    "capped": "Limits on how often people get offers, or on how much is given away, held back the last of them.",
    "no_candidates": "There was nothing to start from.",
    "not_enough_evidence": "What is in the purchase is known, but nothing is bought with it so much more often than by "
    "chance that one can be sure.",
    "withheld_by_rule": "Rules held back the last offers, as told below.",
    "later": "Rules held back the last offers for now, as told below.",
    "guarded": "The price and margin limits that you set held back the last offers.",
    "nothing_worth_it": "Showing what was left would have added no more money than showing it costs.",
    "overloaded": "Too many requests came at once, and the answer would have come too late.",
    "journal_unavailable": "The journal could not be written, and nothing is shown that is not kept.",
    "kill_switch": "Offers were switched off for everybody.",
}
_STARTS: Final = {
    "no_anchor": "The request named no item of the catalogue, neither in the cart nor looked at.",
    "no_model": "Nothing has been learned yet: no model was live.",
    "unknown_to_model": "The orders that were learned from hold none of these items.",
}


def say_silence(silence: Silence, counted: Counted) -> str:
    """Why nothing was shown."""
    sentence = SENTENCES[silence.reason].format(holdout=percent(counted.holdout), withheld=percent(counted.withheld))
    if silence.reason == "no_candidates":
        return _STARTS.get(silence.detail or "", sentence)
    if silence.reason == "later" and silence.detail:
        return f"{sentence} What to wait for: {silence.detail}"
    return sentence
