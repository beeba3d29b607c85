"""The keyboard's place: what is drawn anew around the focus hands it to what then stands there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from browsers import LOADED, Chromium, wait_for

if TYPE_CHECKING:
    from pathlib import Path

FOCUS = "document.activeElement"


@pytest.fixture
def browser(chromium: Chromium) -> Any:
    """Playwright's page, for real keys."""
    return chromium.page


def go(chromium: Chromium, addresses: dict[str, str], query: str = "") -> None:
    chromium.goto(f"{addresses['http']}index.html{query}")
    wait_for(chromium, LOADED)


def test_the_pages_of_a_table_are_turned(chromium: Chromium, browser: Any, addresses: dict[str, str]) -> None:
    go(chromium, addresses)
    table = "document.querySelector('.card:has(.scrubber) details.data')"
    chromium.evaluate(f"{table}.open = true")
    wait_for(chromium, f"{table}.querySelector('.pager') !== null")
    chromium.evaluate(f"{table}.querySelector('.pager button:last-child').focus()")
    browser.keyboard.press("Enter")
    assert "page 2 of 2" in chromium.evaluate(f"{table}.textContent")
    assert chromium.evaluate(f"{FOCUS}.textContent") == "Previous"  # there is no next page
    browser.keyboard.press("Enter")
    assert "page 1 of 2" in chromium.evaluate(f"{table}.textContent")
    assert chromium.evaluate(f"{FOCUS}.textContent") == "Next"


def test_one_step_is_followed(chromium: Chromium, browser: Any, addresses: dict[str, str]) -> None:
    go(chromium, addresses)
    chromium.evaluate("document.querySelector('[data-action=step]').focus()")
    browser.keyboard.press("Enter")
    assert chromium.evaluate(f"{FOCUS}.tagName") == "SELECT"  # in the place of the button: which step
    wait_for(chromium, "document.querySelector('[data-action=next]') !== null")
    chromium.evaluate("document.querySelector('[data-action=next]').focus()")
    for station in ("loss", "errors", "gradient"):
        browser.keyboard.press("Enter")
        assert chromium.evaluate("document.querySelector('[aria-current=step]').dataset.station") == station
        assert chromium.evaluate(f"{FOCUS}.dataset.action") == "next"
    field = "[...document.querySelectorAll('.byhand-controls input')]"
    chromium.evaluate(f"{field}[0].focus()")
    browser.keyboard.press("Control+a")
    browser.keyboard.type("5")
    browser.keyboard.press("Tab")
    chromium.evaluate("new Promise(done => setTimeout(done, 50))")
    assert chromium.evaluate(f"{field}[0].value") == "5"
    assert chromium.evaluate(f"{field}.indexOf({FOCUS})") == 1


def test_a_training_is_stopped_and_begun_again(chromium: Chromium, browser: Any, addresses: dict[str, str]) -> None:
    go(chromium, addresses)
    chromium.evaluate("document.querySelector('[data-action=epoch]').click()")
    wait_for(chromium, "document.getElementById('lab').dataset.state === 'paused'")
    chromium.evaluate("document.querySelector('[data-action=stop]').focus()")
    browser.keyboard.press("Enter")
    assert chromium.evaluate("document.getElementById('lab').dataset.state") == "ready"
    assert chromium.evaluate(f"{FOCUS}.dataset.action") == "retrain"


def test_a_run_is_compared(chromium: Chromium, browser: Any, addresses: dict[str, str], pages: Path) -> None:
    first = json.loads((pages / "artifacts/index.json").read_text())["runs"][-1]["run_id"]
    go(chromium, addresses)
    chromium.evaluate("document.querySelector('#compare-picker select').focus()")
    browser.select_option("#compare-picker select", first)
    wait_for(chromium, "document.querySelector('.changed') !== null")
    wait_for(chromium, f"{FOCUS}.closest('#compare-picker') !== null")
    button = "document.querySelector('.history tr:not(.current) [aria-pressed]')"
    chromium.evaluate(f"{button}.focus()")
    browser.keyboard.press("Enter")
    wait_for(chromium, "document.querySelector('.changed') === null && !location.search.includes('vs=')")
    wait_for(chromium, f"{FOCUS} === {button}")


def test_a_long_list_is_walked_through(chromium: Chromium, browser: Any, addresses: dict[str, str]) -> None:
    go(chromium, addresses, "?artifacts=thousand")
    chromium.evaluate("document.querySelector('.history .run-link').focus()")
    row = f"Number({FOCUS}.closest('.history tbody tr')?.ariaRowIndex)"
    seen = []
    for _ in range(60):
        browser.keyboard.press("Tab")
        seen.append(chromium.evaluate(row))
    assert seen == sorted(seen)
    assert seen[-1] > 25  # two controls in a row


def test_a_look_alike_leads_to_the_next(chromium: Chromium, browser: Any, addresses: dict[str, str]) -> None:
    go(chromium, addresses, "?sample=3")
    chromium.evaluate("document.querySelector('#data .lookalikes .near').focus()")
    for _ in range(2):
        before = chromium.evaluate("location.search")
        browser.keyboard.press("Enter")
        wait_for(chromium, f"location.search !== {before!r}")
        assert chromium.evaluate(f"{FOCUS} === document.querySelector('#data .lookalikes .near')")
