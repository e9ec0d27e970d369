"""Encodings are told apart by content."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.unit.ingest.reading import write

from pairwell.errors import SourceError
from pairwell.ingest import encodings
from pairwell.ingest.encodings import sniff_encoding

RUSSIAN = "Чек;Дата;Наименование\n1;02.03;Чай чёрный байховый\n2;02.03;Сахар-песок\n"
POLISH = "Nr zamówienia;Nazwa towaru\n1;Żółty ser\n2;Masło ekstra\n3;Świąteczna ćwikła\n"
WESTERN = "id;title;price\n1;Café crème;£5.00\n2;Müllers Brötchen;£2.50\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "utf-16"),
        (RUSSIAN, "utf-16-le"),
        (RUSSIAN, "windows-1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
        (POLISH, "utf-8"),
        (POLISH, "utf-16-be"),
        (POLISH, "windows-1250"),
        (POLISH, "iso-8859-2"),
        (WESTERN, "utf-8"),
        (WESTERN, "windows-1252"),
        ("plain;text\n1;2\n", "utf-8"),
    ],
)
def test_content_decides(tmp_path: Path, text: str, encoding: str) -> None:
    assert sniff_encoding(write(tmp_path, text.encode(encoding))) == encoding


def test_a_byte_order_mark_decides(tmp_path: Path) -> None:
    assert sniff_encoding(write(tmp_path, WESTERN.encode("utf-8-sig"))) == "utf-8"


def test_a_sign_alone_is_western(tmp_path: Path) -> None:
    assert sniff_encoding(write(tmp_path, "item;price (£)\n1;5\n".encode("windows-1252"))) == "windows-1252"


def test_letters_far_behind_the_head_count(tmp_path: Path) -> None:
    text = "1;plain\n" * 400_000 + "2;Сахар-песок белый\n"
    assert sniff_encoding(write(tmp_path, text.encode("windows-1251"))) == "windows-1251"


def test_a_few_broken_lines_leave_utf_8(tmp_path: Path) -> None:
    content = RUSSIAN.encode() * 50 + "Чай\n".encode("windows-1251")
    assert sniff_encoding(write(tmp_path, content)) == "utf-8"


def test_junk_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="binary"):
        sniff_encoding(write(tmp_path, random.Random(1).randbytes(5000) + bytes(500)))


def test_beyond_what_is_scanned_a_large_file_is_looked_at_here_and_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "_SCANNED", 2)
    text = "1;plain\n" * 400_000 + "2;Сахар-песок белый\n" * 20_000
    assert sniff_encoding(write(tmp_path, text.encode("windows-1251"))) == "windows-1251"
