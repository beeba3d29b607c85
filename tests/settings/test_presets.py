"""What the presets make of the data: nothing for the digits, and what was measured for others."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from digit_classifier.settings.presets import DIGITS, PRESETS, Task
from digit_classifier.settings.resolve import configure, fitted

FASHION = Task(images=True, inputs=784, samples=60_000)
PHOTOS = Task(images=True, inputs=3 * 16 * 16, samples=1664)
IRIS = Task(images=False, inputs=4, samples=120)
WIDE = Task(images=False, inputs=300, samples=5000)


def preset(model: str, task: Task, **given: Any) -> Any:
    return fitted(configure(model=model, **given), task)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("mlp", (100, 64, 0.01, 0.01, 0.01, 0.1, 0.5, 0.6, "max")),
        ("cnn", (60, 64, 0.005, 1 / 60, 0.01, 0.1, 0.25, 0.75, "max")),
        ("logistic", (150, 0, 0.7, 0.0, 0.01, 0.0, 1.0, 0.0, "standard")),
    ],
)
def test_the_digits_keep_the_values_that_were_chosen_for_them(model: str, values: tuple[object, ...]) -> None:
    config = preset(model, DIGITS)
    assert config == configure(model=model)
    assert values == (
        config.epochs,
        config.batch_size,
        config.learning_rate,
        config.lr_decay,
        config.weight_decay,
        config.label_smoothing,
        config.temperature,
        config.shift_pixels,
        config.scaling,
    )


@pytest.mark.parametrize("model", PRESETS)
@pytest.mark.parametrize("samples", [18, 900, 1347, 1617, 1796])
def test_another_share_of_the_digits_gets_the_same_values(model: str, samples: int) -> None:
    assert preset(model, DIGITS._replace(samples=samples)) == configure(model=model)


def test_short_trainings_of_the_digits_learn_faster_and_long_ones_do_not_learn_slower() -> None:
    rates = [configure(epochs=epochs).learning_rate for epochs in (10, 50, 70, 100, 400)]
    assert rates == [0.02, 0.02, 0.0143, 0.01, 0.01]


@pytest.mark.parametrize(
    ("model", "epochs", "rate"), [("mlp", 16, 0.00286), ("cnn", 16, 0.005), ("logistic", 150, 0.0571)]
)
def test_sixty_thousand_images_of_28_pixels_a_side(model: str, epochs: int, rate: float) -> None:
    config = preset(model, FASHION)
    assert (config.epochs, config.learning_rate, config.lr_decay) == (epochs, rate, 1 / epochs)
    assert config.shift_pixels == configure(model=model).shift_pixels


def test_fewer_epochs_than_many_samples_get_anyway_are_short_and_these_are_not() -> None:
    assert preset("mlp", FASHION, epochs=8).learning_rate == pytest.approx(2 * 0.01 * (64 / 784) ** 0.5, rel=1e-3)
    assert preset("mlp", FASHION, epochs=16) == preset("mlp", FASHION)


@pytest.mark.parametrize("model", PRESETS)
@pytest.mark.parametrize("images", [True, False])
def test_more_samples_never_get_more_epochs_nor_another_rate(model: str, images: bool) -> None:
    found = [preset(model, Task(images, 784, samples)) for samples in (10, 1437, 9_999, 30_000, 60_000, 200_000)]
    assert all(few.epochs >= many.epochs >= 10 for few, many in pairwise(found))
    assert len({config.learning_rate for config in found}) == 1


@pytest.mark.parametrize("model", PRESETS)
def test_more_inputs_never_get_a_higher_rate_nor_a_lower_temperature(model: str) -> None:
    found = [preset(model, Task(images=True, inputs=inputs, samples=1437)) for inputs in (16, 64, 65, 784, 65_536)]
    assert all(few.learning_rate >= many.learning_rate > 0 for few, many in pairwise(found))
    assert all(few.temperature <= many.temperature <= 1 for few, many in pairwise(found))


@pytest.mark.parametrize("model", ["mlp", "logistic"])
@pytest.mark.parametrize("task", [IRIS, WIDE])
def test_features_are_standardised_and_do_not_move(model: str, task: Task) -> None:
    config = preset(model, task)
    assert (config.scaling, config.shift_pixels) == ("standard", 0.0)


def test_few_rows_decay_the_most_and_images_do_not() -> None:
    found = [preset("mlp", Task(images=False, inputs=9, samples=samples)) for samples in (100, 2000, 10**4, 2 * 10**5)]
    assert [config.weight_decay for config in found] == [1, 0.5, 0.1, 0.01]
    assert preset("mlp", PHOTOS).weight_decay == configure().weight_decay == 0.01


@pytest.mark.parametrize("task", [FASHION, PHOTOS, IRIS, WIDE, DIGITS._replace(images=False)])
def test_only_images_as_small_as_the_digits_are_taken_to_be_as_easy(task: Task) -> None:
    assert [preset(model, task).temperature for model in PRESETS] == [0.8, 0.8, 1.0]


@pytest.mark.parametrize("model", PRESETS)
def test_what_is_given_stays_whatever_the_data(model: str) -> None:
    given = {"epochs": 7, "learning_rate": 0.3, "lr_decay": 0.25, "temperature": 0.9, "shift_pixels": 2.0}
    for task in (DIGITS, FASHION, IRIS):
        config = preset(model, task, **given)
        assert {name: getattr(config, name) for name in given} == given


def test_the_origin_of_a_value_says_which_data_it_follows() -> None:
    origin = preset("mlp", FASHION).origin
    assert origin["learning_rate"] == "preset mlp, 60,000 samples of 784 pixels"
    assert origin["hidden_sizes"] == "preset mlp"
    assert preset("mlp", IRIS).origin["scaling"] == "preset mlp, 120 samples of 4 features"
