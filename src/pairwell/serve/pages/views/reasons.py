"""What every form says that changes what is live: why, and for whom."""

from __future__ import annotations

from pairwell.errors import RequestError
from pairwell.said import Said, phrase
from pairwell.serve.pages.views.view import Fields


def read_reason(fields: Fields) -> str:
    """Why. Raises `RequestError` where nobody says."""
    reason = fields["reason"].strip()
    if not reason:
        raise RequestError(
            phrase("There is no reason."), hint=phrase("Say why in a few words: the log keeps it."), field="reason"
        )
    return reason


def read_whom(fields: Fields) -> float | None:
    """The share of the customers; None for everybody. Raises `RequestError` where it is no number."""
    try:
        share = float(fields["share"])
    except ValueError as error:
        message = phrase("The share is {share}; expected a number.", share=repr(fields["share"][:40]))
        raise RequestError(message, hint=phrase("Write 0.1 for a tenth, 1 for everybody."), field="share") from error
    return None if share == 1 else share


def tell_whom(share: float | None) -> Said:
    """Whom that is, in words."""
    if share is None:
        return phrase("everybody")
    return phrase("{share}% of the customers", share=f"{100 * share:.3g}")
