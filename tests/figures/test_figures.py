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

from digit_classifier.figures import FIGURES
from digit_classifier.figures.gallery import sample_gallery_png
from digit_classifier.figures.matrix import confusion_matrix_png
from digit_classifier.figures.palette import (
    AMBER,
    AMBER_MARK,
    AMBER_TEXT,
    BLUE,
    INK,
    LINE,
    PAPER,
    TEN,
    blend,
    luminance,
    readable_on,
    rgb,
    shade,
)
from digit_classifier.figures.plots import learning_rate_trace_png, roc_curves_png, timing_stats_png
from digit_classifier.figures.sheet import drawable, fit, text_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

SOURCE = Path(__file__).parents[2] / "src"
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


@pytest.mark.parametrize("name", FIGURES)
def test_pictures_carry_no_text_and_no_time(name: str) -> None:
    sources, draw = FIGURES[name]
    png = draw(*map(PAYLOADS.get, sources))
    assert set(chunks(png)) <= {b"IHDR", b"PLTE", b"pHYs", b"IDAT", b"IEND"}


@pytest.mark.parametrize("name", FIGURES)
def test_equal_payloads_give_equal_bytes(name: str) -> None:
    sources, draw = FIGURES[name]
    files = [PAYLOADS.get(source) for source in sources]
    assert draw(*files) == draw(*files)


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


def test_a_thousand_classes_have_a_pixel_each() -> None:
    image = decode(confusion_matrix_png(metrics(diagonal(1000, 7), [f"class number {index}" for index in range(1000)])))
    assert image.height <= 4096
    assert len(np.unique(places(image, shade(BLUE, 7, 7))[:, 1])) == 1000


def test_more_samples_than_a_picture_may_hold_are_cut_and_counted() -> None:
    assert decode(sample_gallery_png(predictions(2000, DIGITS, side=1))).height <= 4096


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


