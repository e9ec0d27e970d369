"""Where a process listens: a port that is taken early, and opened once requests are answered in time."""

from __future__ import annotations

import errno
import socket

from pairwell.errors import UserError

_BACKLOG = 2_048


def bind(host: str, port: int, *, option: str = "--port") -> socket.socket:
    """A socket that has the port, 0 any free one, and does not listen yet. Raises `UserError` naming the `option`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends without delay (TCP_NODELAY) only where the protocol is named.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise _not_bound(host, port, option, error) from error
    return bound


def listen(bound: socket.socket, *, option: str = "--port") -> None:
    """Let requests come, now that they are answered in time; until the server loops they wait."""
    try:
        bound.listen(_BACKLOG)
    except OSError as error:  # another process has bound the port too and came first
        host, port = bound.getsockname()[:2]
        raise _not_bound(host, port, option, error) from error


def address_of(bound: socket.socket) -> str:
    """The address for a browser on this machine, or whoever reaches the host."""
    host, port = bound.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _not_bound(host: str, port: int, option: str, error: OSError) -> UserError:
    if error.errno == errno.EADDRINUSE:
        return UserError(
            f"Port {port} of {host} is in use by another process.",
            hint=f"Stop that process, or choose another port with {option}.",
        )
    return UserError(f"{host}:{port} cannot be listened on: {error.strerror}.", hint=f"Choose another {option}.")
