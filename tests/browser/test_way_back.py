"""The way back: what was done is undone with its scroll position and its focus, and a section has an address."""

from __future__ import annotations

import html
import json
import time
from typing import TYPE_CHECKING

import pytest
from browsers import LOADED, Frame, wait_for

from digit_classifier.page.html import write_html

if TYPE_CHECKING:
    from pathlib import Path

    from browsers import Page

FOUND = "document.getElementById('found').innerText"
CHIPS = "document.querySelectorAll('#chips .chip').length"
ESCAPE = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))"
BACK = {"back": "history.back()", "escape": ESCAPE}
ALL = "1,797 of 1,797"
HEAD = "<!doctype html><meta charset=utf-8><link rel=icon href='data:,'>"
FRAME = HEAD + "<iframe sandbox='allow-scripts' width=1200 height=800 srcdoc='{}'></iframe>"


@pytest.fixture(params=["file", "http"])
def place(request: pytest.FixtureRequest) -> str:
    return request.param


def press(page: Page, selector: str) -> float:
    """Bring it into sight, focus and press it; the scroll position at which that was done, in pixels."""
    page.evaluate(
        f"(e => (e.scrollIntoView({{block: 'center', behavior: 'instant'}}), e.focus({{preventScroll: true}})))"
        f"(document.querySelector({selector!r}))"
    )
    at = page.evaluate("scrollY")
    page.evaluate(f"document.querySelector({selector!r}).click()")
    return float(at)


def is_back(page: Page, at: float, selector: str) -> None:
    wait_for(page, f"Math.abs(scrollY - {at}) <= 2")
    wait_for(page, f"document.activeElement === document.querySelector({selector!r})")


@pytest.mark.parametrize("way", BACK)
def test_back_and_escape_undo_a_click_with_its_place_and_focus(
    page: Page, addresses: dict[str, str], place: str, way: str
) -> None:
    page.goto(f"{addresses[place]}index.html?epoch=9")
    wait_for(page, LOADED)
    at = press(page, "td[data-cell='11']")
    wait_for(page, f"{CHIPS} === 2")
    wait_for(page, "document.querySelectorAll('.tray .near').length > 0")
    page.evaluate(BACK[way])
    wait_for(page, f"{FOUND}.startsWith('{ALL}')")
    is_back(page, at, "td[data-cell='11']")
    wait_for(page, "location.search === '?epoch=9'")
    if way == "back":
        page.evaluate("history.forward()")
        wait_for(page, f"{CHIPS} === 2")
        wait_for(page, "location.search === '?true=1&pred=1&epoch=9'")
    assert page.errors == []


@pytest.mark.parametrize("way", BACK)
def test_several_acts_are_undone_one_by_one_and_redone(
    page: Page, addresses: dict[str, str], pages: Path, place: str, way: str
) -> None:
    first = json.loads((pages / "artifacts/index.json").read_text())["runs"][-1]["run_id"]
    page.goto(f"{addresses[place]}index.html")
    wait_for(page, LOADED)
    chip = ".class-chip:nth-child(4)"
    near = ".near"
    seen = []
    for selector, done in [
        (chip, f"{CHIPS} === 1"),
        (near, "/sample=\\d+/.test(location.search)"),
    ]:
        state = page.evaluate(f"[{FOUND}, document.querySelector('.sample-name').innerText]")
        seen.append((press(page, selector), selector, state))
        wait_for(page, done)
    page.evaluate(
        f"(e => {{ e.value = {first!r}; e.dispatchEvent(new Event('change', {{bubbles: true}})); }})"
        "(document.querySelector('#compare-picker select'))"
    )
    wait_for(page, f"location.search.includes('vs=') && {LOADED} && document.querySelector('.changed') !== null")
    page.evaluate(BACK[way])
    wait_for(page, f"!location.search.includes('vs=') && {LOADED} && document.querySelector('.changed') === null")
    for at, selector, state in reversed(seen):
        page.evaluate(BACK[way])
        wait_for(page, f"{FOUND} === {state[0]!r}")
        wait_for(page, f"document.querySelector('.sample-name').innerText === {state[1]!r}")
        is_back(page, at, selector)
    wait_for(page, "location.search === ''")
    if way == "back":
        page.evaluate("history.go(3)")
        wait_for(page, "location.search.includes('vs=') && document.querySelector('.changed') !== null")
        assert page.evaluate(CHIPS) == 1
    assert page.errors == []


