"""Webhooks sent over HTTP, and what comes back: bounded in time and size, never followed elsewhere."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

import httpx

from pairwell.config.version import engine_version
from pairwell.errors import SettingsError

LIMIT_S = 15.0  # for the whole answer's head, as the Standard Webhooks specification suggests
_BODY_S = 2.0
_MOST_BYTES = 65_536  # of an answer's body; a connection that has more to say is closed
_MOST_SAID = 200  # letters


class Message(NamedTuple):
    """One request that is ready to go."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class Came(NamedTuple):
    """What came of sending: an answer's status, or an error in words that name no person."""

    status: int | None
    error: str | None = None
    asked: timedelta | None = None  # to wait, by the answer
    said: str = ""  # how the answer's body began
    late: bool = False  # no answer within the time limit

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - "2xx"


def send_all(messages: Sequence[Message], now: datetime) -> list[Came]:
    """Send all at once; what came of each. Raises `SettingsError` where the environment does not let us."""
    return asyncio.run(_send_all(messages, now))


def check_environment() -> None:
    """Raises `SettingsError` where no request can be made: a proxy or certificates of the environment are wrong."""
    _open_client()


async def _send_all(messages: Sequence[Message], now: datetime) -> list[Came]:
    async with _open_client() as client:
        return await asyncio.gather(*(_send(client, message, now) for message in messages))


def _open_client() -> httpx.AsyncClient:
    try:
        return httpx.AsyncClient(
            follow_redirects=False,
            timeout=LIMIT_S,
            headers={"user-agent": f"pairwell/{engine_version()}"},
            verify=_trusted(),
            mounts={"http://": None},  # no proxy stands between us and this machine itself
        )
    except Exception as error:  # httpx raises what it likes on what it finds there
        raise SettingsError(
            f"No webhook can be sent from this environment: {_in_words(error)}",
            hint="Look at HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",
        ) from error


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Whose certificates count; reading them takes longer than a request."""
    return httpx.create_ssl_context()


async def _send(client: httpx.AsyncClient, message: Message, now: datetime) -> Came:
    try:
        async with asyncio.timeout(LIMIT_S) as limit:
            stream = client.stream("POST", message.url, content=message.body, headers=message.headers)
            async with stream as response:
                limit.reschedule(None)
                said = await _read_some(response)
                return _came(response, said, now)
    except (TimeoutError, httpx.TimeoutException):
        return Came(None, f"no answer within {LIMIT_S:g} s", late=True)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Came(None, _in_words(error))


async def _read_some(response: httpx.Response) -> bytes:
    """How the body begins, as far as it comes soon; as it is sent, so that nothing packed can unfold."""
    read = bytearray()
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(_BODY_S):
            async for chunk in response.aiter_raw():
                read += chunk
                if len(read) >= _MOST_BYTES:
                    break
    return bytes(read)


def _came(response: httpx.Response, said: bytes, now: datetime) -> Came:
    status = response.status_code
    text = "".join(sign if sign.isprintable() else " " for sign in said.decode(errors="replace")[:_MOST_SAID])
    error = None
    if response.has_redirect_location:
        error = f"{status}: it leads elsewhere, and webhooks are not followed"
    elif not response.is_success:
        error = f"{status} {response.reason_phrase}".strip()[:_MOST_SAID]
    return Came(status, error, _wait_asked(response.headers.get("retry-after"), now), text.strip())


def _wait_asked(text: str | None, now: datetime) -> timedelta | None:
    """`Retry-After`: seconds or a date (RFC 9110, 10.2.3); None where it says neither."""
    if text is None:
        return None
    with suppress(ValueError, OverflowError, TypeError):
        return timedelta(seconds=int(text)) if text.strip().isdecimal() else parsedate_to_datetime(text) - now
    return None


def _in_words(error: Exception) -> str:
    first = (str(error).strip().splitlines() or [""])[0]
    return (first or type(error).__name__)[:_MOST_SAID]
