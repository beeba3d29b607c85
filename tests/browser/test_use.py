"""Using the page: pointer, keyboard, links, downloads."""

from __future__ import annotations

import base64
import json
import shutil
import time
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browsers import wait_for
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from browsers import Chromium

LOADED = "document.querySelectorAll('#workflow .step').length === 5"


@pytest.fixture
def opened(chromium: Chromium, addresses: dict[str, str]) -> Any:
    """Opens a query over http and returns Playwright's page."""

    def go(query: str = "", place: str = "http") -> Any:
        chromium.goto(f"{addresses[place]}index.html{query}")
        wait_for(chromium, LOADED)
        return chromium.page

    return go


def holdout(pages: Path, root: str = "artifacts") -> tuple[str, dict[str, Any]]:
    index = json.loads((pages / root / "index.json").read_text())
    return index["latest"], json.loads((pages / root / index["latest"] / "holdout.json").read_text())


def until(page: Any, condition: str) -> None:
    """Playwright's own wait evaluates a string inside the page, which the policy forbids; this asks from outside."""
    end = time.monotonic() + 8
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(25)


def first_run(pages: Path) -> str:
    return json.loads((pages / "artifacts/index.json").read_text())["runs"][-1]["run_id"]


def shown_ids(page: Any) -> set[int]:
    return {
        int(name.split()[1].rstrip(","))
        for name in page.eval_on_selector_all(".grid-layer button", "all => all.map(b => b.ariaLabel)")
    }


def test_a_matrix_cell_filters_the_studio_to_exactly_its_samples(opened: Any, pages: Path) -> None:
    page = opened("?split=training")  # a filter that is already on must not shift what is found
    _, payload = holdout(pages)
    triples = list(zip(payload["sample_ids"], payload["true_labels"], payload["predicted_labels"], strict=True))
    wrong = next(((true, guess) for _, true, guess in triples if true != guess), (0, 0))
    page.click(f"td[data-cell='{wrong[0] * 10 + wrong[1]}']")
    expected = {sample for sample, true, guess in triples if (true, guess) == wrong}
    until(page, f"document.getElementById('found').textContent.startsWith('{len(expected)} of')")
    assert shown_ids(page) == expected
    assert f"true={wrong[0]}&pred={wrong[1]}" in page.url
    assert page.inner_text("#chips").split("\n")[:2] == [f"true {wrong[0]}", f"predicted {wrong[1]}"]


