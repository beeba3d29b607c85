"""The page in both browsers, from a file, over http, and over http with scripts served as plain text."""

from __future__ import annotations

import json
import shutil
from typing import Any
from urllib.parse import urlsplit

import demo_site
import pytest
from browsers import LOADED, Chromium, Page, text, wait_for

from digit_classifier.artifacts import build_index
from digit_classifier.store.json import encode, twin
from digit_classifier.store.segments import load_index, write_index

FROM = ["file", "http", "windows"]


@pytest.mark.parametrize("place", FROM)
def test_the_latest_run_shows_with_every_section_filled_and_nothing_else_is_asked_for(
    page: Page, addresses: dict[str, str], place: str
) -> None:
    page.goto(addresses[place] + "index.html")
    wait_for(page, LOADED)
    assert text(page, "#title, h1") == "baseline"
    for section in ("opening", "data", "insights", "experiment", "workflow"):
        assert len(text(page, f"#{section}")) > 100, section
    assert page.evaluate("document.querySelectorAll('.absence:not([hidden])').length") == 0
    assert page.errors == []
    home = urlsplit(addresses[place])
    elsewhere = [url for url in page.requests if (urlsplit(url).scheme, urlsplit(url).netloc) != home[:2]]
    assert [url for url in elsewhere if not url.startswith("data:")] == []
    assert page.evaluate("document.querySelectorAll('.files .good').length") >= (7 if place == "file" else 6)


@pytest.mark.parametrize("place", ["file", "http"])
def test_a_page_cannot_fetch_from_a_file_so_the_twins_are_really_what_is_read(
    page: Page, addresses: dict[str, str], place: str
) -> None:
    page.goto(addresses[place] + "index.html")
    wait_for(page, LOADED)
    fetched = page.evaluate("fetch('artifacts/index.json').then(() => true, () => false)")
    assert fetched is (place == "http")


@pytest.mark.parametrize("place", ["file", "http"])
@pytest.mark.parametrize(
    ("path", "title", "says"),
    [
        ("convolutional", "convolutional", "16 × 8 × 8"),
        ("flat", "flat", "No index.json beside this run"),
        ("two", "two classes", "Made for tests: dots"),
        ("many", "47 classes", "Made for tests: glyphs"),
        ("diverged", "far too fast", "Training diverged at epoch"),
        ("interrupted", "cut short", "Training ended with its process after epoch 3 of 9."),
        ("replayed", "trained again", "in the same environment; promised was bit-identical."),
        ("replayed", "trained again", "replayed/2"),
        ("synthetic", "sample baseline", "Its scores say nothing about real data"),
        ("hostile", demo_site.HOSTILE, "__proto__"),
    ],
)
def test_every_kind_of_bundle_is_shown(
    page: Page, addresses: dict[str, str], place: str, path: str, title: str, says: str
) -> None:
    page.goto(f"{addresses[place]}index.html?artifacts={path}")
    wait_for(page, LOADED)
    assert text(page, "#title, h1") == title
    assert says in text(page, "main")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('main img, main script').length") == 0


@pytest.mark.parametrize("place", ["file", "http"])
@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("artifacts=//evil.example/x", "This address is not opened"),
        ("artifacts=https:evil", "This address is not opened"),
        ("artifacts=..%2f..%2f..%2f..%2fetc", "This address is not opened"),
        ("artifacts=%5c%5chost%5cshare", "This address is not opened"),
        ("artifacts=javascript:alert(1)", "This address is not opened"),
        ("artifacts=artifacts&artifacts=flat", "This address is not opened"),
        ("artifacts=artifacts/20200101-000000-gone", "There is no run here"),
        ("artifacts=nothing", "There is no run here"),
    ],
)
def test_an_address_that_names_no_run_is_explained(
    page: Page, addresses: dict[str, str], place: str, query: str, title: str
) -> None:
    page.goto(f"{addresses[place]}index.html?{query}")
    wait_for(page, f"document.querySelector('#title, h1')?.innerText === {title!r}")
    assert all(url.startswith((addresses[place], "data:")) for url in page.requests)


