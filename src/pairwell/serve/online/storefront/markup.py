"""HTML in which every text is escaped by construction."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit


class Markup(str):
    """HTML that is safe as it stands."""

    __slots__ = ()


_EMPTY = frozenset({"img", "input"})


def tag(name: str, /, *inside: str | None, **attributes: str | int | None) -> Markup:
    """An element; what is no `Markup` is escaped, None left out.

    Names of attributes: `class_` for `class`, `data_offer` for `data-offer`.
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return Markup(f"<{name}{told}>")
    return Markup(f"<{name}{told}>{join(*inside)}</{name}>")


def join(*parts: str | None) -> Markup:
    """The parts one after another; what is no `Markup` is escaped."""
    return Markup("".join(part if isinstance(part, Markup) else escape(part) for part in parts if part is not None))


def web_address(text: object) -> str | None:
    """`text` where it is a path or leads to the web; None for what could run, `javascript:` among it."""
    if not isinstance(text, str):
        return None
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return None
    # Browsers drop control characters, so that "java\\tscript:" would run.
    clean = text.isprintable() and "\\" not in text
    return text.strip() if clean and parts.scheme.lower() in {"", "http", "https"} else None
