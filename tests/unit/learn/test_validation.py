from __future__ import annotations

import random

import numpy as np
from tests.orders import as_baskets, random_orders

from pairwell.config.settings import Learn, Settings
from pairwell.learn.assemble import completing_model
from pairwell.learn.history import History
from pairwell.learn.listings.catalogue import Listing
from pairwell.learn.mining.pairs import learn_pairs
from pairwell.learn.validation import before, newest_cases, validate


def test_pairs_of_the_same_pass_judge_as_pairs_of_their_own() -> None:
    orders = random_orders(random.Random(5), orders=1_200)
    baskets = as_baskets(orders)
    history = History(
        baskets=baskets,
        order_ids=[order.order_id for order in orders],
        customers=np.full(len(orders), -1),
        listings=[Listing(item_id=item_id) for item_id in baskets.item_ids],
    )

    split, cases = newest_cases(history)
    older, earlier = learn_pairs(baskets, Learn(), cut=split).older, before(history, split)
    twins = [completing_model(earlier, Settings(), pairs) for pairs in (older, None)]

    assert validate(twins[0], (split, cases)) == validate(twins[1], (split, cases))
