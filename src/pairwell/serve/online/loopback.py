"""Whether a request comes from this machine and from no page of another site."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache

from pairwell.serve.online.faults import Fault, Refused

_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]+)(?::\d*)?")
_ORIGIN = re.compile(rb"https?://(?P<authority>.*)", re.IGNORECASE)
_KNOWN = 256  # names of hosts whose reading is kept: all clients of one server mostly say the same


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, can be nothing but this machine."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_local(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Raise `Refused` (403) unless every `Host` names this machine, and every `Origin` a page of this machine.

    A browser here would else let any page that it shows send events, and a page whose name was made to lead here
    read decisions: neither can give itself another `Host` or `Origin`.
    """
    hosts = [value for name, value in headers if name == b"host"]
    if not hosts or not all(_leads_here(host) for host in hosts):
        hint = "Ask for 127.0.0.1 or localhost, and let a proxy send that as `Host`."
        raise Refused(403, Fault(code="foreign_host", message=_told("Host", hosts), hint=hint))
    origins = [value for name, value in headers if name == b"origin"]
    if not all(_is_local_page(origin) for origin in origins):
        hint = "Let your shop's server ask, not the customer's browser."
        raise Refused(403, Fault(code="foreign_origin", message=_told("Origin", origins), hint=hint))


@lru_cache(maxsize=_KNOWN)
def _leads_here(authority: bytes) -> bool:
    found = _AUTHORITY.fullmatch(authority.decode("latin-1"))
    return found is not None and is_loopback(found["host"].strip("[]"))


def _is_local_page(origin: bytes) -> bool:
    found = _ORIGIN.fullmatch(origin)
    return found is not None and _leads_here(found["authority"])


def _told(header: str, found: list[bytes]) -> str:
    named = ", ".join(value.decode("latin-1") for value in found)
    return f"`{header}` is {named!r}; expected a name of this machine."
