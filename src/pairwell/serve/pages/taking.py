"""The routes of files that people take along: each leaves as an attachment, by a name that no browser acts on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from pairwell.serve.pages.answers import document
from pairwell.serve.pages.asking import Asking, parameters_of, scope_of, visitor_of
from pairwell.serve.pages.views.all import FILES
from pairwell.serve.pages.views.files import File, Taken

if TYPE_CHECKING:
    from pairwell.shop.face import Shop

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_CSV = "text/csv; charset=utf-8"
Use = Callable[[Callable[["Shop"], Taken]], Any]  # Viewer.use


def make_files(use: Use) -> list[HTTPRouteHandler]:
    """The handlers of all files."""
    return [_file(one, use) for one in FILES]


def _file(file: File, use: Use) -> HTTPRouteHandler:
    @get(file.path, name=file.path)
    async def take(request: Asking) -> Response[bytes]:
        visitor = visitor_of(request)
        visitor.require(file.right)
        fields = parameters_of(scope_of(request), file.parameters)
        taken: Taken = await use(lambda shop: file.make(shop, visitor, fields))
        name = _UNSAFE.sub("_", taken.name).lstrip(".")
        return document(taken.text, _CSV, {"content-disposition": f'attachment; filename="{name}"'})

    return take
