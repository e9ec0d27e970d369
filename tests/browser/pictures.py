"""Pictures of pages small enough to keep: PNG with a palette of 256 colours, a quarter of what the browser writes."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from typing import Any

# The most frequent colours stay as they are; each of the others becomes the nearest of them.
_COUNT = """async (encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (one) => one.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const { width, height } = picture, surface = new OffscreenCanvas(width, height).getContext("2d");
  surface.drawImage(picture, 0, 0);
  const dots = surface.getImageData(0, 0, width, height).data, counts = new Map();
  const colour = (at) => (dots[at] << 16) | (dots[at + 1] << 8) | dots[at + 2];
  for (let at = 0; at < dots.length; at += 4) counts.set(colour(at), (counts.get(colour(at)) || 0) + 1);
  const parts = (one) => [one >> 16, (one >> 8) & 255, one & 255];
  const kept = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([one]) => parts(one)), places = new Map();
  for (const one of counts.keys()) {
    const [r, g, b] = parts(one);
    const far = kept.map((two) => (two[0] - r) ** 2 + (two[1] - g) ** 2 + (two[2] - b) ** 2);
    places.set(one, far.indexOf(Math.min(...far)));
  }
  const rows = [];
  for (let y = 0; y < height; y += 1) {
    let row = "";
    for (let x = 0; x < width; x += 1) row += String.fromCharCode(places.get(colour(4 * (y * width + x))));
    rows.push(btoa(row));
  }
  return { width, height, palette: kept.flat(), rows };
}"""


def small_png(page: Any, picture: bytes) -> bytes:
    """The same picture with 256 colours; `page` is a blank one, which counts them."""
    found = page.evaluate(_COUNT, base64.b64encode(picture).decode())
    rows = b"".join(b"\0" + base64.b64decode(row) for row in found["rows"])  # \0: no filter
    head = struct.pack(">IIBBBBB", found["width"], found["height"], 8, 3, 0, 0, 0)
    parts = [(b"IHDR", head), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunks(parts))


def _chunks(parts: list[tuple[bytes, bytes]]) -> Iterator[bytes]:
    for name, content in parts:
        yield struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
