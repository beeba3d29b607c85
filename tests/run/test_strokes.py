"""Strokes → image: the facts of the preparation, and the golden drawings that the page's tests read too."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digit_classifier.run.strokes import Prepared, prepared_strokes

GOLDEN = json.loads((Path(__file__).parents[1] / "golden/exact_steps.json").read_text())["drawings"]
SEVEN = [[(10.0, 12.0), (52.0, 9.0), (31.0, 71.0)], [(18.0, 40.0), (45.0, 38.0)]]


def unpacked(name: str, kind: str) -> np.ndarray[Any, Any]:
    return np.frombuffer(zlib.decompress(base64.b64decode(GOLDEN[name])), kind)


def drawings() -> list[list[list[tuple[float, float]]]]:
    points = (unpacked("points", "<i2").reshape(-1, 2) / 8).tolist()
    found: list[list[list[tuple[float, float]]]] = [[] for _ in range(200)]
    at = 0
    for number, length in unpacked("strokes", "<i2").reshape(-1, 2).tolist():
        found[number].append([(x, y) for x, y in points[at : at + length]])
        at += length
    assert at == len(points)
    return found


def moved(
    strokes: Any, across: float, down: float, scale: float, shear: float = 0.0
) -> list[list[tuple[float, float]]]:
    return [[((x + shear * y) * scale + across, y * scale + down) for x, y in stroke] for stroke in strokes]


def same(one: Prepared, other: Prepared) -> bool:
    return bool((one.image == other.image).all() and (one.field == other.field).all())


def test_golden_drawings_become_the_same_images_bit_for_bit() -> None:
    images, fields = unpacked("images", "u1").reshape(200, 8, 8), unpacked("fields", "u1").reshape(200, 128)
    upright = []
    for number, drawing in enumerate(drawings()):
        made = prepared_strokes(drawing)
        assert (made.image == images[number]).all(), number
        assert (np.packbits(made.field) == fields[number]).all(), number
        upright += [point for line in made.upright for point in line]
    assert hashlib.sha256(np.array(upright, "<f8").tobytes()).hexdigest() == GOLDEN["upright"]


def test_every_image_has_312_pixels_of_ink() -> None:
    for drawing in drawings():
        made = prepared_strokes(drawing)
        assert made.field.sum() == made.image.sum() == 312
        assert made.image.max() <= 16


@pytest.mark.parametrize("shear", [-0.6, -0.25, 0.3, 0.7])
def test_a_sheared_drawing_comes_out_upright(shear: float) -> None:
    """A bar exactly so; a ring nearly, since shearing changes how long its pieces are, and so their weight."""
    bar = [[(0.0, float(y)) for y in range(0, 101, 5)]]
    assert np.ptp([x for stroke in prepared_strokes(moved(bar, 0, 0, 1, shear)).upright for x, _ in stroke]) < 1e-9
    angles = np.linspace(0, 2 * np.pi, 73)
    ring = [[(float(30 * np.cos(angle)), float(50 * np.sin(angle))) for angle in angles]]
    x, y = np.array(prepared_strokes(moved(ring, 0, 0, 1, shear)).upright[0]).T
    assert abs(np.cov(x, y)[0, 1] / np.var(y)) < abs(shear) / 3


def test_a_slant_is_taken_away_up_to_a_limit() -> None:
    bar = [[(0.0, float(y)) for y in range(0, 101, 5)]]
    columns = [x for stroke in prepared_strokes(moved(bar, 0, 0, 1, 2.0)).upright for x, _ in stroke]
    assert max(columns) - min(columns) == pytest.approx((2.0 - 0.8) * 100)


@pytest.mark.parametrize("scale", [0.125, 0.5, 2.0, 64.0])
def test_the_size_of_a_drawing_does_not_matter(scale: float) -> None:
    """Powers of two are exact, so the bits are the same. A drawing without height has no scale of its own."""
    high = [each for each in drawings() if len({y for stroke in each for _, y in stroke}) > 1]
    assert len(high) > 150
    for drawing in high[:60]:
        assert same(prepared_strokes(moved(drawing, 0, 0, scale)), prepared_strokes(drawing))


@pytest.mark.parametrize(("across", "down"), [(64.0, 0.0), (-128.0, 256.0), (1024.0, -512.0)])
def test_the_place_of_a_drawing_does_not_matter(across: float, down: float) -> None:
    """Moments are sums that are rounded, so a tie may fall the other way: at most a pixel of ink at an edge."""
    for drawing in [SEVEN, *drawings()[40:70]]:
        there, here = prepared_strokes(moved(drawing, across, down, 1)), prepared_strokes(drawing)
        assert np.abs(there.field.astype(int) - here.field).sum() <= 4


def test_a_lone_dot_is_a_round_blot_in_the_middle() -> None:
    field = prepared_strokes([[(3.0, 4.0)]]).field
    rows, columns = np.nonzero(field)
    assert field.sum() == 312
    assert rows.mean() + 0.5 == pytest.approx(16, abs=0.1)
    assert columns.mean() + 0.5 == pytest.approx(16, abs=0.1)
    assert ((rows - 15.5) ** 2 + (columns - 15.5) ** 2).max() <= 312 / np.pi + 3


@pytest.mark.parametrize("nothing", [[], [[]], [[], []]])
def test_nothing_drawn_is_refused(nothing: Any) -> None:
    with pytest.raises(ValueError, match="expected at least one stroke"):
        prepared_strokes(nothing)


def test_a_line_is_as_wide_in_every_row_but_at_its_round_ends() -> None:
    """Of pixels equally far the first are ink, so the last column may end one row earlier."""
    wide = prepared_strokes([[(5.0, 0.0), (5.0, 40.0)]]).field[7:25].sum(axis=1)
    assert np.ptp(wide) <= 1
    assert 9 <= wide.min() <= wide.max() <= 12


@pytest.mark.parametrize("pieces", [1, 2, 40])
@pytest.mark.parametrize("slant", [-0.7, -0.3, 0.0, 0.5, 0.75])
def test_a_straight_line_stands_upright_however_many_points_it_has(slant: float, pieces: int) -> None:
    """The slant of a line is that of its end points; where rounding leaves a width, it is not blown up."""
    line = [(30 + slant * 50 * step / pieces, 10 + 50 * step / pieces) for step in range(pieces + 1)]
    made = prepared_strokes([line])
    across = [x for x, _ in made.upright[0]]
    assert max(across) - min(across) < 1e-9
    columns = np.flatnonzero(made.field.any(axis=0))
    assert abs(columns[0] + columns[-1] - 31) <= 1  # in the middle; ink that does not come out even is left of it
