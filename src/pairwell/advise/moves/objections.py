"""What an account may say against a move, and what is true about that."""

from __future__ import annotations

from typing import Final

from pairwell.advise.billing.recommend import Advice
from pairwell.advise.billing.wording import metered, titled
from pairwell.advise.moves.chances import Yeses
from pairwell.plans import Plan
from pairwell.said import Said, day, joined, listed, phrase, unfilled

_FEWEST: Final = 3  # answers with one reason, to expect it again
_REASONS: Final = {
    "have_it": unfilled("We have something for that already."),
    "too_dear": unfilled("That is too much money."),
    "not_for_me": unfilled("That is not for us."),
}


def object_to_plan(advice: Advice, then: Plan, yeses: Yeses) -> tuple[Said, Said]:
    """What is most likely said against a change of plans: what it takes away or binds to, or what others said."""
    if advice.loses:
        lost = listed([metered(one) for one in advice.loses])
        return phrase("Then we lose {features}.", features=lost), phrase(
            "That is so: {plan} has not got it. Ask whether they use it; if they do, they should stay.",
            plan=titled(then),
        )
    if advice.locked_until is not None:
        return phrase("Then we are bound."), phrase(
            "Yes, until {day}. What it saves is reckoned from use that has held for months.",
            day=day(advice.locked_until),
        )
    often = _often(then, yeses)
    return (often, _of_bills(advice)) if often is not None else _usual(advice)


def _usual(advice: Advice) -> tuple[Said, Said]:
    """What is asked of a change that nothing else speaks against."""
    if advice.action == "upgrade":
        if (advice.expected_then_minor or 0) > (advice.expected_now_minor or 0):
            return phrase("Then we pay more."), joined(phrase("Yes, and this is what they get for it:"), advice.benefit)
        return phrase("And if we use less again?"), _of_bills(advice)
    if advice.action == "downgrade":
        return phrase("Will it be enough for us?"), phrase(
            "It would have been, in each month that was looked at; they can come back when they grow."
        )
    return phrase("Why do you tell us?"), phrase("So that no bill and no limit takes them by surprise.")


def object_to_add_on(plan: Plan, yeses: Yeses) -> tuple[Said, Said]:
    """What is most likely said against an add-on."""
    said = _often(plan, yeses) or phrase("Do we need that?")
    if plan.min_term_months:
        return said, phrase("Ask what they do for it today. It binds for {months} months.", months=plan.min_term_months)
    return said, phrase(
        "Ask what they do for it today. If that works well, they should keep it; this can be left any month."
    )


def _of_bills(advice: Advice) -> Said:
    return phrase(
        "Their bills of the last {months} months say so, and they can look at each one. If use falls, say so early.",
        months=advice.months_seen,
    )


def _often(plan: Plan, yeses: Yeses) -> Said | None:
    """The reason that accounts gave most for a no to the same."""
    told = yeses.reasons.get(plan.plan_id, {})
    best = max(((count, reason) for reason, count in told.items() if reason in _REASONS), default=(0, ""))
    return phrase(_REASONS[best[1]]) if best[0] >= _FEWEST else None
