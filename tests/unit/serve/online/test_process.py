from __future__ import annotations

import socket

import pytest

from pairwell.config.workspace import Workspace
from pairwell.errors import UserError
from pairwell.serve.online.process import check_host, run


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
