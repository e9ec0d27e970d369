"""Parts of several rules asked together, equal values only once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pairwell.config.rules.engine import ConditionError, Context, Program, run
from pairwell.decide.rules.facts import OfferColumn, offer_column, offer_reader, reader_of
from pairwell.decide.rules.parts import Part
from pairwell.decide.rules.values import Read, Wanted, context_of, join_wanted
from pairwell.decide.scene import Scene
from pairwell.records import Candidate

Verdicts = Mapping[int, bool | str] | None  # by the rule's place, a text: why it cannot be told; None: all are false
_MOST_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 1_000  # signs of what a request says
_SAME_FOR_ALL = frozenset({"request", "customer", "now"})


class Joint:
    """Parts of several rules. What it remembers saves time and changes no verdict.

    Of a number that is only compared with literals, it matters only between which of these it lies.
    """

    def __init__(self, parts: Mapping[int, Part]) -> None:
        self._programs: list[tuple[int, Program]] = [(place, part.program) for place, part in parts.items()]
        wanted = join_wanted(part.wanted for part in parts.values())
        self._of_request = [one for one in wanted if one.record in _SAME_FOR_ALL]
        self._of_offer = [one for one in wanted if one.record not in _SAME_FOR_ALL]
        self._request_keys = [_key_of(one, _cuts(one, parts.values())) for one in self._of_request]
        self._offer_keys = [_key_of(one, _cuts(one, parts.values())) for one in self._of_offer]
        self._known: dict[tuple[object, ...], Verdicts] = {}

    def ask(self, candidates: Sequence[Candidate], scene: Scene) -> list[Verdicts]:
        """The verdicts on each candidate."""
        if not self._programs or not candidates:
            return [None] * len(candidates)
        prefix = tuple([column(candidates[:1], scene)[0] for column in self._request_keys])
        # Whoever sends long attributes shall not fill the memory with them.
        known = self._known if len(repr(prefix)) <= _LONGEST_REMEMBERED else {}
        context: Context | None = None
        found: list[Verdicts] = []
        for candidate, own in zip(candidates, self._keys(candidates, scene), strict=True):
            key = (prefix, own)
            if key not in known:
                context = context or context_of(self._of_request, reader_of(scene))
                if len(known) >= _MOST_REMEMBERED:
                    known.clear()
                known[key] = self._work_out(context, offer_reader(candidate, scene))
            found.append(known[key])
        return found

    def _keys(self, candidates: Sequence[Candidate], scene: Scene) -> Iterable[tuple[object, ...]]:
        """What tells the verdicts on each candidate apart."""
        if not self._offer_keys:
            return [()] * len(candidates)
        return zip(*[column(candidates, scene) for column in self._offer_keys], strict=True)

    def _work_out(self, context: Context, read: Read) -> Verdicts:
        # What the request says stays in the context: handing over a long list again for each offer is dear.
        for one in self._of_offer:
            context.add_variable(one.variable, one.value(read))
        verdicts = {place: _verdict(program, context) for place, program in self._programs}
        return verdicts if any(verdict is not False for verdict in verdicts.values()) else None


def _verdict(program: Program, context: Context) -> bool | str:
    try:
        return run(program, context)
    except ConditionError as error:
        return str(error)


def _cuts(wanted: Wanted, parts: Iterable[Part]) -> tuple[float, ...] | None:
    """The numbers that a field is compared with; None where any part reads it in another way."""
    cuts: set[float] = set()
    for part in parts:
        if any(one.variable == wanted.variable for one in part.wanted):
            found = part.cuts.get(wanted.variable)
            if found is None:
                return None
            cuts.update(found)
    return tuple(sorted(cuts))


def _key_of(wanted: Wanted, cuts: tuple[float, ...] | None) -> OfferColumn:
    """What of a field tells verdicts apart, for all candidates at once."""
    read = offer_column(wanted.record, wanted.name)
    if cuts is None:
        return _exactly(wanted, read)
    if len(cuts) == 1:
        return _around(cuts[0], read)

    def cells(candidates: Sequence[Candidate], scene: Scene) -> list[int | None]:
        values = read(candidates, scene)
        return [None if value is None else bisect_left(cuts, value) + bisect_right(cuts, value) for value in values]

    return cells


def _around(cut: float, read: OfferColumn) -> OfferColumn:
    def sides(candidates: Sequence[Candidate], scene: Scene) -> list[int | None]:
        return [None if value is None else (value >= cut) + (value > cut) for value in read(candidates, scene)]

    return sides


def _exactly(wanted: Wanted, read: OfferColumn) -> OfferColumn:
    def exact(candidates: Sequence[Candidate], scene: Scene) -> list[object]:
        values = read(candidates, scene)
        return [_freeze(value, wanted.keys) if isinstance(value, (dict, list)) else value for value in values]

    return exact


def _freeze(value: Any, keys: tuple[str, ...] | None) -> object:  # noqa: ANN401 - a map or a list
    """A map's values under `keys`, all of it where that is None; a list as it is."""
    if isinstance(value, dict):
        return tuple(value.get(key) for key in keys) if keys is not None else tuple(sorted(value.items()))
    return tuple(value)
