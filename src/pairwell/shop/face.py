"""The face: open a workspace and use all of it from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from pairwell.clock import system_clock
from pairwell.config.document import render_settings
from pairwell.config.explaining import require_storable
from pairwell.config.progress import Advance, BytesRead, unheard
from pairwell.config.published import publish_settings
from pairwell.config.settings import Settings
from pairwell.config.standing import Act
from pairwell.config.turns import files_in_use
from pairwell.config.workspace import create_workspace, find_workspace
from pairwell.events import Event, EventReceipt
from pairwell.habits import Repeat
from pairwell.records import Answer, CustomerFacts, Decision, DecisionRequest, Relation
from pairwell.shop.asking import (
    SessionAsked,
    read_asked,
    read_baskets,
    read_count,
    read_events,
    read_made,
    read_moment,
    read_path,
    read_paths,
    read_relation,
    read_text,
    read_visits,
)
from pairwell.shop.measured import Measured

if TYPE_CHECKING:
    from pairwell.backtest.judging import Evaluation
    from pairwell.backtest.splits import Split
    from pairwell.backtest.whatif.shadow import Shadow
    from pairwell.backtest.whatif.simulate import Simulated
    from pairwell.candidates.relations import PairsFound
    from pairwell.decide.account import Account
    from pairwell.decide.replay import Replay
    from pairwell.ingest.load import IngestReport
    from pairwell.ingest.mapping import Mapping as ColumnMapping
    from pairwell.learn.fit import Learned
    from pairwell.learn.itemsets.associations import AssociationTerms
    from pairwell.learn.itemsets.found import AssociationsFound
    from pairwell.learn.responses.learn import OffersLearned, TooFewOpportunities
    from pairwell.learn.retune import Retuned
    from pairwell.model.store import ListedModel
    from pairwell.shop.bundles import Bundle
    from pairwell.shop.rollout import Placed
    from pairwell.shop.simulating import Simulation
    from pairwell.shop.status import Publication, Status


def open_shop(workspace: str | Path | None = None) -> Shop:
    """Open a workspace as `pairwell.open` does."""
    return Shop(find_workspace(None if workspace is None else read_path(workspace, "workspace", "my-shop")))


def create_shop(folder: str | Path, settings: Settings | None = None, *, industry: str = "retail") -> Shop:
    """Make a workspace as `pairwell.create` does, with an industry's settings or those given."""
    workspace = create_workspace(read_path(folder, "folder", "my-shop"), industry=industry)
    if settings is not None:
        workspace.settings_file.write_text(render_settings(settings), encoding="utf-8")
    publish_settings(workspace, Act(at=system_clock()))
    return Shop(workspace)


