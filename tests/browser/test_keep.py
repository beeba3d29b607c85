"""Charts and tables as files that open alone."""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import demo_site
import numpy as np
import pytest
from browsers import LOADED, Page, wait_for
from PIL import Image
from scipy.stats import binomtest
from sklearn.metrics import precision_recall_fscore_support

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"
CATCH = """(() => {
    window.kept = null;
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = blob => { if (blob.type !== window.passed) window.kept = blob; return make(blob); };
    HTMLAnchorElement.prototype.click = function () { window.keptName = this.download; };
})()"""
READ = """window.kept && new Promise(done => { const reader = new FileReader();
    reader.onload = () => done(reader.result.split(',')[1]); reader.readAsDataURL(window.kept); })"""


@pytest.fixture(scope="session")
def asked(pages: Path) -> Path:
    root = pages / "kept"
    demo_site.train(root, "kept", epochs="8", roc_per_class="true", learning_rate_trace="true", timing_stats="true")
    return root


def saved(page: Page, click: str, passed: str = "") -> bytes:
    """What a click saves; blobs of the type `passed` are only on the way."""
    page.evaluate(CATCH)
    page.evaluate(f"(() => {{ window.passed = {passed!r}; {click}.click() }})()")
    return base64.b64decode(wait_for(page, READ))


@pytest.mark.parametrize("place", ["file", "http"])
@pytest.mark.parametrize(
    ("card", "title"), [(".thin", "Convergence"), (".rocs", "ROC curves"), (".sure", "How sure, how right")]
)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chart_is_an_svg_with_title_axes_legend_and_sentence_in_light_colours(
    page: Page, addresses: dict[str, str], asked: Path, place: str, card: str, title: str, theme: str
) -> None:
    page.goto(f"{addresses[place]}index.html?artifacts={asked.name}")
    wait_for(page, LOADED)
    page.evaluate(f"(() => {{ document.documentElement.dataset.theme = {theme!r} }})()")
    picture = ET.fromstring(
        saved(page, f"document.querySelector('.card:has({card}) [aria-label=\"Save the chart as SVG\"]')")
    )
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert picture.tag == f"{SVG}svg"
    texts = ["".join(each.itertext()).strip() for each in picture.iter(f"{SVG}text")]
    assert texts[0] == title
    sentence = page.evaluate(f"document.querySelector('.card:has({card}) .reading').textContent")
    joined = " ".join(
        " ".join(span.text or "" for span in each.iter(f"{SVG}tspan")) for each in picture.iter(f"{SVG}text")
    )
    assert " ".join(sentence.split()) in " ".join(joined.split())
    if card != ".rocs":
        assert any(text.startswith(("epoch 1", "50")) for text in texts)
    if card == ".thin":
        assert {"hold-out", "training", "rate", "seconds"} <= set(texts)
    names = {attribute for each in picture.iter() for attribute in each.attrib}
    assert not names & {"class", "style"}
    drawn = [each for each in picture.iter(f"{SVG}path") if each.get("stroke", "none") != "none"]
    assert {each.get("stroke") for each in drawn} & {"rgb(31, 95, 191)"}  # the accent of the light theme


def test_a_chart_is_a_png_twice_as_large(page: Page, addresses: dict[str, str], asked: Path) -> None:
    page.goto(f"{addresses['http']}index.html?artifacts={asked.name}")
    wait_for(page, LOADED)
    button = "document.querySelector('.card:has(.thin) [aria-label=\"Save the chart as {}\"]')"
    width = float(ET.fromstring(saved(page, button.format("SVG"))).get("width", "0"))
    picture = Image.open(io.BytesIO(saved(page, button.format("PNG"), "image/svg+xml")))
    assert abs(picture.width - 2 * width) <= 2
    assert picture.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
    assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 20
    assert page.errors == []


def test_a_table_is_saved_whole(page: Page, addresses: dict[str, str], pages: Path) -> None:
    page.goto(f"{addresses['http']}index.html")
    wait_for(page, LOADED)
    card = "document.querySelector('.card:has(.chart-box):not(:has(#compare-picker))')"
    page.evaluate(f"{card}.querySelector('details summary').click()")
    text = saved(page, f"[...{card}.querySelectorAll('details button')].find(each => each.innerText === 'Save CSV')")
    rows = list(csv.reader(io.StringIO(text.decode())))
    root = pages / "artifacts"
    curve = json.loads((root / json.loads((root / "index.json").read_text())["latest"] / "loss_curve.json").read_text())
    assert [int(row[0]) for row in rows[1:]] == curve["epochs"]
    assert [float(row[1]) for row in rows[1:]] == pytest.approx(curve["training_loss"], rel=6e-3)


def opened(page: Page, addresses: dict[str, str], pages: Path, query: str = "") -> Path:
    """The page with the latest run of the demo, whose directory this is."""
    page.goto(f"{addresses['http']}index.html{query}")
    wait_for(page, LOADED)
    root = pages / "artifacts"
    latest: str = json.loads((root / "index.json").read_text())["latest"]
    return root / latest


def table_of(page: Page, card: str, title: str) -> list[list[str]]:
    """What the table of this title, in a card, is saved as."""
    details = f"[...{card}.querySelectorAll('details')].find(each => each.innerText.startsWith({title!r}))"
    click = f"[...{details}.querySelectorAll('button')].find(each => each.textContent === 'Save CSV')"
    return list(csv.reader(io.StringIO(saved(page, click).decode())))