@pytest.mark.parametrize("count", [0, 1, 2, 16, 40, 101, 400])
@pytest.mark.parametrize(("labels", "side", "max_value"), [(DIGITS, 8, 16), (LONG, 28, 255), (["a", "b"], 300, 1)])
def test_any_gallery_keeps_its_width_and_is_at_least_a_slide(
    count: int, labels: list[str], side: int, max_value: int
) -> None:
    count = min(count, 20_000 // side)
    image = decode(sample_gallery_png(predictions(count, labels, side=side, max_value=max_value)))
    assert image.width == 1600
    assert image.height == 900 if count <= 16 and labels is not LONG else 900 <= image.height <= 4096


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


def dynamics(epochs: int, *, known: int | None = None) -> dict[str, Any]:
    losses = [2.0 / epoch if epoch <= (known or epochs) else None for epoch in range(1, epochs + 1)]
    rates = [0.1 * max(0.0, 1 - 0.02 * epoch) for epoch in range(epochs)]
    return {"epochs": list(range(1, epochs + 1)), "learning_rates": rates, "losses": losses}


def timing(durations: list[float]) -> dict[str, Any]:
    total = sum(durations)
    return {
        "total_seconds": total + 1,
        "average_epoch_seconds": total / len(durations),
        "epoch_seconds": durations,
    }


def roc(labels: list[str]) -> dict[str, Any]:
    classes: dict[str, dict[str, Any]] = {}
    for index, name in enumerate(labels):
        low = 1 - 0.01 * (index + 1)
        classes[name] = {"fpr": [0.0, 0.0, 0.1, 1.0], "tpr": [0.0, low, 1.0, 1.0], "auc": 0.05 * low + 0.95}
    return {"classes": classes, "macro_auc": 0.99}


@pytest.mark.parametrize(
    "payload",
    [
        roc(["a", "b"]), roc(DIGITS), roc(LONG), roc(["漢字", "$x$", "é", "a\nb"]),
        roc([str(index) for index in range(47)]),
    ],
)  # fmt: skip
def test_roc_curves_of_any_classes_are_a_slide(payload: dict[str, Any]) -> None:
    assert decode(roc_curves_png(payload)).size == (1600, 900)


def test_only_the_three_smallest_areas_are_coloured() -> None:
    few, many = decode(roc_curves_png(roc(DIGITS[:3]))), decode(roc_curves_png(roc(DIGITS)))
    for colour in (TEN[6], TEN[1], TEN[3]):
        assert len(places(few, colour))
        assert len(places(many, colour))
    perfect = roc(DIGITS[:3])
    for curve in perfect["classes"].values():
        curve |= {"fpr": [0.0, 0.0, 1.0], "tpr": [0.0, 1.0, 1.0], "auc": 1.0}
    assert not len(places(decode(roc_curves_png(perfect)), TEN[6]))  # none is weak
    assert not len(places(few, "#a9b2bf"))
    assert len(places(many, "#a9b2bf"))


@pytest.mark.parametrize("epochs", [1, 2, 3, 12, 80, 1000])
def test_loss_is_blue_and_learning_rate_amber_on_one_picture(epochs: int) -> None:
    image = decode(learning_rate_trace_png(dynamics(epochs)))
    assert image.size == (1600, 900)
    assert len(places(image, BLUE[6]))
    assert len(places(image, AMBER_TEXT))


def test_the_loss_line_ends_where_training_diverged() -> None:
    whole = places(decode(learning_rate_trace_png(dynamics(40))), BLUE[6])
    ended = places(decode(learning_rate_trace_png(dynamics(40, known=10))), BLUE[6])
    assert ended[:, 1].max() < 700 < whole[:, 1].max()
    assert decode(learning_rate_trace_png(dynamics(3, known=-1))).size == (1600, 900)  # not a single loss


@pytest.mark.parametrize("epochs", [1, 3, 80, 1000])
def test_bars_are_as_high_as_epochs_were_long(epochs: int) -> None:
    durations = [0.02] * epochs
    durations[epochs // 2] = 0.04
    bars = places(decode(timing_stats_png(timing(durations))), BLUE[4])
    heights = np.bincount(bars[:, 1])
    longest = heights.max()
    assert epochs == 1 or np.median(heights[heights > 10]) == pytest.approx(longest / 2, rel=0.04)


def test_plots_of_runs_that_never_learned_say_so() -> None:
    none: dict[str, Any] = {"epochs": [], "learning_rates": [], "losses": []}
    assert decode(learning_rate_trace_png(none)).size == (1600, 900)
    huge: dict[str, Any] = {"epochs": [1, 2], "learning_rates": [0.0, 0.0], "losses": [1.7e308, None]}
    assert decode(learning_rate_trace_png(huge)).size == (1600, 900)
    idle: dict[str, Any] = {"epoch_seconds": [], "average_epoch_seconds": None, "total_seconds": 0.1}
    assert decode(timing_stats_png(idle)).size == (1600, 900)


def test_three_bars_are_three_and_a_thousand_leave_no_gaps() -> None:
    def blocks(epochs: int) -> int:
        row = np.asarray(decode(timing_stats_png(timing([0.01] * epochs))))[600]
        return int(np.diff((row == rgb(BLUE[4])).all(axis=-1).astype(int)).clip(0).sum())

    assert blocks(3) == 3
    assert blocks(100) == 100
    assert blocks(1000) == 1


def test_the_plots_ignore_the_readers_own_matplotlib_settings() -> None:
    import matplotlib as mpl

    expected = timing_stats_png(timing([0.1, 0.2]))
    with mpl.rc_context({"font.size": 5, "axes.facecolor": "black", "axes.prop_cycle": "cycler('color', ['r'])"}):
        assert timing_stats_png(timing([0.1, 0.2])) == expected


def test_the_plots_never_load_pyplot() -> None:
    code = (
        "from digit_classifier.figures import timing_stats_png as draw; "
        "draw({'epoch_seconds': [1.0], 'average_epoch_seconds': 1.0, 'total_seconds': 2.0}); "
        "print('matplotlib.figure' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    assert run_python(code) == "True False"


def seen_by(colour: str, kind: str) -> NDArray[np.float64]:
    """OKLab of a colour as seen by a dichromat: Machado, Oliveira, Fernandes 2009 (severity 1), Ottosson 2020."""
    linear = np.array(
        [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.array(rgb(colour)) / 255]
    )
    seen = np.clip(np.array(MACHADO[kind]) @ linear, 0, 1)
    lms = np.cbrt(np.array(OKLAB_LMS) @ seen)
    return np.asarray(np.array(OKLAB) @ lms, dtype=np.float64)


MACHADO = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
OKLAB_LMS = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
OKLAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


@pytest.mark.parametrize("kind", MACHADO)
def test_colours_that_mean_different_things_stay_apart_for_dichromats(kind: str) -> None:
    pairs = [
        *((TEN[a], TEN[b]) for a in range(10) for b in range(a)),
        *((shade(BLUE, count, 99), shade(AMBER, count, 99)) for count in range(1, 100)),
        *((PAPER, shade(AMBER, count, 10_000)) for count in (1, 10, 100)),
        (BLUE[6], AMBER_TEXT),
        (AMBER_MARK, LINE),
        (AMBER_MARK, INK),
    ]
    apart = [100 * float(np.linalg.norm(seen_by(one, kind) - seen_by(other, kind))) for one, other in pairs]
    assert min(apart) > 5


PAYLOADS: dict[str, dict[str, Any]] = {
    "metrics.json": metrics([[9, 1], [2, 8]]),
    "predictions.json": predictions(16, DIGITS),
    "roc_curves.json": roc(DIGITS),
    "training_dynamics.json": dynamics(20),
    "timing_stats.json": timing([0.1, 0.2, 0.15]),
}
