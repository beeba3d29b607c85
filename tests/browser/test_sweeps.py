"""The page of a sweep, opened by double click and over http, in both browsers."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from typing import TYPE_CHECKING, Any

import pytest
import sweep_site
from browsers import Chromium, Page, text, wait_for
from servers import Handler
from test_quality import violations

from digit_classifier.page.html import write_html
from digit_classifier.page.site import write_site
from digit_classifier.store.segments import load_index, write_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHOWN = "document.body.classList.contains('settled')"
KINDS = ["models", "starts", "many-starts", "folds", "curve", "grid", "hostile", "nothing"]
OLDER = {20: "20260101-000000-first", 10: "20260101-000000-second"}  # by the number of an older run
PANELS = "[...document.querySelectorAll('.card h3')].map(each => each.innerText)"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sweeps") / "page"
    sweep_site.build(directory)
    return directory


@pytest.fixture(scope="session")
def places(site: Path) -> Iterator[dict[str, str]]:
    """Where the same page is opened from."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {"file": f"{site.as_uri()}/", "http": f"http://127.0.0.1:{server.server_address[1]}/"}
    server.shutdown()
    server.server_close()


def show(page: Page, place: str, name: str = "models", root: str = "artifacts") -> None:
    page.goto(f"{place}sweep.html?sweep={root}/sweeps/20261126-200000-{name}")
    wait_for(page, SHOWN)


def press(page: Page, words: str) -> None:
    """Click the first button that begins with these words."""
    page.evaluate(
        f"[...document.querySelectorAll('button')].find(each => each.innerText.startsWith({words!r})).click()"
    )


def follow(page: Page, link: str) -> None:
    """Go where a link leads; a click would end the script that clicks."""
    page.goto(page.evaluate(f"{link}.href"))


@pytest.mark.parametrize("place", ["file", "http"])
def test_it_says_the_result_first_and_shows_what_it_rests_on(page: Page, places: dict[str, str], place: str) -> None:
    show(page, places[place])
    lead = text(page, ".sweep-lead").replace("\u00a0", " ")
    assert lead.startswith("The best setting is cnn: on average over 10 random splits, ")
    assert "95 % interval" in lead
    assert page.evaluate(PANELS) == [
        *("Accuracy of every setting", "Is the best one better?", "Unstable images", "Points"),
    ]
    assert page.evaluate("document.querySelectorAll('.sample-strip canvas').length") > 10
    assert page.errors == []
    origin = places[place].rsplit("/", 1)[0]
    assert {url for url in page.requests if not url.startswith((origin, "data:"))} == set()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("models", "hostile", "nothing")])
def test_every_kind_of_sweep_is_shown(page: Page, places: dict[str, str], kind: str) -> None:
    show(page, places["http"], kind)
    panels = page.evaluate(PANELS)
    assert panels[0] == "Accuracy of every setting"
    assert ("Learning curve" in panels) == (kind == "curve")
    assert ("Accuracy by learning rate" in panels) == (kind == "grid")
    assert ("Is the best one better?" in panels) == (kind != "starts")
    assert page.errors == []


@pytest.mark.parametrize("place", ["file", "http"])
def test_one_click_leads_from_a_run_to_its_sweep_and_another_back(
    page: Page, places: dict[str, str], place: str
) -> None:
    page.goto(f"{places[place]}index.html?artifacts=artifacts/20261126-200002-models-01234562")
    wait_for(page, "document.querySelector('.eyebrow a') !== null")
    follow(page, "document.querySelector('.eyebrow a')")
    wait_for(page, f"location.pathname.endsWith('sweep.html') && {SHOWN}")
    assert text(page, "#title, h1") == "models"
    follow(page, "document.querySelector('.point-table a.run-link')")
    wait_for(page, "location.pathname.endsWith('index.html') && document.body.classList.contains('loaded')")
    assert page.evaluate("location.search") == "?artifacts=artifacts/20261126-200000-models-01234560"
    assert page.errors == []


