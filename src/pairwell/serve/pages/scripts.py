"""Scripts of the pages: each at an address that tells its content, so that a browser may keep it."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from litestar import Response

from pairwell.errors import NotFoundError
from pairwell.serve.online.storefront.script import takes_gzip

SCRIPTS: Final = ("charts.js", "live.js", "newer.js", "vendor/echarts.common.min.js", "vendor/htmx.min.js")
FOLDER: Final = "/scripts/"
_NAME_CHARACTERS: Final = 16
_KIND: Final = "text/javascript; charset=utf-8"
_KEPT: Final = {"cache-control": "public, max-age=31536000, immutable", "vary": "Accept-Encoding"}


@cache
def read_script(script: str) -> bytes:
    """The source of one of `SCRIPTS`."""
    return files(__package__).joinpath(*script.split("/")).read_bytes()


@cache
def addresses() -> dict[str, str]:
    """The address of each script by its file's name, without folder: `charts.js`."""
    found = {script.rpartition("/")[2]: read_script(script) for script in SCRIPTS}
    return {
        name: f"{FOLDER}{name.removesuffix('.js')}-{hashlib.sha256(body).hexdigest()[:_NAME_CHARACTERS]}.js"
        for name, body in found.items()
    }


def answer_script(path: str, accepted: str) -> Response[bytes]:
    """The script at an address, packed where the browser takes that. Raises `NotFoundError` for any other address."""
    script = next((one for one in SCRIPTS if addresses()[one.rpartition("/")[2]] == path), None)
    if script is None:
        raise NotFoundError("There is no such script.", hint="Load the page again.")
    packed = takes_gzip(accepted.encode("latin-1"))
    headers = {**_KEPT, "content-type": _KIND, **({"content-encoding": "gzip"} if packed else {})}
    body = _packed(script) if packed else read_script(script)
    return Response(body, headers=headers, media_type=_KIND)


@cache
def _packed(script: str) -> bytes:
    return gzip.compress(read_script(script), mtime=0)
