"""What a page lets people take along as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from pairwell.serve.pages.views.view import Fields
from pairwell.serve.pages.visitors import Right, Visitor

if TYPE_CHECKING:
    from pairwell.shop.face import Shop


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A file of comma-separated values."""

    name: str
    text: str


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file at a path. `make` is given whoever asks, for the log, and the parameters of the address."""

    path: str
    about: str
    right: Right
    parameters: tuple[str, ...]
    make: Callable[[Shop, Visitor, Fields], Taken]