def test_class_by_class_is_kept_as_dots_and_as_numbers(page: Page, addresses: dict[str, str], pages: Path) -> None:
    run = opened(page, addresses, pages)
    card = "document.querySelector('.card:has(.dots)')"
    picture = ET.fromstring(saved(page, f"{card}.querySelector('[aria-label=\"Save the chart as SVG\"]')"))
    texts = ["".join(each.itertext()).strip() for each in picture.iter(f"{SVG}text")]
    assert texts[0] == "Class by class"
    assert {*"0123456789"} <= set(texts)
    dots = list(picture.iter(f"{SVG}circle"))
    assert len(dots) == 20
    guesses = json.loads((run / "holdout.json").read_text())
    pair = (guesses["true_labels"], guesses["predicted_labels"])
    precision, recall, f1, support = precision_recall_fscore_support(*pair)
    places = [float(each.get("cx", "nan")) for each in dots]
    slope, zero = np.polyfit([*precision, *recall], [*places[::2], *places[1::2]], 1)  # on one axis
    assert np.abs(slope * np.array([*precision, *recall]) + zero - [*places[::2], *places[1::2]]).max() < 1
    rows = table_of(page, card, "Scores per class")
    assert [row[0] for row in rows[1:]] == [*"0123456789"]
    for row, *scores in zip(rows[1:], precision, recall, f1, support, strict=True):
        shown = [float(row[1][:-2]) / 100, float(row[3][:-2]) / 100, float(row[5]), int(row[6])]
        assert shown == pytest.approx(scores, abs=6e-4)
        low, _ = binomtest(int(row[6]), int(row[6])).proportion_ci(0.95, method="wilson")
        if scores[1] == 1:
            assert row[4].replace("\xa0", " ").replace("\u2060", "") == f"{100 * low:.1f} – 100 %"


def test_weights_are_kept_as_pictures_and_as_numbers(page: Page, addresses: dict[str, str], pages: Path) -> None:
    run = opened(page, addresses, pages)
    box = "document.querySelector('.weights-box')"
    picture = ET.fromstring(saved(page, f"{box}.querySelector('[aria-label=\"Save the chart as SVG\"]')"))
    images = list(picture.iter(f"{SVG}image"))
    layer = json.loads((run / "model.json").read_text())["layers"][0]
    assert len(images) == 1  # one canvas behind all units
    sheet = Image.open(io.BytesIO(base64.b64decode(images[0].get("href", "").partition(",")[2])))
    assert len(sheet.convert("RGB").getcolors(1 << 24) or []) > 50
    weights = np.frombuffer(base64.b64decode(layer["weights"]), "<f4").reshape(layer["units"], 64)
    rows = table_of(page, box, "Weights of the layer")
    found = np.array([[float(each) for each in row[2:]] for row in rows[1:]], "<f4")
    assert np.array_equal(found, weights)
    bias = np.frombuffer(base64.b64decode(layer["bias"]), "<f4")
    assert np.array_equal(np.array([float(row[1]) for row in rows[1:]], "<f4"), bias)
    png = Image.open(
        io.BytesIO(saved(page, f"{box}.querySelector('[aria-label=\"Save the chart as PNG\"]')", "image/svg+xml"))
    )
    assert len(png.convert("RGB").getcolors(1 << 24) or []) > 50
    assert page.errors == []


def test_a_comparison_is_kept_as_a_chart_and_as_numbers(page: Page, addresses: dict[str, str], pages: Path) -> None:
    runs = json.loads((pages / "artifacts/index.json").read_text())["runs"]
    other = next(run for run in runs if run["label"] == "first")
    run = opened(page, addresses, pages, f"?vs={other['run_id']}")
    card = "document.querySelector('.card:has(#compare-picker)')"
    wait_for(page, f"{card}.querySelector('figure') !== null")
    picture = ET.fromstring(saved(page, f"{card}.querySelector('[aria-label=\"Save the chart as SVG\"]')"))
    texts = ["".join(each.itertext()).strip() for each in picture.iter(f"{SVG}text")]
    assert texts[0] == "Hold-out loss"
    assert {"first", "baseline"} <= set(texts)
    rows = {row[0]: row[1:] for row in table_of(page, card, "Both runs in numbers")}
    was = pages / "artifacts" / other["run_id"]
    for directory, column in ((was, 0), (run, 1)):
        metrics = json.loads((directory / "metrics.json").read_text())
        assert float(rows["Log loss"][column]) == pytest.approx(metrics["log_loss"], rel=6e-3)
        config = json.loads((directory / "run_summary.json").read_text())["config"]
        assert rows["epochs"][column] == str(config["epochs"])
    answers = [json.loads((each / "holdout.json").read_text()) for each in (was, run)]
    columns = zip(
        answers[0]["sample_ids"],
        answers[0]["true_labels"],
        answers[0]["predicted_labels"],
        answers[1]["predicted_labels"],
        strict=True,
    )
    moved = [[str(each) for each in row] for row in columns if row[2] != row[3]]
    assert table_of(page, card, f"All {len(moved)} samples")[1:] == moved
