"""A sheet of paper: boxes, smooth text and small pictures.

Smooth text needs in-between colours; each pair of ink and background gets a short ramp of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from digit_classifier.figures.canvas import Canvas
from digit_classifier.figures.palette import INK, LINE, MUTED, PAPER, blend

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL import ImageFont

WIDTH, HEIGHT, MARGIN = 1600, 900, 72
SMALLEST = 28  # px; still readable when the sheet is shown 480 px wide
_RAMP = 6  # colours between paper and ink, the paper's own left out
_LEVELS = bytes(round(value / 255 * _RAMP) for value in range(256))  # step on the ramp per coverage of a pixel

Anchor = Literal["left", "middle", "right"]


class _Stamp(NamedTuple):
    width: int  # px to the next text
    left: int  # px of the first column from the start, and of the first row from the baseline
    top: int
    rows: list[bytes]


class Sheet(Canvas):
    """White paper of a size in pixels; y grows downwards, text stands on its baseline."""

    def __init__(self, height: int = HEIGHT, width: int = WIDTH) -> None:
        super().__init__(width, height)
        self._stamps: dict[tuple[str, int, str, str], _Stamp] = {}

    def disc(self, x: int, y: int, radius: int, colour: str, paper: str = PAPER) -> None:
        """A filled circle around a pixel, with a smooth edge on `paper`."""
        from PIL import Image, ImageDraw

        side, fine = 2 * radius + 1, 4
        cover = Image.new("L", (fine * side, fine * side))
        ImageDraw.Draw(cover).ellipse((0, 0, fine * side - 1, fine * side - 1), fill=255)
        covered, ramp = cover.resize((side, side), Image.Resampling.BOX).tobytes(), self._ramp(colour, paper)
        for row in range(side):
            part = covered[row * side : (row + 1) * side].lstrip(b"\0")  # leaves what is around it
            self.put(x + radius + 1 - len(part), y - radius + row, [part.rstrip(b"\0").translate(ramp)])

    def picture(self, left: int, top: int, rows: Iterable[bytes], shades: list[str]) -> None:
        """Rows of values, painted as `shades[value]`."""
        table = bytes(map(self.index, shades)).ljust(256, b"\0")
        self.put(left, top, [row.translate(table) for row in rows])

    def text(
        self, x: int, baseline: int, text: str, size: int, ink: str = INK, paper: str = PAPER, anchor: Anchor = "left"
    ) -> None:
        """One line of text on a background that is `paper` throughout."""
        key = text, size, ink, paper
        if key not in self._stamps:
            self._stamps[key] = self._stamp(*key)
        stamp = self._stamps[key]
        start = x - {"left": 0, "middle": stamp.width // 2, "right": stamp.width}[anchor]
        self.put(start + stamp.left, baseline + stamp.top, stamp.rows)

    def _stamp(self, text: str, size: int, ink: str, paper: str) -> _Stamp:
        line = " ".join(text.split("\n"))
        mask, (left, top) = _font(size).getmask2(line, anchor="ls")
        width, height = mask.size
        inked = bytes(mask).translate(self._ramp(ink, paper)) if width and height else b""
        rows = [inked[start : start + width] for start in range(0, len(inked), width)] if inked else []
        return _Stamp(max(1, round(text_width(line, size))), left, top, rows)

    def _ramp(self, ink: str, paper: str) -> bytes:
        """The index of the colour of every coverage, 0 to 255."""
        steps = bytes(self.index(blend(paper, ink, level / _RAMP)) for level in range(_RAMP + 1))
        return _LEVELS.translate(steps.ljust(256))

    def heading(self, title: str, subtitle: str) -> None:
        """Title and subtitle at the top left, made to fit the width."""
        room = self.width - 2 * MARGIN
        for line, baseline, size, ink in ((title, 96, 52, INK), (subtitle, 148, 30, MUTED)):
            fitted, fitted_size = fit(line, room, size, SMALLEST)
            self.text(MARGIN, baseline, fitted, fitted_size, ink)

    def outline(self, left: int, top: int, width: int, height: int, thickness: int, colour: str = LINE) -> None:
        """A frame drawn outside the given rectangle."""
        outer = left - thickness, top - thickness, width + 2 * thickness, height + 2 * thickness
        self.box(outer[0], outer[1], outer[2], thickness, colour)
        self.box(outer[0], top + height, outer[2], thickness, colour)
        self.box(outer[0], outer[1], thickness, outer[3], colour)
        self.box(left + width, outer[1], thickness, outer[3], colour)


def try_drawing() -> None:
    """Do once what needs Pillow and the library in it: text by FreeType."""
    Sheet(16, 16).text(8, 12, "8", 10)


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    path, basic = _dejavu(), ImageFont.Layout.BASIC  # Raqm is not in every Pillow, and refuses some texts
    font = ImageFont.truetype(path, size, layout_engine=basic) if path else ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise ImportError("it was built without FreeType", name="PIL")
    return font


@lru_cache(maxsize=1)
def _dejavu() -> str | None:
    """DejaVu Sans as Matplotlib ships it, found without importing Matplotlib: the typeface of the other pictures."""
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec("matplotlib")
    path = spec and spec.origin and Path(spec.origin).parent / "mpl-data/fonts/ttf/DejaVuSans.ttf"
    return str(path) if path and path.is_file() else None


@lru_cache(maxsize=4096)
def _draws(character: str) -> bool:
    """Whether the typeface has a glyph of its own for this character."""
    if character.isascii():
        return character.isprintable()
    font = _font(24)
    return bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))


def drawable(text: str) -> bool:
    """Whether every character can be drawn; white space always can."""
    return all(character.isspace() or _draws(character) for character in text)


@lru_cache(maxsize=4096)
def text_width(text: str, size: int) -> float:
    """Advance width in pixels."""
    return _font(size).getlength(text)


def fit(text: str, room: float, size: int, smallest: int) -> tuple[str, int]:
    """The text and the largest size ≤ `size` that fit `room` pixels; below `smallest` "…" replaces the middle.

    Names that differ differ at their ends more often than in the middle.
    """
    width = text_width(text, size)
    if width <= room:
        return text, size
    size = max(min(size, smallest), int(size * room / width))
    fitted, keep = text, len(text)
    while text_width(fitted, size) > room and keep > 2:
        keep -= 1
        fitted = f"{text[: (keep + 1) // 2].rstrip()}…{text[len(text) - keep // 2 :].lstrip()}"
    return fitted, size
