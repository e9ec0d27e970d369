"""How satisfied an account is, from scores that are few, noisy and of any age."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from math import log2
from typing import Final

from pairwell.advise.account import Voice

USUAL: Final = 0.7  # satisfaction of who said nothing
_WEIGHT: Final = {"csat": 0.7, "nps": 0.4}  # of a score against what was thought before
_HALF_LIFE: Final = dt.timedelta(days=540)  # after which what a score said is half forgotten
_DETRACTORS: Final = 0.6  # of an NPS: who gives six points or less would warn others
_THEIRS: Final = 0.4  # satisfaction of six points


def scores_of(voices: Sequence[Voice]) -> list[Voice]:
    """The surveys among what was said."""
    return [voice for voice in voices if voice.kind in {"csat", "nps"} and voice.score is not None]


def satisfaction(scores: Sequence[Voice], at: dt.datetime) -> float:
    """0 to 1, at a moment: each score, the oldest first, moves what is thought most of the way, and time moves it back.

    Simple exponential smoothing with a level that reverts to the usual one.
    """
    level, since = USUAL, at
    for voice in scores:
        level = _reverted(level, voice.at - since) if voice is not scores[0] else level
        level, since = level + _WEIGHT[voice.kind] * (_of_score(voice) - level), voice.at
    return _reverted(level, at - since)


def unanswered(scores: Sequence[Voice], at: dt.datetime, least: float) -> Voice | None:
    """The last CSAT, if it is below `least` and nobody has said better since: good ones before do not excuse it.

    Forgotten after as long as scores take to be half so.
    """
    last = next((voice for voice in reversed(scores) if voice.kind == "csat"), None)
    if last is None or (last.score or 0.0) >= least or at - last.at >= _HALF_LIFE:
        return None
    better = (voice for voice in scores if voice.at > last.at and (voice.score or 0.0) > _DETRACTORS)
    return None if any(better) else last


def forgotten(voice: Voice) -> dt.datetime:
    """When a score that nobody took back is forgotten."""
    return voice.at + _HALF_LIFE


def content_again(level: float, at: dt.datetime, least: float) -> dt.datetime | None:
    """When it will have come back to `least` if nothing more is said; None: never."""
    if least >= USUAL:
        return None
    return at + _HALF_LIFE * max(log2((USUAL - level) / (USUAL - least)), 0.0)


def _of_score(voice: Voice) -> float:
    """A CSAT as it is; an NPS so that its six points, not its five, stand below the middle."""
    score = voice.score or 0.0
    if voice.kind == "csat":
        return score
    if score <= _DETRACTORS:
        return score / _DETRACTORS * _THEIRS
    return _THEIRS + (score - _DETRACTORS) / (1 - _DETRACTORS) * (1 - _THEIRS)


def _reverted(level: float, after: dt.timedelta) -> float:
    return float(USUAL + (level - USUAL) * 0.5 ** (after / _HALF_LIFE))
