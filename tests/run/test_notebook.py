"""What a notebook gets of a run: its page in a frame, within limits, or what to do instead; a bar while it trains."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
import sys
import types
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import digit_classifier as dc
from digit_classifier.page.html import write_html
from digit_classifier.run import notebook

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = np.random.default_rng(3)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dc.StoredRun:
    root = tmp_path_factory.mktemp("a <root>")
    return dc.record(dc.configure(model="logistic", epochs=1, artifacts_root=root, run_label="<b>'\"&"))


def framed(shown: str) -> str:
    (found,) = re.findall(r'<iframe title="The page of the run" sandbox="allow-scripts" srcdoc="([^"]*)"', shown)
    return html.unescape(found)


def kept_samples(document: str) -> list[int]:
    """The ids of the samples that went along."""
    packed = re.search(r'"files": "([^"]+)"', document)
    assert packed
    files = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    (ids,) = [text for path, text in files.items() if path.endswith(".kept")]
    found: list[int] = json.loads(ids)
    return found


def outside(shown: str) -> str:
    return re.sub('srcdoc="[^"]*"', "", shown)


def test_the_frame_holds_the_page_as_one_file(run: dc.StoredRun, tmp_path: Path) -> None:
    shown = run._repr_html_()
    write_html(run.directory, tmp_path / "report.html")
    assert framed(shown) == (tmp_path / "report.html").read_text(encoding="utf-8")
    assert len(shown.encode()) <= 760_000
    assert "Left out" not in shown


def test_under_the_frame_lies_what_to_do_without_it(run: dc.StoredRun) -> None:
    below = outside(run._repr_html_())
    assert "Trust Notebook" in below
    command = f"digit-classifier export html '{run.directory}' -o report.html"
    assert command in html.unescape(below)
    assert sys.executable not in below
    assert "<root>" not in below


def test_what_is_too_large_is_left_out_and_named(run: dc.StoredRun, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = NUMBERS.integers(0, 256, (3000, 28, 28))
    config = dc.configure(model="logistic", epochs=1, artifacts_root=run.directory.parent)
    large = dc.record(config, dc.Dataset.from_arrays(noise, np.arange(3000) % 10, name="noise"))
    shown = large._repr_html_()
    assert 1_500_000 < len(shown.encode()) <= 2_000_000
    said = re.search(r"Left out, as a notebook keeps 2 MB: ([\d,]+) of 3,000 samples. More: <code>digit-cl", shown)
    assert said
    assert len(kept_samples(framed(shown))) == 3000 - int(said[1].replace(",", ""))
    assert framed(shown)
    for most in (2_000_000, 700_000, 450_000, 50_000):
        monkeypatch.setattr(notebook, "MOST", most)
        shown = run._repr_html_()
        picture = re.search(r'<img alt="[^"]+" src="data:image/png;base64,([^"]+)">', shown)
        assert (picture is None) == ("<iframe" in shown)
        assert picture is not None or len(shown.encode()) <= most
        assert picture is None or "too large for a notebook" in shown
    assert "<iframe" not in shown


def test_a_run_that_is_damaged_or_gone_says_so(tmp_path: Path) -> None:
    run = dc.record(dc.configure(model="logistic", epochs=1, artifacts_root=tmp_path / "root"))
    path = run.directory / "metrics.json"
    path.write_text(path.read_text() + " ")
    assert "metrics.json" in run._repr_html_()
    (tmp_path / "root").rename(tmp_path / "moved")
    shown = run._repr_html_()
    assert "<iframe" not in shown
    assert "manifest.json" in shown


class Kernel:
    """IPython as far as it is asked."""

    def __init__(self, kernel: object) -> None:
        self.kernel = kernel
        self.shown: list[str] = []

    def display(self, value: Any, display_id: bool) -> Kernel:
        assert display_id
        self.update(value)
        return self

    def update(self, value: Any) -> None:
        self.shown.append(value._repr_html_())
        assert "<" not in repr(value)


def pretend(monkeypatch: pytest.MonkeyPatch, kernel: object) -> Kernel:
    shell = Kernel(kernel)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "IPython.display", types.SimpleNamespace(display=shell.display))  # type: ignore[arg-type]
    return shell


def test_a_training_shows_one_bar_in_a_notebook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shell = pretend(monkeypatch, object())
    monkeypatch.setattr(notebook, "PAUSE", 0)
    run = dc.record(dc.configure(model="logistic", epochs=3, artifacts_root=tmp_path))
    done = [re.findall(r'<progress max="3" value="(\d)">', shown) for shown in shell.shown]
    assert done == [["0"], ["1"], ["2"], ["3"], ["3"]]
    accuracy = run.history["holdout_accuracy"][-1]
    assert shell.shown[-1].endswith(f" epoch 3 of 3, hold-out accuracy {100 * accuracy:.1f} %")


@pytest.mark.parametrize("kernel", [None, "absent"])
def test_elsewhere_nothing_is_shown(
    kernel: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if kernel == "absent":
        monkeypatch.delitem(sys.modules, "IPython", raising=False)
    else:
        assert pretend(monkeypatch, None).shown == []
    dc.record(dc.configure(model="logistic", epochs=1, artifacts_root=tmp_path))
    assert capfd.readouterr() == ("", "")
