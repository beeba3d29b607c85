"""What a stored run takes as samples, and what it refuses, in one line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas
import pytest

from digit_classifier.datasets.dataset import Dataset
from digit_classifier.errors import InputError
from digit_classifier.run.samples import samples_like

GREY = {"image_shape": [2, 3], "channels": 1, "max_value": 16}
COLOUR = {"image_shape": [2, 4], "channels": 3, "max_value": 255}
TABLE = {"feature_names": ["width", "length"]}
PIXELS = np.arange(12).reshape(2, 2, 3)
COLOURS = np.arange(48).reshape(2, 3, 2, 4)


@pytest.mark.parametrize(
    "samples",
    [PIXELS, PIXELS.tolist(), PIXELS[:, None], PIXELS[..., None], PIXELS.reshape(2, 6), PIXELS.astype(np.float64)],
)
def test_grey_images_of_any_layout_are_one(samples: Any) -> None:
    found = samples_like(samples, GREY)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, PIXELS[:, None])


@pytest.mark.parametrize("samples", [COLOURS, np.moveaxis(COLOURS, 1, 3), COLOURS.reshape(2, 24)])
def test_colours_come_first_wherever_they_were(samples: Any) -> None:
    np.testing.assert_array_equal(samples_like(samples, COLOUR), COLOURS)


def test_a_run_of_the_first_version_has_grey_images() -> None:
    first = {"image_shape": [2, 3], "max_value": 16}
    np.testing.assert_array_equal(samples_like(PIXELS, first), PIXELS[:, None])


def test_rows_are_float32_and_a_frame_has_the_columns_of_the_run() -> None:
    rows = [[0.1, 2], [3, 4]]
    for samples in (rows, np.array(rows), pandas.DataFrame(rows, columns=TABLE["feature_names"])):
        found = samples_like(samples, TABLE)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, np.float32(rows))


def test_no_samples_are_none() -> None:
    assert samples_like(np.zeros((0, 2, 3)), GREY).shape == (0, 1, 2, 3)
    assert samples_like(np.zeros((0, 2)), TABLE).shape == (0, 2)


@pytest.mark.parametrize(
    ("samples", "dataset", "message"),
    [
        (
            PIXELS[0],
            GREY,
            "samples: expected images (n, 2, 3), got an array (2, 3); try samples[None] for a single image",
        ),
        (PIXELS[0].ravel(), GREY, "samples[None] for a single image"),
        (COLOURS[0], COLOUR, "expected images (n, 3, 2, 4) or (n, 2, 4, 3), got an array (3, 2, 4); try samples[None]"),
        (PIXELS[:, :, :2], GREY, "got an array (2, 2, 2); try images of the size that the run learned from"),
        (COLOURS, GREY, "got an array (2, 3, 2, 4)"),
        (PIXELS / 16, GREY, "whole pixels from 0 to 16, got 0 to 0.6875, not whole; try np.rint(samples * 16)"),
        (PIXELS + 0.5, GREY, "got 0.5 to 11.5, not whole; try pixels as the data set of the run has them"),
        (PIXELS * 20, GREY, "whole pixels from 0 to 16, got 0 to 220"),
        (PIXELS - 1, GREY, "got -1 to 10"),
        (np.full((1, 2, 3), np.inf), GREY, "got inf to inf"),
        (np.full((2, 2, 3), np.nan), GREY, "expected a value in each of 2 rows, got 2 with gaps"),
        ([["a", "b"]], TABLE, "samples[0, 0]: expected a number, got 'a'"),
        ([[1, 2, 3]], TABLE, "samples: expected rows (n, 2), got an array (1, 3)"),
        ([1, 2], TABLE, "got an array (2,); try samples.reshape(1, -1) for a single row"),
        ([[1, 1e300]], TABLE, "expected numbers that a float32 holds, got 1e+300 in row 1, column 2"),
        ([[1, None]], TABLE, "got 1 with gaps"),
        (7, TABLE, "samples: expected one for each sample, got 7"),
        ([[1], [2, 3]], TABLE, "got some of other shapes"),
        (np.zeros((2, 2), complex), TABLE, "got an array of complex128"),
        (pandas.DataFrame([[1, 2]], columns=["width", "height"]), TABLE, "got none named 'length'"),
        (pandas.DataFrame([[1, 2]], columns=["length", "width"]), TABLE, "got others, or in another order"),
    ],
)
def test_what_does_not_suit_is_one_line(samples: Any, dataset: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        samples_like(samples, dataset)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_the_frame_that_trained_predicts_whatever_blanks_are_in_its_names() -> None:
    names = [" Flow Duration", "Total  Packets ", "x" * 90]
    frame = pandas.DataFrame(np.arange(12.0).reshape(4, 3), columns=names)
    data = Dataset.from_arrays(frame, [0, 1, 0, 1])
    found = samples_like(frame, {"feature_names": list(data.feature_names or ())})
    np.testing.assert_array_equal(found, data.samples)
    with pytest.raises(InputError, match="others, or in another order; try a frame with the run's columns, in"):
        samples_like(frame[names[::-1]], {"feature_names": list(data.feature_names or ())})
