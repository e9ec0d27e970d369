"""The floor: a bare ASGI application that reads a body and sends recorded answers in turn.

echo.py ANSWERS [STATUS]: a file with one answer a line, and how they are answered, 200 unless said. Prints its port.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn


class Echo:
    def __init__(self, answers: list[bytes], status: int) -> None:
        self._answers = itertools.cycle(answers)
        self._status = status

    async def __call__(self, _scope: dict[str, Any], receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            more = message.get("more_body", False)
        body = next(self._answers)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def main() -> None:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(2_048)
    print(listener.getsockname()[1], flush=True)
    status = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    app = Echo(Path(sys.argv[1]).read_bytes().splitlines(), status)
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
