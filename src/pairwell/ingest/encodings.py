"""Which encoding a text is in, judged by the bytes that tell encodings apart."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pairwell.errors import SourceError
from pairwell.ingest.streams import is_gzip, open_bytes

_BLOCK = 1 << 20
_SCANNED = 64  # blocks read from the start; of a larger plain file as many more, spread over the rest
_EVIDENCE = 1 << 17  # bytes of telling lines that are judged
_TELLING = re.compile(rb"[^\n\r]*[\x80-\xff][^\n\r]*")
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# With a factor for how usual they are today.
_SINGLE_BYTE = {
    "windows-1252": 1.0,
    "windows-1251": 1.0,
    "windows-1250": 1.0,
    "koi8-r": 0.85,
    "cp866": 0.85,
    "iso-8859-2": 0.98,
}
_KEPT = 1000  # bytes of one line
_MOSTLY = 0.9  # share of telling lines that fit UTF-8 from which the others count as damaged

# Letters by how often Russian writes them; two alphabets that swap them then differ in sum.
_CYRILLIC = {letter: 1.0 - 0.05 * place for place, letter in enumerate("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъії")}
_POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_WESTERN = frozenset("éèàçüöäßñÉÈÀÇÜÖÄÑêâîôûëïíáúóãõåøæÅØ")
_LAST_ALPHABET = 4  # first byte of Latin and Cyrillic letters in UTF-16
_SIGNS = frozenset("£€§©®°½¼¾×–—’‘“”„…«»№™±²³\u00a0")


def sniff_encoding(path: Path) -> str:
    """The encoding by its mark, else by content: UTF-8, UTF-16 or one of the usual single-byte ones.

    Bytes are gathered over the file, not from its head alone. Raises `SourceError` where it is no text.
    """
    with open_bytes(path, advance=lambda _: None) as stream:
        head = stream.read(_BLOCK)
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name
    if wide := _without_mark(head):
        return wide
    if head.count(0) > len(head) // 100:
        raise SourceError(
            f"{path} is no text: it holds binary content.",
            hint="Expected CSV, TSV, JSON, JSON lines or Parquet, plain or gzipped.",
        )
    return _judge(_telling_lines(path))


def _without_mark(head: bytes) -> str | None:
    """UTF-16 without its mark: every second byte is one of the few that begin an alphabet."""
    sample = head[: 4096 + len(head) % 2]
    if sample.count(0) < len(sample) // 50:
        return None
    high, low = (sum(byte <= _LAST_ALPHABET for byte in half) for half in (sample[1::2], sample[::2]))
    half = len(sample) // 2
    if high > 0.95 * half and low < 0.3 * half:
        return "utf-16-le"
    return "utf-16-be" if low > 0.95 * half and high < 0.3 * half else None


def _telling_lines(path: Path) -> list[bytes]:
    lines: list[bytes] = []
    size = 0
    with open_bytes(path, advance=lambda _: None) as stream:
        for block in _blocks(path, stream):
            if block.isascii():
                continue
            # Lines cut by the end of a block may hold half a character.
            whole = block[block.find(b"\n") + 1 : block.rfind(b"\n") + 1] or block
            share = [match.group()[:_KEPT] for match in _TELLING.finditer(whole)][:400]
            lines += share
            size += sum(map(len, share))
            if size > _EVIDENCE:
                break
    return lines


def _blocks(path: Path, stream: BinaryIO) -> Iterator[bytes]:
    size = path.stat().st_size
    for place in range(_SCANNED):
        block = stream.read(_BLOCK)
        if not block:
            return
        yield b"\n" + block + b"\n" if place == 0 and len(block) < _BLOCK else (b"\n" * (place == 0)) + block
    if is_gzip(path):
        return
    start, rest = _SCANNED * _BLOCK, size - (_SCANNED + 1) * _BLOCK
    with path.open("rb") as plain:
        for place in range(1, _SCANNED + 1):
            plain.seek(start + max(rest, 0) * place // _SCANNED)
            yield plain.read(_BLOCK)


def _judge(lines: list[bytes]) -> str:
    fitting = sum(map(_is_utf8, lines))
    if fitting >= _MOSTLY * len(lines):
        return "utf-8"
    text = b"\n".join(lines)
    return max(_SINGLE_BYTE, key=lambda name: _plausibility(text.decode(name, "replace")) * _SINGLE_BYTE[name])


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        # A long line was cut, perhaps inside a character.
        return len(line) == _KEPT and _is_utf8_start(line)
    return True


def _is_utf8_start(line: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(line)
    except UnicodeDecodeError:
        return False
    return True


def _plausibility(text: str) -> float:
    """How much the characters beyond ASCII look like language; higher is better."""
    score = 0.0
    for before, char, after in zip("\n" + text, text, text[1:] + "\n", strict=False):
        if char > "\x7f":
            score += _weight(before, char, after)
    return score


def _weight(before: str, char: str, after: str) -> float:
    if not char.isalpha():
        beside = before.isalpha() and after.isalpha()
        return -1.0 if beside else 0.2 if char in _SIGNS else -0.8
    if char.isupper() and before.islower():
        return -1.0
    if "\u0400" <= char <= "\u04ff":
        return _cyrillic_weight(before, char, after)
    if before > "\x7f" and before.isalpha() and after > "\x7f" and after.isalpha():
        return -1.0  # three accented letters in a row: another alphabet read wrongly
    if not (before.isalpha() or after.isalpha()) or before.isdigit() or after.isdigit():
        return -0.5
    return 1.0 if char in _POLISH or char in _WESTERN else 0.3


def _cyrillic_weight(before: str, char: str, after: str) -> float:
    near = [letter for letter in (before, after) if letter.isalpha()]
    if not near or any(letter < "\u0400" for letter in near):
        return -1.0
    # Whole words in capitals are rarer than small letters: KOI8-R and windows-1251 swap the two.
    return _CYRILLIC.get(char.lower(), -1.0) + (0.05 if char.islower() else 0.0)
