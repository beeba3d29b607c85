"""Accessibility and budgets."""

from __future__ import annotations

import re
import sys
import time
from typing import Any

import pytest
from browsers import Chromium, wait_for
from demo_site import ROOT

from shares import WHOLE

LOADED = "document.querySelectorAll('#workflow .step').length === 5"
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STATES = {
    "loaded": "",
    "filtered": "?true=3&show=right&order=shuffled&sample=3",
    "no match": "?true=3&show=right&conf=0-0",
    "diverged": "?artifacts=diverged",
    "interrupted": "?artifacts=interrupted",
    "replayed": "?artifacts=replayed",
    "damaged": "?artifacts=damaged",
    "partial": "?artifacts=partial",
    "newer": "?artifacts=newer",
    "synthetic": "?artifacts=synthetic",
    "47 classes": "?artifacts=many",
    "convolutional": "?artifacts=convolutional",
    "refused": "?artifacts=//evil",
    "missing": "?artifacts=gone",
    "unreadable": "?artifacts=unsealed",
}


def settle(chromium: Chromium) -> None:
    wait_for(chromium, f"({LOADED}) || document.querySelector('#state h1') !== null")
    wait_for(chromium, "document.getAnimations().every(each => each.playState !== 'running')")


ALL_OF = ("loaded", "replayed", "47 classes", "convolutional")  # the other states differ above the laboratory
DARK = STATES if WHOLE else ("loaded", "damaged", "newer", "refused")  # colours that no other state has
ALIKE = [["#lab"], ["#experiment"], ["#workflow"]]


def violations(chromium: Chromium, scheme: str = "light", *, whole: bool = True) -> list[str]:
    """What axe-core finds: in the light everything, in the dark what colours can do."""
    chromium.evaluate(AXE.read_text(encoding="utf-8") + ";null")
    rules = TAGS if scheme == "light" else ["color-contrast", "link-in-text-block"]
    options = {"runOnly": rules, "preload": False}
    context = {"exclude": [] if whole else ALIKE}
    found = chromium.page.evaluate("([context, options]) => axe.run(context, options)", [context, options])[
        "violations"
    ]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"][:3]]


@pytest.mark.parametrize(
    ("state", "scheme"), [*((state, "light") for state in STATES), *((state, "dark") for state in DARK)]
)
def test_axe_finds_nothing(chromium: Chromium, addresses: dict[str, str], scheme: Any, state: str) -> None:
    chromium.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    chromium.goto(f"{addresses['http']}index.html{STATES[state]}")
    settle(chromium)
    assert violations(chromium, scheme, whole=state in ALL_OF) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_everything_is_open(chromium: Chromium, addresses: dict[str, str], scheme: Any) -> None:
    chromium.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    chromium.goto(f"{addresses['http']}index.html")
    settle(chromium)
    chromium.page.select_option("#compare-picker select", index=1)
    chromium.page.wait_for_selector(".changed:not([aria-live])")
    settle(chromium)
    chromium.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    chromium.page.click(".selector-button")
    settle(chromium)
    assert violations(chromium, scheme) == []


@pytest.mark.one_in(3)
@pytest.mark.parametrize("width", [320, 390, 720, 1080])
@pytest.mark.parametrize(
    "query", ["", *(f"?artifacts={root}" for root in ("many", "convolutional", "hostile", "gone"))]
)
def test_nothing_is_wider_than_the_window(
    chromium: Chromium, addresses: dict[str, str], width: int, query: str
) -> None:
    chromium.page.set_viewport_size({"width": width, "height": 800})
    chromium.goto(f"{addresses['http']}index.html{query}")
    settle(chromium)
    assert chromium.evaluate("document.documentElement.scrollWidth") <= width


def test_with_reduced_motion_nothing_moves(chromium: Chromium, addresses: dict[str, str]) -> None:
    chromium.page.emulate_media(reduced_motion="reduce")
    chromium.goto(f"{addresses['http']}index.html")
    wait_for(chromium, LOADED)
    assert chromium.evaluate("document.getAnimations().length") == 0


def test_it_prints(chromium: Chromium, addresses: dict[str, str]) -> None:
    chromium.goto(f"{addresses['http']}index.html")
    settle(chromium)
    printed = chromium.page.pdf(prefer_css_page_size=True, format="A4")
    assert len(printed) > 50_000
    assert 2 <= len(re.findall(rb"/Type /Page\b", printed)) <= 6


def test_images_are_printed_as_ink_on_paper(chromium: Chromium, addresses: dict[str, str]) -> None:
    chromium.page.emulate_media(color_scheme="dark")
    chromium.goto(f"{addresses['http']}index.html")
    settle(chromium)
    corner = "[...document.querySelector('.big canvas').getContext('2d').getImageData(0, 0, 1, 1).data.slice(0, 3)]"
    assert max(chromium.evaluate(corner)) < 80
    chromium.page.emulate_media(media="print")
    wait_for(chromium, f"Math.min(...{corner}) > 240")


