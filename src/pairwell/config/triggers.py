"""Whether a trigger, or a receiver of tasks, can do what it says."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from pairwell.config.explaining import Mistake, name_neighbours
from pairwell.config.rules.trigger import Trigger
from pairwell.config.settings import Settings
from pairwell.config.tasks import Tasks

_SHAPE = 'Write it as "https://shop.example/offers".'
_OF_WEBHOOKS = ("url", "secret_env", "other_secret_env")


def find_mistake(trigger: Trigger, settings: Settings) -> Mistake | None:
    """The first thing for which `trigger` cannot work under these settings; its condition is looked at elsewhere."""
    return next(_mistakes(trigger, settings), None)


def find_mistaken_tasks(tasks: Tasks, settings: Settings) -> Mistake | None:
    """The first thing for which `tasks` cannot go out under these settings."""
    if any(trigger.name == tasks.name for trigger in settings.triggers):
        said = "a trigger has that name"
        return Mistake(field="name", said=said, hint="Give it one of its own: commands tell them apart by it.")
    return next(_of_webhook(tasks), None)


def receivers_of(settings: Settings) -> tuple[Trigger | Tasks, ...]:
    """All that something is sent to."""
    return (*settings.triggers, *settings.tasks)


def is_own(host: str) -> bool:
    """Whether a host's name or address is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _mistakes(trigger: Trigger, settings: Settings) -> Iterator[Mistake]:
    yield from _of_placement(trigger, settings)
    yield from _of_email(trigger, settings) if trigger.to == "email" else _of_webhook(trigger)


def _of_placement(trigger: Trigger, settings: Settings) -> Iterator[Mistake]:
    placement = settings.placements.get(trigger.placement)
    if placement is None:
        hint = name_neighbours(trigger.placement, settings.placements)
        yield Mistake(field="placement", said=f"there is no placement `{trigger.placement}`", hint=hint)
    elif not placement.interrupts:
        fitting = [f"`{name}`" for name, one in settings.placements.items() if one.interrupts]
        said = f"the placement `{trigger.placement}` does not come unasked, as what is triggered does"
        hint = f"Name one that does: {', '.join(fitting) or 'give one of yours `interrupts = true`'}."
        yield Mistake(field="placement", said=said, hint=hint)


def _of_email(trigger: Trigger, settings: Settings) -> Iterator[Mistake]:
    for name in _OF_WEBHOOKS:
        if getattr(trigger, name) is not None:
            said = f"`{name}` is of webhooks, and this trigger makes rows for e-mails"
            yield Mistake(field=name, said=said, hint=f'Leave `{name}` out, or write `to = "webhook"`.')
    if settings.ingest.pseudonyms:
        said = "customers are kept under pseudonyms here, and nobody can be written to by them"
        yield Mistake(field="to", said=said, hint="Let a webhook tell it: that names the event as you sent it.")


def _of_webhook(trigger: Trigger | Tasks) -> Iterator[Mistake]:
    if trigger.url is None:
        yield Mistake(field=None, said="`url` is missing, to which the webhook goes", hint=_SHAPE)
    else:
        yield from _of_url(trigger.url)
    if trigger.secret_env is None:
        said = "`secret_env` is missing: every webhook is signed"
        yield Mistake(field=None, said=said, hint='Name an environment variable, as `secret_env = "OFFERS_SECRET"`.')


def _of_url(url: str) -> Iterator[Mistake]:
    parsed = _split(url)
    if parsed is None or not parsed.hostname or parsed.scheme not in {"http", "https"}:
        yield Mistake(field="url", said="`url` is no address of a web server", hint=_SHAPE)
    elif parsed.username is not None or parsed.password is not None:
        said = "`url` holds a name or password, and settings are no place for one"
        yield Mistake(field="url", said=said, hint="Leave it out: the signature tells the receiver who sends.")
    elif parsed.fragment or not url.isprintable() or " " in url:
        yield Mistake(field="url", said="`url` holds what no request can carry", hint=_SHAPE)
    elif parsed.scheme == "http" and not is_own(parsed.hostname):
        said = "`url` begins with http://, where anybody on the way could read of your customers"
        yield Mistake(field="url", said=said, hint="Write https://; plain http is for this machine alone.")


def _split(url: str) -> SplitResult | None:
    """None where it is no URL at all."""
    try:
        parsed = urlsplit(url)
        _ = parsed.port  # raises where it is no number
    except ValueError:
        return None
    return parsed
