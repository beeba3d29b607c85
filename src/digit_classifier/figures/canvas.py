"""Paper of at most 256 colours: boxes and rows of pixels, and the PNG of it. Standard library only."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from digit_classifier.figures.palette import PAPER, rgb

if TYPE_CHECKING:
    from collections.abc import Sequence


class Canvas:
    """White paper of a size in pixels; y grows downwards. Palette indices keep a slide at 1.4 MB of memory."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._colours: dict[str, int] = {PAPER: 0}
        self._pixels = bytearray((width + 1) * height)  # before each row stands PNG's filter for it: 0, none

    def index(self, colour: str) -> int:
        """The number of a `#rrggbb` on this paper; ValueError for the 257th."""
        if len(self._colours) == 256 and colour not in self._colours:
            raise ValueError(f"figures: expected at most 256 colours on one sheet, {colour} is one too many")
        return self._colours.setdefault(colour, len(self._colours))

    def put(self, left: int, top: int, rows: Sequence[bytes]) -> None:
        """Rows of palette indices, one below the other; what lies beyond the paper is cut off."""
        hidden, room, stride = max(0, -left), max(0, self.width - left), self.width + 1
        start = max(0, top) * stride + 1 + max(0, left)
        for row in rows[max(0, -top) : max(0, self.height - top)]:
            seen = row[hidden:room]
            self._pixels[start : start + len(seen)] = seen
            start += stride

    def box(self, left: int, top: int, width: int, height: int, colour: str) -> None:
        """A filled rectangle."""
        left, right, stride = max(0, left), min(self.width, left + width), self.width + 1
        row = bytes([self.index(colour)]) * (right - left)
        for start in range(max(0, top) * stride + 1 + left, min(self.height, top + height) * stride, stride):
            self._pixels[start : start + len(row)] = row

    def png(self) -> bytes:
        """PNG bytes (RFC 2083) without text and time: equal pictures are equal bytes."""
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)  # 8 bits per pixel, of a palette
        palette = bytes(channel for colour in self._colours for channel in rgb(colour))
        pixels = zlib.compress(self._pixels, 3)
        chunks = (b"IHDR", header), (b"PLTE", palette), (b"IDAT", pixels), (b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
