"""A picture as a sample of a data set: brought to its size, its colours and its tone, by rules and not by guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from digit_classifier.datasets.judge.source import times
from digit_classifier.errors import InputError, explain, option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]  # (height, width) grey, or (height, width, 3) colour; 255 is light

Preparation = Literal["none", "fit", "uci"]
PREPARATIONS = ("none", "fit", "uci")
SIDE, INKED, BLOCK = 32, 28, 4  # pixels: of the bitmap, of the ink's box in it, of the blocks that are counted


def preparation_for(dataset: Mapping[str, Any]) -> Preparation:
    """How pictures become samples of a data set, given by the `dataset` of a run_summary.json.

    The bundled digits are counts of ink in blocks; what was read with `image_size` was made to fit; any other data set
    takes pictures of its own size.
    """
    origin = dataset.get("origin") or {"format": "", "options": {}}
    if (
        dataset["name"] == "digits"
        and dataset["image_shape"] == [SIDE // BLOCK] * 2
        and dataset["max_value"] == BLOCK**2
    ):
        return "uci"
    return "fit" if "image_size" in origin["options"] else "none"


def as_sample(picture: Pixels, dataset: Mapping[str, Any], how: Preparation, where: object) -> Pixels:
    """The picture as (channels, height, width), 0..max_value; InputError where it does not suit.

    Where large values are ink, the median of the picture's border is taken for paper, and what differs from it for ink.
    """
    height, width = dataset["image_shape"]
    channels, largest = dataset["channels"], dataset["max_value"]
    if how == "uci":
        if (height, width, channels, largest) != (SIDE // BLOCK, SIDE // BLOCK, 1, BLOCK**2):
            shape = f"{height} × {width} pixels of 0..{largest}"
            raise InputError(explain(where, "a run on 8 × 8 counts of 0..16", shape, option("prepare", "fit")))
        return _block_counts(picture, where)[None]
    if how == "none" and picture.shape[:2] != (height, width):
        expected, came = f"{height} × {width} pixels, as the run's data set", times(picture.shape[:2])
        raise InputError(explain(where, expected, came, option("prepare", "fit")))
    if how == "fit":
        picture = _fitted(picture, height, width)
    values = picture.astype(np.float64)
    if channels == 1 and picture.ndim == 3:
        values = _grey(values)
    elif channels == 3 and picture.ndim == 2:
        values = np.repeat(values[:, :, None], 3, axis=2)
    if dataset.get("tone", "ink") == "ink":
        values = np.abs(values - np.median(_border(values), axis=0))
    scaled: Pixels = np.rint(values * (largest / 255)).astype(np.uint8)
    return scaled[None] if channels == 1 else np.ascontiguousarray(scaled.transpose(2, 0, 1))


def _grey(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Luma of ITU-R BT.601, which picture programs mean by grey."""
    grey: NDArray[np.float64] = values @ np.array([0.299, 0.587, 0.114])
    return grey


def _border(values: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([values[0], values[-1], values[1:-1, 0], values[1:-1, -1]])


def _fitted(picture: Pixels, height: int, width: int) -> Pixels:
    """Scaled and cut in the middle, as pictures are that are read with `image_size`."""
    from PIL import Image, ImageOps

    return np.asarray(ImageOps.fit(Image.fromarray(picture), (width, height)))


def _block_counts(picture: Pixels, where: object) -> Pixels:
    """How the UCI digits were made (Alpaydin and Kaynak, 1998): ink in two levels, counted in blocks of 4 × 4.

    The box around the ink is scaled to 28 of 32 pixels, with its proportions. InputError where there is no ink.
    """
    from PIL import Image

    values = _grey(picture.astype(np.float64)) if picture.ndim == 3 else picture.astype(np.float64)
    ink = np.abs(values - np.median(_border(values)))
    strongest = ink.max()
    if strongest < 32:
        raise InputError(explain(where, "ink on paper", "one colour", "a picture with a digit in its middle"))
    is_ink = ink >= strongest / 2
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    box = is_ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    bitmap = np.zeros((SIDE, SIDE))
    share = INKED / max(box.shape)
    high, wide = (max(1, round(side * share)) for side in box.shape)
    method = Image.Resampling.BOX if share < 1 else Image.Resampling.BILINEAR
    scaled = Image.fromarray(box.astype(np.float32)).resize((wide, high), method)
    top, left = (SIDE - high) // 2, (SIDE - wide) // 2
    bitmap[top : top + high, left : left + wide] = np.asarray(scaled)
    blocks = (bitmap >= 0.5).reshape(SIDE // BLOCK, BLOCK, SIDE // BLOCK, BLOCK)
    counts: Pixels = blocks.sum(axis=(1, 3)).astype(np.uint8)
    return counts
