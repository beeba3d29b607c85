"""What `export` and `serve` produce, in both browsers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from browsers import Page, wait_for

from digit_classifier.cli.main import main
from digit_classifier.page.html import write_html
from digit_classifier.page.site import write_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOADED = "document.querySelectorAll('#workflow .step').length === 5"


@pytest.fixture(scope="session")
def run_ids(pages: Path) -> dict[str, str]:
    """Run ids by label."""
    runs = json.loads((pages / "artifacts/index.json").read_text())["runs"]
    return {run["label"]: run["run_id"] for run in runs}


def title(page: Page) -> str:
    return str(page.evaluate("document.querySelector('#title, h1').innerText"))


def asked_for(page: Page) -> set[str]:
    return {url.split("?")[0] for url in page.requests if not url.startswith("data:")}


@pytest.mark.parametrize(
    ("run", "label", "most"),
    [
        ("artifacts/{first}", "first", 770_000),
        ("artifacts", "baseline", 770_000),
        ("convolutional", "convolutional", 880_000),  # 38,282 weights, which nothing packs
    ],
)
def test_an_exported_file_needs_nothing_beside_it(
    page: Page, pages: Path, run_ids: dict[str, str], tmp_path: Path, run: str, label: str, most: int
) -> None:
    report = tmp_path / "report.html"
    assert write_html(pages / run.format(**run_ids), report) < most
    page.goto(report.as_uri())
    wait_for(page, LOADED)
    assert title(page) == label
    assert page.evaluate("document.querySelectorAll('.absence:not([hidden])').length") == 0
    assert page.evaluate("document.querySelectorAll('.files .good').length") >= 6
    page.evaluate("document.querySelector('td[data-cell=\"0\"]').click()")
    wait_for(page, "document.querySelectorAll('#chips .chip').length === 2")
    wait_for(page, "location.search === '?true=0&pred=0'")
    assert asked_for(page) <= {report.as_uri()}
    assert page.errors == []


def test_an_exported_comparison_is_one_file_too(
    page: Page, pages: Path, run_ids: dict[str, str], tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    root = pages / "artifacts"
    write_html(root / run_ids["baseline"], report, compare=root / run_ids["first"])
    page.goto(report.as_uri())
    wait_for(page, f"({LOADED}) && document.querySelector('.changed') !== null")
    assert "McNemar" in page.evaluate("document.getElementById('experiment').innerText")
    page.evaluate("document.querySelector('.history .run-link:not([aria-current])').click()")
    wait_for(page, "document.querySelector('#title, h1').innerText === 'first'")
    wait_for(page, f"location.search.includes('artifacts=artifacts/{run_ids['first']}')")
    page.goto(page.evaluate("location.href"))  # as when it is reloaded
    wait_for(page, LOADED)
    assert title(page) == "first"
    assert asked_for(page) <= {report.as_uri()}
    assert page.errors == []


def test_a_run_without_history_is_exported_whole(page: Page, pages: Path, tmp_path: Path) -> None:
    write_html(pages / "flat", tmp_path / "report.html")
    page.goto((tmp_path / "report.html").as_uri())
    wait_for(page, LOADED)
    assert title(page) == "flat"
    assert page.evaluate("document.getElementById('found').innerText") == "1,797 of 1,797"
    assert page.errors == []


def test_a_site_opens_by_double_click(page: Page, pages: Path, tmp_path: Path) -> None:
    write_site(pages / "artifacts", tmp_path / "site")
    page.goto((tmp_path / "site/index.html").as_uri())
    wait_for(page, LOADED)
    assert title(page) == "baseline"
    assert page.evaluate("document.querySelectorAll('.history tbody .run-link').length") == 2
    assert page.errors == []


@pytest.fixture(scope="session")
def served(pages: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "digit_classifier", "serve", str(pages / "artifacts")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def test_the_served_page_shows_every_section(page: Page, served: str) -> None:
    page.goto(served)
    wait_for(page, LOADED)
    assert title(page) == "baseline"
    assert page.evaluate("document.querySelectorAll('.absence:not([hidden])').length") == 0
    page.evaluate("document.querySelector('.history .run-link:not([aria-current])').click()")
    wait_for(page, "document.querySelector('#title, h1').innerText === 'first'")
    wait_for(page, "location.search.startsWith('?artifacts=artifacts/')")
    page.goto(page.evaluate("location.href"))  # reloaded with its state in the address
    wait_for(page, LOADED)
    assert title(page) == "first"
    assert page.errors == []
    assert all(re.match(served, url) for url in asked_for(page))


def test_another_page_of_this_machine_can_neither_read_nor_frame_nor_include_it(
    page: Page, served: str, addresses: dict[str, str]
) -> None:
    page.goto(f"{addresses['http']}two/index.json")  # a page without a policy of its own, on another port
    attempts = f"""(async () => {{
      const index = "{served}artifacts/index.json";
      const read = async (mode) => fetch(index, {{mode}}).then(answer => answer.status, () => "no");
      const include = (tag, name, value) => new Promise(done => {{
        const each = document.createElement(tag);
        each.onload = () => done(tag + " loaded");
        each.onerror = () => done("no");
        if (tag === "link") each.rel = "stylesheet";
        each[name] = value;
        document.documentElement.append(each);
      }});
      return [await read("cors"), await read("no-cors"), await include("script", "src", "{served}dashboard.js"),
        await include("link", "href", "{served}dashboard.css")];
    }})()"""
    assert page.evaluate(attempts) == ["no", "no", "no", "no"]


def test_the_command_says_where_the_file_is(pages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--html", str(pages / "artifacts"), "-o", str(tmp_path / "report.html")]) == 0
    assert re.fullmatch(rf"{tmp_path}/report.html: \d+ kB; .*\n", capsys.readouterr().out)
