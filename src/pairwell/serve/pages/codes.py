"""Codes of records that pages show as words; each word is its code with blanks."""

from __future__ import annotations

from typing import Final

from pairwell.serve.pages.speaking import sentence

SILENCES: Final = (
    sentence("offered"),
    sentence("holdout"),
    sentence("withheld at random"),
    sentence("capped"),
    sentence("no candidates"),
    sentence("not enough evidence"),
    sentence("withheld by rule"),
    sentence("later"),
    sentence("guarded"),
    sentence("nothing worth it"),
    sentence("overloaded"),
    sentence("journal unavailable"),
    sentence("kill switch"),
)
KINDS: Final = (
    sentence("cross sell"),
    sentence("upgrade"),
    sentence("bundle"),
    sentence("plan"),
    sentence("trial"),
    sentence("repeat"),
)
CHANNELS: Final = (
    sentence("site"),
    sentence("email"),
    sentence("sms"),
    sentence("push"),
    sentence("app"),
    sentence("call"),
    sentence("store"),
)
ROLES: Final = (sentence("viewer"), sentence("merchandiser"), sentence("analyst"), sentence("admin"))
KEYS: Final = (sentence("secret"), sentence("publishable"))
OBJECTIVES: Final = (sentence("margin"), sentence("revenue"), sentence("service"))
ACTIONS: Final = (
    sentence("key revoked"),
    sentence("locked out"),
    sentence("password set"),
    sentence("quarantine downloaded"),
    sentence("relation said"),
    sentence("role given"),
    sentence("text withdrawn"),
    sentence("text written"),
    sentence("user added"),
    sentence("user removed"),
)
TABLES: Final = (
    sentence("items"),
    sentence("relations"),
    sentence("offer texts"),
    sentence("customers"),
    sentence("orders"),
    sentence("order lines"),
    sentence("returns"),
    sentence("events"),
    sentence("consents"),
    sentence("needs"),
    sentence("feedback"),
    sentence("order status"),
    sentence("plans"),
    sentence("subscriptions"),
    sentence("usage"),
    sentence("benefits"),
    sentence("stories"),
    sentence("sellers"),
    sentence("targets"),
)
