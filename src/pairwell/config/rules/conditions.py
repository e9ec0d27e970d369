"""What a condition is made of: its tokens, the fields it reads, and the parts that must all hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from pairwell.config.rules.fields import ALL_RECORDS, RECORDS, field_of

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<string>[rRbB]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<number>0[xX][0-9a-fA-F]+[uU]?|(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?[uU]?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|.)""",
    re.DOTALL | re.VERBOSE,
)
WORDS = frozenset({"true", "false", "null", "in"})
_MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


class Token(msgspec.Struct, frozen=True):
    """A word of a condition, and where it stands."""

    kind: str  # "string", "number", "name" or "sign"
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a field: `record.name`, of a map perhaps one `key`; `now` has no name."""

    record: str
    name: str
    key: str | None = None
    start: int = 0
    end: int = 0  # behind the field's name

    @property
    def path(self) -> str:
        return ".".join(part for part in (self.record, self.name, self.key) if part)

    @property
    def variable(self) -> str:
        """What programs call the field: plain variables are taken much faster than records."""
        return f"{self.record}__{self.name}" if self.name else self.record


def read_tokens(source: str) -> list[Token]:
    """The tokens of a condition without spaces and comments; any sign that CEL does not know is one, too."""
    found = _TOKEN.finditer(source)
    return [Token(str(m.lastgroup), m[0], m.start()) for m in found if m.lastgroup != "space"]


def find_roots(tokens: Sequence[Token]) -> Iterator[int]:
    """Places of the names that stand for variables: no fields, functions, keywords or names that a macro binds."""
    bound = {tokens[i + 1].text for i in range(2, len(tokens) - 1) if _binds(tokens, i)}
    for i, token in enumerate(tokens):
        after, before = _text(tokens, i + 1), _text(tokens, i - 1)
        variable = token.kind == "name" and token.text not in WORDS and before != "." and after != "("
        if variable and (token.text not in bound or token.text in RECORDS):
            yield i


def find_references(source: str) -> list[Reference]:
    """Every field that a condition reads, in order; only those that exist."""
    tokens = read_tokens(source)
    found = (_reference(tokens, i) for i in find_roots(tokens))
    return [reference for reference in found if reference is not None]


def flatten(source: str) -> str:
    """The condition with a plain variable in place of every `record.field`."""
    pieces, last = [], 0
    for reference in find_references(source):
        pieces += [source[last : reference.start], reference.variable]
        last = reference.end
    return "".join([*pieces, source[last:]])


def split_conjuncts(source: str) -> list[str]:
    """The parts of a condition that must all hold; it is false where any of them is, whatever the others are."""
    tokens = _unwrap(read_tokens(source))
    signs = {token.text for token in _outer(tokens)}
    if "&&" not in signs or signs & {"||", "?"}:
        return [_slice(source, tokens)]
    return [part for piece in _split(tokens, {"&&"}) for part in split_conjuncts(_slice(source, piece))]


def split_leaves(source: str) -> list[tuple[int, str]]:
    """The smallest conditions that a condition is put together from, each with its place."""
    tokens = _unwrap(read_tokens(source))
    while tokens and tokens[0].text == "!":
        tokens = _unwrap(tokens[1:])
    pieces = _split(tokens, {"&&", "||", "?", ":"})
    if len(pieces) <= 1:
        return [(tokens[0].start, _slice(source, tokens))] if tokens else []
    found = []
    for piece in pieces:
        start = piece[0].start
        found += [(start + at, leaf) for at, leaf in split_leaves(_slice(source, piece))]
    return found


def unquote(text: str) -> str:
    """The content of a string literal, escapes of quotes resolved."""
    raw = text.lstrip("rRbB")
    wide = raw[:3] in {'"""', "'''"}
    inner = raw[3:-3] if wide else raw[1:-1]
    return re.sub(r"\\(.)", r"\1", inner)


def _binds(tokens: Sequence[Token], i: int) -> bool:
    macro = tokens[i].text == "(" and tokens[i - 1].text in _MACROS and tokens[i - 2].text == "."
    return macro and tokens[i + 1].kind == "name" and _text(tokens, i + 2) == ","


def _reference(tokens: Sequence[Token], i: int) -> Reference | None:
    root = tokens[i]
    if root.text == "now":
        return Reference(record="now", name="", start=root.start, end=root.end)
    if root.text not in ALL_RECORDS or _text(tokens, i + 1) != ".":
        return None
    if _text(tokens, i + 2) not in ALL_RECORDS[root.text]:
        return None
    name = tokens[i + 2]
    return Reference(record=root.text, name=name.text, key=_key(tokens, i, root.text), start=root.start, end=name.end)


def _key(tokens: Sequence[Token], i: int, record: str) -> str | None:
    """The one key that is read of a map; None where all of it is."""
    if not field_of(record, tokens[i + 2].text).type.startswith("map"):
        return None
    after = tokens[i + 3 : i + 6]
    signs = [token.text for token in after]
    if signs[:1] == ["."] and len(after) > 1 and after[1].kind == "name" and signs[2:3] != ["("]:
        return after[1].text
    if signs[:1] == ["["] and signs[2:3] == ["]"] and after[1].kind == "string":
        return unquote(after[1].text)
    if _text(tokens, i - 1) == "in" and i > 1 and tokens[i - 2].kind == "string":
        return unquote(tokens[i - 2].text)
    return None


def _text(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].text if 0 <= i < len(tokens) else ""


def _slice(source: str, tokens: Sequence[Token]) -> str:
    return source[tokens[0].start : tokens[-1].end] if tokens else ""


def _outer(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens outside all brackets."""
    depth = 0
    for token in tokens:
        depth -= token.kind == "sign" and token.text in _CLOSING
        if depth == 0:
            yield token
        depth += token.kind == "sign" and token.text in _OPENING


def _split(tokens: Sequence[Token], at: set[str]) -> list[list[Token]]:
    """The pieces between those outer signs."""
    cuts = {token.start for token in _outer(tokens) if token.kind == "sign" and token.text in at}
    pieces: list[list[Token]] = [[]]
    for token in tokens:
        if token.start in cuts:
            pieces.append([])
        else:
            pieces[-1].append(token)
    return [piece for piece in pieces if piece]


def _unwrap(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens without a pair of brackets around them all."""
    while tokens and tokens[0].text == "(" and tokens[-1].text == ")":
        outer = [token.start for token in _outer(tokens)]
        if outer != [tokens[0].start, tokens[-1].start]:
            break
        tokens = tokens[1:-1]
    return tokens