def test_a_reload_stays_where_it_was(page: Page, addresses: dict[str, str], place: str) -> None:
    page.goto(f"{addresses[place]}index.html?true=3")
    wait_for(page, LOADED)
    page.evaluate("scrollTo({top: 1500, behavior: 'instant'})")
    wait_for(page, "history.state?.scroll === 1500")
    page.evaluate("setTimeout(() => location.reload()), undefined")
    time.sleep(1)  # what is evaluated while a page goes away is lost
    wait_for(page, LOADED)
    wait_for(page, "Math.abs(scrollY - 1500) <= 2")
    assert page.evaluate(CHIPS) == 1


def test_in_a_sandboxed_frame_escape_undoes_with_place_and_focus(
    page: Page, pages: Path, addresses: dict[str, str], place: str
) -> None:
    report = pages / "framed-report.html"
    if not report.exists():
        write_html(pages / "artifacts", report)
        (pages / "framed.html").write_text(
            FRAME.format(html.escape(report.read_text(encoding="utf-8"))),
            encoding="utf-8",
        )
    page.goto(addresses[place] + "framed.html")
    inner = Frame(page)
    wait_for(inner, LOADED)
    at = press(inner, "td[data-cell='11']")
    wait_for(inner, f"{CHIPS} === 2")
    inner.evaluate(ESCAPE)
    wait_for(inner, f"{FOUND}.startsWith('{ALL}')")
    is_back(inner, at, "td[data-cell='11']")
    assert page.errors == []


@pytest.mark.parametrize("section", ["data", "insights", "experiment", "workflow"])
def test_the_address_of_a_section_leads_there(page: Page, addresses: dict[str, str], place: str, section: str) -> None:
    page.goto(f"{addresses[place]}index.html?true=3#{section}")
    wait_for(page, LOADED)
    top = f"document.getElementById('{section}').getBoundingClientRect().top"
    end = "document.documentElement.scrollHeight - innerHeight - scrollY"
    wait_for(page, f"scrollY > 200 && (Math.abs({top} - 76) <= 2 || Math.abs({end}) <= 2)")  # below the bar
    links = "[...document.querySelectorAll('#nav a')].map(each => each.getAttribute('href'))"
    assert page.evaluate(links) == ["#data", "#insights", "#lab", "#experiment", "#workflow"]
    assert page.evaluate("location.hash") == f"#{section}"
    page.evaluate("document.querySelectorAll('#nav a')[1].click()")
    wait_for(page, "location.hash === '#insights'")
    assert page.evaluate("location.search") == "?true=3"
    wait_for(page, "document.activeElement.id === 'insights-title'")
    page.evaluate("history.back()")
    wait_for(page, f"location.hash === '#{section}'")
    assert page.errors == []


def test_escape_after_the_way_to_the_main_part_stays_on_the_page(
    page: Page, addresses: dict[str, str], place: str
) -> None:
    page.goto(f"{addresses[place]}index.html?true=3")
    wait_for(page, LOADED)
    page.goto(f"{addresses[place]}index.html")
    wait_for(page, LOADED)
    page.evaluate("document.querySelector('.skip').click()")
    wait_for(page, "location.hash === '#main'")
    for _ in range(3):
        page.evaluate(ESCAPE)
        page.evaluate("new Promise(done => setTimeout(done, 200))")
    assert page.evaluate("location.search") == ""
    assert page.evaluate(FOUND) == ALL
