"""Images: their channels first, their pixels as bytes."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import limits
from digit_classifier.datasets.judge.arrays import LAYOUTS
from digit_classifier.datasets.judge.source import gaps, times
from digit_classifier.errors import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digit_classifier.datasets.judge.source import Source
    from digit_classifier.datasets.readers import Found

TOPS = (1, 16, 255)  # the first that no pixel exceeds is the largest possible value, if nothing says another
BYTE = 255
UNIT, SIGNED = (f"Pixels were given from {low} to 1 and rounded to" for low in ("0", "−1"))


def were_signed(note: str) -> bool:
    """Whether the pixels of a data set were given from −1 to 1, as its note says."""
    return SIGNED in note


def judged_images(samples: NDArray[Any], found: Found, source: Source) -> tuple[NDArray[np.uint8], int, str]:
    """Images (n, channels, height, width) as uint8, their largest possible value, and what was changed."""
    if found.feature_names is not None:
        raise source.refusal("feature_names", "none for images", "some", "samples.reshape(n, -1) for a table")
    samples = _channels_first(samples, found.channels, source)
    count = prod(samples.shape[1:])
    if max(samples.shape[2:]) > limits.SIDE or count > limits.FEATURES:
        came = f"{times(samples.shape[1:])}, {count:,}"
        attempt = source.hint("image_size", 64, "smaller images")
        raise source.refusal("samples", f"images of at most {limits.FEATURES:,} numbers", came, attempt)
    source.refuse_gaps("samples", gaps(samples))
    values, top, remark = _pixels(samples, _given_top(found.max_value, source), source)
    brightest = int(values.max())
    if top is None:
        top = next(each for each in TOPS if brightest <= each)
    if brightest > top and source.file:
        raise source.refusal("samples", f"pixels from 0 to {top}", f"{brightest}", "images of that scale")
    if brightest > top:
        raise source.refusal("max_value", f"{brightest} or more, as the pixels have", str(top), "max_value=255")
    return values, top, remark


def _channels_first(samples: NDArray[Any], channels: str | None, source: Source) -> NDArray[Any]:
    if samples.ndim == 3:
        return samples[:, None]
    first = samples.shape[1] in (1, 3) and channels != "last"
    last = samples.shape[3] in (1, 3) and channels != "first"
    if first and last:
        attempt = "samples.reshape(n, h, w) if grey, np.pad to make them wider if not"
        raise source.refusal("samples", LAYOUTS, f"{times(samples.shape)}, which may be two of these", attempt)
    if not first and not last:
        raise source.refusal("samples", LAYOUTS, times(samples.shape), "one channel, or three")
    return samples if first else np.moveaxis(samples, 3, 1)


def _pixels(samples: NDArray[Any], top: int | None, source: Source) -> tuple[NDArray[np.uint8], int | None, str]:
    low, high = samples.min(), samples.max()
    whole = samples.dtype.kind != "f" or bool((samples == np.trunc(samples)).all())
    if whole and low >= 0 and high <= BYTE:
        return np.array(samples, np.uint8, order="C"), top, ""
    if low >= -1 and high <= 1:
        levels = top or BYTE
        scaled = samples * levels if low >= 0 else (samples + 1) * (levels / 2)
        remark = f"{UNIT if low >= 0 else SIGNED} {levels} steps."
        return np.ascontiguousarray(np.rint(scaled).astype(np.uint8)), levels, remark
    came = f"{low} to {high}" + ("" if whole else ", not whole")
    attempt = "samples // 256" if whole and low >= 0 and high < 2**16 else "to scale or round them first"
    attempt = source.hint("image_shape", "none", attempt)
    expected = "pixels that are whole from 0 to 255, or numbers from 0 to 1 or −1 to 1"
    raise source.refusal("samples", expected, came, attempt)


def _given_top(max_value: Any, source: Source) -> int | None:
    if max_value is None:
        return None
    if isinstance(max_value, bool) or not isinstance(max_value, int | np.integer) or not 1 <= max_value <= BYTE:
        raise source.refusal("max_value", "a whole number from 1 to 255", show(max_value), "max_value=255")
    return int(max_value)
