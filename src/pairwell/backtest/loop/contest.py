"""One world lived through under every policy, the engine among them."""

from __future__ import annotations

import msgspec

from pairwell.backtest.loop.engine import Engine, run_engine
from pairwell.backtest.loop.figures import Figures, figures_of
from pairwell.backtest.loop.holdout import HoldoutRead, read_holdout
from pairwell.backtest.loop.intervals import NotEstimable
from pairwell.backtest.loop.living import Span, live
from pairwell.backtest.loop.losses import Losses, find_losses
from pairwell.backtest.loop.policies import Policy, Told, hand_made

ENGINE, ORACLE = "pairwell", "oracle"


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one world; figures by policy."""

    seed: int
    whole: dict[str, Figures]
    late: dict[str, Figures]  # the second half of the visits
    unasked_minor: float  # margin expected without offers
    holdout: HoldoutRead | NotEstimable
    silences: dict[str, int]  # of the engine, by reason
    losses: Losses | None  # where the engine was asked to explain


def contest(span: Span, engine: Engine) -> Came:
    """Every policy over the same visits, each with customers of its own."""
    decided = run_engine(span, engine)
    told: Policy = Told({name: list(one.shown) for name, one in decided.items()})
    lived = {name: live(span, policy) for name, policy in {**hand_made(span.world), ENGINE: told}.items()}
    silences = [one.silence for one in decided.values() if one.silence is not None]
    return Came(
        seed=span.world.seed,
        whole={name: figures_of(span, one) for name, one in lived.items()},
        late={name: figures_of(span, one, late=True) for name, one in lived.items()},
        unasked_minor=sum(unasked.margin for unasked in span.unasked),
        holdout=read_holdout(span, decided, lived[ENGINE]),
        silences={reason: silences.count(reason) for reason in sorted(set(silences))},
        losses=find_losses(span, decided, lived[ENGINE]) if engine.explain else None,
    )
