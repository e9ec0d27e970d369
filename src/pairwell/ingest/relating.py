"""Several files at once: parts of one export, and files to look things up in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pairwell.errors import MappingError
from pairwell.ingest.columnar import open_parquet
from pairwell.ingest.formats import Sample
from pairwell.ingest.lookups import LookupTable, add_columns, as_text, distinct_rows, whole
from pairwell.ingest.mapping import Lookup
from pairwell.ingest.sources import Limits, read_batches
from pairwell.ingest.streams import open_bytes
from pairwell.ingest.words import concepts, tokens

_OVERLAP = 0.5  # share of the values that must be found, for keys that are called alike
_BLIND = 0.95  # … for keys that are not
_ENTITIES = ("customer", "seller", "store", "account")


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """The main file with the columns that others add, sampled."""

    main: Sample
    parts: tuple[Path, ...]
    lookups: tuple[Lookup, ...]
    table: pa.Table
    context: dict[str, str]  # column that a lookup added -> header to read it by, where its own says too little


class _Link(msgspec.Struct, frozen=True):
    score: float
    key: str
    lookup_key: str


def relate(samples: Sequence[Sample], *, limits: Limits) -> Related:
    """Find the main file and how the others hang on it.

    Files with the same header are parts of one export. Raises `MappingError` where a file shares no key with the
    others.
    """
    groups = _groups(samples)
    heads = [group[0] for group in groups]
    if len(heads) == 1:
        return Related(main=heads[0], parts=_paths(groups[0]), lookups=(), table=heads[0].table, context={})
    # Lines outnumber what they speak of.
    heads.sort(key=lambda sample: -_count_rows(sample))
    wholes: dict[Path, pa.Table] = {}
    best: Related | None = None
    for main in heads:
        others = [head for head in heads if head is not main]
        wholes |= {other.path: _whole(other, limits) for other in others if other.path not in wholes}
        found = _gather(main, others, wholes)
        if best is None or len(found.lookups) > len(best.lookups):
            best = found
        if len(best.lookups) == len(others):
            break
    assert best is not None
    left = [head.path for head in heads if head is not best.main and head.path.name not in _files(best.lookups)]
    if left:
        raise MappingError(
            f"{left[0].name} shares no key with {best.main.path.name}: no column of it is unique, called alike and "
            "holds the same values.",
            hint="Ingest it by itself, or name the key in a [[lookup]] of a mapping (file, key, lookup_key, columns).",
        )
    return msgspec.structs.replace(best, parts=next(_paths(group) for group in groups if group[0] is best.main))


def _groups(samples: Sequence[Sample]) -> list[list[Sample]]:
    """Files that are parts of one export, together."""
    groups: list[list[Sample]] = []
    for sample in samples:
        own = next((group for group in groups if _is_part(sample, group[0])), None)
        if own is None:
            groups.append([sample])
        elif own[0].file == sample.file:
            own.append(sample)
        else:
            raise MappingError(
                f"{own[0].path.name} and {sample.path.name} have the same columns but are written differently "
                "(encoding, delimiter or lines above the header).",
                hint="Ingest them one by one.",
            )
    return groups


def _is_part(sample: Sample, first: Sample) -> bool:
    mine, theirs = set(sample.table.column_names), set(first.table.column_names)
    if sample.file.format in {"json", "jsonl"} and sample.file.format == first.file.format:
        return len(mine & theirs) >= _OVERLAP * min(len(mine), len(theirs))
    return sample.file.header == first.file.header and mine == theirs


def _count_rows(sample: Sample) -> int:
    if sample.whole:
        return len(sample.table)
    if sample.file.format == "parquet":
        with open_parquet(sample.path) as file:
            return int(file.metadata.num_rows)
    with open_bytes(sample.path, advance=lambda _: None) as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def _paths(group: Sequence[Sample]) -> tuple[Path, ...]:
    return tuple(sample.path for sample in group)


def _files(lookups: Sequence[Lookup]) -> set[str]:
    return {lookup.file for lookup in lookups}


def _whole(sample: Sample, limits: Limits) -> pa.Table:
    if sample.whole:
        return distinct_rows(sample.table)
    batches = read_batches(sample.path, sample.file, limits=limits, refuse=lambda _: None, advance=lambda _: None)
    return distinct_rows(whole(sample.path, (batch.columns for batch in batches)))


def _gather(main: Sample, others: list[Sample], wholes: dict[Path, pa.Table]) -> Related:
    """Hang on `main` whatever can be, the best link first, until nothing more fits."""
    found = Related(main=main, parts=(main.path,), lookups=(), table=main.table, context={})
    left = list(others)
    while left:
        links = [(link, other) for other in left if (link := _link(found.table, wholes[other.path], other)) is not None]
        if not links:
            break
        link, other = max(links, key=lambda pair: pair[0].score)
        found = _hang(found, link, other, wholes[other.path])
        left.remove(other)
    return found


def _hang(found: Related, link: _Link, other: Sample, table: pa.Table) -> Related:
    columns = tuple(name for name in table.column_names if name != link.lookup_key)
    lookup = Lookup(
        file=other.path.name,
        key=link.key,
        lookup_key=None if link.lookup_key == link.key else link.lookup_key,
        columns=columns,
        format=other.file,
    )
    table = table.filter(pc.is_valid(table[link.lookup_key]))
    keys = as_text(table[link.lookup_key]).combine_chunks()
    joined = add_columns(found.table, [LookupTable(lookup=lookup, keys=keys, columns=table.select(list(columns)))])
    added = joined.column_names[len(found.table.column_names) :]
    entity = next((name for name in _ENTITIES if name in concepts(link.key)[0]), None)
    context = {name: f"{entity} {name}" for name in added} if entity else {}
    return Related(
        main=found.main,
        parts=found.parts,
        lookups=(*found.lookups, lookup),
        table=joined,
        context=found.context | context,
    )


def _link(table: pa.Table, other: pa.Table, sample: Sample) -> _Link | None:
    links: list[_Link] = []
    for lookup_key in other.column_names:
        keys = as_text(other[lookup_key]).combine_chunks().drop_null()
        if len(keys) == 0 or pc.count_distinct(keys).as_py() < len(keys) or len(keys) < 0.5 * len(other):
            continue
        links += [
            _Link(score, key, lookup_key)
            for key in table.column_names
            if (score := _likeness(table, key, keys, _key_words(lookup_key, sample))) > 0
        ]
    return max(links, key=lambda link: link.score, default=None)


def _likeness(table: pa.Table, key: str, keys: pa.Array, words: set[str]) -> float:
    values = pc.unique(as_text(table[key]).combine_chunks()).drop_null()
    if len(values) == 0:
        return 0.0
    overlap = pc.sum(pc.is_in(values, value_set=keys)).as_py() / len(values)
    if overlap < _OVERLAP:
        return 0.0
    covered = min(1.0, overlap * len(values) / len(keys))
    mine = _words(key)
    if mine == words:
        alike = 2.0
    elif (mine <= words or words <= mine) and (mine & words) - {"id"}:
        alike = 1.0
    elif overlap >= _BLIND and covered >= _OVERLAP and len(keys) > 1:
        alike = 0.2 if "id" in mine or "id" in words or not concepts(key)[0] else 0.0
    else:
        return 0.0
    return alike + overlap + covered if alike else 0.0


def _words(header: str) -> set[str]:
    """The words of a key; those that only say "key" are one."""
    return {"id" if concepts(word)[0] == ("id",) else word.rstrip("s") for word in tokens(header)}


def _key_words(header: str, sample: Sample) -> set[str]:
    """A key called only `id` is that of what its file is called after."""
    words = _words(header)
    if words != {"id"}:
        return words
    return {word.rstrip("s") for word in tokens(sample.path.name.split(".")[0])} | words
