"""A small firm that sells by subscription: four accounts on a family of two plans, and an add-on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from pairwell.advise.billing.days import first_of, months_on
from pairwell.shop.face import Shop, create_shop

PLANS = """Plan,Name,Family,Monthly fee,Included assessments,Price per extra assessment,Features
payg,Pay as you go,hiring,75,1,50,
scale,Scale,hiring,125,15,40,exports
"""
MARKUP = "<b>Acme</b> | *Ltd*"
BENEFITS = "feature,meter,minutes,money,text\n,assessments,45,,an interview less for each\n"
STORIES = "story_id,locale,industry,need,use,text\ns-1,en,Retail,,scale,A chain halved the days to hire.\n"


@contextmanager
def make_firm(folder: Path) -> Iterator[Shop]:
    """A workspace of the firm."""
    with create_shop(folder / "firm") as shop:
        fill_firm(shop, folder)
        yield shop


def fill_firm(shop: Shop, folder: Path) -> None:
    """Acme pays for two further units a month, Zen for none; Quiet has a complaint; Left holds nothing any more."""
    running = first_of(datetime.now(UTC).date())
    months = [months_on(running, -back) for back in range(8, 0, -1)]
    files = {
        "plans": PLANS,
        "subscriptions": _subscriptions(months[0]),
        "usage": _usage(months),
        "accounts": (
            "Account ID,Company,Industry,Employees,Owner,Goal assessments,next_review\n"
            f'acme,"{MARKUP}",Retail,120,ann,5,{months_on(running, 2)}\n'
            "zen,Zen,Retail,40,bob,,\nquiet,Quiet,Hotels,80,ann,,\n"
        ),
        "benefits": BENEFITS,
        "stories": STORIES,
        "feedback": f"customer_id,at,kind,score,text\nquiet,{months[-1]},complaint,,It never works\n",
    }
    for table, text in files.items():
        path = folder / f"{table}.csv"
        path.write_text(text, encoding="utf-8")
        report = shop.ingest(table, path)
        assert report.taken == report.read, (table, report)


def _subscriptions(first: date) -> str:
    held = {"acme": "payg", "zen": "scale", "quiet": "payg"}
    rows = [f"{account},{plan},{first},,,no" for account, plan in held.items()]
    return "\n".join(
        ["account_id,plan_id,started_at,ended_at,seats,is_trial", *rows, f"left,payg,{first},{months_on(first, 2)},,no"]
    )


def _usage(months: list[date]) -> str:
    used = {"acme": 3, "zen": 14, "quiet": 1}
    rows = [f"{account},{month},assessments,{units}" for account, units in used.items() for month in months]
    return "\n".join(["account,month,meter,used", *rows])
