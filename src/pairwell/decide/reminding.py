"""Why something is offered at this time, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from babel import Locale

from pairwell.decide.texts import number, say
from pairwell.habits import Followed, Repeat
from pairwell.offer_words import Reason

MESSAGES = ("repeat", "repeat_every", "repeat_last", "follow_up")
_DAY = timedelta(days=1)


def speak_of_repeat(repeat: Repeat, now: datetime, locale: Locale) -> Reason:
    """How often the customer buys it, and how long ago the last time was."""
    gap, ago = max(1, round(repeat.typical_gap_days)), max(1, (now - repeat.last_bought_at) // _DAY)
    every = say("repeat_every", locale, {"gap": number(gap, locale)}, number=gap)
    last = say("repeat_last", locale, {"ago": number(ago, locale)}, number=ago)
    return Reason(code="repeat", text=say("repeat", locale, {"every": every, "last": last}))


def speak_of_followers(followed: Followed, titles: tuple[str, str], locale: Locale) -> Reason:
    """What others came back for after the same purchase; `titles` are the anchor's and the item's."""
    values = {
        "followers": number(followed.followers, locale),
        "anchor": titles[0],
        "item": titles[1],
        "days": number(followed.high, locale),
    }
    text = say("follow_up", locale, values, number=followed.followers)
    return Reason(code="follow_up", text=text)
