"""The page of today on runs of the first version."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import demo_site
import pytest
from browsers import LOADED, Page, text, wait_for

if TYPE_CHECKING:
    from pathlib import Path

FIXTURE = demo_site.Path(__file__).parents[1] / "fixtures" / "first_version"


@pytest.fixture(scope="session")
def first_version(pages: Path) -> str:
    shutil.copytree(FIXTURE, pages / "first-version")
    return "first-version"


@pytest.mark.parametrize("place", ["file", "http"])
@pytest.mark.parametrize("run", ["", "/20251124-160000-analytics", "/20251124-160100-ordinary"])
def test_a_run_of_the_first_version_opens(
    page: Page, addresses: dict[str, str], first_version: str, place: str, run: str
) -> None:
    page.goto(f"{addresses[place]}index.html?artifacts={first_version}{run}")
    wait_for(page, LOADED)
    assert text(page, "#title, h1") == (run.rpartition("-")[2] or "exact")
    drawn = 15 if "analytics" in run else 3  # matrix, losses, how sure; and rates, seconds and ten ROC curves
    assert page.evaluate("document.querySelectorAll('#insights .matrix, #insights .chart').length") == drawn
    assert page.errors == []


@pytest.mark.parametrize("query", ["pred=8", "true=3&pred=3", "show=wrong", "show=right"])
def test_a_filter_on_answers_that_were_not_recorded_for_an_epoch_says_of_which_they_are(
    page: Page, addresses: dict[str, str], first_version: str, query: str
) -> None:
    note = "; the predictions recorded are of the final epoch"
    run = f"{addresses['http']}index.html?artifacts={first_version}/20251124-160100-ordinary"
    for parts, noted in [(f"&epoch=1&{query}", True), ("&epoch=1&true=3", False), (f"&{query}", False)]:
        page.goto(run + parts)
        wait_for(page, LOADED)
        assert (note in text(page, "#found")) == noted, parts
        assert "after epoch" not in text(page, "#found")