def test_damage_names_the_file_and_leaves_the_rest_usable(page: Page, addresses: dict[str, str]) -> None:
    page.goto(f"{addresses['http']}index.html?artifacts=damaged")
    wait_for(page, LOADED)
    assert "metrics.json is not as it was published" in text(page, ".notices")
    assert "metrics.json: expected sha256" in text(page, "#insights")
    assert page.evaluate("document.querySelectorAll('.chart .line').length") >= 2


def test_without_the_data_set_the_runs_own_samples_are_shown(page: Page, addresses: dict[str, str]) -> None:
    page.goto(f"{addresses['http']}index.html?artifacts=partial")
    wait_for(page, LOADED)
    assert "is not beside this run" in text(page, "#data")
    assert text(page, "#found") == "360 of 360"


def test_files_of_a_newer_version_are_shown_as_far_as_they_are_understood(
    page: Page, addresses: dict[str, str]
) -> None:
    page.goto(f"{addresses['http']}index.html?artifacts=newer")
    wait_for(page, LOADED)
    assert page.evaluate("document.querySelectorAll('.notice').length") == 1
    notice = text(page, ".notice")
    assert "newer version (schema 9)" in notice
    assert all(name in notice for name in ("run_summary.json", "metrics.json", "loss_curve.json"))
    assert page.evaluate("document.querySelectorAll('.absence:not([hidden])').length") == 0


def test_a_broken_manifest_is_an_error_with_a_way_out(page: Page, addresses: dict[str, str]) -> None:
    page.goto(f"{addresses['http']}index.html?artifacts=unsealed")
    wait_for(page, "document.querySelector('#title, h1')?.innerText === 'This run could not be loaded'")
    assert "manifest.json: expected JSON" in text(page, "#state")
    assert "Open a folder" in text(page, "#state")


def test_no_runs_yet_is_said_with_the_command_that_makes_one(
    page: Page, addresses: dict[str, str], pages: demo_site.Path
) -> None:
    lonely = pages / "lonely"
    lonely.mkdir(exist_ok=True)
    for name in demo_site.PAGE:
        (lonely / name).write_bytes((pages / name).read_bytes())
    page.goto(f"{addresses['file']}lonely/index.html")
    wait_for(page, "document.querySelector('#title, h1')?.innerText === 'No runs yet'")
    assert "digit-classifier train --run-label baseline --artifacts-root /" in text(page, "#state")


@pytest.mark.parametrize("place", ["file", "http"])
@pytest.mark.parametrize(
    ("script", "sections"),
    [("panels.js", ["insights", "experiment", "workflow"]), ("runs.js", ["experiment", "workflow"])],
)
def test_without_a_deferred_script_the_page_says_so_and_the_rest_works(
    page: Page, addresses: dict[str, str], pages: demo_site.Path, place: str, script: str, sections: list[str]
) -> None:
    alone = pages / f"without-{script}"
    if not alone.exists():
        shutil.copytree(pages / "artifacts", alone / "artifacts")
        for name in demo_site.PAGE:
            if name != script:
                shutil.copy(pages / name, alone)
    page.goto(f"{addresses[place]}{alone.name}/index.html")
    wait_for(page, "document.querySelector('#workflow .absence') !== null")
    assert text(page, "#title, h1") == "baseline"
    for section in sections:
        assert page.evaluate(f"document.querySelectorAll('#{section} .absence').length") == 1
        assert f"{script} did not load" in text(page, f"#{section}")
    assert page.evaluate("document.querySelectorAll('#insights .matrix').length") == 1
    page.evaluate("document.querySelector('td[data-cell=\"0\"]').click()")
    wait_for(page, "location.search === '?true=0&pred=0'")
    wait_for(page, "document.getElementById('found').innerText.startsWith('36 of 1,797')")
    absent = (script, "Failed to load resource")  # Firefox and Chromium on the file that is not there
    assert [error for error in page.errors if not any(words in error for words in absent)] == []


