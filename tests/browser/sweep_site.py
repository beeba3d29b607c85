"""A site of sweeps: drawn ones of every kind, and one whose points are runs of the real training code."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from demo_site import DEMO, HOSTILE, train

from digit_classifier.artifacts import plain_dataset
from digit_classifier.artifacts.sweep import SCHEMA
from digit_classifier.page.built import PAGE_NAMES
from digit_classifier.store.claim import publish_as
from digit_classifier.store.index import load_index
from digit_classifier.store.inspection import inspect
from digit_classifier.store.json import decode, twin
from digit_classifier.store.layout import MAX_DATASET_BYTES
from digit_classifier.store.root import repair
from example_sweep import EXAMPLES, MODELS, Drawn, example_sweep, grid, sweep_folder

if TYPE_CHECKING:
    from pathlib import Path

REAL = "20261126-200000-models"  # the sweep whose points are runs


def build(site: Path) -> None:
    """Everything the tests of the page of a sweep open."""
    site.mkdir()
    for name in PAGE_NAMES:
        shutil.copy(DEMO / name, site)
    shutil.copytree(DEMO / "words", site / "words")
    root = site / "artifacts"
    for model in ("logistic", "mlp", "cnn"):
        train(root, model, model=model, epochs="1")
    runs = [as_point(root, entry["run_id"], number) for number, entry in enumerate(reversed(load_index(root)["runs"]))]
    repair(root)
    data = data_of(root / runs[0])
    some = [runs[number // 10] if number % 10 == 0 else None for number in range(30)]
    some[21] = runs[0]  # a second one of the best setting, for a right and a wrong run beside each other
    put(root, "models", replace(MODELS, dataset=data, runs=some))
    for name, drawn in EXAMPLES.items():
        if name != "models":
            put(root, name, replace(drawn, dataset=data))
    put(root, "grid", replace(grid(), dataset=data))
    put(root, "large", replace(grid(50, 40, 5), dataset=data))
    put(root, "hostile", hostile(data))
    put(root, "nothing", replace(EXAMPLES["starts"], starts=2, failed={0, 1}, dataset=data))
    put(site / "alone", "models", MODELS)  # without runs and without its data set
    broken = root / "sweeps/20261126-200000-broken"
    broken.mkdir()
    for name, text in (("sweep.json", b'{"schema_version": 1}'), ("sweep.css", twin(b'{"schema_version": 1}'))):
        (broken / name).write_bytes(text)
    (site / "empty").mkdir()


def put(root: Path, name: str, drawn: Drawn) -> None:
    sweep = example_sweep(drawn)
    sweep_folder(root, {**sweep, "sweep_id": f"20261126-200000-{name}", "label": sweep["label"] or name})


def hostile(data: dict[str, Any]) -> Drawn:
    """Names from outside that would be markup anywhere else."""
    values = [["<img src=x onerror='window.hacked=1'>"], ["javascript:window.hacked=1"], ["\u202egnp.exe"]]
    return replace(MODELS, label=HOSTILE, values=values, dataset=data)


def data_of(run: Path) -> dict[str, Any]:
    """What a sweep says of the data set of a run."""
    known = SCHEMA["properties"]["dataset"]["properties"]
    stated = json.loads((run / "run_summary.json").read_text())["dataset"]
    return {key: value for key, value in stated.items() if key in known}


def as_point(root: Path, run_id: str, number: int) -> str:
    """The same run again, as a point of a sweep."""
    found = inspect(root / run_id).require_sound()
    name = f"20261126-20000{number}-models-0123456{number}"
    payloads = {key: value for key, value in found.payloads.items() if key != "manifest.json"}
    payloads["run_summary.json"] = {**payloads["run_summary.json"], "run_id": name, "sweep": REAL}
    pictures = {key: value for key, value in found.files.items() if key.endswith(".png")}
    path = root / "datasets" / payloads["run_summary.json"]["dataset"]["file"]
    data = plain_dataset(decode(path.read_bytes(), path, max_bytes=MAX_DATASET_BYTES))
    assert publish_as(root, name, payloads, pictures, data)
    return name
