"""Drawing over a sample: everything that speaks of it follows, with the values of the forward pass in NumPy."""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browsers import LOADED, Chromium, Page, text, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NUMBERS = """[...document.querySelectorAll('.bars .track i')].map(each => parseFloat(each.style.width) / 100)"""
DRAWN = """[...document.querySelectorAll('#data .pixels button')].map(each => Number(each.textContent))"""


def layers_of(run: Path, pixels: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Activations of every layer, from model.json alone: a dense network."""
    model = json.loads((run / "model.json").read_text())

    def floats(text: str) -> NDArray[np.float64]:
        return np.frombuffer(base64.b64decode(text), "<f4").astype(float)

    values = (pixels - floats(model["offset"])) / floats(model["scale"])
    found = []
    for layer in model["layers"]:
        sums = floats(layer["weights"]).reshape(layer["units"], layer["inputs"]) @ values + floats(layer["bias"])
        powers = np.exp(sums - sums.max())
        values = powers / powers.sum() if layer["activation"] == "softmax" else np.maximum(sums, 0)
        found.append(values)
    return found


def all_pixels(pages: Path) -> NDArray[np.float64]:
    payload = json.loads(next((pages / "artifacts/datasets").glob("*.json")).read_text())
    return np.frombuffer(zlib.decompress(base64.b64decode(payload["samples"])), np.uint8).reshape(-1, 64).astype(float)


def paint(page: Page, cells: list[int], key: str) -> None:
    for cell in cells:
        page.evaluate(
            f"document.querySelector('#data .pixels [data-index=\"{cell}\"]')"
            f".dispatchEvent(new KeyboardEvent('keydown', {{ key: {key!r}, bubbles: true }}))"
        )


@pytest.mark.parametrize("label", ["baseline", "first"])
@pytest.mark.parametrize("place", ["file", "http"])
def test_the_network_the_bars_and_the_nearest_images_follow_the_drawing(
    page: Page, addresses: dict[str, str], pages: Path, place: str, label: str
) -> None:
    run = next(path for path in (pages / "artifacts").glob("2*") if path.name.endswith(label))
    page.goto(f"{addresses[place]}index.html?artifacts=artifacts/{run.name}&sample=3")
    wait_for(page, LOADED)
    original = all_pixels(pages)[3]
    assert page.evaluate(DRAWN) == original.tolist()
    reading = "document.querySelector('.chain-scroll + .reading').innerText"
    near = "[...document.querySelectorAll('.near')].map(each => Number(each.ariaLabel.split(' ').at(-1)))"
    picture = "document.querySelector('.layer.input canvas').toDataURL()"
    before = [page.evaluate(each) for each in (reading, near, picture, NUMBERS)]
    expected = layers_of(run, original)
    assert np.abs(np.array(before[3]) - expected[-1]).max() < 1e-5
    drawing = original.copy()
    for cell in (0, 8, 16, 24, 32, 40, 48, 56, 57, 58):
        drawing[cell] = 0 if drawing[cell] >= 16 else 16
    paint(page, [0, 8, 16, 24, 32, 40, 48, 56, 57, 58], "Enter")
    paint(page, [1, 2], "+")
    drawing[[1, 2]] += 1
    assert page.evaluate(DRAWN) == drawing.tolist()
    expected = layers_of(run, drawing)
    assert np.abs(np.array(page.evaluate(NUMBERS)) - expected[-1]).max() < 1e-5
    best = int(expected[-1].argmax())
    after = page.evaluate(reading)
    assert after.startswith("Sample 3 as it is drawn now, computed here")
    assert f"the network says {best} with {100 * expected[-1][best]:.1f}" in after
    for values in expected[:-1]:
        assert f"{(values > 0).sum()} of {len(values)}" in after
    assert f"Drawn like this it is read as {best}" in text(page, ".verdict")
    holdout = set(json.loads((run / "holdout.json").read_text())["sample_ids"])
    training = np.array([sample for sample in range(1797) if sample not in holdout and sample != 3])
    distances = ((all_pixels(pages)[training] - drawing) ** 2).sum(axis=1)
    assert page.evaluate(near) == training[np.argsort(distances, kind="stable")[:6]].tolist()
    assert page.evaluate(near) != before[1]
    assert page.evaluate(picture) != before[2]
    page.evaluate("document.querySelector('#data .draw-controls button').click()")
    assert [page.evaluate(each) for each in (reading, near, picture, NUMBERS)] == before


def test_a_drawing_ends_with_its_sample_and_outlives_a_change_of_colours(page: Page, addresses: dict[str, str]) -> None:
    page.goto(f"{addresses['http']}index.html?sample=3")
    wait_for(page, LOADED)
    paint(page, [0, 1, 2], "Enter")
    drawn, bars = page.evaluate(DRAWN), page.evaluate(NUMBERS)
    page.evaluate("document.querySelector('#tools button:last-child').click()")  # the theme
    assert page.evaluate(DRAWN) == drawn
    assert page.evaluate(NUMBERS) == bars
    page.evaluate("document.querySelector('.near').click()")
    wait_for(page, "!location.search.endsWith('sample=3')")
    assert "as it is drawn" not in text(page, ".chain-scroll + .reading")
    assert page.evaluate("document.querySelector('#data .draw-controls button').disabled")


@pytest.mark.parametrize("width", [1440, 1024])
@pytest.mark.parametrize("root", ["artifacts", "many"])
def test_picture_and_bars_are_in_sight_while_drawing(
    chromium: Chromium, addresses: dict[str, str], width: int, root: str
) -> None:
    page: Any = chromium.page
    page.set_viewport_size({"width": width, "height": 900})
    chromium.goto(f"{addresses['http']}index.html?artifacts={root}")
    wait_for(chromium, LOADED)
    wait_for(chromium, "document.querySelector('#data .bars li') !== null")
    page.evaluate("document.querySelector('.look').scrollIntoView({ block: 'center', behavior: 'instant' })")
    bar = page.locator(".bar").bounding_box()
    for part in (".look .big", "#data .pixels", ".look .bars"):
        box = page.locator(part).bounding_box()
        assert box["y"] >= bar["height"], part
        assert box["y"] + box["height"] <= 900, part


def test_the_pointer_draws_with_the_ink_that_is_set_and_erases_with_shift(
    chromium: Chromium, addresses: dict[str, str]
) -> None:
    page: Any = chromium.page
    chromium.goto(f"{addresses['http']}index.html?sample=0")
    wait_for(chromium, LOADED)
    page.fill("#data .brush input", "9")
    cell = page.locator("#data .pixels [data-index='0']")
    cell.click()
    assert cell.text_content() == "9"
    cell.click()
    assert cell.text_content() == "0"
    other = page.locator("#data .pixels [data-index='20']")
    other.click(modifiers=["Shift"])
    assert other.text_content() == "0"


def test_what_is_saved_is_what_is_shown(chromium: Chromium, addresses: dict[str, str], tmp_path: Path) -> None:
    page: Any = chromium.page
    chromium.goto(f"{addresses['http']}index.html?sample=3")
    wait_for(chromium, LOADED)
    page.locator("#data .pixels [data-index='0']").click()
    with page.expect_download() as download:
        page.click("button[aria-label='Download as JSON']")
    download.value.save_as(tmp_path / "drawn.json")
    saved = json.loads((tmp_path / "drawn.json").read_text())
    assert download.value.suggested_filename == "sample-3-drawn.json"
    assert saved["drawn"] is True
    assert saved["pixels"][0] == 16
    assert saved["predicted_label"] == int(np.argmax(saved["probabilities"]))


def test_a_drawing_is_shared_as_a_link_to_the_laboratory(chromium: Chromium, addresses: dict[str, str]) -> None:
    page: Any = chromium.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chromium.goto(f"{addresses['http']}index.html?sample=3")
    wait_for(chromium, LOADED)
    page.locator("#data .pixels [data-index='0']").click()
    drawn = page.evaluate(DRAWN)
    page.click("text=Copy a link to it >> nth=0")
    link = wait_for(chromium, "navigator.clipboard.readText()")
    assert "#lab=1.p." in link
    payload = link.split("#lab=1.p.")[1]
    assert list(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))) == drawn
    chromium.goto("about:blank")
    chromium.goto(link)
    wait_for(chromium, "document.querySelectorAll('.draw .pixels button').length === 64")
    there = "[...document.querySelectorAll('.draw .pixels button')].map(each => Number(each.textContent))"
    assert page.evaluate(there) == drawn
