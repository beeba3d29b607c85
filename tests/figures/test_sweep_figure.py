"""The picture of a sweep, read back from its pixels."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from digit_classifier.figures import sweep as figure
from digit_classifier.figures.palette import BLUE, INK, rgb
from digit_classifier.figures.sweep import sweep_png
from example_sweep import EXAMPLES, MODELS, STARTS, example_sweep, grid

TITLE = 190  # px, where the rows begin at most


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def columns(picture: np.ndarray, colour: str, top: int = TITLE) -> list[np.ndarray]:
    """Of every run of lines that have pixels of this colour: the columns of these."""
    found = (picture[top:] == rgb(colour)).all(axis=2) & (np.arange(picture.shape[1]) > figure._LEFT - 40)
    lines = found.sum(axis=1) >= 6
    starts = np.flatnonzero(np.diff(np.concatenate([[False], lines, [False]]).astype(int)))
    return [np.flatnonzero(found[a:b].any(axis=0)) for a, b in zip(starts[::2], starts[1::2], strict=True)]


def test_settings_without_a_best_one_are_drawn() -> None:
    sweep = example_sweep(MODELS)
    nothing = {name: {key: [] for key in sweep[name]} for name in ("differences", "pairs")}
    assert sweep_png({**sweep, **nothing, "best": None}).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", EXAMPLES)
def test_any_sweep_has_the_width_of_a_slide_and_no_text_in_its_file(name: str) -> None:
    png = sweep_png(example_sweep(EXAMPLES[name]))
    picture = Image.open(io.BytesIO(png))
    assert picture.size[0] == 1600
    assert picture.size[1] <= 900
    assert picture.info == {}
    assert png == sweep_png(example_sweep(EXAMPLES[name]))


def test_bars_are_where_the_intervals_end_and_the_best_is_the_first_and_darker() -> None:
    sweep = example_sweep(replace(MODELS, worths=[0.9, 0.95, 0.99]))
    picture = pixels(sweep_png(sweep))
    (best,) = [each for each in columns(picture, BLUE[3]) if len(each) > 30]
    others = [each for each in columns(picture, BLUE[2]) if len(each) > 30]
    assert len(others) == 2
    shown = [(each.min(), each.max()) for each in (best, *others)]
    table = sweep["settings"]
    wanted = [(table["low"][index], table["high"][index]) for index in (2, 1, 0)]
    scale = np.polyfit(np.ravel(wanted), np.ravel(shown), 1)
    assert np.abs(np.polyval(scale, np.ravel(wanted)) - np.ravel(shown)).max() <= 2
    assert scale[0] > 0


def test_the_mean_of_every_row_stands_upright_inside_its_bar() -> None:
    sweep = example_sweep(replace(MODELS, worths=[0.9, 0.95, 0.99]))
    picture = pixels(sweep_png(sweep))
    area = picture[TITLE:, figure._LEFT : figure._RIGHT]
    marks = (area == rgb(INK)).all(axis=2)
    tall = np.flatnonzero(marks.sum(axis=0) >= 30)
    groups = np.split(tall, np.flatnonzero(np.diff(tall) > 1) + 1)
    means = np.sort(sweep["settings"]["mean"])
    centres = [group.mean() for group in groups]
    assert len(centres) == 3
    assert np.corrcoef(means, centres)[0, 1] > 0.99999


def test_at_most_ten_rows_are_drawn_of_the_highest_means() -> None:
    picture = pixels(sweep_png(example_sweep(grid())))
    bars = [each for colour in (BLUE[2], BLUE[3]) for each in columns(picture, colour) if len(each) > 30]
    assert len(bars) == 10


def test_a_sweep_without_any_result_is_a_sentence() -> None:
    nothing = example_sweep(replace(STARTS, starts=2, failed={0, 1}))
    assert pixels(sweep_png(nothing)).shape[1] == 1600


def test_names_that_no_font_can_draw_are_numbers() -> None:
    strange = replace(MODELS, values=[["\U000e0001"], ["mlp"], ["x" * 300]])
    assert pixels(sweep_png(example_sweep(strange))).shape[1] == 1600


def test_a_foot_holds_whole_sentences_only() -> None:
    notes = ["One sentence that is not short at all, but goes on and on and on and on for a while longer."] * 9
    lines = figure._foot(notes)
    assert len(lines) <= 4
    assert lines[-1].endswith(".")
    assert " ".join(lines).count(".") == len(" ".join(lines).split(". "))
