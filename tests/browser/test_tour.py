"""The tour: a real kernel executes it, and the page in it works where notebooks are read."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbclient
import nbformat
import numpy as np
import pytest
from browsers import LOADED, Frame, Page, text, wait_for
from nbconvert import HTMLExporter

import digit_classifier as dc

if TYPE_CHECKING:
    from collections.abc import Iterator

TOUR = Path(__file__).parents[2] / "examples" / "digit-classifier" / "tour.ipynb"
CELL = "document.querySelector('td[data-cell=\"0\"]').click()"
CHIPS = "document.querySelectorAll('#chips .chip').length"
# What the page of a notebook allows its outputs in VS Code (its webview, src/vs/workbench/contrib/notebook).
VS_CODE = (
    "default-src 'none'; script-src https: 'unsafe-inline' 'unsafe-eval'; style-src https: 'unsafe-inline'; "
    "img-src https: http: data:; font-src https:; connect-src https:; child-src https: data:"
)
NO_NETWORK = {"require_js_url": "", "mathjax_url": "", "mermaid_js_url": "", "jquery_url": ""}


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Any:
    notebook = nbformat.read(TOUR, 4)
    place = tmp_path_factory.mktemp("tour")
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": place}}).execute()
    return notebook


def outputs(notebook: Any) -> Iterator[Any]:
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


def of_kind(notebook: Any, kind: str) -> list[str]:
    return [output["data"][kind] for output in outputs(notebook) if kind in output.get("data", {})]


def test_the_tour_is_committed_without_outputs() -> None:
    notebook = nbformat.read(TOUR, 4)
    nbformat.validate(notebook)
    assert list(outputs(notebook)) == []
    assert all(cell.get("execution_count") is None for cell in notebook.cells)


def test_a_kernel_executes_the_tour(tour: Any) -> None:
    bars, (page,) = of_kind(tour, "text/html")[::2], of_kind(tour, "text/html")[1:2]
    assert [re.findall(r'max="(\d+)" value="(\d+)"', bar) for bar in bars] == [[("40", "40")], [("10", "10")]]
    assert page.count("<iframe") == 1
    assert len(page) < 780_000
    (picture,) = [output for output in outputs(tour) if "image/png" in output.get("data", {})]
    assert base64.b64decode(picture["data"]["image/png"]).startswith(b"\x89PNG")
    assert picture["metadata"]["image/png"] == {"alt": "confusion matrix"}
    assert [output for output in outputs(tour) if output.output_type == "error" or output.get("name") == "stderr"] == []


@pytest.mark.parametrize("host", ["exported", "vs code"])
def test_the_page_in_a_notebook_is_clicked(page: Page, tour: Any, tmp_path: Path, host: str) -> None:
    if host == "exported":
        body, _ = HTMLExporter(**NO_NETWORK).from_notebook_node(tour)
        body = re.sub(r'<script src="[^"]*"></script>', "", body)
    else:
        output = of_kind(tour, "text/html")[1]
        body = f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{VS_CODE}">'
        body += output
    path = tmp_path / "notebook.html"
    path.write_text(body, encoding="utf-8")
    page.goto(path.as_uri())
    inner = Frame(page)
    wait_for(inner, LOADED)
    assert text(inner, "#title") == "tour"
    before = text(inner, "#found")
    inner.evaluate(CELL)
    wait_for(inner, f"{CHIPS} === 2")
    assert text(inner, "#found") != before
    assert page.evaluate("document.querySelector('iframe').contentDocument") is None  # nothing can reach out of it
    assert inner.evaluate("document.elementFromPoint(40, 40) !== null")
    frame = "document.querySelector('iframe')"
    assert page.evaluate(f"{frame}.getBoundingClientRect().height") == 640
    page.evaluate(f"{frame}.scrollIntoView({{block: 'center'}})")
    wait_for(  # the frame covers the words below it
        page,
        f"(box => document.elementFromPoint(box.x + 9, innerHeight / 2) === {frame})({frame}.getBoundingClientRect())",
    )
    assert [error for error in page.errors if "favicon" not in error] == []
    assert {url for url in page.requests if url.startswith("http")} == set()


NUMBERS = np.random.default_rng(11)
KINDS = {
    "large": (NUMBERS.integers(0, 256, (3000, 28, 28)), np.arange(3000) % 10),
    "colours": (NUMBERS.integers(0, 256, (200, 3, 8, 8)), np.arange(200) % 3),
    "table": (NUMBERS.normal(size=(200, 4)), np.arange(200) % 3),
}


@pytest.mark.parametrize("kind", KINDS)
def test_runs_on_any_data_are_shown_in_a_frame(page: Page, tmp_path: Path, kind: str) -> None:
    config = dc.configure(model="logistic", epochs=2, artifacts_root=tmp_path, run_label=kind)
    run = dc.record(config, dc.Dataset.from_arrays(*KINDS[kind]))
    path = tmp_path / "notebook.html"
    path.write_text(f'<!doctype html><meta charset="utf-8">{run._repr_html_()}', encoding="utf-8")
    page.goto(path.as_uri())
    inner = Frame(page)
    wait_for(inner, LOADED)
    assert text(inner, "#title") == kind
    assert inner.evaluate("[...document.querySelectorAll('.absence:not([hidden])')].map(each => each.innerText)") == []
    assert ("samples. More: " in page.evaluate("document.body.innerText")) == (kind == "large")
    assert [error for error in page.errors if "favicon" not in error] == []
