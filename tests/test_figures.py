"""Facts read back from the pixels by decoders that did not write them."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from digit_classifier.figures import FIGURES, confusion_matrix_png, sample_gallery_png
from digit_classifier.figures.palette import (
    AMBER,
    AMBER_MARK,
    BLUE,
    INK,
    LINE,
    PAPER,
    blend,
    luminance,
    readable_on,
    rgb,
    shade,
)
from digit_classifier.figures.png import indexed_png
from digit_classifier.figures.sheet import drawable, fit, text_width
from digit_classifier.figures.wording import certainty, percent, plural, verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

SOURCE = Path(__file__).parents[1] / "src"
DIGITS = [str(digit) for digit in range(10)]
LONG = [f"Optical recognition of the written no. {digit}" for digit in range(10)]


def metrics(counts: list[list[int]], labels: list[str] | None = None) -> dict[str, Any]:
    return {
        "confusion_matrix": counts,
        "labels": labels or [str(index) for index in range(len(counts))],
        "macro_f1": 0.5,
        "accuracy_interval": {"level": 0.95, "method": "wilson", "low": 0.4, "high": 0.6},
    }


def diagonal(classes: int, right: int) -> list[list[int]]:
    return [[right if true == predicted else 0 for predicted in range(classes)] for true in range(classes)]


def predictions(count: int, labels: list[str], *, side: int = 8, max_value: int = 16) -> dict[str, Any]:
    samples = []
    for number in range(count):
        true = number % len(labels)
        predicted = (true + (number % 3 == 0)) % len(labels)
        pixels = [(number * 7 + pixel * 5) % (max_value + 1) for pixel in range(side * side)]
        samples.append(
            {"sample_id": number, "pixels": pixels, "true_label": true, "predicted_label": predicted, "confidence": 0.9}
        )
    return {"image_shape": [side, side], "max_value": max_value, "labels": labels, "samples": samples}


def decode(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        return image.convert("RGB")


def places(image: Image.Image, colour: str) -> NDArray[np.intp]:
    """(row, column) of every pixel of this colour."""
    return np.argwhere((np.asarray(image) == rgb(colour)).all(axis=-1))


def chunks(png: bytes) -> list[bytes]:
    names, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        names.append(png[at + 4 : at + 8])
        at += length + 12
    return names


def run_python(code: str) -> str:
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(SOURCE)!r}); {code}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_importing_figures_loads_no_drawing_library() -> None:
    assert (
        run_python("import digit_classifier.figures; print(*{'PIL', 'matplotlib', 'numpy'} & set(sys.modules))") == ""
    )


def test_the_default_pictures_load_no_matplotlib_and_no_numpy() -> None:
    code = (
        "from digit_classifier.figures import *; "
        "confusion_matrix_png({'confusion_matrix': [[1]], 'labels': ['é → 7'], 'macro_f1': 1.0}); "
        "print('PIL' in sys.modules, *{'matplotlib', 'numpy'} & set(sys.modules))"
    )
    assert run_python(code) == "True"


def test_our_png_is_read_by_pillow_pixel_by_pixel() -> None:
    palette = [(index, 255 - index, index // 2) for index in range(256)]
    pixels = bytes((x * 3 + (y // 2) * 11) % 256 for y in range(40) for x in range(33))  # every row twice
    image = decode(indexed_png(33, 40, palette, pixels))
    assert image.tobytes() == b"".join(bytes(palette[value]) for value in pixels)


@pytest.mark.parametrize("name", FIGURES)
def test_pictures_carry_no_text_and_no_time(name: str) -> None:
    png = FIGURES[name][1](PAYLOADS[FIGURES[name][0]])
    assert set(chunks(png)) <= {b"IHDR", b"PLTE", b"pHYs", b"IDAT", b"IEND"}


@pytest.mark.parametrize("name", FIGURES)
def test_equal_payloads_give_equal_bytes(name: str) -> None:
    source, draw = FIGURES[name]
    assert draw(PAYLOADS[source]) == draw(PAYLOADS[source])


def test_right_counts_are_blue_and_mistakes_amber_and_more_is_darker() -> None:
    counts = [[36, 1, 4], [9, 30, 0], [0, 25, 12]]
    image = decode(confusion_matrix_png(metrics(counts)))
    for true, row in enumerate(counts):
        for predicted, count in enumerate(row):
            scale = BLUE if true == predicted else AMBER
            assert len(places(image, shade(scale, count, 36)))
    for scale in (BLUE, AMBER):
        lightness = [luminance(shade(scale, count, 144)) for count in range(145)]
        assert lightness == sorted(lightness, reverse=True)
        assert lightness[0] > lightness[1] + 0.2  # a single mistake is far from white
    assert all(rgb(colour)[2] > rgb(colour)[0] for colour in BLUE)
    assert all(rgb(colour)[0] > rgb(colour)[2] for colour in AMBER)


def test_cells_lie_where_their_row_and_column_say() -> None:
    image = decode(confusion_matrix_png(metrics([[5, 0, 0], [0, 5, 0], [3, 0, 2]])))
    amber, darkest = places(image, shade(AMBER, 3, 5)), places(image, shade(BLUE, 5, 5))
    assert amber[:, 1].min() == darkest[:, 1].min()  # column 0
    assert amber[:, 0].min() > darkest[:, 0].max()  # row 2


def test_a_count_is_printed_in_the_colour_that_reads_best() -> None:
    for scale in (BLUE, AMBER):
        for count in range(1, 100):
            background = shade(scale, count, 99)
            pair = sorted((luminance(background), luminance(readable_on(background))))
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.4  # large text needs 3 (WCAG 1.4.3)


@pytest.mark.parametrize(
    ("counts", "labels"),
    [
        (diagonal(1, 3), ["only"]),
        (diagonal(2, 9), ["cat", "dog"]),
        (diagonal(10, 0), DIGITS),
        (diagonal(10, 36), LONG),
        (diagonal(10, 1_000_000), ["日本", "कख", "ñandú", "Ж", "", " ", "a\nb", "😀", "x" * 400, "\u202ex"]),
        ([[0] * 9 + [7]] * 10, DIGITS),
        (diagonal(47, 400), [chr(65 + index) for index in range(47)]),
        ([[1] * 200] * 200, [f"class number {index}" for index in range(200)]),
    ],
)
def test_any_matrix_is_a_slide(counts: list[list[int]], labels: list[str]) -> None:
    assert decode(confusion_matrix_png(metrics(counts, labels))).size == (1600, 900)


def test_the_gallery_shows_exactly_the_pixels_of_the_payload() -> None:
    payload = predictions(1, DIGITS)
    payload["samples"][0]["predicted_label"] = 0
    payload["samples"][0]["pixels"] = pixels = [value % 17 for value in range(64)]
    image = decode(sample_gallery_png(payload))
    greys = {rgb(blend(PAPER, INK, level / 16)): level for level in range(17)}
    assert len(greys) == 17
    frame = places(image, LINE)
    (top, left), (bottom, right) = frame.min(axis=0) + 2, frame.max(axis=0) - 1
    scale = (right - left) // 8
    assert (right - left, bottom - top) == (8 * scale, 8 * scale)
    centres = np.asarray(image)[top + scale // 2 : bottom : scale, left + scale // 2 : right : scale].reshape(64, 3)
    assert [greys[tuple(colour)] for colour in centres.tolist()] == pixels


def test_a_mistake_has_a_frame_and_a_notch_and_a_right_sample_has_neither() -> None:
    payload = predictions(2, DIGITS)  # sample 0 is wrong, sample 1 right
    image = decode(sample_gallery_png(payload))
    marked = places(image, AMBER_MARK)
    (top, left), (bottom, right) = marked.min(axis=0), marked.max(axis=0)
    assert right < image.width // 2
    inner = marked[((marked >= (top + 7, left + 7)) & (marked <= (bottom - 7, right - 7))).all(axis=1)]
    assert len(inner)  # the notch: a shape, so that colour is not the only sign
    assert (inner[:, 0] < (top + bottom) // 2).all()
    assert (inner[:, 1] > (left + right) // 2).all()
    for sample in payload["samples"]:
        sample["predicted_label"] = sample["true_label"]
    assert not len(places(decode(sample_gallery_png(payload)), AMBER_MARK))


@pytest.mark.parametrize("count", [1, 2, 16, 47, 400])
@pytest.mark.parametrize(("labels", "side", "max_value"), [(DIGITS, 8, 16), (LONG, 28, 255), (["a", "b"], 300, 1)])
def test_any_gallery_keeps_its_width_and_is_at_least_a_slide(
    count: int, labels: list[str], side: int, max_value: int
) -> None:
    if count * side > 20_000:
        count = 20
    image = decode(sample_gallery_png(predictions(count, labels, side=side, max_value=max_value)))
    assert image.width == 1600
    assert image.height >= 900
    assert count > 24 or labels is LONG or image.height == 900


def test_names_no_font_can_draw_become_class_numbers() -> None:
    assert drawable("zéro → Ж αβ 42 ≠ خمسة")
    assert not drawable("漢字")
    numbered = confusion_matrix_png(metrics(diagonal(2, 3), ["漢字", "b"]))
    assert numbered == confusion_matrix_png(metrics(diagonal(2, 3), ["class 0", "b"]))


def test_text_too_long_loses_its_middle_and_keeps_its_ends() -> None:
    shown, size = fit("Optical recognition of handwritten digit seven", 300, 28, 22)
    assert shown.startswith("Optical")
    assert shown.endswith("seven")
    assert text_width(shown, size) <= 300
    assert fit("7", 300, 28, 22) == ("7", 28)


def test_words_never_round_a_mistake_away() -> None:
    assert verdict(358, 360, "hold-out digit") == "99.4 % of 360 hold-out digits are right"
    assert verdict(9_999, 10_000, "digit") == "99.99 % of 10,000 digits are right"
    assert verdict(16, 16, "digit") == "All 16 digits are right"
    assert verdict(0, 16, "digit") == "None of the 16 digits are right"
    assert verdict(1, 1, "digit") == "The only digit is right"
    assert verdict(0, 0, "digit") == "There are no digits"
    assert percent(1, 100_000) == "0.001 %"
    assert certainty(0.9999) == certainty(1.0) == "> 99 %"
    assert certainty(0.994) == "99 %"
    assert (plural(1, "mistake"), plural(2, "mistake")) == ("1 mistake", "2 mistakes")


PAYLOADS: dict[str, dict[str, Any]] = {
    "metrics.json": metrics([[9, 1], [2, 8]]),
    "predictions.json": predictions(16, DIGITS),
}
