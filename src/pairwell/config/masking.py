"""What of a database's URL may be printed."""

from __future__ import annotations

import re

_SECRET = re.compile(r"(?<=://)(?P<user>[^:/@?]*):(?P<user_word>.*)@|(?<=[?&])password=(?P<query_word>[^&]*)")
_NAMED = re.compile(r"\$\{\w+\}")


def mask_password(url: str) -> str:
    """`url` with `***` for a password that stands in it; one that only names an environment variable stays."""
    return _SECRET.sub(_masked, url)


def _masked(found: re.Match[str]) -> str:
    named = _NAMED.fullmatch(found["user_word"] or found["query_word"] or "")
    if named:
        return found[0]
    return f"{found['user']}:***@" if found["user_word"] is not None else "password=***"
