"""A sweep.json made without training: points whose hits are drawn, and everything else by the package's own code."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts import build_manifest, build_sweep
from digit_classifier.store.json import encode, twin
from digit_classifier.store.layout import MANIFEST_FILE, PLAN_FILE, SWEEP_FILE, SWEEP_PICTURE, SWEEP_TWIN, SWEEPS
from digit_classifier.sweeps.aggregate import aggregate
from digit_classifier.sweeps.statistics import Key, Setting

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES, HOLDOUT = 1797, 360
DIGITS = {
    "name": "digits",
    "title": "Handwritten digits of scikit-learn",
    "file": "digits-a9cfcac31c6f.json",
    "sha256": "a9cfcac31c6f" + 52 * "0",
    "samples": SAMPLES,
    "class_names": list("0123456789"),
    "image_shape": [8, 8],
    "channels": 1,
    "max_value": 16,
}


@dataclass
class Drawn:
    """What a sweep of this shape has: one worth per setting, its noise from split to split and from start to start."""

    axes: list[tuple[str, bool, bool]]  # name, numeric, logarithmic
    values: list[list[Any]]  # of each setting
    worths: list[float]
    parameters: list[int]
    splits: int = 10
    starts: int = 1
    split: str = "random"
    failed: set[int] = field(default_factory=set)  # numbers of points
    label: str | None = None
    confirm: bool = False
    dataset: dict[str, Any] = field(default_factory=lambda: DIGITS)
    runs: list[str | None] = field(default_factory=list)


def example_sweep(drawn: Drawn, random_state: int = 0) -> dict[str, Any]:
    """A whole payload."""
    rng = random.Random(random_state)
    hard = [rng.random() ** 6 for _ in range(drawn.dataset["samples"])]  # a few samples make most errors
    level = sum(hard) / len(hard)
    held = {f"{split:064x}": sorted(rng.sample(range(len(hard)), HOLDOUT)) for split in range(drawn.splits)}
    if drawn.split == "contiguous":
        size = len(hard) // drawn.splits
        held = {f"{split:064x}": list(range(split * size, (split + 1) * size)) for split in range(drawn.splits)}
    holdout = len(next(iter(held.values())))
    luck = {split: rng.gauss(1, 0.08) for split in held}
    points: dict[str, list[Any]] = {
        name: [] for name in ("setting", "random_state", "split_state", "accuracy", "log_loss", "epochs", "seconds")
    } | {"run": [], "failure": []}
    settings, point_of = [], {}
    for index, worth in enumerate(drawn.worths):
        hits: dict[Key, list[int]] = {}
        for place, (split, ids) in enumerate(held.items()):
            for start in range(drawn.starts):
                number = len(points["setting"])
                key = (split, start if drawn.starts > 1 else place)
                rate = (1 - worth) / level * luck[split] * rng.gauss(1, 0.15)
                fine = [int(rng.random() >= min(1.0, hard[sample] * rate)) for sample in ids]
                failed = number in drawn.failed
                if not failed:
                    hits[key], point_of[index, key] = fine, number
                points["setting"].append(index)
                points["random_state"].append(key[1])
                points["split_state"].append(place if drawn.starts > 1 else None)
                points["accuracy"].append(None if failed else round(sum(fine) / holdout, 7))
                points["log_loss"].append(None if failed else round(2.5 * (1 - sum(fine) / holdout), 5))
                points["epochs"].append(None if failed else 40)
                points["seconds"].append(round(rng.gauss(0.44, 0.03), 3))
                points["run"].append(drawn.runs[number] if number < len(drawn.runs) else None)
                points["failure"].append("diverged at epoch 3: the loss is no longer finite" if failed else None)
        scores = {key: sum(fine) / holdout for key, fine in hits.items()}
        training = drawn.dataset["samples"] - holdout
        blocks = drawn.split == "contiguous"
        settings.append(Setting(scores, training, holdout, drawn.parameters[index], blocks, hits, held))
    kept = {number for number, run in enumerate(points["run"]) if run}
    fresh = {(f"{99 + index:064x}", index): max(drawn.worths) + rng.gauss(0, 0.003) for index in range(20)}
    confirmed = Setting(fresh, drawn.dataset["samples"] - holdout, holdout) if drawn.confirm else None
    parts = aggregate(settings, point_of, kept=kept, confirmed=confirmed)
    each = drawn.splits * drawn.starts
    parts["settings"] |= {
        "values": drawn.values,
        "points": [each] * len(settings),
        "failed": [sum(number // each == index for number in drawn.failed) for index in range(len(settings))],
    }
    return build_sweep(
        sweep_id="20261126-200000-example",
        label=drawn.label,
        created="2026-11-26T20:00:00Z",
        finished="2026-11-26T20:01:00Z",
        method="grid",
        plan_sha256="0" * 64,
        machines=[],
        command="digit-classifier sweep --grid model logistic mlp cnn --seeds 0:10",
        train_command="digit-classifier train --epochs 40",
        package_version="2.0.0",
        planned=len(points["setting"]),
        environments=1,
        dataset=drawn.dataset,
        splits=[drawn.split],
        axes=[{"name": name, "numeric": numeric, "logarithmic": log} for name, numeric, log in drawn.axes],
        points=points,
        **parts,
    )


MODELS = Drawn(
    [("model", False, False)], [["logistic"], ["mlp"], ["cnn"]], [0.963, 0.985, 0.9885], [650, 17226, 9098], splits=10
)
STARTS = Drawn([], [[]], [0.9925], [17226], splits=1, starts=20)
MANY_STARTS = Drawn([("model", False, False)], [["mlp"], ["cnn"]], [0.985, 0.99], [17226, 9098], splits=6, starts=8)
FOLDS = Drawn(
    [("model", False, False)], [["mlp"], ["cnn"]], [0.93, 0.955], [17226, 9098], splits=5, starts=3, split="contiguous"
)
CURVE = Drawn(
    [("train_share", True, True)],
    [[0.05], [0.1], [0.2], [0.5], [1]],
    [0.86, 0.91, 0.945, 0.972, 0.985],
    [17226] * 5,
    splits=10,
    failed={3},
)


def grid(rates: int = 8, decays: int = 8, splits: int = 5) -> Drawn:
    """Two numeric axes."""
    values = [
        [round(0.003 * 2**rate, 5), round(1e-4 * 3**decay, 6)] for rate in range(rates) for decay in range(decays)
    ]
    worths = [0.985 - 0.002 * abs(index // decays - rates / 2) for index in range(len(values))]
    axes = [("learning_rate", True, True), ("weight_decay", True, True)]
    return Drawn(axes, values, worths, [17226] * len(values), splits=splits, confirm=True)


EXAMPLES = {"models": MODELS, "starts": STARTS, "many-starts": MANY_STARTS, "folds": FOLDS, "curve": CURVE}


def sweep_folder(root: Path, sweep: dict[str, Any], picture: bytes | None = None) -> Path:
    """The directory of a sweep as it is when it has ended, without points."""
    directory = root / SWEEPS / sweep["sweep_id"]
    directory.mkdir(parents=True)
    text = encode(sweep)
    files = {PLAN_FILE: b"{}\n", SWEEP_FILE: text, SWEEP_TWIN: twin(text)}
    files |= {SWEEP_PICTURE: picture} if picture else {}
    manifest = build_manifest(sweep["sweep_id"], files=files, created=sweep["created"], results_digest="0" * 64)
    for name, data in {**files, MANIFEST_FILE: encode(manifest)}.items():
        (directory / name).write_bytes(data)
    return directory
