"""Mouse and finger, as the browsers themselves send them: drawing on the picture, the tray of a cell, the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from browsers import LOADED, Page, text, wait_for
from test_answers import IN_SIGHT
from test_drawing import DRAWN

if TYPE_CHECKING:
    from collections.abc import Mapping

PIXELS = "document.querySelector('#data .pixels')"
GHOST = """(() => { const c = document.querySelector('.ghost');
  const data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  return Array.from({ length: 64 }, (_, i) => data[4 * ((3 * (i >> 3) + 2) * 24 + 3 * (i % 8) + 2) + 3] > 0);
})()"""
MAP = "document.querySelector('.map')"
STILL = "(async (at) => { await new Promise(done => setTimeout(done, 300)); return scrollY === at; })(scrollY)"


def opened(page: Page, address: str, width: int = 1280, height: int = 900) -> None:
    page.resize(width, height)
    page.goto(address)
    wait_for(page, LOADED)


def box_of(page: Page, element: str) -> dict[str, float]:
    """Where it is in the window, after it was brought into its middle."""
    page.evaluate(f"void {element}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
    found: dict[str, float] = page.evaluate(f"{element}.getBoundingClientRect().toJSON()")
    return found


def middle(box: dict[str, float]) -> tuple[float, float]:
    return box["left"] + box["width"] / 2, box["top"] + box["height"] / 2


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "finger"])
@pytest.mark.parametrize("place", ["file", "http"])
def test_a_stroke_draws_every_cell_it_passes_and_leaves_a_ghost(
    page: Page, addresses: Mapping[str, str], place: str, touch: bool
) -> None:
    opened(page, f"{addresses[place]}index.html?sample=0")
    before = np.array(page.evaluate(DRAWN)).reshape(8, 8)
    box = box_of(page, PIXELS)
    step = box["width"] / 8
    row = box["top"] + 1.5 * step
    columns = [*np.linspace(0.5, 7.5, 30), 9.0, 10.0]  # and beyond the picture
    page.drag([(box["left"] + column * step, row) for column in columns], touch=touch)
    after = np.array(page.evaluate(DRAWN)).reshape(8, 8)
    assert (after[1] == 16).all()
    assert (np.delete(after, 1, axis=0) == np.delete(before, 1, axis=0)).all()
    assert (np.array(page.evaluate(GHOST)).reshape(8, 8) == (after != before)).all()
    page.drag([(box["left"] + step / 2, row)], touch=touch)  # once more: it is taken away
    assert np.array(page.evaluate(DRAWN)).reshape(8, 8)[1].tolist() == [0, *[16] * 7]


@pytest.mark.parametrize("cell", [0, 99])
@pytest.mark.parametrize("place", ["file", "http"])
def test_after_a_tap_on_a_phone_the_images_are_in_sight(
    page: Page, addresses: Mapping[str, str], place: str, cell: int
) -> None:
    opened(page, f"{addresses[place]}index.html", 390, 800)
    page.drag([middle(box_of(page, f"document.querySelector('td[data-cell=\"{cell}\"]')"))], touch=True)
    wait_for(page, f"{IN_SIGHT}(document.querySelector('.tray .near'))")


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("place", ["file", "http"])
def test_a_phone_folds_sections_and_filters(page: Page, addresses: Mapping[str, str], place: str, width: int) -> None:
    opened(page, f"{addresses[place]}index.html?true=3&split=holdout", width, 800)

    def tap(selector: str) -> None:
        page.drag([middle(box_of(page, f"document.querySelector({selector!r})"))], touch=True)

    def seen(selector: str) -> bool:
        return bool(page.evaluate(f"document.querySelector({selector!r}).checkVisibility()"))

    assert text(page, ".filters summary") == "Filter (2)"
    assert not seen(".filters .class-chip")
    tap(".filters summary")
    wait_for(page, "document.querySelector('.filters').open")
    assert seen(".class-chip")
    tap(".filters summary")
    wait_for(page, "!document.querySelector('.filters').open")
    for section in ("insights", "lab", "experiment", "workflow"):
        tap(f"#{section} .fold")
        wait_for(page, f"document.querySelector('#{section} .fold').ariaExpanded === 'false'")
        assert not seen(f"#{section} .panels")
    assert page.evaluate("document.documentElement.scrollHeight") <= 7 * 800
    tap("#nav a:nth-child(4)")  # going to a section unfolds it
    wait_for(page, "document.querySelector('#experiment .fold').ariaExpanded === 'true'")
    assert seen("#experiment .panels")
    page.resize(1280, 800)
    assert seen("#insights .panels")
    assert seen(".class-chip")


@pytest.mark.parametrize("place", ["file", "http"])
def test_a_finger_draws_upright_on_the_map_once_it_may(page: Page, addresses: Mapping[str, str], place: str) -> None:
    """A stroke up and down is the page's own scrolling before, and a line round images after."""
    opened(page, f"{addresses[place]}index.html", 800, 900)
    page.evaluate(f"void {MAP}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
    wait_for(page, f"{MAP}.dataset.basis === 'input'")
    box = box_of(page, MAP)
    (x, y), (right, high) = middle(box), (box["width"] / 2 - 4, box["height"] / 2 - 4)
    line = [(x, y - high), (x, y), (x, y + high), (x + right, y + high), (x + right, y - high)]
    page.drag(line, touch=True)
    assert "among=" not in page.evaluate("location.search")
    wait_for(page, STILL)  # a finger's scrolling goes on when it is lifted
    page.evaluate("void document.querySelector('.toggle.touch').click()")
    wait_for(page, STILL)  # until the browser has taken the choice into account
    box = box_of(page, MAP)
    down = box["top"] + box["height"] / 2 - y
    page.drag([(left, top + down) for left, top in line], touch=True)
    wait_for(page, "location.search.includes('among=')")
    assert page.errors == []
