"""Things to try tick themselves when they were done, and can be left out."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import demo_site
import numpy as np
import pytest
from browsers import LOADED, Page, wait_for
from test_lab import OUTCOME, TRAIN, choose

if TYPE_CHECKING:
    from pathlib import Path

LESSONS = "[...document.querySelectorAll('.lesson')]"
DONE = f"{LESSONS}.filter(each => each.dataset.done).map(each => each.dataset.lesson)"


@pytest.mark.parametrize("place", ["file", "http"])
def test_they_tick_when_the_page_shows_it_and_stay_ticked(page: Page, addresses: dict[str, str], place: str) -> None:
    page.goto(f"{addresses[place]}index.html")
    wait_for(page, LOADED)
    assert 4 <= page.evaluate(f"{LESSONS}.length") <= 6
    assert page.evaluate(DONE) == []
    assert page.evaluate(f"{LESSONS}.every(each => !each.querySelector('details').open)")
    counts = np.array(
        page.evaluate(
            "[...document.querySelectorAll('#insights .matrix tbody tr')].map(row => "
            "[...row.querySelectorAll('td[data-cell]')].map(each => Number(each.textContent)))"
        )
    )
    np.fill_diagonal(counts, 0)
    place_of_most = int(counts.argmax())
    page.evaluate(f"document.querySelectorAll('#insights .matrix td[data-cell]')[{place_of_most}].click()")
    assert page.evaluate(DONE) == ["cell"]
    answer = page.evaluate("document.querySelector('[data-lesson=doubt] details p').textContent")
    page.evaluate("document.querySelector('#chips button').click()")
    page.goto(page.evaluate("location.href.split('?')[0]") + f"?sample={answer.split()[1].rstrip(':')}")
    wait_for(page, LOADED)
    assert page.evaluate(DONE) == ["doubt"]  # a new visit
    assert page.errors == []


def test_an_address_hides_them(page: Page, addresses: dict[str, str]) -> None:
    page.goto(f"{addresses['http']}index.html?lesson=0")
    wait_for(page, LOADED)
    assert page.evaluate(f"{LESSONS}.length") == 0


def test_a_training_with_half_the_units_is_seen(page: Page, addresses: dict[str, str], pages: Path) -> None:
    root = pages / "lesson"
    if not root.exists():
        root.mkdir()
        for name in demo_site.PAGE:
            shutil.copy(pages / name, root)
        demo_site.train(root / "artifacts", "small", model="mlp", hidden_sizes="8,4", epochs="2", exact="true")
    page.goto(f"{addresses['http']}lesson/index.html")
    wait_for(page, LOADED)
    choose(page, "Units", "4-2")
    page.evaluate(TRAIN)
    wait_for(page, f"{OUTCOME} === 'compared'")
    page.evaluate("document.querySelector('[data-action=beside]').click()")
    wait_for(page, f"{DONE}.includes('units')")
    assert "before" in page.evaluate("document.querySelector('[data-lesson=units] details p').textContent")
    assert "--hidden-sizes 4,2" in page.evaluate("document.querySelector('.lab-command code').textContent")
