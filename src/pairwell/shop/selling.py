"""For people who sell at a counter: the scoreboard, cards, training sheets and bonuses of an open workspace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pairwell.advise.stores.bonus import make_bonus
from pairwell.advise.stores.cards import leaf, make_card
from pairwell.advise.stores.noes import read_declined
from pairwell.advise.stores.records import BonusSheet, Card, Scoreboard, Training
from pairwell.advise.stores.scoreboard import Goods, make_scoreboard
from pairwell.advise.stores.sold import read_sold
from pairwell.advise.stores.steps import Known, first_upgrades, fitting
from pairwell.advise.stores.training import Asked, make_training
from pairwell.clock import Clock
from pairwell.config.published import Published
from pairwell.config.settings import Settings
from pairwell.config.turns import files_in_use
from pairwell.decide.account import Account
from pairwell.engines.engine import storage_failures
from pairwell.errors import EvidenceError
from pairwell.measure.period import Period
from pairwell.measure.sales.lines import History
from pairwell.operations.database import Database
from pairwell.records import Decision, DecisionRequest
from pairwell.report.asking import Asked as Question
from pairwell.report.asking import Periods, find_periods
from pairwell.said import phrase
from pairwell.shop.asking import read_text
from pairwell.shop.playing.play import Play, decide_unkept
from pairwell.shop.reporting import read_local

if TYPE_CHECKING:
    from pairwell.shop.parts import Parts

_YEAR: Final = timedelta(days=365)  # that a training sheet is of


class Selling:
    """What sellers are told, and what is told of them. Moments without a zone are of the shop's."""

    def __init__(self, shop: Parts, database: Callable[[], Database], clock: Clock) -> None:
        self._shop = shop
        self._database = database
        self._clock = clock

    def scoreboard(self, since: datetime | None = None, until: datetime | None = None) -> Scoreboard:
        """Sellers against targets and beside one another; without a period the last 30 days with orders.

        Raises `EvidenceError` where there are no orders, `RequestError` for a wrong period.
        """
        periods = self._periods(since, until)
        with files_in_use(self._shop.workspace.hidden):
            return make_scoreboard(self._history(), periods.period, periods.last, self._goods(periods.period))

    def card(self, item_id: str) -> Card:
        """The counter card of an item, as of now. Raises `NotFoundError` for an item nobody knows."""
        known, settings = self._known(), self._shop.published.settings
        wanted = read_text(item_id, "item_id", "22423")
        return make_card(wanted, known, settings, self._decide, now=self._clock())

    def training(self, category: str, since: datetime | None = None, until: datetime | None = None) -> Training:
        """The training sheet of a category; without a period of the last year with orders.

        Raises `NotFoundError` for a category nobody knows, `EvidenceError` where there are no orders.
        """
        wanted = read_text(category, "category", "Tents")
        period = self.period(since, until)
        settings = self._shop.published.settings
        asked = Asked(
            category=wanted,
            known=self._known(),
            declined=read_declined(self._database(), period),
            decline=settings.decline,
            shop=settings.shop,
        )
        with files_in_use(self._shop.workspace.hidden):
            return make_training(asked, read_sold(self._history(), period))

    def period(self, since: datetime | None = None, until: datetime | None = None) -> Period:
        """What is asked for, else the last year with orders. Raises as `training`."""
        found = self._periods(since, until).period
        return found if since is not None else Period(found.until - _YEAR, found.until)

    def categories(self) -> list[str]:
        """The categories that a training sheet can be of, by their last part."""
        return sorted({leaf(item.category) for item in self._shop.facts.items().values() if item.category})

    def bonus(self, since: datetime | None = None, until: datetime | None = None) -> BonusSheet:
        """What each seller gets for a period by the rule under `[bonus]`; see docs/sellers.md."""
        periods, rule = self._periods(since, until), self._shop.published.settings.bonus
        with files_in_use(self._shop.workspace.hidden):
            return make_bonus(self._history(), self._database(), rule, periods.period, periods.last)

    def _periods(self, since: datetime | None, until: datetime | None) -> Periods:
        settings = self._shop.published.settings
        self._shop.keeping.compact()
        question = Question(
            dataset=self._shop.measured,
            database=self._database(),
            settings=settings,
            now=self._clock(),
            since=read_local(since, "since", settings.shop.timezone),
            until=read_local(until, "until", settings.shop.timezone),
        )
        found = find_periods(question)
        if found is None:
            raise EvidenceError(
                phrase("Nothing was sold yet."), hint=phrase("Ingest orders: `pairwell ingest orders FILE`.")
            )
        return found

    def _history(self) -> History:
        dataset = self._shop.measured
        return History(dataset=dataset, snapshot=dataset.newest(), shop=self._shop.published.settings.shop)

    def _known(self) -> Known:
        facts = self._shop.facts
        return Known(model=self._shop.model_or_none(), items=facts.items(), said=facts.relations_of)

    def _goods(self, period: Period) -> Goods:
        """What is known of the items that sellers sold."""
        known, history = self._known(), self._history()
        lines = history.dataset.history("order_lines", snapshot=history.snapshot)
        orders = history.orders(period)
        sold = lines.semi_join(orders.filter(orders.seller_id.notnull()), "order_id").select("item_id").distinct()
        with storage_failures():
            item_ids = sorted(sold.to_pyarrow()["item_id"].to_pylist())
        steps = {item_id: pair.item_id for item_id, pair in first_upgrades(item_ids, known).items()}
        return Goods(steps=steps, fits=fitting(item_ids, known))

    def _decide(self, settings: Settings, request: DecisionRequest) -> tuple[Decision, Account]:
        """The decision under these settings that nobody keeps."""
        shop, now = self._shop, self._clock()
        by = Published(shop.published.hash, settings)
        return decide_unkept(shop, shop.model_or_none(), by, Play(request=request, at=now))
