"""Made-up values of the fields that a condition reads, to try it on."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pairwell.config.rules.conditions import Reference, read_tokens, unquote
from pairwell.config.rules.fields import field_of, inner_kind

_NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
_MOST_WHOLE = 10**12


class Samples:
    """Values drawn for one condition: those that it names itself among them, so that it takes every turn."""

    def __init__(self, source: str, references: Iterable[Reference], seed: int = 0) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - no secret
        tokens = read_tokens(source)
        self._texts = ["", "A > B", "7", *(unquote(token.text) for token in tokens if token.kind == "string")]
        self._numbers = [0.0, 1.0, 7.0, *_near(token.text for token in tokens if token.kind == "number")]
        self._references = sorted(references, key=lambda reference: (reference.path, reference.start))

    def draw(self, *, whole: bool) -> dict[str, Any]:
        """A value for every field by its variable; `whole`: nothing is null, and no key of a map is missing."""
        values: dict[str, Any] = {}
        for reference in self._references:
            field = field_of(reference.record, reference.name)
            if field.type.startswith("map"):
                self._fill(values.setdefault(reference.variable, {}), reference, whole=whole)
            elif field.null is not None and not whole and self._rng.random() < 0.5:  # noqa: PLR2004 - half and half
                values[reference.variable] = None
            else:
                values[reference.variable] = self._make(field.type)
        return values

    def _fill(self, values: dict[str, Any], reference: Reference, *, whole: bool) -> None:
        kind = inner_kind(field_of(reference.record, reference.name).type)
        for key in [reference.key] if reference.key is not None else self._texts[1:]:
            if whole or self._rng.random() < 0.5:  # noqa: PLR2004 - half and half
                values[key] = self._make(kind)

    def _make(self, kind: str) -> Any:  # noqa: ANN401 - a field's value
        makers: Mapping[str, Callable[[], Any]] = {
            "bool": lambda: self._rng.choice((True, False)),
            "int": lambda: int(self._rng.choice(self._numbers)),
            "double": lambda: float(self._rng.choice(self._numbers)),
            "string": lambda: self._rng.choice(self._texts),
            "timestamp": lambda: _NOON + timedelta(hours=self._rng.randrange(10_000)),
            "list of strings": lambda: self._rng.sample(self._texts, self._rng.randrange(len(self._texts))),
        }
        return makers[kind]()


def _near(numbers: Iterable[str]) -> list[float]:
    """Each number that a condition names, what is just below and what is just above it."""
    found: list[float] = []
    for text in numbers:
        number = float(int(text.rstrip("uU"), 16)) if text[:2] in {"0x", "0X"} else float(text.rstrip("uU"))
        if abs(number) < _MOST_WHOLE:
            found += [number - 1, number, number + 1]
    return found
