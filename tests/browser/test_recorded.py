"""What a run recorded only because it was asked to: drawn where it is there, one line where it is not."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import demo_site
import numpy as np
import pytest
from browsers import LOADED, Page, wait_for
from sklearn.metrics import roc_auc_score

if TYPE_CHECKING:
    from pathlib import Path

PLACES = ["file", "http"]
FLAGS = ["--learning-rate-trace", "--timing-stats", "--roc-per-class"]


@pytest.fixture(scope="session")
def asked(pages: Path) -> Path:
    """A run that recorded all three."""
    root = pages / "asked"
    flags = {flag[2:].replace("-", "_"): "true" for flag in FLAGS}
    demo_site.train(root, "asked", epochs="12", lr_decay="0.05", **flags)
    return root / json.loads((root / "index.json").read_text())["latest"]


def payload(run: Path, name: str) -> Any:
    return json.loads((run / name).read_text())


@pytest.mark.parametrize("place", PLACES)
def test_what_was_recorded_is_drawn_with_a_sentence_and_a_table(
    page: Page, addresses: dict[str, str], asked: Path, place: str
) -> None:
    page.goto(f"{addresses[place]}index.html?artifacts=asked")
    wait_for(page, LOADED)
    sentences = page.evaluate("[...document.querySelectorAll('.thin figcaption')].map(each => each.innerText)")
    rates = payload(asked, "training_dynamics.json")["learning_rates"]
    assert sentences[0] == f"Learning rate of each epoch: it begins at {rates[0]:.3g} and ends at {rates[-1]:.3g}."
    seconds = payload(asked, "timing_stats.json")["epoch_seconds"]
    slow = [number for number, each in enumerate(seconds, 1) if each > 2 * sorted(seconds)[len(seconds) // 2]]
    assert page.evaluate("(document.querySelector('.line.slow').getAttribute('d').match(/M/g) ?? []).length") == len(
        slow
    )
    assert ("twice as long" in sentences[1]) == bool(slow)
    assert page.evaluate("document.querySelectorAll('.thin svg[role=img][aria-label]').length") == 2
    areas = page.evaluate("[...document.querySelectorAll('.rocs figure')].map(each => each.innerText.split(/\\s+/))")
    held = payload(asked, "holdout.json")
    truth, given = np.array(held["true_labels"]), np.array(held["probabilities"])
    expected = [roc_auc_score(truth == label, given[:, label]) for label in range(10)]
    assert [name for name, _ in areas] == [str(label) for label in range(10)]
    assert [float(auc) for _, auc in areas] == pytest.approx(expected, abs=1e-5)
    page.evaluate("document.querySelectorAll('details.data').forEach(each => { each.open = true })")
    wait_for(page, "document.querySelectorAll('.card:has(.rocs) details tbody tr').length === 10")
    heads = page.evaluate("[...document.querySelectorAll('.card:has(.thin) details th')].map(each => each.innerText)")
    assert heads[-2:] == ["Learning rate", "Seconds"]
    assert page.errors == []


@pytest.mark.parametrize("place", PLACES)
def test_the_thin_charts_have_the_epochs_of_the_loss_above(
    page: Page, addresses: dict[str, str], asked: Path, place: str
) -> None:
    page.goto(f"{addresses[place]}index.html?artifacts=asked&epoch=5")
    wait_for(page, LOADED)
    card = "document.querySelector('.card:has(.thin)')"
    places = f"[...{card}.querySelectorAll('.marker')].map(each => Math.round(each.getBoundingClientRect().left))"
    wait_for(page, f"{card}.querySelectorAll('.marker').length === 3 && new Set({places}).size === 1")
    before = page.evaluate(places)[0]
    page.evaluate(f"{card}.querySelector('[aria-label=\"One epoch on\"]').click()")
    after = page.evaluate(places)
    assert len(set(after)) == 1
    assert after[0] > before


def test_what_was_not_recorded_is_one_line_that_names_the_flag(page: Page, addresses: dict[str, str]) -> None:
    page.goto(f"{addresses['http']}index.html")
    wait_for(page, LOADED)
    codes = page.evaluate("[...document.querySelectorAll('p.small code')].map(each => each.innerText)")
    assert codes == FLAGS
    assert page.evaluate("document.querySelectorAll('.thin, .rocs, .rocs svg').length") == 0


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("training_dynamics.json", lambda payload: payload["learning_rates"].pop()),
        ("roc_curves.json", lambda payload: payload["classes"]["3"]["tpr"].pop()),
        ("timing_stats.json", lambda payload: payload.update(epoch_seconds=["?"])),
    ],
)
def test_a_damaged_one_is_said_to_be_and_the_rest_is_drawn(
    page: Page, addresses: dict[str, str], asked: Path, name: str, change: Any
) -> None:
    root = asked.parent.with_name(f"asked-{name[:3]}")
    if not root.exists():
        shutil.copytree(asked.parent, root)
        run = root / asked.name
        broken = payload(run, name)
        change(broken)
        (run / name).write_text(json.dumps(broken))
        manifest = payload(run, "manifest.json")
        text = (run / name).read_bytes()
        manifest["files"][name] = {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
        (run / "manifest.json").write_text(json.dumps(manifest))
    page.goto(f"{addresses['http']}index.html?artifacts={root.name}/{asked.name}")
    wait_for(page, LOADED)
    assert page.evaluate("document.querySelectorAll('.absence.damaged').length") == 1
    assert page.evaluate("document.querySelectorAll('.thin').length + document.querySelectorAll('.rocs').length") == 2
