"""What a reader likes: language and colours, kept by the browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from litestar import Response

from pairwell.catalogues import LANGUAGES
from pairwell.serve.online.wire import Scope
from pairwell.serve.pages.answers import page
from pairwell.serve.pages.asking import cookies, sent
from pairwell.serve.pages.frame import THEMES, Around
from pairwell.serve.pages.said import SAID_COOKIE, recall
from pairwell.serve.pages.speaking import LANGUAGE_COOKIE, choose_language

THEME_COOKIE: Final = "pairwell_theme"
_YEAR_S: Final = 365 * 24 * 3600
_HERE = re.compile(r"/(?![/\\])[A-Za-z0-9_./-]{0,500}(\?[A-Za-z0-9_.~%+&=:-]{0,1500})?", re.ASCII)


def liked(scope: Scope, *, works: bool = True, **more: Any) -> Around:  # noqa: ANN401 - the fields of `Around`
    """What stands around a page, as its reader likes it; `more` are its other fields.

    What a form did stands on no page that says what went wrong: `works` is False there.
    """
    language, theme = (next(iter(cookies(scope, name)), "") for name in (LANGUAGE_COOKIE, THEME_COOKIE))
    return Around(
        language=choose_language(language, sent(scope, b"accept-language")),
        theme=theme if theme in THEMES else "",
        here=_here(scope),
        said=recall(next(iter(cookies(scope, SAID_COOKIE)), "")) if works else "",
        **more,
    )


def ways_back(fields: Mapping[str, str], origin: str) -> Response[bytes]:
    """The answer to the form that sets them: back to the page where it stood, never to another server."""
    to = fields.get("to", "")
    language, theme = fields.get("language", ""), fields.get("theme", "")
    kept = {
        LANGUAGE_COOKIE: language if language in LANGUAGES else "",
        THEME_COOKIE: theme if theme in THEMES else "",
    }
    answer = page("", 303, {"location": to if _HERE.fullmatch(to) else "/"})
    for name, value in kept.items():
        answer.set_cookie(
            name,
            value,
            max_age=_YEAR_S if value else 0,
            httponly=True,
            samesite="strict",
            secure=origin.lower().startswith("https:"),
        )
    return answer


def _here(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    here = f"{scope['path']}?{query}" if query else scope["path"]
    return here if _HERE.fullmatch(here) else "/"