def test_an_unstable_image_leads_to_a_right_and_a_wrong_run_beside_each_other(
    page: Page, places: dict[str, str], site: Path
) -> None:
    show(page, places["http"])
    tiles = "document.querySelectorAll('.sample-strip button')"
    both = "[...document.querySelectorAll('.sample-detail a')].find(each => each.innerText.startsWith('Both'))"
    found = page.evaluate(f"[...{tiles}].findIndex(each => (each.click(), {both}))")
    assert found >= 0
    sample = page.evaluate(f"{tiles}[{found}].ariaLabel.match(/sample ([0-9]+)/)[1]")
    follow(page, both)
    wait_for(page, "location.pathname.endsWith('index.html') && document.body.classList.contains('settled')")
    address = page.evaluate("location.search")
    assert f"sample={sample}" in address
    assert "vs=20261126-20000" in address
    assert page.errors == []


def test_samples_that_were_never_right_are_another_list(page: Page, places: dict[str, str]) -> None:
    show(page, places["http"], "many-starts")
    first = text(page, ".sample-strip")
    page.evaluate(
        "[...document.querySelectorAll('.segmented button')].find(each => each.innerText === 'Never right').click()"
    )
    wait_for(page, f"document.querySelector('.sample-strip').innerText !== {first!r}")
    shares = page.evaluate("[...document.querySelectorAll('.sample-strip button')].map(each => each.ariaLabel)")
    wrong = [label.split("wrong in ")[1].split(" ") for label in shares]
    assert all(each[0] == each[2] for each in wrong)


def test_points_are_sorted_by_a_click_and_back(page: Page, places: dict[str, str]) -> None:
    show(page, places["http"], "curve")
    column = "[...document.querySelectorAll('.point-table tbody tr:not(.spacer)')].map(each => each.cells[3].innerText)"
    page.evaluate("[...document.querySelectorAll('.point-table .sort')][3].click()")
    falling = [float(each.removesuffix(" %")) for each in page.evaluate(column)]
    assert falling == sorted(falling, reverse=True)
    assert page.evaluate("document.querySelectorAll('.point-table th')[3].ariaSort") == "descending"
    page.evaluate("[...document.querySelectorAll('.point-table .sort')][3].click()")
    assert page.evaluate(column)[0] == "–"  # the point that failed
    assert page.evaluate("document.querySelector('.point-table tr.failed').innerText.includes('diverged at epoch 3')")


def test_ten_thousand_points_are_a_few_rows_at_a_time(page: Page, places: dict[str, str]) -> None:
    show(page, places["http"], "large")
    assert "2,000 settings, 10,000 points" in text(page, ".eyebrow")
    assert page.evaluate("document.querySelectorAll('.sweep-rows')[0].children.length") == 20
    assert page.evaluate("document.querySelectorAll('*').length") < 12_000
    page.evaluate(
        "[...document.querySelectorAll('button')].find(each => each.innerText.startsWith('Show all 2')).click()"
    )
    assert page.evaluate("document.querySelectorAll('.sweep-rows')[0].children.length") < 60
    page.evaluate("document.querySelector('.rows-scroll').scrollTop = 1e9")
    wait_for(page, "document.querySelectorAll('.sweep-rows')[0].children.length > 5")
    page.evaluate("document.querySelector('.points-scroll').scrollTop = 1e9")
    last = "[...document.querySelectorAll('.point-table tbody tr[aria-rowindex]')].at(-1).ariaRowIndex"
    wait_for(page, f"{last} === '10001'")
    assert page.errors == []


def test_all_differences_are_shown_when_all_are_asked_for(chromium: Chromium, places: dict[str, str]) -> None:
    show(chromium, places["http"], "large")
    rows = "[...document.querySelectorAll('.rows-box')][1]"
    assert chromium.evaluate(f"{rows}.querySelectorAll('li').length") == 20
    press(chromium, "Show all 1,999")
    wait_for(chromium, f"{rows}.querySelector('.rows-scroll') === document.activeElement")
    height = chromium.evaluate(f"{rows}.querySelector('.rows-scroll').scrollHeight")
    assert height == pytest.approx(1999 * 40, abs=60)  # 2.5 rem each
    assert chromium.evaluate(f"{rows}.querySelectorAll('li').length") < 60  # only those in sight
    assert chromium.errors == []