@pytest.fixture(scope="session")
def hundred_thousand(pages: demo_site.Path) -> str:
    """An index as large as the store's promise, of runs of which only the newest exist."""
    root = pages / "hundred-thousand"
    shutil.copytree(pages / "artifacts", root)
    index = json.loads((root / "index.json").read_text())
    runs = index["runs"]
    runs += [{**runs[-1], "run_id": f"20250101-{number:06d}-sweep"} for number in range(100_000 - len(runs))]
    text = encode(build_index(3, index["latest"], runs))
    (root / "index.json").write_bytes(text)
    (root / "index.css").write_bytes(twin(text))
    return root.name


@pytest.mark.parametrize("place", ["file", "http"])
def test_an_index_of_100_000_runs_opens(
    page: Page, addresses: dict[str, str], hundred_thousand: str, place: str
) -> None:
    page.goto(f"{addresses[place]}index.html?artifacts={hundred_thousand}")
    wait_for(page, LOADED)
    assert "100,000 runs" in text(page, "#experiment")
    page.evaluate("document.querySelector('.selector-button').click()")
    assert 0 < page.evaluate("document.querySelectorAll('.run-option').length") < 60
    assert page.errors == []


@pytest.fixture(scope="session")
def segmented(pages: demo_site.Path) -> str:
    """A root of 300 runs, most of which are in a segment; only the newest exist."""
    root = pages / "segmented"
    if root.exists():  # another module that borrows this fixture made it
        return root.name
    shutil.copytree(pages / "artifacts", root)
    runs = load_index(root)["runs"]
    made_up = [{**runs[-1], "run_id": f"20250101-{n:06d}-old", "label": f"old {n}"} for n in range(300 - len(runs))]
    write_index(root, 3, runs + made_up)
    assert load_index(root)["segments"]
    return root.name


@pytest.mark.parametrize("place", ["file", "http"])
def test_older_runs_are_read_when_asked_for_and_when_searched(
    page: Page, addresses: dict[str, str], segmented: str, place: str
) -> None:
    address = f"{addresses[place]}index.html?artifacts={segmented}"
    rows = "Number(document.querySelector('.history').getAttribute('aria-rowcount')) - 1"
    more = "[...document.querySelectorAll('#experiment button')].find(each => each.innerText.includes('older runs'))"
    page.goto(address)
    wait_for(page, LOADED)
    assert "300 runs" in text(page, "#experiment")
    assert "200" in page.evaluate(f"{more}.innerText")
    page.evaluate(f"{more}.click()")
    wait_for(page, f"{more} === undefined || {more}.hidden")
    assert page.evaluate(rows) == 300
    page.goto(address)
    wait_for(page, LOADED)
    page.evaluate(
        "(() => { const search = document.querySelector('#experiment input[type=search]'); search.value = 'old 290';"
        " search.dispatchEvent(new Event('input')); })()"
    )
    wait_for(page, f"{rows} === 1")
    assert "old 290" in text(page, "#experiment")
    assert page.errors == []
    page.goto(f"{address}&vs=20250101-000290-old")
    wait_for(page, LOADED)
    wait_for(page, "document.body.innerText.includes('not among the newest runs')")


def test_the_bar_names_the_run_before_its_files_are_read(chromium: Chromium, addresses: dict[str, str]) -> None:
    held: list[Any] = []
    chromium.page.route("**/manifest.json", lambda route: held.append(route))
    chromium.goto(f"{addresses['http']}index.html")
    wait_for(chromium, "document.querySelector('.selector-label')?.textContent.includes('baseline')")
    before = text(chromium, ".selector-label")
    assert not chromium.evaluate(LOADED)
    for route in held:
        route.continue_()
    wait_for(chromium, LOADED)
    assert text(chromium, ".selector-label") == before
