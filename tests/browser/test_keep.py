"""Charts and tables as files that open alone."""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import demo_site
import pytest
from browsers import LOADED, Page, wait_for
from PIL import Image

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


@pytest.fixture(scope="module")
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
