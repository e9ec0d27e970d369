"""Why an answer is not sent any more by the time it could be."""

from __future__ import annotations

from pairwell.config.settings import Settings
from pairwell.records import Answer, DecisionInputs


def why_unsent(answer: Answer, today: DecisionInputs, settings: Settings) -> str | None:
    """Why an answer is not sent, beyond what it says itself; None: it may be.

    `today`: what is known now of the customer, who may have withdrawn their consent or declined since it was given.
    """
    channel = settings.placements[today.request.placement].channel
    if today.customer is None or today.customer.consents.get(channel) is not True:
        return "no_consent"
    if not answer.offers:
        return None
    if answer.valid_until <= today.now:
        return "expired"
    declined = {one.item_id for one in today.declines}
    if len(declined) >= settings.decline.declines_to_silence:
        return "declined_often"
    return "declined" if any(declined & {offer.name, *offer.adds} for offer in answer.offers) else None
