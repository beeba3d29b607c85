"""A sheet of paper: boxes, smooth text and small pictures on 256 palette colours.

Drawing palette indices keeps a slide-sized picture at 1.4 MB in memory and a few milliseconds to compress.
Smooth text needs in-between colours; each pair of ink and background gets a short ramp of them.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from digit_classifier.figures.palette import INK, LINE, MUTED, PAPER, blend, rgb

if TYPE_CHECKING:
    from PIL import Image, ImageFont

WIDTH, HEIGHT, MARGIN = 1600, 900, 72
SMALLEST = 28  # px; still readable when the sheet is shown 480 px wide
_RAMP = 6  # colours between paper and ink, the paper's own left out
_LEVELS = [round(value / 255 * _RAMP) for value in range(256)]  # step on the ramp per coverage of a pixel by a glyph
_COVERED = [255 if level else 0 for level in _LEVELS]

Anchor = Literal["left", "middle", "right"]


class Sheet:
    """White paper of a size in pixels; y grows downwards, text stands on its baseline."""

    def __init__(self, height: int = HEIGHT, width: int = WIDTH) -> None:
        from PIL import Image, ImageDraw

        self.width, self.height = width, height
        self._image = Image.new("P", (width, height))
        self._draw = ImageDraw.Draw(self._image)
        self._colours: dict[str, int] = {}
        self._stamps: dict[tuple[str, int, str, str], tuple[Image.Image, Image.Image, int]] = {}
        self._index(PAPER)

    def _index(self, colour: str) -> int:
        known = self._colours.get(colour)
        if known is None:
            if len(self._colours) == 256:
                raise ValueError(f"figures: expected at most 256 colours on one sheet, {colour} is one too many")
            known = self._colours[colour] = len(self._colours)
        return known

    def box(self, left: int, top: int, width: int, height: int, colour: str) -> None:
        """A filled rectangle."""
        self._image.paste(self._index(colour), (left, top, left + width, top + height))

    def triangle(self, corners: list[tuple[int, int]], colour: str) -> None:
        """A filled triangle."""
        self._draw.polygon(corners, fill=self._index(colour))

    def disc(self, x: int, y: int, radius: int, colour: str, paper: str = PAPER) -> None:
        """A filled circle around a pixel, with a smooth edge on `paper`."""
        from PIL import Image, ImageDraw

        side, fine = 2 * radius + 1, 4
        cover = Image.new("L", (fine * side, fine * side))
        ImageDraw.Draw(cover).ellipse((0, 0, fine * side - 1, fine * side - 1), fill=255)
        cover = cover.resize((side, side), Image.Resampling.BOX)
        ramp = [self._index(blend(paper, colour, level / _RAMP)) for level in range(_RAMP + 1)]
        self._image.paste(
            cover.point([ramp[level] for level in _LEVELS]), (x - radius, y - radius), cover.point(_COVERED)
        )

    def picture(self, left: int, top: int, image: Image.Image, shades: list[str]) -> None:
        """A grey-level image ("L") whose value v is painted as `shades[v]`."""
        table = [self._index(colour) for colour in shades]
        self._image.paste(image.point(table + table[-1:] * (256 - len(table))), (left, top))

    def text(
        self, x: int, baseline: int, text: str, size: int, ink: str = INK, paper: str = PAPER, anchor: Anchor = "left"
    ) -> None:
        """One line of text on a background that is `paper` throughout."""
        key = text, size, ink, paper
        if key not in self._stamps:
            self._stamps[key] = self._stamp(*key)
        stamp, mask, rise = self._stamps[key]
        left = x - {"left": 0, "middle": stamp.width // 2, "right": stamp.width}[anchor]
        self._image.paste(stamp, (left, baseline - rise), mask)

    def _stamp(self, text: str, size: int, ink: str, paper: str) -> tuple[Image.Image, Image.Image, int]:
        from PIL import Image, ImageDraw

        rise = round(size * 1.2)
        cover = Image.new("L", (max(1, round(text_width(text, size))), rise + round(size * 0.45)))
        ImageDraw.Draw(cover).text((0, rise), text, fill=255, font=_font(size), anchor="ls")
        ramp = [self._index(blend(paper, ink, level / _RAMP)) for level in range(_RAMP + 1)]
        return cover.point([ramp[level] for level in _LEVELS]), cover.point(_COVERED), rise

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

    def png(self) -> bytes:
        """The sheet as PNG bytes."""
        self._image.putpalette([channel for colour in self._colours for channel in rgb(colour)])
        file = io.BytesIO()
        self._image.save(file, "PNG", compress_level=3)  # no text and no time in it: equal sheets are equal bytes
        return file.getvalue()


def try_drawing() -> None:
    """Do once all that needs Pillow and the libraries in it: paste, draw, text by FreeType, PNG by zlib."""
    sheet = Sheet(16, 16)
    sheet.triangle([(0, 0), (4, 0), (0, 4)], INK)
    sheet.text(8, 12, "8", 10)
    sheet.png()


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
