"""Pictures as samples: against Pillow, against arithmetic done by hand, and against digits of a typeface."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from digit_classifier import InputError, configure, prepare, run_experiment
from digit_classifier.datasets.readers.pictures import decode_picture
from digit_classifier.run.pictures import as_sample, preparation_for

DIGITS = {"name": "digits", "image_shape": [8, 8], "channels": 1, "max_value": 16, "tone": "ink"}
GREY = {"name": "grey", "image_shape": [4, 6], "channels": 1, "max_value": 255, "tone": "light"}
INK = GREY | {"tone": "ink"}
COLOUR = {"name": "colour", "image_shape": [4, 4], "channels": 3, "max_value": 255, "tone": "light"}
FONTS = sorted(Path(mpl.get_data_path(), "fonts", "ttf").glob("DejaVu*.ttf"))


def drawn(digit: int, font: Path, size: tuple[int, int] = (120, 160)) -> np.ndarray:
    picture = Image.new("L", size, 255)
    face = ImageFont.truetype(font, 110)
    ImageDraw.Draw(picture).text((size[0] / 2, size[1] / 2), str(digit), fill=0, font=face, anchor="mm")
    return np.asarray(picture)


def test_a_picture_of_the_data_sets_size_is_taken_as_it_is():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (4, 6), np.uint8)
    assert np.array_equal(as_sample(picture, GREY, "none", "x"), picture[None])
    colour = rng.integers(0, 256, (4, 4, 3), np.uint8)
    assert np.array_equal(as_sample(colour, COLOUR, "none", "x"), colour.transpose(2, 0, 1))


def test_a_colour_picture_becomes_the_grey_that_pillow_makes():
    colour = np.random.default_rng(1).integers(0, 256, (4, 6, 3), np.uint8)
    ours = as_sample(colour, GREY, "none", "x")[0].astype(int)
    assert np.abs(ours - np.asarray(Image.fromarray(colour).convert("L"))).max() <= 1  # Pillow cuts off, we round


def test_ink_on_paper_and_light_on_dark_are_the_same_sample():
    picture = np.full((4, 6), 250, np.uint8)
    picture[1:3, 2:4] = [[10, 50], [90, 130]]
    expected = np.zeros((4, 6))
    expected[1:3, 2:4] = [[240, 200], [160, 120]]
    assert np.array_equal(as_sample(picture, INK, "none", "x")[0], expected)
    assert np.array_equal(as_sample(255 - picture, INK, "none", "x")[0], expected)
    small = INK | {"max_value": 16}
    assert np.array_equal(as_sample(picture, small, "none", "x")[0], np.rint(expected * 16 / 255))


def test_another_size_is_refused_unless_it_is_to_fit():
    picture = np.full((8, 8), 200, np.uint8)
    with pytest.raises(InputError, match="4 × 6 pixels, as the run's data set, got 8 × 8; try prepare='fit'"):
        as_sample(picture, GREY, "none", "x.png")


@pytest.mark.parametrize("shape", [(40, 30), (9, 21, 3), (16, 16, 3)])
def test_a_picture_that_is_to_fit_is_what_training_made_of_it(shape, tmp_path):
    """The reader of pictures, asked for the same size, decodes the same file."""
    picture = np.random.default_rng(3).integers(0, 256, shape, np.uint8)
    Image.fromarray(picture).save(tmp_path / "picture.png")
    data = (tmp_path / "picture.png").read_bytes()
    dataset = COLOUR | {"image_shape": [16, 16], "channels": 3 if len(shape) == 3 else 1}
    ours = as_sample(decode_picture(data, "x"), dataset, "fit", "x")
    read = decode_picture(data, "x", 16)
    assert np.array_equal(ours, read[None] if read.ndim == 2 else read.transpose(2, 0, 1))


def test_a_digit_becomes_counts_of_ink_wherever_it_stands_and_however_large():
    picture = np.full((90, 70), 255, np.uint8)
    picture[20:76, 10:38] = 0  # twice as high as wide: 28 × 14 pixels of the bitmap, in its middle
    counts = as_sample(picture, DIGITS, "uci", "x")[0]
    bitmap = np.zeros((32, 32), int)
    bitmap[2:30, 9:23] = 1
    assert np.array_equal(counts, bitmap.reshape(8, 4, 8, 4).sum(axis=(1, 3)))
    wider = np.pad(picture, ((30, 5), (0, 60)), constant_values=255)
    assert np.array_equal(as_sample(wider, DIGITS, "uci", "x")[0], counts)
    assert np.array_equal(as_sample(255 - picture, DIGITS, "uci", "x")[0], counts)


def test_digits_of_a_typeface_are_mostly_recognised():
    config = configure(model="cnn", epochs=30)
    network = run_experiment(config, prepare(config)).network
    pictures = [(digit, drawn(digit, font)) for font in FONTS if "Display" not in font.name for digit in range(10)]
    samples = np.stack([as_sample(picture, DIGITS, "uci", "x") for _, picture in pictures])
    right = network.probabilities(samples).argmax(axis=1) == [digit for digit, _ in pictures]
    assert right.mean() > 0.85  # a test of the preparation: shrinking to 8 × 8 pixels gives 0.1


def test_an_empty_picture_has_no_digit():
    with pytest.raises(InputError, match=r"blank\.png: expected ink on paper, got one colour"):
        as_sample(np.full((50, 50), 240, np.uint8), DIGITS, "uci", "blank.png")


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (DIGITS, "uci"),
        (GREY, "none"),
        (COLOUR | {"origin": {"format": "pictures", "files": [], "options": {"image_size": 32}}}, "fit"),
        (DIGITS | {"name": "mine"}, "none"),
    ],
)
def test_the_data_set_says_how_pictures_are_prepared(dataset, expected):
    assert preparation_for(dataset) == expected


def test_counts_of_ink_are_only_for_eight_by_eight_counts():
    with pytest.raises(InputError, match=r"a run on 8 × 8 counts of 0\.\.16, got 4 × 6 pixels of 0\.\.255"):
        as_sample(np.zeros((9, 9), np.uint8), GREY, "uci", "x")
