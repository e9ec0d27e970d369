"""A browser of the pages, for tests of what people see and send."""

from __future__ import annotations

import re
from html import unescape

from tests.unit.serve.pages.conftest import BASE, PASSWORD, Ask

HOME = {"accept": "text/html"}


class Browser:
    """A browser of one user: it shows its cookie, and fills in forms as their page has them."""

    def __init__(self, ask: Ask, name: str | None) -> None:
        self._ask = ask
        self.headers = {**HOME, "origin": BASE}
        if name is not None:
            form = {"name": name, "password": PASSWORD}
            answer = ask("POST", "/sign-in", data=form, headers=self.headers)
            self.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]

    def see(self, path: str) -> tuple[int, str]:
        shown = self._ask("GET", path, headers={name: v for name, v in self.headers.items() if name != "origin"})
        return shown.status_code, shown.text

    def token(self) -> str:
        found = re.search(r'name="token" value="([0-9a-f]{64})"', self.see("/account")[1])
        return "" if found is None else found[1]

    def send(self, path: str, **fields: str) -> tuple[int, str]:
        """The status, and what is told of it."""
        form = {"token": self.token(), **fields}
        told = self._ask("POST", path, data=form, headers=self.headers)
        if told.status_code != 303:
            return told.status_code, told.text
        cookie = {"cookie": f"{self.headers.get('cookie', '')};{told.headers['set-cookie'].partition(';')[0]}"}
        shown = self._ask("GET", told.headers["location"], headers={**HOME, **cookie}).text
        said = re.search(r'<p class="said" role="status">(.*?)</p>', shown)
        return 303, "" if said is None else unescape(said[1])
