"""Whether a request comes from this machine and from no page of another site."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from pairwell.serve.online.faults import Fault, Refused

_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]+)(?::\d*)?")
_ORIGIN = re.compile(r"https?://(?P<authority>.*)", re.IGNORECASE)


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
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if not hosts or not all(_leads_here(host) for host in hosts):
        hint = "Ask for 127.0.0.1 or localhost, and let a proxy send that as `Host`."
        raise Refused(403, Fault(code="foreign_host", message=_told("Host", hosts), hint=hint))
    origins = [value.decode("latin-1") for name, value in headers if name == b"origin"]
    if not all(_is_local_page(origin) for origin in origins):
        hint = "Let your shop's server ask, not the customer's browser."
        raise Refused(403, Fault(code="foreign_origin", message=_told("Origin", origins), hint=hint))


def _leads_here(authority: str) -> bool:
    found = _AUTHORITY.fullmatch(authority)
    return found is not None and is_loopback(found["host"].strip("[]"))


def _is_local_page(origin: str) -> bool:
    found = _ORIGIN.fullmatch(origin)
    return found is not None and _leads_here(found["authority"])


def _told(header: str, found: list[str]) -> str:
    return f"`{header}` is {', '.join(found)!r}; expected a name of this machine."
