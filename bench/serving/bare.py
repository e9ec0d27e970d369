"""A bare Litestar page: the floor of what a page can take. It prints its port."""

from __future__ import annotations

import socket

import uvicorn
from litestar import Litestar, MediaType, get

BODY = "<!doctype html><title>bare</title>" + "<p>Nothing is looked up.</p>" * 400


@get("/", media_type=MediaType.HTML)
async def bare() -> str:
    return BODY


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        uvicorn.Server(uvicorn.Config(Litestar([bare]), log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main()
