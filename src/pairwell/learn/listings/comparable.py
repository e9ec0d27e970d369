"""Whether a dearer item is the same thing, only better."""

from __future__ import annotations

from collections import Counter

from pairwell.learn.listings.describe import Description
from pairwell.learn.listings.words import OPPOSITES


def is_better(anchor: Description, target: Description) -> bool:
    """Whether `target` can replace `anchor` as a step up; prices, tiers and ratings were compared before.

    A variant (one family, or titles that differ only in size and colour) must be larger or of a higher tier: another
    colour at a higher price is no upgrade. Other items must be of one category, share a word of their titles, name the
    same kind of thing and fit alike; without categories nothing but a variant can be trusted.
    """
    if are_variants(anchor, target):
        return has_higher_tier(anchor, target) or _is_larger(anchor, target)
    if not _same_kind(anchor, target) or not _fit_alike(anchor, target):
        return False
    return has_higher_tier(anchor, target) or bool(anchor.core & target.core)


def are_variants(anchor: Description, target: Description) -> bool:
    """Whether both are one product in another size, number or colour."""
    families = anchor.listing.family, target.listing.family
    if all(families):
        return families[0] == families[1]
    if not anchor.core or anchor.core != target.core:
        return False
    # A model number ("Road-650") makes another product where a category vouches that both are of one kind.
    return anchor.leaf is None or anchor.numbers == target.numbers


def has_higher_tier(anchor: Description, target: Description) -> bool:
    """Whether both tiers are known and the target's is higher."""
    tiers = anchor.listing.tier, target.listing.tier
    return tiers[0] is not None and tiers[1] is not None and tiers[1] > tiers[0]


def _is_larger(anchor: Description, target: Description) -> bool:
    if anchor.colours != target.colours:
        return False
    if anchor.size is not None and target.size is not None and anchor.size != target.size:
        return target.size > anchor.size and anchor.numbers == target.numbers
    return anchor.size == target.size and _has_more(anchor, target)


def _has_more(anchor: Description, target: Description) -> bool:
    # A number without a unit may be a frame size or a paper format, where more is not better.
    if anchor.amounts.keys() != target.amounts.keys():
        return False
    changed = [(less, target.amounts[unit]) for unit, less in anchor.amounts.items() if less != target.amounts[unit]]
    bare = Counter(anchor.numbers) - Counter(anchor.amounts.values())
    same = bare == Counter(target.numbers) - Counter(target.amounts.values())
    return same and len(changed) == 1 and changed[0][1] > changed[0][0]


def _same_kind(anchor: Description, target: Description) -> bool:
    return anchor.leaf is not None and anchor.leaf == target.leaf and anchor.kinds == target.kinds


def _fit_alike(anchor: Description, target: Description) -> bool:
    if anchor.size is not None and target.size is not None and anchor.size != target.size:
        return False
    if anchor.fit and target.fit and anchor.fit != target.fit:
        return False
    if anchor.model_letters != target.model_letters:
        return False
    if not anchor.excluding or not target.excluding:
        return True
    return not any(_excluding(anchor.excluding & words, target.excluding & words) for words in OPPOSITES)


def _excluding(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return bool(ours) and bool(theirs) and ours != theirs
