"""What is where: narrow windows, lines that must not break, and nothing that moves when numbers change."""

from __future__ import annotations

import itertools
import json
import re
import time
from typing import TYPE_CHECKING, Any

import browsers
import demo_site
import numpy as np
import pytest
from browsers import LOADED, Chromium, Page, text, wait_for

if TYPE_CHECKING:
    from pathlib import Path

WIDTHS = [320, 390, 768, 1024, 1440]


@pytest.fixture(scope="session")
def letters(pages: Path) -> str:
    """26 classes; and ten classes of which the counts reach four digits."""
    rng, labels = np.random.default_rng(4), np.arange(1300) % 26
    stencils = np.kron(rng.random((26, 4, 4)) < 0.5, np.ones((2, 2))) * 14
    images = np.clip(stencils[labels] + rng.normal(1, 1, (1300, 8, 8)), 0, 16)
    names = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    demo_site.train(
        pages / "letters", "letters", dataset=demo_site.made("letters", images, labels, names, 16), epochs="3"
    )
    labels = np.concatenate([np.zeros(8000, int), np.arange(2000) % 10])
    images = np.clip(
        rng.normal(6, 3, (10_000, 8, 8)) + 8 * (np.arange(64).reshape(8, 8) % 10 == labels[:, None, None]), 0, 16
    )
    few = demo_site.made("skewed", images, labels, tuple("0123456789"), 16)
    demo_site.train(pages / "skewed", "skewed", dataset=few, epochs="2", test_size="0.5", model="logistic")
    return "letters"


def opened(chromium: Chromium, address: str, width: int, height: int = 900) -> Any:
    chromium.page.set_viewport_size({"width": width, "height": height})
    chromium.page.emulate_media(reduced_motion="reduce")
    chromium.goto(address)
    wait_for(chromium, LOADED)
    return chromium.page


LINES = """[...document.querySelectorAll('.matrix td[data-cell]')].filter(each => each.innerText).map(each => {
  const range = document.createRange();
  range.selectNodeContents(each);
  const [text, cell] = [range.getBoundingClientRect(), each.getBoundingClientRect()];
  return [range.getClientRects().length, text.width <= cell.width + 0.5, each.innerText];
})"""


@pytest.mark.one_in(3)
@pytest.mark.parametrize("cells", ["", "&cells=share"])
@pytest.mark.parametrize("root", ["artifacts", "letters", "skewed", "large"])
@pytest.mark.parametrize("width", [320, 390])
def test_counts_stand_on_one_line_inside_their_cells(
    chromium: Chromium, addresses: dict[str, str], letters: str, width: int, root: str, cells: str
) -> None:
    page = opened(chromium, f"{addresses['http']}index.html?artifacts={root}{cells}", width)
    found = page.evaluate(LINES)
    assert len(found) >= 10
    if root == "skewed" and not cells:
        assert max(len(words) for _, _, words in found) == 4
    assert [words for lines, fits, words in found if lines != 1 or not fits] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.one_in(2)
@pytest.mark.parametrize("width", [320, 390, 768])
@pytest.mark.parametrize("epochs", [1, 2, 3, 7, 30, 100, 1000])
def test_the_numbers_below_the_curve_do_not_touch(
    chromium: Chromium, addresses: dict[str, str], pages: Path, width: int, epochs: int
) -> None:
    root = pages / f"epochs-{epochs}"
    if not root.exists():
        demo_site.train(root, "e", model="logistic", epochs=str(epochs))
    page = opened(chromium, f"{addresses['http']}index.html?artifacts={root.name}", width)
    boxes = page.evaluate("""[...document.querySelectorAll('#insights .axes > text')].map(each => {
      const box = each.getBoundingClientRect();
      return [box.left, box.right];
    })""")
    assert len(boxes) >= min(2, epochs)
    assert all(right + 2 < left for (_, right), (left, _) in itertools.pairwise(boxes)), boxes
    assert page.evaluate("document.querySelector('output').getClientRects().length") == 1
    height = page.evaluate("document.querySelector('output').offsetHeight")
    assert height < 30
    assert text(chromium, "output") == f"{epochs} / {epochs}"


