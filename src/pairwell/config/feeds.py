"""Whose webhooks are taken, and where their secrets are found."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

_NAME = r"^([A-Za-z_][A-Za-z0-9_]*)?$"


class Feed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Webhooks of a shop system."""

    secret_env: Annotated[
        str,
        Meta(
            pattern=_NAME,
            description="Name of the environment variable that holds the secret of its webhooks; empty: none is taken.",
        ),
    ] = ""
    other_secret_env: Annotated[
        str,
        Meta(pattern=_NAME, description="Name of one with a second secret that counts too, while the secret changes."),
    ] = ""


class Feeds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What other systems send by themselves."""

    shopify: Feed = Feed()
    woocommerce: Feed = Feed()
