"""Who is told of the talks of a work list, as tasks: `[[tasks]]`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pairwell.config.rules.trigger import Variable

Columns = Literal["pairwell", "hubspot", "salesforce", "bitrix24", "amocrm"]
Every = Literal["week", "month", "quarter"]


class Tasks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A receiver of tasks, `[[tasks]]`: talks of the work list, each once, by signed webhooks; see docs/accounts.md."""

    name: Annotated[
        str,
        Meta(
            pattern="^[a-z0-9][a-z0-9_-]*$",
            max_length=64,
            description="Its own name, which no trigger has: a-z, 0-9, `-` and `_`.",
        ),
    ]
    url: Annotated[
        Annotated[str, Meta(min_length=1, max_length=2_000)] | None,
        Meta(description="Where tasks go: https, or http on this machine; never followed elsewhere."),
    ] = None
    secret_env: Annotated[
        Variable | None, Meta(description="Environment variable with the `whsec_…` secret that signs them.")
    ] = None
    other_secret_env: Annotated[
        Variable | None, Meta(description="Another one that signs as well, while you change from one to the other.")
    ] = None
    columns: Annotated[Columns, Meta(description="Whose names the fields of a task have.")] = "pairwell"
    owner: Annotated[
        Annotated[str, Meta(min_length=1, max_length=256)] | None,
        Meta(description="Whose accounts alone; else those of everybody."),
    ] = None
    capacity_minutes: Annotated[
        Annotated[int, Meta(ge=1, le=100_000)] | None,
        Meta(description="Minutes there are for talks; else all talks that are worth it."),
    ] = None
    every: Annotated[
        Every, Meta(description="The same talk with the same account is told once in that time, by the calendar.")
    ] = "month"
    daily_at: Annotated[
        Annotated[int, Meta(ge=0, le=23)] | None,
        Meta(description="Hour of the shop's day from which a list goes out unasked; else only by command."),
    ] = None
    locale: Annotated[Literal["en", "ru", "pl"], Meta(description="Language of the texts.")] = "en"
