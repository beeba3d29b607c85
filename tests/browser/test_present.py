"""Present mode: one panel at a time fills the screen, and all of them stand where they stood afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from browsers import LOADED, Chromium, Page, text, wait_for

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLES = "[...document.querySelectorAll('#main section.card h3')].map(each => each.textContent)"
SHOWN = "document.querySelector('dialog.present[open] h3')?.textContent"
FOCUS = "document.activeElement.id"


def press(page: Page, key: str) -> None:
    page.evaluate(
        f"void document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{key: {key!r}, bubbles: true}}))"
    )


def test_printed_each_panel_is_a_sheet_and_presenting_goes_on(chromium: Chromium, addresses: Mapping[str, str]) -> None:
    page = chromium.page
    chromium.goto(f"{addresses['http']}index.html?present")
    wait_for(chromium, f"{SHOWN} !== undefined")
    cards = page.evaluate("document.querySelectorAll('section.card:not(:has(#compare-picker))').length")
    shown = page.evaluate(SHOWN)
    printed = page.pdf(prefer_css_page_size=True, format="A4")
    sheets = re.findall(rb"/MediaBox ?\[([\d. ]+)\]", printed)
    assert all(float(sheet.split()[2]) > float(sheet.split()[3]) for sheet in sheets)
    assert cards <= len(sheets) <= cards + 3  # a long one goes on
    assert page.evaluate(SHOWN) == shown


def test_panels_are_turned_over_and_stand_where_they_stood_at_its_end(page: Page, addresses: Mapping[str, str]) -> None:
    page.goto(f"{addresses['file']}index.html")
    wait_for(page, f"{LOADED} && document.getElementById('present') !== null")
    titles = page.evaluate(TITLES)
    page.evaluate("void document.getElementById('present').click()")
    assert page.evaluate(SHOWN) == titles[0]
    seen = [titles[0]]
    for _ in range(3):
        press(page, "ArrowRight")
        seen.append(page.evaluate(SHOWN))
    assert seen == titles[:4]
    press(page, "PageUp")
    assert page.evaluate(SHOWN) == titles[2]
    page.evaluate("void document.querySelector('dialog.present').close()")
    wait_for(page, "!document.querySelector('dialog.present')")
    assert page.evaluate(TITLES) == titles
    assert page.evaluate(FOCUS) == "present"


def test_arrows_in_a_grid_move_in_it_and_turn_nothing(chromium: Chromium, addresses: Mapping[str, str]) -> None:
    browser: Any = chromium.page
    chromium.goto(f"{addresses['http']}index.html?present=2")
    wait_for(chromium, f"{SHOWN} === 'Samples'")
    chromium.evaluate("document.querySelector('.grid-layer button').focus()")
    browser.keyboard.press("ArrowRight")
    assert chromium.evaluate("document.activeElement.dataset.index") == "1"
    assert chromium.evaluate(SHOWN) == "Samples"
    chromium.evaluate("document.querySelector('.present .slide').focus()")
    browser.keyboard.press("ArrowRight")
    assert chromium.evaluate(SHOWN) != "Samples"


SIZES = [(1280, 720), (1024, 768), (1920, 1080)]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_link_presents_in_letters_for_the_last_row(
    chromium: Chromium, addresses: Mapping[str, str], width: int, height: int
) -> None:
    browser: Any = chromium.page
    browser.set_viewport_size({"width": width, "height": height})
    chromium.goto(f"{addresses['http']}index.html?present")
    wait_for(chromium, SHOWN)
    slide = "document.querySelector('.present .slide')"
    assert chromium.evaluate(f"{slide}.scrollWidth <= {slide}.clientWidth")
    browser.keyboard.press("ArrowRight")
    assert chromium.evaluate(SHOWN) == "Samples"
    browser.keyboard.press("Escape")
    wait_for(chromium, "!document.querySelector('dialog.present')")
    assert text(chromium, "#present") == "Present"


SMALLEST = """(() => {
  const card = document.querySelector('.present .card');
  const zoom = card.getBoundingClientRect().width / card.offsetWidth;
  const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
  const found = { caption: [], any: [] };
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !at.checkVisibility() || at.closest('.visually-hidden, .pixels')) continue;
    const size = zoom * parseFloat(getComputedStyle(at).fontSize);
    found[at.closest('.reading, .sentence') ? 'caption' : 'any'].push(size);
  }
  return [found.caption, found.any].map(each => Math.min(...each, 1000));
})()"""


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_panel_is_read_from_the_last_row(
    chromium: Chromium, addresses: Mapping[str, str], width: int, height: int
) -> None:
    """A sentence is 28 pixels high, and no word is below a fortieth of 720: what a sixtieth of a metre is on a wall."""
    browser: Any = chromium.page
    browser.set_viewport_size({"width": width, "height": height})
    chromium.goto(f"{addresses['http']}index.html?present=2")
    wait_for(chromium, f"{SHOWN} === 'Samples'")
    browser.keyboard.press("ArrowLeft")
    seen, slide = [], "document.querySelector('.present .slide')"
    while (title := chromium.evaluate(SHOWN)) not in seen:
        seen.append(title)
        caption, smallest = chromium.evaluate(SMALLEST)
        assert caption >= 28 * min(width / 1280, height / 720, 1), title
        assert smallest >= 18, title
        assert chromium.evaluate(f"{slide}.scrollWidth <= {slide}.clientWidth"), title
        browser.keyboard.press("PageDown")
    assert len(seen) > 12


def test_a_pointer_means_what_it_points_at_however_large_the_panel_is(page: Page, addresses: Mapping[str, str]) -> None:
    page.goto(f"{addresses['http']}index.html")
    wait_for(page, "document.body.classList.contains('settled') && document.getElementById('present') !== null")
    press(page, "p")
    wait_for(page, SHOWN)
    for _ in range(2):
        press(page, "PageDown")
    tick = "[...document.querySelectorAll('.present .axes > text')].find(each => each.textContent.trim() === '20')"
    output = "document.querySelector('.present output').innerText"
    for _ in range(10):  # the panel may still be growing to its size when it is measured
        box = page.evaluate(f"{tick}.getBoundingClientRect().toJSON()")
        chart = page.evaluate("document.querySelector('.present .chart').getBoundingClientRect().toJSON()")
        page.drag([(box["left"] + box["width"] / 2, chart["top"] + chart["height"] / 2)])
        page.evaluate("new Promise(done => setTimeout(done, 200))")
        if page.evaluate(output).startswith("20 /"):
            break
    assert page.evaluate(output).startswith("20 /")


def test_the_key_can_be_switched_off(page: Page, addresses: Mapping[str, str]) -> None:
    page.goto(f"{addresses['http']}index.html")
    wait_for(page, f"{LOADED} && document.getElementById('present') !== null")
    press(page, "p")
    assert page.evaluate(SHOWN) is not None
    page.evaluate("void document.querySelector('.present footer input').click()")
    page.evaluate("void document.querySelector('dialog.present').close()")
    wait_for(page, "!document.querySelector('dialog.present')")
    press(page, "p")
    assert page.evaluate(SHOWN) is None
    page.evaluate("localStorage.clear()")
    press(page, "p")
    assert page.evaluate(SHOWN) is not None


def test_escape_ends_it_and_undoes_nothing(chromium: Chromium, addresses: Mapping[str, str]) -> None:
    chromium.goto(f"{addresses['http']}index.html")
    wait_for(chromium, f"{LOADED} && document.getElementById('present') !== null")
    chromium.evaluate("document.querySelector(\"td[data-cell='11']\").click()")
    wait_for(chromium, "location.search === '?true=1&pred=1'")
    press(chromium, "p")
    wait_for(chromium, SHOWN)
    chromium.page.keyboard.press("Escape")
    wait_for(chromium, "!document.querySelector('dialog.present')")
    chromium.evaluate("new Promise(done => setTimeout(done, 300))")  # going back takes a while
    assert chromium.evaluate("location.search") == "?true=1&pred=1"
    assert chromium.evaluate("document.querySelectorAll('#chips .chip').length") == 2


def test_a_link_presents_once_and_not_whenever_the_page_is_drawn_anew(page: Page, addresses: Mapping[str, str]) -> None:
    page.goto(f"{addresses['http']}index.html?present=2")
    wait_for(page, f"{SHOWN} === 'Samples'")
    page.evaluate("void document.querySelector('dialog.present').close()")
    wait_for(page, "!document.querySelector('dialog.present')")
    page.evaluate("document.querySelector('.history .end button').click()")
    wait_for(page, "document.querySelector('.beside .chip') !== null")
    wait_for(page, f"{LOADED} && document.querySelector('#experiment .two-columns') !== null")
    page.evaluate("new Promise(done => setTimeout(done, 100))")
    assert page.evaluate(f"{SHOWN} ?? null") is None
