"""The history as a table: settings as columns, means over runs of one setting, and the older runs of the bar's list."""

from __future__ import annotations

import json
from statistics import fmean
from typing import TYPE_CHECKING, Any

import demo_site
import pytest
from browsers import LOADED, Page, text, wait_for
from scipy.stats import sem, t
from test_everywhere import segmented  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from pathlib import Path

RATES = ("0.5", "0.05")
HEADS = "[...document.querySelectorAll('.history [data-column]')].map(each => each.dataset.column)"
ROWS = "[...document.querySelectorAll('.history .run-link')].map(each => each.title)"


def button(words: str) -> str:
    return f"[...document.querySelectorAll('#experiment button')].find(each => each.innerText.startsWith({words!r}))"


@pytest.fixture(scope="session")
def tried(pages: Path) -> Path:
    """Two rates by three random states, and one run of another kind of network."""
    root = pages / "tried"
    demo_site.train(root, "network", epochs="2", hidden_sizes="8", random_state="1")
    for rate in RATES:
        for seed in range(1, 4):
            demo_site.train(
                root, f"softmax {rate} {seed}", model="logistic", epochs="2", learning_rate=rate, random_state=f"{seed}"
            )
    return root


def configs(root: Path) -> dict[str, dict[str, Any]]:
    found = {}
    for path in root.glob("2*/run_summary.json"):
        found[path.parent.name] = json.loads(path.read_text())["config"]
    return found


def asked(page: Page, address: str, tried: Path) -> None:
    page.goto(f"{address}index.html?artifacts={tried.name}")
    wait_for(page, LOADED)
    assert [each for each in page.evaluate(HEADS) if ":" in each] == []
    page.evaluate(f"{button('Read the settings of 7 runs')}.click()")
    wait_for(page, f"{HEADS}.some(each => each.includes(':'))")
    assert page.evaluate(f"{button('Read the settings')}.offsetHeight") == 0  # all are read


@pytest.mark.parametrize("place", ["file", "http"])
def test_settings_that_differ_are_columns_that_sort(
    page: Page, addresses: dict[str, str], tried: Path, place: str
) -> None:
    asked(page, addresses[place], tried)
    settings = configs(tried)
    search = "(each => { each.value = 'softmax'; each.dispatchEvent(new Event('input')) })"
    page.evaluate(f"{search}(document.querySelector('#experiment input[type=search]'))")
    wait_for(page, f"{ROWS}.length === 6")
    assert [each for each in page.evaluate(HEADS) if ":" in each] == ["setting:learning_rate", "setting:random_state"]
    for key in ("random_state", "learning_rate"):
        head = f"document.querySelector('[data-column=\"setting:{key}\"]')"
        for order in ("ascending", "descending"):
            page.evaluate(f"{head}.querySelector('button').click()")
            assert page.evaluate(f"{head}.getAttribute('aria-sort')") == order
            assert page.evaluate("document.querySelectorAll('[aria-sort]:not([aria-sort=none])').length") == 1
            shown = [settings[run][key] for run in page.evaluate(ROWS)]
            assert shown == sorted(shown, reverse=order == "descending")
            cells = page.evaluate("[...document.querySelectorAll('.history tbody td.setting')].map(e => e.title)")
            assert len(cells) == 12
            assert set(cells) == {*RATES, "1", "2", "3"}
    page.evaluate(
        "[...document.querySelectorAll('.columns label')].find(e => e.textContent === 'random_state').click()"
    )
    wait_for(page, f"!{HEADS}.includes('setting:random_state')")
    assert "Settings as columns: 1 of 2 that differ" in text(page, "#experiment")
    assert page.errors == []


def test_runs_of_one_setting_have_a_mean_with_its_interval(page: Page, addresses: dict[str, str], tried: Path) -> None:
    asked(page, addresses["http"], tried)
    table = (
        "[...document.querySelectorAll('#experiment details.data')].find(e => e.textContent.includes('same settings'))"
    )
    page.evaluate(f"void ({table}.open = true)")
    wait_for(page, f"{table}.querySelector('tbody tr') !== null")
    shown = page.evaluate(
        f"[...{table}.querySelectorAll('tbody tr')].map(row => [...row.children].map(each => each.textContent))"
    )
    settings = configs(tried)
    runs = json.loads((tried / "index.json").read_text())["runs"]
    means = {}
    for rate in RATES:
        values = [100 * run["accuracy"] for run in runs if settings[run["run_id"]]["learning_rate"] == float(rate)]
        assert len(values) == 3
        low, high = t.interval(0.95, 2, fmean(values), sem(values))
        means[rate] = f"{fmean(values):.1f} ± {(high - low) / 2:.1f}"
    assert {row[0]: row[1:3] for row in shown} == {
        f"logistic · learning_rate {rate}": ["3", mean] for rate, mean in means.items()
    }


@pytest.mark.parametrize("place", ["file", "http"])
def test_the_list_of_the_bar_reads_older_runs_too(
    page: Page,
    addresses: dict[str, str],
    segmented: str,  # noqa: F811
    place: str,
) -> None:
    page.goto(f"{addresses[place]}index.html?artifacts={segmented}")
    wait_for(page, LOADED)
    page.evaluate(
        "(each => { each.value = 'search'; each.dispatchEvent(new Event('change')) })"
        "(document.querySelector('#compare-picker select'))"
    )
    wait_for(page, "!document.querySelector('.selector-panel').hidden")
    more = "document.querySelector('.older-runs button')"
    assert page.evaluate(f"{more}.innerText").startswith("Read older runs (200 ")
    page.evaluate(f"{more}.click()")
    wait_for(page, f"{more}.offsetHeight === 0")
    find = "(each => { each.value = 'old 290'; each.dispatchEvent(new Event('input')) })"
    page.evaluate(f"{find}(document.querySelector('.selector-panel input[type=search]'))")
    wait_for(page, "document.querySelectorAll('.run-option').length === 1")
    assert text(page, ".selector-foot") == "1 of 300 runs"
    assert page.evaluate("Number(document.querySelector('.history').getAttribute('aria-rowcount')) - 1") == 300
    assert page.errors == []
