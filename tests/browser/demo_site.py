"""A site to look at: the built page with runs of the real training code, and every awkward case beside them."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np

from digit_classifier import experiment as recording
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.experiment import record
from digit_classifier.replay.rerun import replay
from digit_classifier.settings.resolve import Given, resolve
from digit_classifier.store.root import record_replay, repair

if TYPE_CHECKING:
    from collections.abc import Callable

    from digit_classifier.learning.training import Epoch

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "examples/digit-classifier/web_demo"
PAGE = ["index.html", "dashboard.css", "dashboard.js", "panels.js", "runs.js", "lab.js", "reader.html", "reader.js"]
HOSTILE = "<img src=x onerror=\"window.hacked=1\"> &amp; 'x' </script>"
CLASSES_47 = tuple("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt")


def build(site: Path) -> None:
    """Everything the browser tests open."""
    site.mkdir()
    for name in PAGE:
        shutil.copy(DEMO / name, site)
    shutil.copytree(DEMO / "words", site / "words")
    train(site / "artifacts", "first", model="logistic")
    train(site / "artifacts", "baseline", epochs="30")
    train(site / "convolutional", "convolutional", model="cnn", epochs="2")
    train(site / "flat", "flat", flat=True, epochs="3")
    train(site / "two", "two classes", dataset=dots(), epochs="4")
    train(site / "many", "47 classes", dataset=glyphs(), epochs="3")
    train(site / "large", "10,000 held out", dataset=noise(), epochs="1", test_size="0.8", hidden_sizes="16")
    train(site / "diverged", "far too fast", optimizer="sgd", learning_rate="900", epochs="5")
    train(site / "replayed", "trained again", epochs="3")
    again(site / "replayed")
    cut_short(site / "interrupted")
    train(site / "hostile", HOSTILE, dataset=dots((HOSTILE[:40].strip(), "__proto__")), epochs="2")
    (site / "nothing").mkdir()
    seeder = [sys.executable, str(DEMO / "seed_sample_artifacts.py"), "--artifacts-root", str(site / "synthetic")]
    subprocess.run(seeder, check=True, capture_output=True)
    spoil(site, "damaged", lambda run: (run / "metrics.json").write_text("{}"))
    spoil(site, "partial", lambda run: shutil.rmtree(run.parent / "datasets"))
    spoil(site, "unsealed", lambda run: (run / "manifest.json").write_text("{"))
    spoil(site, "newer", lambda run: newer(run, "run_summary.json", "metrics.json", "loss_curve.json"))
    thousand(site)


def train(root: Path, label: str, *, dataset: Dataset | None = None, flat: bool = False, **settings: str) -> None:
    """One run of the real code."""
    place = {"output_dir" if flat else "artifacts_root": str(root)}
    flags = {"run_label": label, **place, **settings}
    record(resolve([Given(key, value, f"--{key}", "flag") for key, value in flags.items()]), dataset=dataset)


def again(root: Path) -> None:
    """A replay whose outcome is kept."""
    run = root / json.loads((root / "index.json").read_text())["latest"]
    record_replay(run, replay(run))


def cut_short(root: Path, **others: str) -> None:
    """A training whose process dies in its fourth epoch of nine, adopted by `repair`."""

    def die(epoch: Epoch) -> None:
        if epoch.number == 4:
            raise MemoryError

    settings = {"run_label": "cut short", "artifacts_root": str(root), "epochs": "9", **others}
    with suppress(MemoryError), mock.patch.multiple(recording, FIRST_CHECKPOINT=0.0, PAUSE=0):
        record(
            resolve([Given(key, value, f"--{key}", "flag") for key, value in settings.items()]),
            progress=lambda _: nullcontext(die),
        )
    repair(root, "adopt")


def spoil(site: Path, name: str, damage: Callable[[Path], object]) -> None:
    """A copy of the artifacts whose latest run is damaged; its twins stay whole, so that is for http."""
    shutil.copytree(site / "artifacts", site / name)
    damage(site / name / json.loads((site / name / "index.json").read_text())["latest"])


def newer(run: Path, *names: str) -> None:
    """Files as a version to come would write them: another schema, a field more, and hashes that agree."""
    manifest = json.loads((run / "manifest.json").read_text())
    for name in names:
        payload = json.loads((run / name).read_text()) | {"schema_version": 9, "novelty": "?"}
        text = json.dumps(payload).encode()
        (run / name).write_bytes(text)
        manifest["files"][name] = {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
    text = json.dumps(manifest).encode()
    (run / "manifest.json").write_bytes(text)
    index = json.loads((run.parent / "index.json").read_text())
    index["runs"][0]["manifest_sha256"] = hashlib.sha256(text).hexdigest()
    (run.parent / "index.json").write_text(json.dumps(index))


def thousand(site: Path) -> None:
    """An index of 1,000 runs, of which only the newest exist; the style-sheet twin is the training side's."""
    shutil.copytree(site / "artifacts", site / "thousand")
    index = json.loads((site / "thousand/index.json").read_text())
    runs: list[dict[str, Any]] = index["runs"]
    for number in range(1000 - len(runs)):
        label, accuracy = f"sweep {number}", 0.9 + (number * 37 % 100) / 1000
        runs.append({**runs[-1], "run_id": f"20250101-{number:06d}", "label": label, "accuracy": accuracy})
    text = json.dumps(index).encode()
    (site / "thousand/index.json").write_bytes(text)
    (site / "thousand/index.css").write_bytes(twin(text))


def twin(text: bytes) -> bytes:
    """A style-sheet twin in one chunk."""
    return b':root{--n:"1";--b0:"' + base64.b64encode(text) + b'"}\n'


def made(name: str, images: np.ndarray, labels: np.ndarray, class_names: tuple[str, ...], most: int) -> Dataset:
    """A data set for tests."""
    source = {"title": f"Made for tests: {name}", "source": "tests", "note": "", "class_names": class_names}
    return Dataset(name=name, samples=images.astype(np.uint8)[:, None], labels=labels, max_value=most, **source)


def dots(class_names: tuple[str, ...] = ("cat", "dog")) -> Dataset:
    """Two classes that are easily told apart."""
    rng, labels = np.random.default_rng(1), np.arange(120) % 2
    images = np.clip(rng.normal(4, 3, (120, 8, 8)), 0, 16)
    images[labels == 1, 2:6, 2:6] = 14
    return made("dots", images, labels, class_names, 16)


def glyphs() -> Dataset:
    """47 classes of 28 × 28, each a random stencil."""
    rng, labels = np.random.default_rng(2), np.arange(940) % 47
    stencils = np.kron(rng.random((47, 7, 7)) < 0.4, np.ones((4, 4))) * 220
    return made("glyphs", np.clip(stencils[labels] + rng.normal(0, 30, (940, 28, 28)), 0, 255), labels, CLASSES_47, 255)


def noise() -> Dataset:
    """12,500 images, so that 10,000 are held out."""
    rng, labels = np.random.default_rng(3), np.arange(12_500) % 10
    images = np.clip(
        rng.normal(6, 4, (12_500, 8, 8)) + 6 * (np.arange(64).reshape(8, 8) % 10 == labels[:, None, None]), 0, 16
    )
    return made("noise", images, labels, tuple("0123456789"), 16)
