"""One sample as a small picture: an image as its data set shows it, or a table's row as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.rules import decode_float32
from digit_classifier.figures.palette import BLUE, INK, LINE, MUTED, PAPER, blend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from digit_classifier.figures.sheet import Sheet

    Draw = Callable[[Mapping[str, Any], int, int, int, int], None]  # sample, left, top, width, height

COLOURS = 160  # of all colour images on a sheet; the rest of its 256 are for text and frames
MOST_FEATURES = 32  # bars that can be told apart
REACH = 3  # standard deviations from the middle of a row of bars to its edge
ROW_SHAPE = (3, 4)  # height to width of the bars of a row


def shape_shown(predictions: Mapping[str, Any]) -> Sequence[int]:
    """Height and width of a sample's picture, up to their scale."""
    shape: Sequence[int] = predictions.get("image_shape", ROW_SHAPE)
    return shape


def painter(
    sheet: Sheet, predictions: Mapping[str, Any], samples: Sequence[Mapping[str, Any]], model: Mapping[str, Any] | None
) -> Draw:
    """What draws one of these samples into a rectangle of the sheet; bars need the `model.json` of the run."""
    if "feature_names" in predictions:
        return _bars(sheet, len(predictions["feature_names"]), model)
    if predictions.get("channels", 1) == 1:
        return _grey(sheet, predictions)
    return _colour(sheet, predictions, samples)


def _grey(sheet: Sheet, predictions: Mapping[str, Any]) -> Draw:
    (height, width), largest = predictions["image_shape"], predictions["max_value"]
    levels = min(largest, 63)  # 17 greys for digits; 64 are plenty for photographs
    dark, light = (PAPER, INK) if predictions.get("tone", "ink") == "ink" else ("#000000", "#ffffff")
    shades = [blend(dark, light, level / levels) for level in range(levels + 1)]

    def draw(sample: Mapping[str, Any], left: int, top: int, wide: int, high: int) -> None:
        values = bytes((2 * value * levels + largest) // (2 * largest) for value in sample["pixels"])
        sheet.picture(left, top, _resized(values, width, height, wide, high), shades)

    return draw


def _colour(sheet: Sheet, predictions: Mapping[str, Any], samples: Sequence[Mapping[str, Any]]) -> Draw:
    """All images share one palette, by median cut (Heckbert, SIGGRAPH 1982) and k-means, which halves its error."""
    from PIL import Image

    (height, width), largest = predictions["image_shape"], predictions["max_value"]

    def decoded(sample: Mapping[str, Any]) -> Image.Image:
        values = [value * 255 // largest for value in sample["pixels"]]
        if predictions["tone"] == "ink":
            values = [255 - value for value in values]
        planes = [bytes(values[first : first + height * width]) for first in range(0, len(values), height * width)]
        return Image.merge("RGB", [Image.frombytes("L", (width, height), plane) for plane in planes])

    together = Image.new("RGB", (width, height * len(samples)))
    for place, sample in enumerate(samples):
        together.paste(decoded(sample), (0, place * height))
    common = together.quantize(COLOURS, kmeans=4, dither=Image.Dither.NONE)
    flat = common.getpalette() or []
    shades = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in zip(flat[::3], flat[1::3], flat[2::3], strict=True)][:COLOURS]

    def draw(sample: Mapping[str, Any], left: int, top: int, wide: int, high: int) -> None:
        method = Image.Resampling.NEAREST if wide >= width else Image.Resampling.BOX
        indexed = decoded(sample).resize((wide, high), method).quantize(palette=common, dither=Image.Dither.NONE)
        sheet.picture(left, top, _rows(indexed.tobytes(), wide), shades)

    return draw


def _resized(values: bytes, width: int, height: int, wide: int, high: int) -> list[bytes]:
    """Rows of an image in another size: pixels repeated to make it larger, averaged to make it smaller."""
    if wide < width:
        from PIL import Image

        return _rows(
            Image.frombytes("L", (width, height), values).resize((wide, high), Image.Resampling.BOX).tobytes(), wide
        )
    across = [x * width // wide for x in range(wide)]
    rows = [bytes(map(row.__getitem__, across)) for row in _rows(values, width)]
    return [rows[y * height // high] for y in range(high)]


def _rows(values: bytes, width: int) -> list[bytes]:
    return [values[start : start + width] for start in range(0, len(values), width)]


def _bars(sheet: Sheet, features: int, model: Mapping[str, Any] | None) -> Draw:
    """A bar per feature, from its mean: up to three standard deviations of the training split above or below."""
    ends = [decode_float32(model[key], features, f"model.{key}") for key in ("offset", "scale")] if model else None
    shown = shown_features(model, features)

    def draw(sample: Mapping[str, Any], left: int, top: int, wide: int, high: int) -> None:
        middle, half = top + high // 2, high // 2
        for place, feature in enumerate(shown):
            value = sample["features"][feature]
            score = (value - ends[0][feature]) / ends[1][feature] if ends else 0.0
            length = round(min(1.0, abs(score) / REACH) * half)
            start, end = (left + place * wide // len(shown), left + (place + 1) * wide // len(shown))
            width = max(1, end - start - (1 if end - start > 2 else 0))
            sheet.box(
                start, middle - length if score > 0 else middle, width, max(1, length), BLUE[5] if length else LINE
            )
        sheet.box(left, middle, wide, 1, MUTED)

    return draw


def shown_features(model: Mapping[str, Any] | None, features: int) -> list[int]:
    """At most 32 features, in their order: those with the largest weights in the first layer, summed over its units."""
    if features <= MOST_FEATURES or model is None:
        return list(range(min(features, MOST_FEATURES)))
    layer = model["layers"][0]
    weights = decode_float32(layer["weights"], layer["units"] * features, "model.layers[0].weights")
    sums = [sum(map(abs, weights[feature::features])) for feature in range(features)]
    return sorted(sorted(range(features), key=lambda feature: -sums[feature])[:MOST_FEATURES])
