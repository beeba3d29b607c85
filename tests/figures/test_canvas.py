"""The paper that pictures are drawn on, read back by Pillow and compared with NumPy's slices."""

from __future__ import annotations

import io
from random import Random

import numpy as np
import pytest
from PIL import Image

from digit_classifier.figures.canvas import Canvas
from digit_classifier.figures.palette import PAPER, rgb


@pytest.mark.parametrize("seed", range(20))
def test_boxes_and_rows_lie_where_they_were_put_and_end_with_the_paper(seed: int) -> None:
    random = Random(seed)
    width, height = random.randrange(1, 40), random.randrange(1, 40)
    canvas, expected = Canvas(width, height), np.empty((height, width, 3), np.uint8)
    expected[:] = rgb(PAPER)
    for _ in range(12):
        left, top = random.randrange(-10, 45), random.randrange(-10, 45)
        wide, high = random.randrange(20), random.randrange(20)
        colour = f"#{random.randrange(2**24):06x}"
        if random.random() < 0.5:
            canvas.box(left, top, wide, high, colour)
        else:
            canvas.put(left, top, [bytes([canvas.index(colour)]) * wide] * high)
        expected[max(0, top) : max(0, top + high), max(0, left) : max(0, left + wide)] = rgb(colour)
    with Image.open(io.BytesIO(canvas.png())) as image:
        image.verify()
    with Image.open(io.BytesIO(canvas.png())) as image:
        assert image.size == (width, height)
        assert (np.asarray(image.convert("RGB")) == expected).all()


def test_a_paper_has_256_colours_and_no_more() -> None:
    canvas = Canvas(2, 2)
    for blue in range(255):
        canvas.box(0, 0, 1, 1, f"#0000{blue:02x}")
    with pytest.raises(ValueError, match="256 colours"):
        canvas.box(0, 0, 1, 1, "#123456")
    with Image.open(io.BytesIO(canvas.png())) as image:
        assert image.convert("RGB").getpixel((0, 0)) == (0, 0, 254)