def test_a_damaged_list_of_runs_is_said_to_be_damaged(page: Page, site: Path, places: dict[str, str]) -> None:
    spoiled = site / "spoiled"
    if not spoiled.exists():
        shutil.copytree(site, spoiled, ignore=shutil.ignore_patterns("artifacts", "alone", "empty", "spoiled"))
        (spoiled / "artifacts").mkdir()
        (spoiled / "artifacts/index.json").write_text("{")
    page.goto(f"{places['http']}spoiled/sweep.html")
    wait_for(page, SHOWN)
    assert "index.json" in text(page, "#state code")
    assert text(page, "#state h1") != "The page itself failed"


def test_names_from_outside_stay_text(page: Page, places: dict[str, str]) -> None:
    show(page, places["http"], "hostile")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('img, script:not([src]), [onerror]').length") == 0
    assert "<img src=x" in text(page, "#title, h1")
    assert page.errors == []


@pytest.mark.parametrize("place", ["file", "http"])
@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("?sweep=artifacts/sweeps/20261126-200000-gone", "There is no sweep here"),
        ("?sweep=//evil/sweeps/x", "This address is not opened"),
        ("?sweep=artifacts/sweeps/20261126-200000-broken", "This sweep could not be loaded"),
    ],
)
def test_where_there_is_no_sweep_it_says_why(
    page: Page, places: dict[str, str], place: str, query: str, title: str
) -> None:
    page.goto(f"{places[place]}sweep.html{query}")
    wait_for(page, "document.querySelector('.state h1') !== null")
    assert text(page, ".state h1") == title
    assert not page.evaluate("document.body.classList.contains('loaded')")


@pytest.mark.parametrize("place", ["file", "http"])
def test_the_latest_sweep_of_its_runs_is_shown_where_none_is_named(
    page: Page, places: dict[str, str], place: str
) -> None:
    page.goto(f"{places[place]}sweep.html")
    wait_for(page, SHOWN)
    assert text(page, "#title, h1") == "models"


@pytest.fixture(scope="session")
def older(site: Path) -> str:
    """A root with a sweep of the newest runs, and two of older ones that index.json only names the files of."""
    root = site / "older"
    shutil.copytree(site / "artifacts", root)
    runs = load_index(root)["runs"]
    sweep = next(run for run in runs if run.get("sweep"))
    plain = {key: value for key, value in sweep.items() if key != "sweep"}
    runs += [
        {**plain, "run_id": f"20260101-{number:06d}", **({"sweep": OLDER[number]} if number in OLDER else {})}
        for number in reversed(range(300))
    ]
    write_index(root, 3, runs)
    return root.name


@pytest.mark.parametrize("place", ["file", "http"])
def test_the_selector_lists_the_sweeps_of_older_runs_when_asked(
    page: Page, places: dict[str, str], older: str, place: str
) -> None:
    show(page, places[place], root=older)
    listed = "[...document.querySelectorAll('#selector option')].map(each => each.innerText)"
    choose = """(value => {
      const menu = document.querySelector('#selector select');
      menu.value = value;
      menu.dispatchEvent(new Event('change'));
    })"""
    wait_for(page, "document.querySelector('#selector select') !== null")
    assert page.evaluate(listed) == [sweep_site.REAL, "look in older runs, too …"]
    page.evaluate(f"{choose}('')")
    wait_for(page, "document.querySelectorAll('#selector option').length === 3")
    assert page.evaluate(listed) == [sweep_site.REAL, *sorted(OLDER.values(), reverse=True)]
    assert page.evaluate("document.querySelector('#selector select').value") == sweep_site.REAL
    assert page.evaluate("document.activeElement === document.querySelector('#selector select')")
    assert page.errors == []


def test_without_its_data_set_it_shows_numbers_for_images(page: Page, places: dict[str, str]) -> None:
    show(page, places["http"], root="alone")
    assert page.evaluate("document.querySelectorAll('.sample-strip canvas').length") == 0
    assert text(page, ".sample-strip").startswith("#")
    page.evaluate("document.querySelector('.sample-strip button').click()")
    assert page.evaluate("document.querySelectorAll('.sample-detail .copy').length") == 2