@pytest.mark.parametrize("width", WIDTHS)
def test_every_section_is_reached_from_the_bar(chromium: Chromium, addresses: dict[str, str], width: int) -> None:
    page = opened(chromium, f"{addresses['http']}index.html", width)
    for number in range(1, 6):
        link = page.locator(f"#nav > :nth-child({number})")
        assert link.is_visible()
        link.scroll_into_view_if_needed()
        link.click()
        section = ["data", "insights", "lab", "experiment", "workflow"][number - 1]
        title = page.locator(f"#{section}-title").bounding_box()
        bar = page.locator(".bar").bounding_box()
        assert title is not None
        assert bar is not None
        assert bar["height"] <= 100
        below = bar["y"] + bar["height"] - 1
        assert title["y"] >= below or section == "workflow"
        assert title["y"] < 900
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "columns"), [(1440, 2), (1024, 2), (900, 2), (899, 1), (390, 1)])
def test_two_columns_down_to_900_and_square_cells(
    chromium: Chromium, addresses: dict[str, str], width: int, columns: int
) -> None:
    page = opened(chromium, f"{addresses['http']}index.html", width)
    lefts = page.evaluate("[...document.querySelectorAll('#insights .card')].slice(0, 2).map(each => each.offsetLeft)")
    assert len(set(lefts)) == columns
    box = page.locator("td[data-cell='0']").bounding_box()
    matrix = page.locator(".matrix").bounding_box()
    assert box is not None
    assert matrix is not None
    assert 0.85 < box["width"] / box["height"] < 1.18
    assert matrix["width"] <= 32 * 16


@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("root", ["artifacts", "convolutional"])
def test_scrubbing_moves_nothing(chromium: Chromium, addresses: dict[str, str], width: int, root: str) -> None:
    page = opened(chromium, f"{addresses['http']}index.html?artifacts={root}", width)
    wait_for(chromium, "document.body.classList.contains('settled')")
    wait_for(chromium, "Math.abs(document.querySelector('.chart').width.baseVal.value - 640) > 1")  # its own size
    places = """['.matrix', '.chart', '#experiment'].map(each => {
      const box = document.querySelector(each).getBoundingClientRect();
      return [each, box.left, box.top + scrollY, box.width, box.height];
    })"""
    before = page.evaluate(places)
    for step in ("One epoch back", "One epoch back", "One epoch on", "One epoch on"):
        page.click(f"button[aria-label='{step}']")
        assert page.evaluate(places)[:2] == before[:2]
    box = page.locator(".chart").first.bounding_box()
    assert box is not None
    for share in (0.2, 0.5, 0.8):  # pointing reads other numbers, longer ones among them
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 100)
        assert page.evaluate(places)[:2] == before[:2]


@pytest.mark.parametrize("width", [320, 390, 768, 960, 961, 1024])
def test_compare_is_in_sight_beside_every_run(chromium: Chromium, addresses: dict[str, str], width: int) -> None:
    page = opened(chromium, f"{addresses['http']}index.html?artifacts=thousand", width)
    boxes = page.evaluate("""[...document.querySelectorAll('.history .end button')].map(each => {
      const [box, room] = [each.getBoundingClientRect(), each.closest('.history-scroll').getBoundingClientRect()];
      return [box.left >= room.left, box.right <= room.right, box.width > 40];
    })""")
    assert len(boxes) > 5
    assert all(all(each) for each in boxes)
    inside = "document.querySelector('.history-scroll')"
    if width <= 960:
        assert page.evaluate(f"{inside}.scrollWidth - {inside}.clientWidth") <= 0
    heights = page.evaluate("[...document.querySelectorAll('.history tbody tr:not(.spacer)')].map(e => e.offsetHeight)")
    assert set(heights) == {84 if width <= 960 else 44}  # what the window of rows counts with
    page.locator(".history .end button").first.click()
    wait_for(chromium, "location.search.includes('vs=')")


GLUED = re.compile(r"\d[A-Za-z]{2,}|%[A-Za-z]|[a-z]{3,}\d")


@pytest.mark.parametrize("query", ["", "vs", "artifacts=convolutional", "artifacts=two", "artifacts=interrupted"])
def test_no_number_is_glued_to_a_word(page: Page, addresses: dict[str, str], pages: Path, query: str) -> None:
    """As text that is copied: only a margin between two elements leaves nothing between their words."""
    index = json.loads((pages / "artifacts/index.json").read_text())
    address = f"vs={index['runs'][-1]['run_id']}" if query == "vs" else query
    page.goto(f"{addresses['http']}index.html?{address}")
    wait_for(page, LOADED)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    shown = page.evaluate(
        "document.getElementById('main').innerText + '\\n' + document.querySelector('.bar').innerText"
    )
    names = page.evaluate(
        "[...document.querySelectorAll('code, .mono, .file-name, .from, .run-link, .facts-list dd')]"
        ".map(each => each.innerText)"
    )
    for name in sorted(filter(None, names), key=len, reverse=True):
        shown = shown.replace(name, " ")
    shown = re.sub(r"sha256|F1|\d{8}-\d{6}\S*", " ", shown)
    assert GLUED.findall(shown) == []
    assert GLUED.search("+16,5763 layers") is None  # digits on digits are found below
    tiles = page.evaluate("[...document.querySelectorAll('.tile')].map(each => each.innerText)")
    for tile in tiles:
        assert re.search(r"\d,\d{4}|\d\.\d+\.\d|\d [a-z]+\d", tile) is None, tile


