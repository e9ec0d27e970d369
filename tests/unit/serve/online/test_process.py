from __future__ import annotations

import socket
from datetime import UTC, datetime

import msgspec
import pytest

from pairwell.config.workspace import Workspace
from pairwell.errors import UserError
from pairwell.operations.keys.store import ApiKey, KeysHeld
from pairwell.serve.listening import bind, listen
from pairwell.serve.online.access.keyring import Ring
from pairwell.serve.online.process import require_keys, run, who_may_ask

NOW = datetime(2026, 11, 21, tzinfo=UTC)
KEY = ApiKey(key_id="key_1", kind="secret", name="", origins=[], created_at=NOW, revoked_at=NOW)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "shop.example", ""])
def test_an_address_that_others_reach_needs_a_key(host: str) -> None:
    never = Ring(KeysHeld(epoch=0, by_digest={}))
    revoked = Ring(KeysHeld(epoch=2, by_digest={b"digest": KEY}))
    for keys in (never, revoked):
        with pytest.raises(UserError) as caught:
            require_keys(keys, host)
        assert "pairwell keys create" in (caught.value.hint or "")
    require_keys(Ring(KeysHeld(epoch=1, by_digest={b"digest": msgspec.structs.replace(KEY, revoked_at=None)})), host)
    require_keys(None, host)  # unread: the gate lets nobody in until they are


def test_a_process_beyond_loopback_does_not_start_without_a_key(empty: Workspace) -> None:
    with pytest.raises(UserError, match="no key"):
        run(empty, host="0.0.0.0", port=0)


def test_it_sayswho_may_ask() -> None:
    assert "without keys" in who_may_ask(Ring(KeysHeld(epoch=0, by_digest={})))
    assert "0 secret" in who_may_ask(Ring(KeysHeld(epoch=1, by_digest={b"digest": KEY})))
    assert "nobody" in who_may_ask(None)


def test_a_port_in_use_is_said_to_be(workspace: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UserError, match="in use"):
        run(workspace, port=taken.getsockname()[1])


def test_of_two_that_are_about_to_listen_the_second_is_told() -> None:
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with bind("127.0.0.1", port) as second:
            listen(first)
            with pytest.raises(UserError, match=f"{port} .*in use"):
                listen(second)
