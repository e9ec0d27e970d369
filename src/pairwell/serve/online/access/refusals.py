"""What is said to those who are not let in."""

from __future__ import annotations

import math

from pairwell.operations.keys.store import ApiKey
from pairwell.serve.online.faults import Fault, Refused

_CHALLENGE = {"www-authenticate": "Bearer"}
_SHOW = "Send `Authorization: Bearer KEY`; `pairwell keys create` makes one."


def key_in_url() -> Refused:
    hint = "Send it as `Authorization: Bearer KEY`. Logs keep URLs: revoke this key with `pairwell keys revoke ID`."
    return Refused(400, Fault(code="key_in_url", message="A key stands in the URL.", hint=hint))


def key_missing() -> Refused:
    return _unknown("key_missing", "This needs a key.", _SHOW)


def key_malformed(why: str) -> Refused:
    return _unknown("key_mistyped", why, "Copy the whole key, as `pairwell keys create` showed it.")


def key_unknown() -> Refused:
    return _unknown("key_unknown", "Nobody here made this key.", "Is it of another workspace? " + _SHOW)


def key_revoked(key: ApiKey) -> Refused:
    return _unknown("key_revoked", f"The key {key.key_id} was revoked.", _SHOW)


def not_open_here() -> Refused:
    message = "There are no keys, and without keys only this machine may ask."
    return _unknown("key_missing", message, "Make one: pairwell keys create")


def origin_missing() -> Refused:
    hint = "A browser sends it from a page of the shop. Your server asks with a secret key."
    return _forbidden("origin_missing", "A publishable key counts only with the `Origin` of a page.", hint)


def origin_not_allowed(origin: str) -> Refused:
    hint = "`pairwell keys list` shows a key's origins; make one with --origin for this page."
    return _forbidden("origin_not_allowed", f"Pages of {origin[:200]!r} may not ask with this key.", hint)


def secret_in_page(key: ApiKey) -> Refused:
    message = f"The secret key {key.key_id} came from a page, where everybody can read it."
    hint = f"Revoke it: pairwell keys revoke {key.key_id}. Pages use a publishable key, servers send no `Origin`."
    return _forbidden("secret_key_in_page", message, hint)


def needs_secret_key() -> Refused:
    return _forbidden("needs_secret_key", "A publishable key may not do this.", "Ask from your server, with `sk_…`.")


def token_missing() -> Refused:
    hint = "Let your server sign a customer token, and send it as `X-Pairwell-Customer`; docs/keys.md has the program."
    return _forbidden("customer_token_missing", "A page may not say which customer it is of.", hint, "customer_id")


def token_mismatch() -> Refused:
    hint = "Leave `customer_id` out: the token says whose the request is."
    message = "`customer_id` is not the customer of the token."
    return _forbidden("customer_token_mismatch", message, hint, "customer_id")


def token_refused(code: str, message: str) -> Refused:
    hint = "Let your server sign a new one with a secret key that counts; docs/keys.md has the program."
    return _forbidden(code, message, hint)


def too_many(seconds: float) -> Refused:
    wait = max(1, math.ceil(seconds))
    fault = Fault(code="too_many_requests", message="These are more requests than `[limits]` allows.")
    return Refused(429, fault, {"retry-after": str(wait)})


def keys_unread() -> Refused:
    message = "The keys cannot be read now, so nobody is let in."
    fault = Fault(code="journal_unavailable", message=message, hint="Send it again in a second.")
    return Refused(503, fault, {"retry-after": "1"})


def _unknown(code: str, message: str, hint: str) -> Refused:
    return Refused(401, Fault(code=code, message=message, hint=hint), _CHALLENGE)


def _forbidden(code: str, message: str, hint: str, field: str | None = None) -> Refused:
    return Refused(403, Fault(code=code, message=message, hint=hint, field=field))