def test_class_names_files_commands_and_settings_are_not_for_a_translator(
    page: Page, addresses: dict[str, str]
) -> None:
    page.goto(f"{addresses['http']}index.html?artifacts=two")
    wait_for(page, LOADED)
    loose = """[...document.querySelectorAll(
      '.matrix th:not(.total), .class-chip span, .bars b, .miss-tile span, .near span, .class-name, code, .file-name,'
      + ' .settings dt, .settings dd:not(.about), .run-link, .from, .chip span span, .templates figcaption'
    )].filter(each => !each.closest('[translate=no]')).map(each => each.outerHTML.slice(0, 90))"""
    assert page.evaluate(loose) == []
    assert page.evaluate("document.querySelectorAll('[translate=no]').length") > 50


def test_a_reader_who_wants_large_letters_reads_every_answer(page: Page, addresses: dict[str, str]) -> None:
    """A browser's smallest font size may be 28 px: captions grow with it and are not cut."""
    page.goto(f"{addresses['http']}index.html")
    wait_for(page, LOADED)
    page.evaluate("void document.styleSheets[0].insertRule('.miss-tile { font-size: 28px !important; }', 0)")
    cut = """[...document.querySelectorAll('.miss-tile span')]
      .filter(each => each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1)
      .map(each => each.textContent)"""
    assert page.evaluate(cut) == []
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.miss-tile span')).fontSize)") == 28


def test_letters_are_as_large_as_the_browser_is_set_to(playwright_browser: Any, addresses: dict[str, str]) -> None:
    """Twice the usual size makes letters twice as large, and the page is laid out as in a window half as wide."""
    parts = [".eyebrow", ".tile dt", ".miss-tile", ".verdict", ".bars .num", ".reading", ".from", ".card h3", ".step p"]
    sizes = f"{parts}.map(each => parseFloat(getComputedStyle(document.querySelector(each)).fontSize))"
    found = []
    for size in (16, 32):
        arguments = ["--no-sandbox", f"--blink-settings=defaultFontSize={size}"]
        browser = playwright_browser.browser_type.launch(executable_path=browsers.CHROMIUM, args=arguments)
        chromium = Chromium(browser.new_page(viewport={"width": 1280, "height": 900}))
        chromium.goto(f"{addresses['http']}index.html")
        wait_for(chromium, LOADED)
        found.append(chromium.evaluate(sizes))
        assert chromium.evaluate("document.documentElement.scrollWidth") <= 1280
        browser.close()
    usual, twice = found
    assert min(usual) >= 12
    assert twice == [2 * size for size in usual]


@pytest.mark.parametrize("language", ["en", "de"])
def test_letters_of_twice_the_size_fit_a_phone(chromium: Chromium, addresses: dict[str, str], language: str) -> None:
    chromium.page.set_viewport_size({"width": 390, "height": 844})
    chromium.goto(f"{addresses['http']}index.html?lang={language}")
    wait_for(chromium, LOADED)
    chromium.evaluate("void (document.documentElement.style.fontSize = '200%')")
    assert chromium.evaluate("document.documentElement.scrollWidth") == 390
    cut = """[...document.querySelectorAll('.card :is(button, input, select, p, label)')].filter(each => {
      const box = each.closest('.card').getBoundingClientRect();
      for (let at = each.parentElement; !at.matches('.card'); at = at.parentElement)
        if (getComputedStyle(at).overflowX !== 'visible') return false;
      return each.getBoundingClientRect().right > box.right;
    }).map(each => each.outerHTML.slice(0, 90))"""
    assert chromium.evaluate(cut) == []