def test_an_exported_file_needs_nothing_beside_it(page: Page, site: Path, tmp_path: Path) -> None:
    report = tmp_path / "sweep.html"
    assert write_html(site / "artifacts/sweeps" / sweep_site.REAL, report) < 300_000
    page.goto(report.as_uri())
    wait_for(page, SHOWN)
    assert text(page, "#title, h1") == "models"
    assert page.evaluate("document.querySelectorAll('.sample-strip canvas').length") > 10
    assert page.evaluate("document.querySelectorAll('a[href^=index]').length") == 0
    assert {url.split("?")[0] for url in page.requests if not url.startswith("data:")} <= {report.as_uri()}
    assert page.errors == []


def test_an_exported_site_has_both_pages_and_the_ways_between_them(page: Page, site: Path, tmp_path: Path) -> None:
    sane = tmp_path / "artifacts"
    sane.symlink_to(site / "artifacts")
    broken = site / "artifacts/sweeps/20261126-200000-broken/plan.json"
    assert not broken.exists()  # what has no plan is no sweep, so it stays behind
    write_site(sane.resolve(), tmp_path / "site")
    page.goto(f"{(tmp_path / 'site').as_uri()}/sweep.html?sweep=artifacts/sweeps/{sweep_site.REAL}")
    wait_for(page, SHOWN)
    follow(page, "document.querySelector('#nav a')")
    wait_for(page, "location.pathname.endsWith('index.html') && document.body.classList.contains('loaded')")
    assert page.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", [*KINDS, "gone"])
def test_axe_finds_nothing(chromium: Chromium, places: dict[str, str], scheme: Any, kind: str) -> None:
    chromium.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    show(chromium, places["http"], kind)
    chromium.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    chromium.evaluate("document.querySelector('.sample-strip button')?.click()")
    wait_for(chromium, "document.getAnimations().every(each => each.playState !== 'running')")
    assert violations(chromium, scheme) == []


@pytest.mark.parametrize("width", [320, 390, 720, 1440])
@pytest.mark.parametrize("kind", ["models", "starts", "grid", "curve", "hostile"])
def test_nothing_is_wider_than_the_window(chromium: Chromium, places: dict[str, str], width: int, kind: str) -> None:
    chromium.page.set_viewport_size({"width": width, "height": 900})
    show(chromium, places["http"], kind)
    chromium.evaluate("document.querySelector('.sample-strip button')?.click()")
    assert chromium.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_that_can_be_clicked_can_be_reached_by_the_keyboard(
    chromium: Chromium, places: dict[str, str]
) -> None:
    show(chromium, places["http"], "many-starts")
    wanted = chromium.evaluate(
        "[...document.querySelectorAll('button:not(:disabled), a[href], summary, select, [tabindex=\"0\"]')]"
        ".filter(each => each.checkVisibility()).length"
    )
    seen = "(window.seen ??= new Set()).add(document.activeElement).size"
    for _ in range(wanted + 5):
        chromium.page.keyboard.press("Tab")
        reached = chromium.evaluate(seen)
    assert reached >= wanted
    chromium.evaluate("document.querySelector('.sample-strip button').focus()")
    chromium.page.keyboard.press("Enter")
    assert chromium.evaluate("document.querySelector('.sample-detail h4') !== null")


def test_the_theme_is_chosen_and_images_follow_it(chromium: Chromium, places: dict[str, str]) -> None:
    chromium.page.emulate_media(color_scheme="light")
    show(chromium, places["http"])
    corner = (
        "Math.max(...document.querySelector('.sample-strip canvas').getContext('2d').getImageData(0, 0, 1, 1)"
        ".data.slice(0, 3))"
    )
    assert chromium.evaluate(corner) > 240
    for _ in range(2):
        chromium.evaluate("[...document.querySelectorAll('#tools button')][1].click()")
    assert chromium.evaluate("document.documentElement.dataset.theme") == "dark"
    assert chromium.evaluate(corner) < 80
