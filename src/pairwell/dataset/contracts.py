"""Tables of what is sold by contract and by people: plans, who holds and uses them, what they do for whom, who sells.

Lists within a row (meters, features, what a plan requires) are JSON as text.
"""

from __future__ import annotations

from typing import Final

from pairwell.dataset.table import FLAG, MOMENT, REAL, TEXT, WHOLE, Table, schema_of

_PLANS = Table(
    name="plans",
    schema=schema_of(
        {
            "plan_id": TEXT,
            "valid_from": MOMENT,
            "kind": TEXT,  # of `pairwell.plans.PlanKind`
            "family": TEXT,
            "tier": WHOLE,
            "title?": TEXT,
            "fee_minor": WHOLE,  # of a period
            "period": TEXT,  # of `pairwell.plans.Period`
            "seats_included?": WHOLE,
            "seats_max?": WHOLE,
            "seat_minor?": WHOLE,
            "meters": TEXT,  # of `pairwell.plans.Meter`
            "features": TEXT,
            "min_term_months": WHOLE,
            "prorated": FLAG,
            "purpose?": TEXT,
            "requires": TEXT,
            "cost_minor?": WHOLE,
        }
    ),
    key=("plan_id", "valid_from"),
    owner=("plan_id",),
    moment="valid_from",
    whole=True,
)

_SUBSCRIPTIONS = Table(
    name="subscriptions",
    schema=schema_of(
        {
            "subscription_id": TEXT,  # made of the content where the source calls it nothing
            "account_id": TEXT,  # whose it is, as customers are called
            "plan_id": TEXT,  # the item that it is of
            "started_at": MOMENT,
            "ended_at?": MOMENT,
            "seats?": WHOLE,
            "is_trial": FLAG,
        }
    ),
    key=("subscription_id", "plan_id"),
    owner=("subscription_id",),
    moment="started_at",
)

_USAGE = Table(
    name="usage",
    schema=schema_of(
        {
            "usage_id": TEXT,  # of an event its own id; made of account, meter and moment where a file calls it nothing
            "account_id": TEXT,
            "meter": TEXT,  # as `pairwell.plans.meter_name` writes it
            "at": MOMENT,
            "quantity": REAL,  # used since the account was told of last
        }
    ),
    key=("usage_id",),
    owner=("usage_id",),
    moment="at",
)

_BENEFITS = Table(
    name="benefits",
    schema=schema_of(
        {
            "feature": TEXT,  # empty: of a meter alone
            "meter": TEXT,  # empty: of the feature, each month
            "minutes?": REAL,  # that one unit saves
            "money_minor?": WHOLE,
            "text?": TEXT,
        }
    ),
    key=("feature", "meter"),
    owner=("feature", "meter"),
    moment=None,
)

_STORIES = Table(
    name="stories",
    schema=schema_of({"story_id": TEXT, "locale": TEXT, "industry?": TEXT, "need?": TEXT, "use?": TEXT, "text": TEXT}),
    key=("story_id", "locale"),
    owner=("story_id", "locale"),
    moment=None,
)

_SELLERS = Table(
    name="sellers",
    schema=schema_of({"seller_id": TEXT, "valid_from": MOMENT, "store?": TEXT, "name?": TEXT}),
    key=("seller_id", "valid_from"),
    owner=("seller_id",),
    moment="valid_from",
)

_TARGETS = Table(
    name="targets",
    schema=schema_of(
        {
            "seller_id": TEXT,
            "first_day": TEXT,  # YYYY-MM-DD, a day of the shop's time zone
            "months": WHOLE,  # from that day on: 1, 3 or 12
            "revenue_minor?": WHOLE,
            "attach_rate?": REAL,
        }
    ),
    key=("seller_id", "first_day", "months"),
    owner=("seller_id", "first_day", "months"),
    moment=None,
)

CONTRACTS: Final = (_PLANS, _SUBSCRIPTIONS, _USAGE, _BENEFITS, _STORIES, _SELLERS, _TARGETS)
