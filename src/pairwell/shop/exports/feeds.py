"""A shop's own YML feed, with the products that go with each of its offers put into it.

Source: https://yandex.com/support/partnermarket/rec.html (November 2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree as ET

import msgspec

from pairwell.errors import SourceError

MOST = 30  # offers that one list may hold
_FEED = "yml_catalog"
_HEAD, _DECLARED = 2_000, 200  # bytes in which a DOCTYPE, and the encoding, are looked for
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*>")


class FeedWritten(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a feed."""

    offers: int
    lists: int  # offers that got one
    listed: int  # offers in the lists
    unknown: int  # offers beside which nothing is known: left as they were


def fill_feed(source: Path, lists: Mapping[str, Sequence[str]], target: BinaryIO, *, most: int) -> FeedWritten:
    """Write the feed with `<rec>` in each offer of `lists`, at most `most` offers in one and only those of the feed.

    Everything else stays as it is, in the encoding that the feed names; a `<rec>` that was there is replaced, and one
    of an offer that is in no list stays. Raises `SourceError` where the file is no such feed.
    """
    root, encoding, doctype = _read(source)
    offers = root.findall("./shop/offers/offer")
    here = {offer.get("id") for offer in offers}
    filled = listed = 0
    for offer in offers:
        names = [name for name in lists.get(offer.get("id") or "", ()) if name in here][:most]
        if names:
            _replace(offer, ",".join(names))
            filled, listed = filled + 1, listed + len(names)
    declaration, _, rest = ET.tostring(root, encoding=encoding, xml_declaration=True).partition(b"\n")
    target.write(b"\n".join([declaration, *doctype, rest]))
    return FeedWritten(offers=len(offers), lists=filled, listed=listed, unknown=len(offers) - filled)


def _read(source: Path) -> tuple[ET.Element, str, list[bytes]]:
    """The root, the encoding to write it in, and the DOCTYPE, where there is one."""
    hint = "Name a feed in YML, as your shop gives it to Yandex."
    try:
        head = source.read_bytes()[:_HEAD]
        parser = ET.XMLParser(target=ET.TreeBuilder(insert_comments=True))  # noqa: S314  (expat bounds entities)
        root = ET.parse(source, parser).getroot()  # noqa: S314
    except OSError as error:
        raise SourceError(f"{source} cannot be read: {error.strerror}.", hint="Check the path.") from error
    except (ET.ParseError, ValueError) as error:
        raise SourceError(f"{source} is no XML: {error}.", hint=hint) from error
    if root.tag != _FEED:
        raise SourceError(f"{source} holds <{root.tag}>; expected <{_FEED}>.", hint=hint)
    if root.find("./shop/offers/offer") is None:
        raise SourceError(f"{source} holds no offer in shop/offers.", hint="Export it again.")
    return root, "windows-1251" if b"1251" in head[:_DECLARED] else "utf-8", _DOCTYPE.findall(head)[:1]


def _replace(offer: ET.Element, text: str) -> None:
    """The offer's `<rec>`, where there is one, else a new one at its end, set apart as its neighbours are."""
    for old in offer.findall("rec")[1:]:
        offer.remove(old)
    rec = offer.find("rec")
    if rec is None:
        rec = ET.SubElement(offer, "rec")
        if len(offer) > 1:
            last = offer[-2]
            rec.tail, last.tail = last.tail, offer.text
    rec.text = text
