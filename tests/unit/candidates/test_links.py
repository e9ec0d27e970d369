from __future__ import annotations

from tests.unit.decide.tents import said

from pairwell.candidates.links import index_relations


def test_variants_and_substitutes_hold_both_ways() -> None:
    links = index_relations([said("a", "variant", "b"), said("a", "substitute", "c")])
    assert links.variants_of("a") == {"b"}
    assert links.variants_of("b") == {"a"}
    assert links.substitutes_of("a") == {"c"}
    assert links.substitutes_of("c") == {"a"}


def test_never_and_requires_hold_one_way() -> None:
    links = index_relations([said("a", "never", "b"), said("a", "requires", "c")])
    assert links.never_with("b") == {"a"}
    assert links.never_with("a") == frozenset()
    assert links.required_by("a") == {"c"}
    assert links.needing_it("c") == {"a"}
    assert links.required_by("c") == frozenset()


def test_complements_and_upgrades_make_nothing_alike() -> None:
    links = index_relations([said("a", "complement", "b"), said("a", "upgrade", "c")])
    assert not links.variants_of("b")
    assert not links.substitutes_of("c")
