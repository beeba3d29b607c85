"""Looking into a unit: by pointer, keyboard or its activation, with the numbers of the forward pass in NumPy."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browsers import LOADED, Page, wait_for
from test_drawing import all_pixels, layers_of

if TYPE_CHECKING:
    from pathlib import Path

LENS = "document.querySelector('.lens')"
NUMBERS = f"[...{LENS}.querySelectorAll('p data')].map(each => Number(each.value))"


def baseline(pages: Path) -> Path:
    return next(path for path in (pages / "artifacts").glob("2*") if path.name.endswith("baseline"))


def opened(page: Page, address: str, run: Path, sample: int) -> None:
    page.goto(f"{address}index.html?artifacts=artifacts/{run.name}&sample={sample}")
    wait_for(page, LOADED)


def focus(page: Page, element: str) -> None:
    """Firefox tells of a focus only where its window has it, so that is done here."""
    page.evaluate(
        f"(each => {{ each.focus(); each.dispatchEvent(new FocusEvent('focusin', {{ bubbles: true }})) }})({element})"
    )


def layer_of(run: Path, index: int) -> Any:
    layer = json.loads((run / "model.json").read_text())["layers"][index]
    floats = np.frombuffer(base64.b64decode(layer["weights"]), "<f4").astype(float)
    return floats.reshape(layer["units"], layer["inputs"]), np.frombuffer(base64.b64decode(layer["bias"]), "<f4")


@pytest.mark.parametrize("place", ["file", "http"])
@pytest.mark.parametrize("index", [0, 1])
def test_its_numbers_are_those_of_the_forward_pass(
    page: Page, addresses: dict[str, str], pages: Path, place: str, index: int
) -> None:
    run, sample, unit = baseline(pages), 17, 5
    pixels = all_pixels(pages)
    opened(page, addresses[place], run, sample)
    page.evaluate(f"document.querySelectorAll('[aria-label=\"Weights of layer\"] button')[{index}].click()")
    focus(page, f"document.querySelectorAll('.unit')[{unit}]")
    answers = layers_of(run, pixels[sample])
    answer, total, bias = page.evaluate(NUMBERS)
    _, biases = layer_of(run, index)
    assert answer == pytest.approx(answers[index][unit], abs=1e-5)
    assert bias == pytest.approx(abs(biases[unit]), abs=1e-6)
    assert max(0, total + biases[unit]) == pytest.approx(answers[index][unit], abs=1e-5)
    following, _ = layer_of(run, index + 1)
    votes = page.evaluate(
        f"[...{LENS}.querySelectorAll('.votes li')].map(each => [each.querySelector('b').innerText, "
        f"...[...each.querySelectorAll('data')].map(each => Number(each.value))])"
    )
    assert len(votes) == 10
    for name, weight, product in votes:
        to = int(name.removeprefix("unit ")) - (0 if index else 1)
        assert weight == pytest.approx(following[to, unit], abs=1e-6)
        assert product == pytest.approx(following[to, unit] * answers[index][unit], abs=1e-5)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_images_that_excite_it_most_are_those_with_the_largest_answers(
    page: Page, addresses: dict[str, str], pages: Path, index: int
) -> None:
    run, unit = baseline(pages), 3
    opened(page, addresses["http"], run, 17)
    page.evaluate(f"document.querySelectorAll('[aria-label=\"Weights of layer\"] button')[{index}].click()")
    focus(page, f"document.querySelectorAll('.unit')[{unit}]")
    labels = page.evaluate(f"[...{LENS}.querySelectorAll('.near')].map(each => each.getAttribute('aria-label'))")
    shown = [int(label.split()[-1]) for label in labels]
    answers = np.array([layers_of(run, pixels)[index][unit] for pixels in all_pixels(pages)])
    assert len(shown) == min(10, int((answers > 0).sum()))
    assert answers[shown] == pytest.approx(np.sort(answers)[::-1][: len(shown)], abs=1e-9)


def test_it_is_reached_by_keyboard_and_from_its_activation(page: Page, addresses: dict[str, str], pages: Path) -> None:
    opened(page, addresses["http"], baseline(pages), 17)
    assert page.evaluate("document.querySelectorAll('.unit[tabindex=\"0\"]').length") == 1
    focus(page, "document.querySelector('.unit[tabindex=\"0\"]')")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.evaluate(
            f"document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{ key: {key!r}, bubbles: true }}))"
        )
        focus(page, "document.activeElement")
    columns = page.evaluate(
        "(tiles => tiles.filter(each => each.offsetTop === tiles[0].offsetTop).length)"
        "([...document.querySelectorAll('.unit')])"
    )
    assert page.evaluate(f"{LENS}.innerText").find(f"Unit {columns + 3} of layer 1") >= 0
    page.evaluate("document.activeElement.click()")
    page.evaluate("document.querySelectorAll('.unit')[0].dispatchEvent(new Event('pointerover', { bubbles: true }))")
    assert page.evaluate(f"{LENS}.innerText").find(f"Unit {columns + 3} of layer 1") >= 0  # kept
    page.evaluate(
        "(canvas => (box => canvas.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: box.left + box.width"
        " * 1.5 / 8, clientY: box.top + box.height * 2.5 / 8 })))(canvas.getBoundingClientRect()))"
        "(document.querySelectorAll('.layer .units-map')[1])"
    )
    assert page.evaluate(f"{LENS}.innerText").find("Unit 18 of layer 2") >= 0
    assert page.evaluate("document.querySelector('.unit[aria-pressed=\"true\"]').dataset.unit") == "17"
    assert page.errors == []


@pytest.mark.parametrize("root", ["convolutional", "two", "many", "large"])
def test_every_kind_of_network_can_be_looked_into(page: Page, addresses: dict[str, str], root: str) -> None:
    page.goto(f"{addresses['http']}index.html?artifacts={root}")
    wait_for(page, LOADED)
    for index in range(page.evaluate("document.querySelectorAll('[aria-label=\"Weights of layer\"] button').length")):
        page.evaluate(f"document.querySelectorAll('[aria-label=\"Weights of layer\"] button')[{index}].click()")
        focus(page, "document.querySelector('.unit')")
        assert f"of layer {index + 1}" in page.evaluate(f"{LENS}.innerText")
    assert page.errors == []
