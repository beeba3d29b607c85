"""The map lays out held-out images by their principal components, and what is chosen on it is a filter of the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browsers import LOADED, Page, text, wait_for
from sklearn.decomposition import PCA
from test_drawing import all_pixels, layers_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

MAP = "document.querySelector('.map')"
EDGE = 16
KEYS = "new KeyboardEvent('keydown', {{ key: '{key}', shiftKey: {shift}, bubbles: true, cancelable: true }})"


class Opened:
    """The page with its map, and where every held-out image should be on it."""

    def __init__(self, page: Page, address: str, run: Path, rows: NDArray[np.float64], query: str = "") -> None:
        self.page = page
        holdout = json.loads((run / "holdout.json").read_text())
        self.ids = np.array(holdout["sample_ids"])
        self.truth, self.predicted = np.array(holdout["true_labels"]), np.array(holdout["predicted_labels"])
        page.goto(f"{address}index.html?artifacts=artifacts/{run.name}{query}")
        wait_for(page, LOADED)
        page.evaluate(f"{MAP}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
        wait_for(page, f"{MAP}.dataset.basis === 'input'")
        self.rows = rows
        self.spots = self.expected(rows[self.ids])

    def expected(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        analysis = PCA(2, svd_solver="full").fit(rows)
        signs = [np.sign(axis[np.abs(axis).argmax()]) for axis in analysis.components_]
        points = analysis.transform(rows) * signs
        width, height = self.page.evaluate(f"(each => [each.clientWidth, each.clientHeight])({MAP}.firstChild)")
        size = points.max(axis=0) - points.min(axis=0)
        unit = min((width - 2 * EDGE) / size[0], (height - 2 * EDGE) / size[1])
        centred = (points - (points.max(axis=0) + points.min(axis=0)) / 2) * unit * [1, -1]
        return centred + np.array([width, height]) / 2

    def pointer(self, kind: str, x: float, y: float, *, shift: bool = False) -> None:
        self.page.evaluate(
            f"(box => {MAP}.dispatchEvent(new PointerEvent('{kind}', {{ bubbles: true, button: 0, pointerId: 7, "
            f"shiftKey: {str(shift).lower()}, clientX: box.left + {x}, clientY: box.top + {y} }})))"
            f"({MAP}.firstChild.getBoundingClientRect())"
        )

    def round(self, line: list[tuple[float, float]], *, shift: bool = False) -> None:
        self.pointer("pointerdown", *line[0])
        for x, y in line[1:]:
            self.pointer("pointermove", x, y)
        self.pointer("pointerup", *line[-1], shift=shift)

    def key(self, key: str, *, shift: bool = False) -> None:
        self.page.evaluate(f"void {MAP}.dispatchEvent({KEYS.format(key=key, shift=str(shift).lower())})")

    def spoken(self) -> int:
        """The sample that the active option names."""
        return int(self.page.evaluate(f"document.getElementById({MAP}.getAttribute('aria-activedescendant')).id")[4:])

    def found(self) -> str:
        return text(self.page, "#found").split(" of ")[0]

    def chosen(self) -> set[int]:
        """The choice as the address has it."""
        wait_for(self.page, "location.search.includes('among=')")
        gaps = self.page.evaluate("new URLSearchParams(location.search).get('among')")
        return set(np.cumsum([int(each, 36) for each in gaps.split(".")]).tolist())


@pytest.fixture
def opened(page: Page, addresses: Mapping[str, str], pages: Path) -> Any:
    run = next(path for path in (pages / "artifacts").glob("2*") if path.name.endswith("baseline"))
    return lambda place, query="": Opened(page, addresses[place], run, all_pixels(pages), query)


@pytest.mark.parametrize("place", ["file", "http"])
def test_what_is_pointed_at_is_named_also_while_a_filter_is_on(opened: Any, place: str) -> None:
    shown = opened(place, "&true=3.5&split=holdout")
    among = np.flatnonzero(np.isin(shown.truth, [3, 5]))
    for target in among[:: len(among) // 6]:
        shown.pointer("pointermove", *shown.spots[target])
        distances = np.hypot(*(shown.spots[among] - shown.spots[target]).T)
        near = {int(shown.ids[each]) for each in among[distances < 0.5]}  # where several lie on one another
        assert int(text(shown.page, ".map-detail").split()[1].rstrip(":")) in near
    shown.round([tuple(shown.spots[among[0]])])
    assert f"Sample {shown.ids[among[0]]}" in text(shown.page, "#data .inspector")
    assert text(shown.page, "#chips").count("true 3 or 5") == 1  # a click on what is shown keeps the filter
    count = int((shown.truth[among] != shown.predicted[among]).sum())
    words = text(shown.page, ".map ~ .reading")
    assert f"{count} in a frame" in words if count else "None that is shown" in words
    assert shown.page.errors == []


@pytest.mark.parametrize("place", ["file", "http"])
def test_what_is_drawn_round_is_shown_everywhere_and_in_the_address(opened: Any, place: str) -> None:
    shown = opened(place)
    x, y = np.median(shown.spots, axis=0)
    left, top = shown.spots[:, 0] < x, shown.spots[:, 1] < y
    shown.round([(0, 0), (x, 0), (x, y), (0, y)])
    expected = set(shown.ids[left & top].tolist())
    assert shown.chosen() == expected
    assert shown.found() == str(len(expected))
    assert f"{len(expected)} of the map" in text(shown.page, "#chips")
    shown.round([(x, 0), (2 * x, 0), (2 * x, y), (x, y)], shift=True)
    wait_for(shown.page, f"!document.getElementById('found').textContent.startsWith('{len(expected)} ')")
    assert shown.found() == str(len({*expected, *shown.ids[~left & top & (shown.spots[:, 0] < 2 * x)].tolist()}))
    shown.page.evaluate("history.back()")
    wait_for(shown.page, f"document.getElementById('found').textContent.startsWith('{len(expected)} ')")
    address = shown.page.evaluate("location.href")
    shown.page.goto("about:blank")
    shown.page.goto(address)
    wait_for(shown.page, LOADED)
    assert shown.found() == str(len(expected))
    shown.page.evaluate("document.querySelector('#chips button').click()")
    assert shown.found() == "1,797"


@pytest.mark.parametrize("place", ["file", "http"])
def test_keys_move_take_all_in_between_add_one_and_select(opened: Any, place: str) -> None:
    shown = opened(place)
    spot = dict(zip(shown.ids.tolist(), shown.spots, strict=True))
    shown.key("ArrowRight")
    start = shown.spoken()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        shown.key(key)
        at = shown.spoken()
        (before_x, before_y), (x, y) = spot[start], spot[at]
        towards = {"ArrowRight": x - before_x, "ArrowLeft": before_x - x, "ArrowDown": y - before_y}
        assert at == start or towards.get(key, before_y - y) >= -0.01
        start = at
    for _ in range(4):
        shown.key("ArrowRight", shift=True)
        shown.key("ArrowDown", shift=True)
    corner = np.array([spot[start], spot[shown.spoken()]])
    low, high = corner.min(axis=0) - 0.5, corner.max(axis=0) + 0.5
    inside = set(shown.ids[((shown.spots >= low) & (shown.spots <= high)).all(axis=1)].tolist())
    assert len(inside) > 2
    assert shown.chosen() == inside
    last = shown.spoken()
    shown.key(" ")
    wait_for(shown.page, f"document.getElementById('found').textContent.startsWith('{len(inside) - 1} ')")
    shown.key(" ")
    wait_for(shown.page, f"document.getElementById('found').textContent.startsWith('{len(inside)} ')")
    shown.key("Enter")
    assert f"Sample {last}" in text(shown.page, "#data .inspector")


def test_it_can_be_laid_out_by_the_last_hidden_layer(opened: Any, pages: Path) -> None:
    shown = opened("http")
    run = next(path for path in (pages / "artifacts").glob("2*") if path.name.endswith("baseline"))
    shown.page.evaluate("document.querySelector('[data-value=hidden]').click()")
    wait_for(shown.page, f"{MAP}.dataset.basis === 'hidden'")
    spots = shown.expected(np.array([layers_of(run, shown.rows[each])[-2] for each in shown.ids]))
    apart = np.array([np.partition(np.hypot(*(spots - spot).T), 1)[1] for spot in spots])
    for target in apart.argsort()[-5:]:
        shown.pointer("pointermove", *spots[target])
        assert f"Sample {shown.ids[target]}:" in text(shown.page, ".map-detail")


@pytest.mark.parametrize("root", ["convolutional", "two", "many", "large"])
def test_other_runs_have_a_map_or_none(page: Page, addresses: dict[str, str], root: str) -> None:
    page.goto(f"{addresses['http']}index.html?artifacts={root}")
    wait_for(page, LOADED)
    if page.evaluate(f"{MAP} !== null"):
        page.evaluate(f"{MAP}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
        wait_for(page, f"{MAP}.dataset.basis === 'input'")
    assert page.errors == []
