"""What a page beside the reports is, and what a form of one does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import msgspec

from pairwell.serve.pages.visitors import Right, Visitor

if TYPE_CHECKING:
    from pairwell.dataset.presence import Told
    from pairwell.shop.face import Shop

Group = Literal["offers", "customers", "trials", "setup"]
Fields = Mapping[str, str]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A page: `make` finds its record, `template` shows it; `/api/v1` before its path tells the record as JSON."""

    path: str
    label: str  # in the navigation
    about: str  # the question that it answers
    group: Group
    template: str
    record: type[msgspec.Struct]
    make: Callable[[Shop, Fields], msgspec.Struct]
    parameters: tuple[str, ...] = ()  # of its address
    unaddressed: tuple[str, ...] = ()  # personal: only in the body of a form, as browsers and logs keep addresses
    right: Right = "read"
    needs: Told | None = None  # what the shop has to be told of; without it the page is there, but nothing leads to it


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a form did, and which page shows it."""

    said: str
    to: str


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What a form does. `do` is given whoever sent it, for the log, and the fields."""

    path: str
    right: Right
    fields: tuple[str, ...]
    do: Callable[[Shop, Visitor, Fields], Done]
