"""For people who look after accounts: whom to talk to, whom to leave alone, and a page of each account."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from pairwell.errors import EvidenceError, RequestError
from pairwell.said import day, joined, phrase
from pairwell.serve.pages.speaking import sentence
from pairwell.serve.pages.views.slow import alone
from pairwell.serve.pages.views.view import Act, Done, Fields, View
from pairwell.serve.pages.visitors import Visitor

if TYPE_CHECKING:
    from pairwell.advise.answers import Outcome
    from pairwell.shop.face import Shop
    from pairwell.shop.known_accounts import KnownAccounts

_MOST_MINUTES: Final = 100_000
_KEPT: Final[list[KnownAccounts]] = []  # by whichever page asked last; used alone


class AccountsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The work list and the matrix; else why there are none."""

    # Their types are those of `shop.accounts`, and load what computes them; pages are there before that.
    work: Any  # a work list; None: there is none
    matrix: Any  # the matrix
    problem: str | None
    owner: str  # as it was asked for
    minutes: str
    owners: list[str]


class AccountPage(msgspec.Struct, frozen=True, kw_only=True):
    """One account, and what can be told of a talk with it."""

    brief: Any  # as `shop.accounts.brief` tells it
    moves: dict[str, str]  # titles of plans and add-ons by id, those proposed first


def make_accounts(shop: Shop, fields: Fields) -> AccountsPage:
    """The work list of an owner, or of all. Raises `RequestError` for minutes that are none."""
    owner, asked = fields.get("owner", ""), fields.get("minutes", "")
    minutes = _minutes(asked)
    work, matrix, problem, owners = None, None, None, list[str]()
    try:
        with alone():
            accounts = shop.look_after(_KEPT)
            owners = accounts.owners()
            work, matrix = accounts.worklist(owner or None, minutes), accounts.whitespace()
    except EvidenceError as error:
        problem = joined(error.message, error.hint or "")
    if matrix is not None and owner:
        matrix = msgspec.structs.replace(matrix, rows=tuple(row for row in matrix.rows if row.owner == owner))
    return AccountsPage(work=work, matrix=matrix, problem=problem, owner=owner, minutes=asked, owners=owners)


def make_account(shop: Shop, fields: Fields) -> AccountPage:
    """The brief of an account. Raises `NotFoundError`, and `EvidenceError` where nothing is known of any."""
    if not fields.get("id"):
        raise RequestError(
            phrase("`id` is missing: which account is meant?"), hint=phrase("Choose one at /accounts."), field="id"
        )
    with alone():
        found = shop.look_after(_KEPT).brief(fields["id"], fields.get("language") or "en")
    named = [opening.move.plan_id for opening in found.openings]
    titles = found.bills.titles
    return AccountPage(
        brief=found, moves={one: titles.get(one, one) for one in dict.fromkeys([*named, *sorted(titles)])}
    )


def _minutes(text: str) -> int | None:
    if not text.strip():
        return None
    if text.strip().isascii() and text.strip().isdigit() and 0 < int(text.strip()[:9]) <= _MOST_MINUTES:
        return int(text.strip()[:9])
    raise RequestError(
        phrase("The minutes are {text}; expected a whole number, 1 or more.", text=repr(text[:20])), field="minutes"
    )


def _outcome(shop: Shop, visitor: Visitor, fields: Fields) -> Done:
    from pairwell.advise.answers import Told

    told = Told(
        answer=fields["answer"],
        move=fields["move"].strip() or None,
        until=_day(fields["until"], shop.published.settings.shop.timezone),
        reason=fields["reason"].strip() or None,
        words=fields["words"].strip() or None,
        by=visitor.name,
    )
    with alone():
        found = shop.look_after(_KEPT).outcome(fields["account_id"], told)
    return Done(said=_said(found), to=f"{ONE.path}?{urlencode({'id': fields['account_id']})}")


def _said(found: Outcome) -> str:
    parts = [phrase("It is noted.") if found.is_new else phrase("It was told today already, and counts once.")]
    if found.alone_until is not None:
        parts.append(phrase("Nothing is pitched to them until {day}.", day=day(found.alone_until.date())))
    return joined(*parts)


def _day(text: str, zone: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(), ZoneInfo(zone))
    except ValueError as error:
        raise RequestError(
            phrase("The day is {text}; expected one as in 2026-12-31.", text=repr(text[:20])), field="until"
        ) from error


ACCOUNTS = View(
    path="/accounts",
    label=sentence("Accounts"),
    about=sentence("Whom to talk to, about what and why; whom to leave alone; what accounts hold and lack."),
    group="customers",
    template="accounts.html",
    record=AccountsPage,
    make=make_accounts,
    parameters=("owner", "minutes"),
    needs="accounts",
)
ONE = View(
    path="/accounts/account",
    label=sentence("One account"),
    about=sentence("Use, value, risks, bills, openings and next steps of an account, and what came of a talk."),
    group="customers",
    template="one_account.html",
    record=AccountPage,
    make=make_account,
    parameters=("id", "language"),
)
ACTS = (
    Act(
        path="/accounts/outcome",
        right="curate",
        fields=("account_id", "answer", "move", "until", "reason", "words"),
        do=_outcome,
    ),
)