def test_the_matrix_works_with_the_keyboard_alone(opened: Any) -> None:
    page = opened()
    page.focus("td[data-cell='0']")
    for key in ("ArrowRight", "ArrowDown", "End", "Home", "Control+End", "ArrowUp"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.dataset.cell") == "89"
    assert page.evaluate("document.querySelectorAll('td[data-cell][tabindex=\"0\"]').length") == 1
    page.keyboard.press("Enter")
    page.wait_for_selector(".tray-head")
    assert page.evaluate("document.activeElement.dataset.cell") == "89"  # where one was
    page.keyboard.press("Tab")
    assert page.inner_text(":focus") == "Open in the studio"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('#chips') !== null")
    page.keyboard.press("Enter")  # the chip goes, focus stays near
    assert "true=" not in page.url
    assert page.evaluate("document.activeElement.closest('#data') !== null")


def test_samples_are_reached_and_chosen_with_the_keyboard(opened: Any) -> None:
    page = opened()
    page.focus(".grid-layer button[tabindex='0']")
    for key in ("ArrowRight", "PageDown", "PageDown", "Control+End", "Enter"):
        page.keyboard.press(key)
    until(page, "location.search.includes('sample=1796')")
    assert "Sample 1796" in page.inner_text(".inspector")


def test_every_part_of_the_view_survives_the_link(opened: Any) -> None:
    page = opened()
    page.click(".class-chip:nth-child(4)")
    page.click("text=Hold-out >> nth=0")
    page.click("text=Shuffle")
    page.click("text=Accuracy >> nth=1")
    page.fill("input[aria-label='Confidence at least, percent']", "20")
    page.keyboard.press("Tab")
    page.eval_on_selector(".scrubber input", "e => { e.value = 7; e.dispatchEvent(new Event('input')); }")
    page.click(".grid-layer button >> nth=2")
    parts = ["#found", "#chips", ".inspector", "output", ".matrix"]
    state = f"{parts}.map(each => document.querySelector(each).innerText)"
    before, url = page.evaluate(state), page.url
    page.goto("about:blank")
    page.goto(url)
    until(page, LOADED)
    assert page.evaluate(state) == before


def test_an_address_with_garbage_says_what_was_left_out(opened: Any) -> None:
    page = opened("?true=banana&epoch=3")
    assert "true=banana" in page.inner_text("#toasts")
    assert page.inner_text("output").startswith("3 /")


def test_the_scrubber_moves_curve_matrix_and_weights_together(opened: Any, pages: Path) -> None:
    first = first_run(pages)
    page = opened(f"?artifacts=artifacts/{first}")
    weights = "document.querySelector('.templates canvas').toDataURL()"
    final, matrix = page.evaluate(weights), page.inner_text(".matrix")
    page.focus(".scrubber input")
    page.keyboard.press("Home")
    until(page, "document.querySelector('output').innerText.startsWith('1 /')")
    snapshots = json.loads((pages / "artifacts" / first / "epoch_snapshots.json").read_text())
    right = sum(row[i] for i, row in enumerate(snapshots["confusion_matrices"][0]))
    first = snapshots["epochs"][0]  # labelled as what it is
    assert f"after epoch {first} · {right} of" in page.inner_text("#insights")
    assert page.evaluate(weights) != final
    assert page.inner_text(".matrix") != matrix


def test_the_downloaded_png_is_the_sample(opened: Any, pages: Path, tmp_path: Path) -> None:
    page = opened("?sample=3")
    with page.expect_download() as download:
        page.click("button[aria-label='Download as PNG']")
    path = tmp_path / "sample.png"
    download.value.save_as(path)
    stored = next((pages / "artifacts/datasets").glob("*.json"))
    payload = json.loads(stored.read_text())
    pixels = np.frombuffer(zlib.decompress(base64.b64decode(payload["samples"])), np.uint8).reshape(-1, 8, 8)[3]
    image = np.asarray(Image.open(path).convert("L"))[16::32, 16::32]
    assert (image == np.round(255.0 * pixels / 16).astype(int)).all()


def test_two_runs_are_compared_down_to_the_samples(opened: Any, pages: Path) -> None:
    first = first_run(pages)
    page = opened()
    page.select_option("#compare-picker select", first)
    page.wait_for_selector(".changed:not([aria-live])")
    latest, now = holdout(pages)
    was = json.loads((pages / "artifacts" / first / "holdout.json").read_text())
    assert latest != first
    before = {i: t == p for i, t, p in zip(was["sample_ids"], was["true_labels"], was["predicted_labels"], strict=True)}
    fixed = [
        i
        for i, t, p in zip(now["sample_ids"], now["true_labels"], now["predicted_labels"], strict=True)
        if t == p and before[i] is False
    ]
    assert f"Wrong before, right now ({len(fixed)})" in page.inner_text("#experiment")
    assert "exact McNemar test" in page.inner_text("#experiment") or "no difference to test" in page.inner_text(
        "#experiment"
    )
    assert page.locator(".chart").first.locator(".line").count() == 3
    gaps = page.evaluate(r"""[...document.querySelectorAll("#experiment .labels text")].map(label => {
      const line = document.querySelector(`#experiment .line.${label.getAttribute("class")}`).getAttribute("d");
      return label.getAttribute("x") - Math.max(...[...line.matchAll(/[ML]([\d.]+)/g)].map(each => each[1]));
    })""")
    assert len(gaps) == 2
    assert all(0 < gap < 10 for gap in gaps)  # each label beside the end of its own line, whichever is longer
    page.click(".changed >> text=Show in the studio >> nth=0")
    until(page, "location.search.includes('show=fixed')")
    assert shown_ids(page) == set(fixed)


def test_a_run_is_chosen_among_a_thousand_with_the_keyboard(opened: Any) -> None:
    page = opened("?artifacts=thousand")
    page.click(".selector-button")
    assert page.locator(".run-option").count() < 60
    page.keyboard.type("baseline")
    until(page, "document.querySelectorAll('.run-option').length === 1")
    page.keyboard.press("Enter")
    until(page, "/artifacts=thousand\\/\\d/.test(location.search)")
    until(page, "document.querySelector('.selector-panel').hidden")
    page.click(".selector-button")
    page.keyboard.press("Enter")  # "Latest" is the first choice
    until(page, "location.search === '?artifacts=thousand'")


def test_a_new_run_is_picked_up_on_return_to_the_page(opened: Any, pages: Path) -> None:
    shutil.copytree(pages / "artifacts", pages / "growing")
    index = json.loads((pages / "growing/index.json").read_text())
    earlier = {**index, "generation": 1, "latest": index["runs"][1]["run_id"], "runs": index["runs"][1:]}
    (pages / "growing/index.json").write_text(json.dumps(earlier))
    page = opened("?artifacts=growing")
    assert page.inner_text("#title, #state h1") == "first"
    (pages / "growing/index.json").write_text(json.dumps({**index, "generation": 2}))
    page.evaluate("dispatchEvent(new Event('focus'))")
    until(page, "document.querySelector('#title, h1').innerText === 'baseline'")
    until(page, "document.getElementById('toasts').innerText.includes('A new run was published')")


def test_a_folder_can_be_opened_by_hand(chromium: Chromium, addresses: dict[str, str], pages: Path) -> None:
    chromium.goto(f"{addresses['file']}index.html?artifacts=gone")
    wait_for(chromium, "document.querySelector('#title, h1')?.innerText === 'There is no run here'")
    chromium.page.set_input_files("input[type=file]", pages / "two")
    wait_for(chromium, LOADED)
    assert chromium.page.inner_text("#title, #state h1") == "two classes"
    commands = chromium.page.eval_on_selector_all("#experiment .replay code", "all => all.map(e => e.textContent)")
    assert [each.split("/")[0] for each in commands if "/" in each] == [
        "digit-classifier replay two",  # from beside the folder, wherever the page is
        "digit-classifier note two",
    ]
    chromium.page.click("button[aria-label='Copy a link to this view']")
    wait_for(chromium, "document.getElementById('toasts').innerText.includes('has no link')")
    assert chromium.page.inner_text("#toasts code").startswith("digit-classifier export html two/")


def test_an_emptied_field_of_the_confidence_filters_nothing(opened: Any) -> None:
    page = opened()
    most = "input[aria-label='Confidence at most, percent']"
    page.fill(most, "50")
    page.keyboard.press("Tab")
    until(page, "location.search.includes('conf=0-50')")
    page.fill(most, "")
    page.keyboard.press("Tab")
    until(page, "location.search === ''")
    least = "input[aria-label='Confidence at least, percent']"
    page.fill(least, "")
    page.keyboard.press("Tab")
    assert [page.input_value(each) for each in (least, most)] == ["0", "100"]


def test_a_sample_that_trained_is_said_to_be_training(opened: Any) -> None:
    page = opened("?split=training")
    names = page.eval_on_selector_all(".grid-layer button", "all => all.map(each => each.ariaLabel)")
    assert names
    assert all(name.endswith(", training") for name in names)


def test_pixels_can_be_changed_with_the_keyboard_and_the_answer_follows(opened: Any) -> None:
    page = opened("?sample=0")
    before = page.inner_text(".bars")
    page.focus("#data .pixels button[tabindex='0']")
    for _ in range(8):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    assert page.inner_text(".bars") != before
    page.click("text=Back to the sample")
    assert page.inner_text(".bars") == before
