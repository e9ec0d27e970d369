"""What an account's mood and a renewal near add to the odds of a yes."""

from __future__ import annotations

from pairwell.advise.moves.chances import CONTENT, RENEWS
from pairwell.advise.moves.terms import Prospect

_USUAL = 0.75  # of satisfaction, 0 to 1
_LAST = 3  # scores that tell the mood


def tie_odds(prospect: Prospect) -> float:
    """Log odds."""
    scores = [voice.score for voice in prospect.account.voices if voice.score is not None][-_LAST:]
    mood = CONTENT * 2 * (sum(scores) / len(scores) - _USUAL) if scores else 0.0
    renews = any(signal.code == "renewal_near" for signal in prospect.signals)
    return mood + (RENEWS if renews else 0.0)
