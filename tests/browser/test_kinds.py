"""The page on samples that are no grey images: what is drawn is what the data hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browsers import LOADED, Chromium, Page, wait_for

import digit_classifier as dc
from digit_classifier.experiment import record

if TYPE_CHECKING:
    from pathlib import Path

PIXELS = """(() => { const c = document.querySelector('.big canvas');
  return [c.width, c.height, [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]]; })()"""
BARS = """[...document.querySelectorAll('.features li')].map(li => { const bar = li.querySelector('.deviation i').style;
  return [li.querySelector('.feature-name').textContent, parseFloat(bar.left), parseFloat(bar.width)]; })"""


@pytest.fixture(scope="session")
def colours(pages: Path) -> np.ndarray:
    """Photographs of random pixels, 120 of 6 by 9, recorded below `colours`."""
    random = np.random.default_rng(13)
    labels = np.arange(120) % 2
    images = random.integers(0, 256, (120, 6, 9, 3), dtype=np.uint8)
    images[labels == 1, ..., 0] //= 4
    dataset = dc.Dataset.from_arrays(images, labels, class_names=["red", "other"], name="colours", tone="light")
    record(dc.configure(artifacts_root=str(pages / "colours"), epochs=3), dataset)
    return images


@pytest.fixture(scope="session")
def irises(pages: Path) -> Path:
    record(dc.configure(artifacts_root=str(pages / "irises"), dataset="iris", epochs=20))
    return pages / "irises" / "latest"


def read(run: Path, name: str) -> Any:
    return json.loads((run / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("place", ["file", "http"])
@pytest.mark.parametrize("scheme", ["", "dark"])
def test_a_photograph_is_drawn_as_it_is_in_both_themes(
    page: Page, addresses: dict[str, str], colours: np.ndarray, place: str, scheme: str
) -> None:
    page.goto(f"{addresses[place]}index.html?artifacts=colours&sample=17")
    wait_for(page, LOADED)
    if scheme:
        page.evaluate("(document.documentElement.dataset.theme = 'dark', null)")
    width, height, values = wait_for(page, f"document.querySelector('.big canvas') && {PIXELS}")
    assert (width, height) == (9, 6)
    drawn = np.array(values).reshape(6, 9, 4)
    assert np.array_equal(drawn[..., :3], colours[17])
    assert (drawn[..., 3] == 255).all()
    assert page.errors == []


@pytest.mark.parametrize("place", ["file", "http"])
def test_the_bars_of_a_row_are_its_standard_deviations(
    page: Page, addresses: dict[str, str], irises: Path, place: str
) -> None:
    from sklearn.datasets import load_iris

    iris = load_iris()
    training = np.setdiff1d(np.arange(150), read(irises, "holdout.json")["sample_ids"])
    values = iris.data.astype(np.float32).astype(float)
    scores = (values - values[training].mean(0)) / values[training].std(0)
    page.goto(f"{addresses[place]}index.html?artifacts=irises&sample=68")
    wait_for(page, LOADED)
    bars = wait_for(page, f"document.querySelector('.features li') && {BARS}")
    assert [name for name, _, _ in bars] == iris.feature_names
    for (_, left, width), score in zip(bars, np.clip(scores[68], -3, 3), strict=True):
        assert width == pytest.approx(100 * abs(score) / 6, abs=1e-3)
        assert left == pytest.approx(50 - (100 * abs(score) / 6 if score < 0 else 0), abs=1e-3)
    words = page.evaluate("document.getElementById('data').innerText").lower()
    assert not any(word in words for word in ("image", "digit", "pixel"))
    assert page.errors == []


@pytest.mark.parametrize("width", [1440, 390])
def test_every_row_of_weights_lies_beside_the_name_of_its_feature(
    chromium: Chromium, addresses: dict[str, str], irises: Path, width: int
) -> None:
    chromium.page.set_viewport_size({"width": width, "height": 900})
    chromium.goto(f"{addresses['http']}index.html?artifacts={irises.parent.name}")
    wait_for(chromium, LOADED)
    heights = "[...document.querySelectorAll('.weight-rows ol, .weight-rows canvas')].map(each => each.clientHeight)"
    names, rows = chromium.evaluate(heights)
    assert names == rows == 4 * 20


FILL = """((values) => {
  const inputs = [...document.querySelectorAll('.feature-fields input')];
  inputs.forEach((input, i) => { input.value = String(values[i]); input.dispatchEvent(new Event('input')); });
  return inputs.length;
})(VALUES)"""


def test_the_editor_says_of_a_typed_row_what_the_run_recorded_of_it(
    page: Page, addresses: dict[str, str], irises: Path
) -> None:
    from sklearn.datasets import load_iris

    holdout = read(irises, "holdout.json")
    typed, start = 3, 0  # positions in the hold-out
    row = load_iris().data[holdout["sample_ids"][typed]].tolist()
    page.goto(f"{addresses['file']}index.html?artifacts=irises&sample={holdout['sample_ids'][start]}")
    wait_for(page, LOADED)
    wait_for(page, "document.querySelector('.editor summary') !== null")
    page.evaluate("(document.querySelector('.editor summary').click(), null)")
    wait_for(page, "document.querySelectorAll('.feature-fields input').length === 4")
    assert page.evaluate(FILL.replace("VALUES", json.dumps(row))) == 4
    shares = page.evaluate("[...document.querySelectorAll('.bars .track i')].map(bar => parseFloat(bar.style.width))")
    assert np.allclose(np.array(shares) / 100, holdout["probabilities"][typed], rtol=0, atol=1e-6)


def test_long_names_of_many_classes_stay_in_their_chips_and_cells(
    page: Page, addresses: dict[str, str], pages: Path
) -> None:
    names = [f"a class with the long name {number}" for number in range(40)]
    random = np.random.default_rng(2)
    rows = random.normal(size=(400, 5)).astype(np.float32)
    dataset = dc.Dataset.from_arrays(rows, np.arange(400) % 40, class_names=names, name="forty")
    record(dc.configure(artifacts_root=str(pages / "forty"), epochs=2), dataset)
    page.goto(f"{addresses['http']}index.html?artifacts=forty")
    wait_for(page, LOADED)
    wait_for(page, "document.querySelectorAll('.matrix th[scope=col]').length === 40")
    outside = """[...document.querySelectorAll('.class-chip')].filter(chip => {
      const [box, text] = [chip, chip.querySelector('span')].map(each => each.getBoundingClientRect());
      return text.left < box.left || text.right > box.right || !chip.title.includes('a class with the long name ');
    }).length"""
    assert page.evaluate(outside) == 0
    titles = page.evaluate("[...document.querySelectorAll('.matrix th[scope=col]')].map(head => head.title)")
    assert titles == names
    widest = "Math.max(...[...document.querySelectorAll('.matrix td[data-cell]')].map(cell => cell.offsetWidth))"
    assert page.evaluate(widest) < 48


@pytest.mark.parametrize("scheme", ["", "dark"])
def test_of_very_many_classes_the_matrix_has_those_with_the_most_mistakes(
    page: Page, addresses: dict[str, str], pages: Path, scheme: str
) -> None:
    root = pages / "classes"
    if not root.exists():
        labels = np.arange(3000) % 1000
        rows = np.stack([labels // 100, labels // 10 % 10, labels % 10], 1) + np.random.default_rng(3).normal(
            0, 0.2, (3000, 3)
        )
        record(
            dc.configure(artifacts_root=str(root), epochs=3, test_size=1 / 3),
            dc.Dataset.from_arrays(rows, labels, name="k"),
        )
    matrix = np.array(read(root / "latest", "metrics.json")["confusion_matrix"])
    wrong = matrix.sum(0) + matrix.sum(1) - 2 * matrix.diagonal()
    page.goto(f"{addresses['http']}index.html?artifacts=classes")
    wait_for(page, LOADED)
    if scheme:
        page.evaluate("(document.documentElement.dataset.theme = 'dark', null)")
    wait_for(page, "document.querySelectorAll('.matrix th[scope=col]').length === 40")
    shown = [
        int(name) for name in page.evaluate("[...document.querySelectorAll('.matrix th[scope=col]')].map(h => h.title)")
    ]
    assert shown == sorted(np.argsort(-wrong, kind="stable")[:40])
    cells = page.evaluate(
        "[...document.querySelectorAll('.matrix td[data-cell]')].map(cell => Number(cell.textContent))"
    )
    assert np.array_equal(np.array(cells).reshape(40, 40), matrix[np.ix_(shown, shown)])
    row, column = np.argwhere(matrix[np.ix_(shown, shown)] * (1 - np.eye(40)))[0]
    page.evaluate(f"(document.querySelectorAll('.matrix td[data-cell]')[{row * 40 + column}].click(), null)")
    wait_for(page, f"location.href.includes('pred={shown[column]}')")
    assert "40 of 1,000 classes: those with the most mistakes" in page.evaluate("document.body.innerText")
    assert page.errors == []


TOTALS = """[...document.querySelectorAll('#insights .matrix AT')].map(cell => Number(cell.textContent))"""


@pytest.mark.parametrize(("width", "root"), [(1440, "many"), (390, "many"), (1440, "artifacts")])
def test_the_matrix_says_the_totals_of_its_rows_and_columns(
    chromium: Chromium, addresses: dict[str, str], pages: Path, width: int, root: str
) -> None:
    latest = pages / root / json.loads((pages / root / "index.json").read_text(encoding="utf-8"))["latest"]
    matrix = np.array(read(latest, "metrics.json")["confusion_matrix"])
    chromium.page.set_viewport_size({"width": width, "height": 900})
    chromium.goto(f"{addresses['http']}index.html?artifacts={root}")
    wait_for(chromium, LOADED)
    assert chromium.evaluate(TOTALS.replace("AT", "tbody .total")) == matrix.sum(1).tolist()
    assert chromium.evaluate(TOTALS.replace("AT", "tfoot td.total:not(:last-child)")) == matrix.sum(0).tolist()
    box = "document.querySelector('#insights .matrix-scroll')"
    assert width < 1440 or chromium.evaluate(f"{box}.scrollWidth <= {box}.clientWidth")
    places = f"""[{box}, {box}.querySelector('tbody .total'), {box}.querySelector('thead .total')].map(each =>
      each.getBoundingClientRect().right)"""
    right, of_row, head = chromium.evaluate(places)
    assert right - 8 <= of_row == head <= right  # in sight, however far the columns are scrolled


@pytest.mark.parametrize("width", [320, 390])
def test_no_kind_of_sample_is_wider_than_a_phone(
    chromium: Chromium, addresses: dict[str, str], colours: np.ndarray, irises: Path, width: int
) -> None:
    chromium.page.set_viewport_size({"width": width, "height": 800})
    for query in (f"?artifacts={irises.parent.name}", "?artifacts=colours"):
        chromium.goto(f"{addresses['http']}index.html{query}")
        wait_for(chromium, LOADED)
        assert chromium.evaluate("document.documentElement.scrollWidth") <= width, query


def test_two_runs_of_very_many_classes_are_laid_beside_each_other(
    page: Page, addresses: dict[str, str], pages: Path
) -> None:
    root = pages / "beside"
    labels = np.arange(1600) % 400
    rows = np.stack([labels // 20, labels % 20], 1) + np.random.default_rng(3).normal(0, 0.2, (1600, 2))
    for epochs in () if root.exists() else (1, 3):
        settings = dc.configure(artifacts_root=str(root), epochs=epochs, test_size=0.25)
        record(settings, dc.Dataset.from_arrays(rows, labels, name="k"))
    runs = json.loads((root / "index.json").read_text(encoding="utf-8"))["runs"]
    page.goto(f"{addresses['http']}index.html?artifacts=beside&vs={runs[1]['run_id']}")
    wait_for(page, LOADED)
    wait_for(page, "document.querySelector('.difference .matrix td.s8') !== null")
    assert page.evaluate("document.querySelectorAll('.difference th[scope=col]').length") == 40
    assert "40 of 400 classes" in page.evaluate("document.querySelector('#experiment').innerText")
    assert page.errors == []


def test_names_from_right_to_left_stand_in_the_order_of_what_happened(
    page: Page, addresses: dict[str, str], pages: Path
) -> None:
    """The true class is on the left of the arrow, and what it was taken for on its right."""
    random = np.random.default_rng(5)
    images = random.integers(0, 17, (200, 4, 4), dtype=np.uint8)
    labels = random.integers(0, 2, 200)
    dataset = dc.Dataset.from_arrays(images, labels, class_names=["ا", "ب"], name="letters")
    root = pages / "right-to-left"
    if not root.exists():
        record(dc.configure(artifacts_root=str(root), epochs=2, model="logistic"), dataset)
    page.goto(f"{addresses['http']}index.html?artifacts=right-to-left")
    wait_for(page, LOADED)
    places = page.evaluate("""[...document.querySelectorAll('#opening .miss-tile:not(.right) > span')].map(span => {
      const walker = document.createTreeWalker(span, NodeFilter.SHOW_TEXT);
      const found = [];
      while (walker.nextNode())
        for (const [i, letter] of [...walker.currentNode.data].entries()) {
          if (letter === ' ') continue;
          const range = document.createRange();
          range.setStart(walker.currentNode, i);
          range.setEnd(walker.currentNode, i + 1);
          found.push(range.getBoundingClientRect().left);
        }
      return found;
    })""")
    assert len(places) > 2
    assert all(len(each) == 3 and each == sorted(each) for each in places), places
