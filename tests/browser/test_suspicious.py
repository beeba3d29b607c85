"""What several runs got wrong: counted here from their own files, and found on the page."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

import demo_site
import numpy as np
import pytest
from browsers import LOADED, Chromium, Page, wait_for
from sklearn.datasets import load_digits
from test_quality import violations

from digit_classifier.page.html import write_html

if TYPE_CHECKING:
    from pathlib import Path

ASK = "[...document.querySelectorAll('#experiment button')].find(each => each.innerText.startsWith('Read what'))"
CARD = "document.querySelector('.card:has(.suspects)')"
CARDS = "[...document.querySelectorAll('.suspect')]"
NUMBERS = {"none": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "all": 6}


class Opinions(NamedTuple):
    """A history, and the runs of it that count."""

    root: str
    counted: list[dict[str, list[int]]]  # holdout.json
    shown: str  # a run id


@pytest.fixture(scope="session")
def opinions(pages: Path) -> Opinions:
    root = pages / "opinions"
    demo_site.train(root, "dots", dataset=demo_site.dots(), epochs="2")
    demo_site.train(root, "without a class", model="logistic", epochs="3", leave_out="7", random_state="9")
    for seed in range(1, 7):
        demo_site.train(root, f"seed {seed}", model="logistic", epochs="12", test_size="0.4", random_state=f"{seed}")
    demo_site.train(root, "again", model="logistic", epochs="12", test_size="0.4", random_state="6")
    runs = json.loads((root / "index.json").read_text())["runs"]
    ids = {run["label"]: run["run_id"] for run in runs}
    read = [json.loads((root / ids[f"seed {seed}"] / "holdout.json").read_text()) for seed in range(1, 7)]
    return Opinions(root.name, read, ids["again"])


def expected(counted: list[dict[str, list[int]]], least: int) -> list[tuple[int, int, int, int, Counter[int]]]:
    """Sample, label, runs that held it out, wrong ones, and what those said, in the order of the page."""
    held: Counter[int] = Counter()
    said: dict[int, Counter[int]] = {}
    labels: dict[int, int] = {}
    for run in counted:
        for sample, true, predicted in zip(run["sample_ids"], run["true_labels"], run["predicted_labels"], strict=True):
            held[sample] += 1
            labels[sample] = true
            if true != predicted:
                said.setdefault(sample, Counter())[predicted] += 1
    found = [
        (sample, labels[sample], held[sample], each.total(), each)
        for sample, each in said.items()
        if held[sample] >= least and each.total() >= max(2, held[sample] / 2)
    ]
    return sorted(found, key=lambda each: (-each[3] / each[2], -each[3], each[0]))


def asked(page: Page, address: str, opinions: Opinions) -> None:
    page.goto(f"{address}index.html?artifacts={opinions.root}/{opinions.shown}")
    wait_for(page, LOADED)
    assert page.evaluate(f"{ASK}.innerText") == "Read what 9 runs said"
    page.evaluate(f"{ASK}.click()")
    wait_for(page, f"{CARDS}.length > 0 && {CARDS}.every(each => each.querySelector('.near'))")


@pytest.mark.parametrize("place", ["file", "http"])
def test_the_samples_that_several_runs_got_wrong_are_those_of_their_files(
    page: Page, addresses: dict[str, str], opinions: Opinions, place: str
) -> None:
    asked(page, addresses[place], opinions)
    for least in (3, 2):
        page.evaluate(
            f"(each => {{ each.value = '{least}'; each.dispatchEvent(new Event('change')) }})"
            f"({CARD}.querySelector('.field select'))"
        )
        wait_for(page, f"{CARD}.querySelector('.reading').innerText.includes('at least {least} of 6 runs')")
        found = expected(opinions.counted, least)
        assert len(found) > 12
        assert f"{len(found)} were wrong in half" in page.evaluate(f"{CARD}.querySelector('.reading').innerText")
        cards = page.evaluate(f"{CARDS}.map(each => each.innerText)")
        assert len(cards) == 12
        for text, (sample, label, held, wrong, said) in zip(cards, found, strict=False):
            assert f"Sample {sample} labelled {label}" in text
            assert f"Wrong in {wrong} of the {held} runs that held it out" in text
            parts = re.findall(r"(\d) in (\d)", text) or [(re.findall(r"read as (\d)\.", text)[0], wrong)]
            assert Counter({int(name): int(n) for name, n in parts}) == said
    note = "Not counted: 1 run of other data, 1 run that did not train on one class and 1 run that repeats another."
    assert note in page.evaluate(f"{CARD}.innerText")
    assert page.errors == []


def test_the_nearest_samples_are_those_that_numpy_finds(
    page: Page, addresses: dict[str, str], opinions: Opinions
) -> None:
    asked(page, addresses["http"], opinions)
    images, labels = load_digits(return_X_y=True)
    for text in page.evaluate(f"{CARDS}.map(each => each.innerText)"):
        sample = int(re.search(r"Sample (\d+)", text)[1])  # type: ignore[index]
        distances = ((images - images[sample]) ** 2).sum(1)
        distances[sample] = np.inf
        near = np.lexsort((np.arange(len(labels)), distances))[:6]
        agree = int((labels[near] == labels[sample]).sum())
        said = re.search(rf"Nearest six: (\w+) (?:is|are) labelled {labels[sample]}", text)
        assert said is not None, text
        assert NUMBERS[said[1]] == agree, text


def test_a_suspect_is_looked_at_and_all_of_them_are_filtered(
    page: Page, addresses: dict[str, str], opinions: Opinions
) -> None:
    asked(page, addresses["http"], opinions)
    found = expected(opinions.counted, 3)
    page.evaluate(f"{CARDS}[1].querySelector('button').click()")
    wait_for(page, f"location.search.includes('sample={found[1][0]}')")
    assert f"Sample {found[1][0]}" in page.evaluate("document.querySelector('.sample-name').innerText")
    assert page.evaluate(f"{CARDS}.map(each => each.querySelector('[aria-current]') !== null)").index(True) == 1
    page.evaluate(f"[...{CARD}.querySelectorAll('button')].find(e => e.innerText === 'Show in the studio').click()")
    wait_for(page, f"document.querySelector('#found').innerText.startsWith('{len(found)} of 1,797')")
    page.requests.clear()
    page.evaluate("document.querySelectorAll('.history .run-link:not([aria-current])')[0].click()")
    wait_for(page, f"document.querySelector('.history .run-link[aria-current]')?.title !== '{opinions.shown}'")
    wait_for(page, f"{LOADED} && {CARDS}.length === 12")  # what was read is not read again
    assert len([each for each in page.requests if each.endswith("holdout.json")]) == 1


def test_a_file_to_hand_on_says_what_it_lacks(
    chromium: Chromium, pages: Path, opinions: Opinions, tmp_path: Path
) -> None:
    root = pages / opinions.root
    write_html(root / opinions.shown, tmp_path / "one.html")
    chromium.goto((tmp_path / "one.html").as_uri())
    wait_for(chromium, LOADED)
    assert "This file holds one run." in chromium.evaluate("document.querySelector('#experiment').innerText")
    other = next(each for each in sorted(root.glob("2*seed-5*")))
    write_html(root / opinions.shown, tmp_path / "two.html", compare=other)
    chromium.goto((tmp_path / "two.html").as_uri())
    wait_for(chromium, LOADED)
    assert "This file holds 2 runs of the history" in chromium.evaluate(
        "document.querySelector('#experiment').innerText"
    )
    chromium.evaluate(f"{ASK}.click()")
    found = expected([opinions.counted[4], opinions.counted[5]], 2)
    wait_for(chromium, f"{CARDS}.length === {min(12, len(found))}")
    assert chromium.errors == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_finds_nothing_in_the_list_and_nothing_is_too_wide(
    chromium: Chromium, addresses: dict[str, str], opinions: Opinions, scheme: Literal["light", "dark"], width: int
) -> None:
    chromium.page.set_viewport_size({"width": width, "height": 900})
    chromium.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    asked(chromium, addresses["http"], opinions)
    chromium.page.get_by_text("Read the settings of").wait_for(state="hidden")
    chromium.evaluate("document.querySelectorAll('#experiment details').forEach(each => each.open = true)")
    wait_for(chromium, "document.querySelectorAll('.history td.setting').length > 0")
    assert violations(chromium, scheme) == []
    assert chromium.evaluate("document.documentElement.scrollWidth") <= width


def test_the_list_is_walked_with_the_keyboard(
    chromium: Chromium, addresses: dict[str, str], opinions: Opinions
) -> None:
    asked(chromium, addresses["http"], opinions)
    found = expected(opinions.counted, 3)
    chromium.page.locator(".suspect button").nth(10).focus()
    chromium.page.keyboard.press("Tab")
    chromium.page.keyboard.press("Tab")
    assert chromium.evaluate("document.activeElement.innerText").startswith("Show ")
    chromium.page.keyboard.press("Enter")
    focused = f"document.activeElement.dataset.sample === '{found[12][0]}'"
    wait_for(chromium, focused)  # the first of the new ones
    chromium.page.keyboard.press("Enter")
    wait_for(chromium, f"location.search.includes('sample={found[12][0]}')")