class Shop(Measured):
    """One open workspace; close it, or use it in a `with`.

    Settings are the published ones: a change in `pairwell.toml` counts after `publish()`.
    """

    # --- data ---------------------------------------------------------------------------------

    def ingest(  # noqa: PLR0913 - the contract's signature, with keyword options beside it
        self,
        table: str,
        path: str | Path | Sequence[str | Path],
        mapping: str | Path | ColumnMapping | None = None,
        *,
        source: str | None = None,
        dry_run: bool = False,
        pseudonyms: bool = False,
        advance: BytesRead = unheard,
    ) -> IngestReport:
        """Load one file, or the parts of one export, into `table`; the report accounts for every row.

        `pseudonyms`: customers under names that only the workspace's secret makes, also where no setting asks for it.
        Raises `SourceError` where a file cannot be read, `MappingError` where its columns do not make the table.
        """
        from pairwell.ingest.load import IngestOptions
        from pairwell.shop.ingesting import ingest_paths, read_mapping

        chosen = read_mapping(mapping)
        source = None if source is None else read_text(source, "source", "web-shop")
        options = IngestOptions(mapping=chosen, source=source, dry_run=dry_run, pseudonyms=pseudonyms)
        name, paths = read_text(table, "table", "orders"), read_paths(path)
        if not dry_run:
            self.keeping.compact()  # of an order that events told of before, the file has the last word
        report = ingest_paths(self, name, paths, options, now=self._clock(), advance=advance)
        if not dry_run:
            self.keeping.compact()  # returns may have waited for the orders of the file
        return report

    def customer(self, customer_id: str) -> CustomerFacts:
        """What is known of a customer now, as decisions read it. Raises `NotFoundError` where nothing is."""
        from pairwell.shop.customers import find_customer

        wanted = read_text(customer_id, "customer_id", "c-17")
        return find_customer(self.workspace, self.published.settings, self.facts, wanted, now=self._clock())

    def status(self) -> Status:
        """What is in, what can be learned from it, what is live and what is missing."""
        from pairwell.shop.status import describe_status

        return describe_status(self, self._clock())

    # --- settings and models ------------------------------------------------------------------

    def publish(
        self,
        share: float | None = None,
        *,
        author: str | None = None,
        reason: str | None = None,
        seen: str | None = None,
    ) -> Publication:
        """Check `pairwell.toml` and make it live, for a `share` of the customers first or for all.

        What `rollout` undoes. `seen`: the hash that it must still have. Raises `SettingsError`, `RequestError` where it
        is another, or `UnfairError` for dark patterns; the live settings then stay.
        """
        from pairwell.shop.rollout import Said
        from pairwell.shop.status import publish_draft

        made = publish_draft(self, share, Said(author=author, reason=reason), now=self._clock(), seen=seen)
        self._begin_triggers()
        return made

    def learn(self, as_of: datetime | None = None, *, retune: bool = False, advance: Advance = unheard) -> Learned:
        """Learn from everything that had happened by `as_of` (UTC where it names no zone), and make the model live.

        One as of a moment before the live model's is kept and not made live; `use_model` does that.
        With `retune`, first search for settings of the score that suit this shop better; those that gain more than
        their noise are written into `pairwell.toml` and published. Raises `EvidenceError` where there is too little to
        learn from or to tune on, and `SettingsError` where `pairwell.toml` holds unpublished changes.
        """
        from pairwell.learn.fit import fit
        from pairwell.learn.sessions.reading import LEARNED

        as_of, now = None if as_of is None else read_moment(as_of, "as_of"), self._clock()
        retuned = self._retune(as_of, now, advance) if retune else None
        settings, models = self.published.settings, self.workspace.models
        carried = self.keeping.compact().upto
        self.keeping.tidy()
        with files_in_use(self.workspace.hidden):
            heard = self.journal.behaviour(LEARNED, until=as_of or now, after=carried)
            learned = fit(
                self.dataset,
                settings,
                models=models,
                as_of=as_of,
                heard=heard,
                tastes=self.tastes,
                retuned=retuned,
                now=now,
                advance=(lambda share: advance(0.8 + 0.2 * share)) if retune else advance,
            )
        self._forget_live()
        return learned

    def _retune(self, as_of: datetime | None, now: datetime, advance: Advance) -> Retuned:
        from pairwell.shop.retuning import Moments, retune_shop

        moments = Moments(as_of=as_of, now=now)
        found = retune_shop(self.workspace, self.dataset, moments, lambda share: advance(0.8 * share))
        self._forget_live()
        return found

    def learn_offers(self) -> OffersLearned | TooFewOpportunities:
        """Learn from the outcomes of offers how often they are bought, shown and not; decisions read it from now on.

        With too few of them nothing changes. Fast enough for every hour.
        """
        from pairwell.learn.responses.learn import learn_responses

        with files_in_use(self.workspace.hidden):
            return learn_responses(self._outcomes, self.published.settings, now=self._clock())

    def models(self) -> list[ListedModel]:
        """Every model kept, newest first, each with whether it is the live one."""
        from pairwell.model.store import list_models

        return list_models(self.workspace.models)

    def use_model(
        self,
        model_id: str,
        share: float | None = None,
        *,
        anyway: bool = False,
        author: str | None = None,
        reason: str | None = None,
    ) -> Placed:
        """Make a kept model live, for a `share` of the customers first or for all. What `rollout` undoes.

        Raises `EvidenceError` for one that is surely worse than the live one, unless `anyway`; `NoModelError` and
        `ModelBrokenError`. The live one then stays.
        """
        from pairwell.shop.admitting import admit
        from pairwell.shop.rollout import Said

        wanted = read_text(model_id, "model_id", "984bce1175ab1b69064b631f")
        admitted = partial(admit, self.workspace, wanted, self._clock(), anyway=anyway)
        return self.rollout.use_model(wanted, share, Said(author=author, reason=reason), admit=admitted)

    # --- what was learned ---------------------------------------------------------------------

    def pairs(self, item_id: str, n: int = 10, relation: Relation = "complement") -> PairsFound:
        """What stands to an item in a relation, curated ones first. Raises `NotFoundError` for an item nobody knows."""
        from pairwell.candidates.relations import Question, Sources, find_pairs

        item_id = read_text(item_id, "item_id", "22423")
        said = self.facts.relations_of([item_id])
        question = Question(
            item_id=item_id, relation=read_relation(relation), n=read_count(n), curated=said, inside=True
        )
        return find_pairs(question, Sources(model=self._model, items=self.facts.items()))

    def associations(self, **query: Unpack[AssociationTerms]) -> AssociationsFound:
        """Association rules with one item on the right, from all orders: support, confidence, lift, count.

        Raises `TooManyError` where the support asked for gives too many itemsets; it names the smallest that fits.
        """
        from pairwell.learn.history import read_history
        from pairwell.learn.itemsets.associations import AssociationQuery, find_associations

        asked = read_asked(query, AssociationQuery)
        history = read_history(self.dataset, self.dataset.newest())
        return find_associations(history, asked, self.published.settings.learn)

    def bundles(self, n: int = 10, customer_id: str | None = None) -> list[Bundle]:
        """Bundles worth offering at today's prices, most worth first; those of the customer's liking lead.

        A customer of whom nothing is known gets what everybody gets. Raises `NoModelError`.
        """
        from pairwell.shop.bundles import choose_bundles, find_leaning

        wanted = read_count(n)
        customer = None if customer_id is None else read_text(customer_id, "customer_id", "c-17")
        leaning = None if customer is None else find_leaning(customer, self._model, self.facts, self._taste)
        settings, items = self.published.settings, self.facts.items()
        return choose_bundles(self._model.bundles(), items, settings, wanted, leaning)

    def _taste(self, customer_id: str) -> list[tuple[str, float]]:
        kept = self.published.settings.learn.taste_items
        return self.next_basket([customer_id], n=kept)[0] if kept else []

    def complete(self, baskets: Sequence[Sequence[str]], n: int = 20) -> list[list[tuple[str, float]]]:
        """For each basket the ranked `(item_id, score)` of what is learned, filled up by popularity.

        No rules, guards, caps or margins, and nothing already in the basket: for back-tests and data scientists.
        Raises `RequestError` where a basket is no list of texts.
        """
        asked, count = read_baskets(baskets), read_count(n)
        return self._model.complete(asked, n=count)

    def next_basket(self, customer_ids: Sequence[str], n: int = 20) -> list[list[tuple[str, float]]]:
        """For each customer the ranked `(item_id, score)` of what the last `learn` expects in the next order.

        No rules, guards or caps: for back-tests and data scientists. Customers nobody knows get what is popular, on
        the same scale. Raises `RequestError` for a text instead of a list and an `n` out of bounds, `NoModelError`.
        """
        from pairwell.shop.tastes import next_baskets

        return next_baskets(customer_ids, n, store=self.tastes, kept=self.published.settings.learn.taste_items)

    def repeats(self, customer_id: str) -> list[Repeat]:
        """What the customer buys regularly, soonest due first; nothing for a customer nobody knows."""
        from pairwell.shop.tastes import find_repeats

        return find_repeats(customer_id, store=self.tastes)

    def next_items(self, sessions: Sequence[SessionAsked], n: int = 20) -> list[list[tuple[str, float]]]:
        """For each visit the ranked `(item_id, score)` of what it leads to, filled up by popularity.

        A visit is a list, newest last, of items viewed or of `(type, item_id)`, with "purchase" beside the types of
        events. Left out is what is in the cart, was bought, or is looked at last. Raises `RequestError`.
        """
        asked, count = read_visits(sessions), read_count(n)
        return self._model.next_items(asked, n=count)

    def evaluate(self, split: Split, protocol: str = "basket", *, advance: Advance = unheard) -> Evaluation:
        """Back-test on this workspace's newest part: "basket", "next-basket" or "session".

        Raises `EvidenceError` where there is too little to learn from or to ask about, and says what is missing.
        """
        from pairwell.backtest.evaluate import evaluate
        from pairwell.backtest.splits import Split
        from pairwell.backtest.trial import Held

        read_made(split, Split, "split", "Split(test_days=28)")
        held = Held(train=self.dataset, split=split, now=self._clock())
        return evaluate(protocol, held, self.published.settings, advance=advance)

    def evaluate_against(self, test: Shop, protocol: str = "basket", *, advance: Advance = unheard) -> Evaluation:
        """As `evaluate`, learning from all of this workspace and asking about all of another one."""
        from pairwell.backtest.evaluate import evaluate
        from pairwell.backtest.trial import Held

        read_made(test, Shop, "test", 'pairwell.open("other-shop")')
        held = Held(train=self.dataset, test=test.dataset, now=self._clock())
        return evaluate(protocol, held, self.published.settings, advance=advance)

    def simulate(
        self, settings: str | Path, asked: Simulation | None = None, *, advance: Advance = unheard
    ) -> Simulated:
        """What the settings of a file would have decided and earned on logged requests; see docs/simulate.md.

        Raises `SettingsError` where the file is wrong, `EvidenceError` where no request can be computed again.
        """
        from pairwell.shop.simulating import Opened, Simulation, simulate_settings

        path = read_path(settings, "settings", "other.toml")
        chosen = Simulation() if asked is None else read_made(asked, Simulation, "asked", "Simulation(newest=1000)")
        opened = Opened(shop=self, database=self._database, archive=self._archive)
        return simulate_settings(opened, path, chosen, now=self._clock(), advance=advance)

    def shadow(self, model_id: str, newest: int = 1_000, *, advance: Advance = unheard) -> Shadow:
        """What a kept model would have decided on the newest logged requests, beside the live one.

        Raises `NoModelError`, and `EvidenceError` where no request can be decided again.
        """
        from pairwell.shop.shadowing import shadow_model
        from pairwell.shop.simulating import Opened

        wanted = read_text(model_id, "model_id", "984bce1175ab1b69064b631f")
        opened = Opened(shop=self, database=self._database, archive=self._archive)
        return shadow_model(opened, wanted, read_count(newest), advance)

    # --- deciding -----------------------------------------------------------------------------

    def decide(self, request: DecisionRequest | Mapping[str, Any], *, dry_run: bool = False) -> Answer:
        """Decide what to offer, if anything; the decision is in the journal before this returns.

        Raises `RequestError` naming the field that is wrong.
        """
        from pairwell.decide.decider import public_answer

        asked = read_asked(request, DecisionRequest)
        decision = self.decide_at(asked, self._clock(), dry_run=dry_run)
        return public_answer(decision, secret=True, explain=asked.explain)

    def decide_at(self, request: DecisionRequest, now: datetime, *, dry_run: bool = False) -> Decision:
        """The decision of `request` at a moment of one's choosing, as a simulation needs it."""
        from pairwell.facts.naming import known_here

        asked = read_made(request, DecisionRequest, "request", 'DecisionRequest(placement="cart")')
        require_storable(asked)
        return self.decide_known(known_here(asked, self._secret), read_moment(now, "now"), dry_run=dry_run)

    def log_events(self, events: Sequence[Event], now: datetime | None = None) -> EventReceipt:
        """Journal what customers did; the receipt names each event that was refused. Idempotent by event id."""
        from pairwell.facts.effects import EventEffects
        from pairwell.facts.naming import known_here

        named = [known_here(event, self._secret) for event in read_events(events)]
        moment = self._clock() if now is None else read_moment(now, "now")
        effects = EventEffects(self._database, lambda: self.published.settings)
        (receipt,) = self.journal.log_events([named], effects=effects, now=moment)
        return receipt

    def explain(self, decision_id: str) -> Account:
        """How a journaled decision came about. Raises `NotFoundError`, or `ReplayError` where it cannot be told."""
        from pairwell.decide.account import explain_decision

        return explain_decision(self._decision(decision_id), self._archive)

    def replay(self, decision_id: str) -> Replay:
        """Compute a journaled decision again, and say whether it is the same bit for bit."""
        from pairwell.decide.replay import replay

        return replay(self._decision(decision_id), self._archive)

    def _decision(self, decision_id: str) -> Decision:
        return self.journal.read_decision(read_text(decision_id, "decision_id", "d_0193f1c2a7b84"))
