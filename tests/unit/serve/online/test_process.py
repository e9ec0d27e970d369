from __future__ import annotations

import socket

import pytest

from pairwell.config.workspace import Workspace
from pairwell.errors import UserError
from pairwell.serve.online.process import _bind, _listen, check_host, run


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_an_address_of_this_machine_alone_is_taken(host: str) -> None:
    check_host(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "shop.example", ""])
def test_an_address_that_others_reach_is_refused(workspace: Workspace, host: str) -> None:
    with pytest.raises(UserError) as caught:
        run(workspace, host=host)
    assert "127.0.0.1" in (caught.value.hint or "")


def test_a_port_in_use_is_said_to_be(workspace: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UserError, match="in use"):
        run(workspace, port=taken.getsockname()[1])


def test_of_two_that_are_about_to_listen_the_second_is_told() -> None:
    with _bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with _bind("127.0.0.1", port) as second:
            _listen(first)
            with pytest.raises(UserError, match=f"{port} .*in use"):
                _listen(second)
