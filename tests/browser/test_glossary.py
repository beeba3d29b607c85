"""Terms are explained where a section uses them first: by pointer, keyboard and screen reader."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from browsers import LOADED, Page, wait_for
from test_quality import violations

if TYPE_CHECKING:
    from browsers import Chromium

MARKED = f"{LOADED} && document.querySelector('#workflow .term') !== null"
TERMS = "[...document.querySelectorAll('.term')]"
OPEN = "[...document.querySelectorAll('.meaning')].filter(each => each.matches(':popover-open'))"


@pytest.mark.parametrize("place", ["file", "http"])
def test_a_term_says_what_it_means_once_in_each_section(page: Page, addresses: dict[str, str], place: str) -> None:
    page.goto(f"{addresses[place]}index.html")
    wait_for(page, MARKED)
    found = page.evaluate(f"{TERMS}.map(each => [each.closest('#opening, main > section').id, each.dataset.term])")
    assert max(Counter(map(tuple, found)).values()) == 1
    assert {section for section, _ in found} >= {"opening", "insights", "workflow"}
    assert {"relu", "softmax", "stratified", "digest", "logloss", "epoch"} <= {term for _, term in found}
    described = f"{TERMS}.map(each => document.getElementById(each.getAttribute('aria-describedby')).textContent)"
    assert min(map(len, page.evaluate(described))) > 30
    relu = "document.querySelector('[data-term=relu]')"
    page.evaluate(f"{relu}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")  # its scroll event closes
    page.evaluate(f"{relu}.focus(), {relu}.click()")
    wait_for(page, f"{OPEN}.length === 1")
    assert page.evaluate(f"{OPEN}[0].textContent").startswith("ReLU the rule")
    wait_for(
        page,
        f"Math.abs({OPEN}[0].getBoundingClientRect().top - {relu}.getBoundingClientRect().bottom) < 12"
        f" || Math.abs({OPEN}[0].getBoundingClientRect().bottom - {relu}.getBoundingClientRect().top) < 12",
    )
    key = "new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true })"
    assert page.evaluate(f"!{relu}.dispatchEvent({key}) && {OPEN}.length === 0")  # and the way back is not taken
    page.evaluate(f"{relu}.click()")
    wait_for(page, f"{OPEN}.length === 1")
    page.evaluate("scrollBy({ top: 40, behavior: 'instant' })")
    wait_for(page, f"{OPEN}.length === 0")  # else it would stay where its term no longer is
    assert page.errors == []


def test_axe_finds_nothing_while_one_is_explained(chromium: Chromium, addresses: dict[str, str]) -> None:
    chromium.goto(f"{addresses['http']}index.html")
    wait_for(chromium, MARKED)
    chromium.evaluate(f"{TERMS}[0].click()")
    wait_for(chromium, f"{OPEN}.length === 1")
    assert violations(chromium) == []