def test_a_matrix_of_47_classes_is_seen_whole_on_a_desktop(chromium: Chromium, addresses: dict[str, str]) -> None:
    chromium.page.set_viewport_size({"width": 1280, "height": 900})
    chromium.goto(f"{addresses['http']}index.html?artifacts=many")
    settle(chromium)
    for side in ("Width", "Height"):
        box = "document.querySelector('.matrix-scroll')"
        assert chromium.evaluate(f"{box}.scroll{side} - {box}.client{side}") <= 0


def test_a_long_chain_of_layers_is_seen_whole_on_a_desktop(chromium: Chromium, addresses: dict[str, str]) -> None:
    chromium.goto(f"{addresses['http']}index.html?artifacts=convolutional")
    settle(chromium)
    box, heads = "document.querySelector('.chain-scroll')", "[...document.querySelectorAll('.units')]"
    assert chromium.evaluate(f"{box}.scrollWidth - {box}.clientWidth") <= 0
    assert chromium.evaluate(f"new Set({heads}.map(each => each.offsetHeight)).size") == 1  # none wraps


MEASURE = """async () => {
  const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  const time = async (action) => {
    const start = performance.now();
    action();
    await frame();
    return performance.now() - start;
  };
  const shuffle = [...document.querySelectorAll("button")].find(each => each.innerText === "Shuffle");
  const result = {};
  result["boot to interactive (ms, 400)"] = performance.getEntriesByName("interactive")[0].startTime;
  result["every section (ms)"] = performance.getEntriesByName("loaded")[0].startTime;
  result["open the list of runs (ms, 100)"] = await time(() => document.querySelector(".selector-button").click());
  result["shuffle (ms, 100)"] = await time(() => shuffle.click());
  result["filter (ms, 100)"] = await time(() => document.querySelector(".class-chip").click());
  result["sort the history (ms, 100)"] = await time(() =>
    document.querySelector(".history [data-column=accuracy] button").click());
  const search = document.querySelector("#experiment input[type=search]");
  search.value = "e 9";
  result["search the history (ms, 100)"] = await time(() => search.dispatchEvent(new Event("input")));
  const long = [];
  new PerformanceObserver(list => long.push(...list.getEntries())).observe({ type: "longtask", buffered: true });
  await frame();
  result["longest task (ms, 50 after boot)"] = Math.max(0, ...long.map(each => each.duration));
  return result;
}"""


@pytest.mark.parametrize("query", ["", "?artifacts=large", "?artifacts=thousand"])
def test_budgets_are_printed(chromium: Chromium, addresses: dict[str, str], query: str) -> None:
    """Measured, not asserted: a shared machine's time is no fact about the page. Counts below are asserted."""
    chromium.goto(f"{addresses['file']}index.html{query}")
    wait_for(chromium, LOADED)
    measured = chromium.page.evaluate(MEASURE)
    sys.stderr.write(
        f"\n{query or 'artifacts'}: " + ", ".join(f"{key} {value:.0f}" for key, value in measured.items()) + "\n"
    )
    assert chromium.evaluate("document.querySelectorAll('.run-option').length") < 60
    assert chromium.evaluate("document.querySelectorAll('.history tbody tr').length") < 60
    assert chromium.evaluate("document.querySelectorAll('.grid-layer button').length") <= 240


SHIFTS = """window.shifts = [];
new PerformanceObserver(list => list.getEntries().forEach(each => window.shifts.push(
  ...each.sources.map(source => source.node).map(node => (node.id || node.className || node.nodeName)),
))).observe({ type: "layout-shift", buffered: true });"""


@pytest.mark.parametrize("delay", [0, 600])
def test_the_second_script_moves_nothing_but_the_foot_of_the_page(
    chromium: Chromium, addresses: dict[str, str], delay: int
) -> None:
    """The foot stands below whatever is there; sections are put in whole, also where the script comes late."""
    chromium.page.route("**/panels.js", lambda route: (time.sleep(delay / 1000), route.continue_()))
    chromium.page.add_init_script(SHIFTS)
    chromium.goto(f"{addresses['http']}index.html")
    wait_for(chromium, LOADED)
    settle(chromium)
    assert set(chromium.evaluate("window.shifts")) <= {"foot"}


def test_high_contrast_leaves_the_images_their_greys(playwright_browser, addresses):
    context = playwright_browser.new_context(forced_colors="active", viewport={"width": 1280, "height": 900})
    page = Chromium(context.new_page())
    page.goto(addresses["file"] + "index.html")
    wait_for(page, LOADED)
    greys = """[...document.querySelectorAll('canvas')].map(canvas => {
      const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      return new Set(Array.from({length: data.length / 4}, (_, i) => data.slice(4 * i, 4 * i + 3).join())).size;
    })"""
    assert max(page.evaluate(greys)) >= 8
    context.close()