SHIFTED = """window.shifted = 0;
window.moved = [];
new PerformanceObserver(list => list.getEntries().forEach(each => {
  window.shifted += each.value;
  window.moved.push(...each.sources.map(({ node }) => node?.id || node?.className || node?.nodeName));
})).observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.one_in(3)
@pytest.mark.parametrize("query", ["", "?artifacts=many", "?artifacts=flat", "?artifacts=gone", "?vs=first"])
@pytest.mark.parametrize("width", [320, 390, 1024, 1440])
@pytest.mark.parametrize("place", ["file", "http"])
def test_nothing_moves_while_the_page_loads(
    chromium: Chromium, addresses: dict[str, str], pages: Path, place: str, width: int, query: str
) -> None:
    """The scripts come late, so that the page is painted before, between and after them."""
    runs = json.loads((pages / "artifacts/index.json").read_text())["runs"]
    chromium.page.set_viewport_size({"width": width, "height": 900})
    chromium.page.add_init_script(SHIFTED)
    chromium.page.route(re.compile(r"/(dashboard|lab)\.js$"), lambda route: (time.sleep(0.2), route.continue_()))
    chromium.goto(f"{addresses[place]}index.html{query.replace('first', runs[-1]['run_id'])}")
    wait_for(chromium, "document.body.classList.contains('settled')")
    chromium.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert chromium.evaluate("window.shifted") <= 0.01, chromium.evaluate("window.moved")
    assert chromium.evaluate("getComputedStyle(document.querySelector('.foot')).visibility") == "visible"
    assert chromium.evaluate("getComputedStyle(document.getElementById('nav')).visibility") == (
        "hidden" if query == "?artifacts=gone" else "visible"
    )


@pytest.mark.parametrize("root", ["artifacts", "many"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_while_one_scrolls_to_the_end_and_back(
    chromium: Chromium, addresses: dict[str, str], width: int, root: str
) -> None:
    """What is drawn only when it comes near is there before it is seen."""
    chromium.page.set_viewport_size({"width": width, "height": 900})
    chromium.page.add_init_script(SHIFTED)
    chromium.goto(f"{addresses['http']}index.html?artifacts={root}")
    wait_for(chromium, "document.body.classList.contains('settled')")
    height = chromium.evaluate("document.documentElement.scrollHeight")
    frame = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    for top in [*range(0, height, 400), *range(height, -1, -2000)]:
        chromium.evaluate(f"scrollTo({{ top: {top}, behavior: 'instant' }})")
        chromium.evaluate(frame)
    assert chromium.evaluate("window.shifted") <= 0.01, chromium.evaluate("window.moved")


@pytest.mark.parametrize("width", [320, 360, 390])
def test_every_entry_of_the_bar_is_in_sight(chromium: Chromium, addresses: dict[str, str], width: int) -> None:
    page = opened(chromium, f"{addresses['http']}index.html", width)
    ends = page.evaluate("[...document.querySelectorAll('.nav-link')].map(each => each.getBoundingClientRect().right)")
    assert len(ends) == 5
    assert all(0 < end <= width for end in ends)
    page.evaluate("void document.styleSheets[0].insertRule('.nav-link { font-size: 28px !important; }', 0)")
    ends = page.evaluate("[...document.querySelectorAll('.nav-link')].map(each => each.getBoundingClientRect().right)")
    assert all(0 < end <= width for end in ends)  # large letters take a second row


BROKEN = """[...document.querySelectorAll('table.plain :is(th, td)')].flatMap(cell => {
  const broken = [], walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) for (const { 0: word, index } of walker.currentNode.data.matchAll(/[^\\s_]+/g)) {
    const range = document.createRange();
    range.setStart(walker.currentNode, index);
    range.setEnd(walker.currentNode, index + word.length);
    if (new Set([...range.getClientRects()].map(each => Math.round(each.top))).size > 1) broken.push(word);
  }
  return broken;
})"""


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_tables_of_a_comparison_break_between_words_only(
    chromium: Chromium, addresses: dict[str, str], pages: Path, width: int
) -> None:
    runs = json.loads((pages / "artifacts/index.json").read_text())["runs"]
    page = opened(chromium, f"{addresses['http']}index.html?vs={runs[-1]['run_id']}", width)
    assert page.evaluate("document.querySelectorAll('table.differing tbody tr').length") > 5
    assert page.evaluate(BROKEN) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [320, 390])
def test_the_head_of_the_strip_wraps_before_its_words_are_pressed(
    chromium: Chromium, addresses: dict[str, str], width: int
) -> None:
    page = opened(chromium, f"{addresses['http']}index.html", width)
    page.evaluate(
        "void document.querySelector('.hardest-head').replaceChildren("
        "Object.assign(document.createElement('h2'), {textContent: 'The eight it was least sure of, of 14 mistakes'}),"
        "Object.assign(document.createElement('button'), {className: 'quiet', textContent: 'Show all 14 mistakes'}))"
    )
    boxes = page.evaluate(
        "[...document.querySelectorAll('.hardest-head > *')].map(each => each.getBoundingClientRect().toJSON())"
    )
    assert boxes[1]["top"] >= boxes[0]["bottom"]  # beside each other they do not fit
    assert all(box["right"] <= width for box in boxes)
