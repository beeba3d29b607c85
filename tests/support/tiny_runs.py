"""Runs of two classes and four samples, made with the real builders, for the tests of the store."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

from digit_classifier import artifacts
from digit_classifier.store.bundle import seal

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.store import Claim

    Files = tuple[dict[str, dict[str, Any]], dict[str, bytes], artifacts.PlainDataset | None]

CREATED = "2026-11-22T19:16:12Z"
RUN_ID = "20261122-191612"


def floats(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


def picture(width: int = 1, height: int = 1) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


@cache
def dataset() -> artifacts.PlainDataset:
    return artifacts.PlainDataset(
        name="tiny",
        title="Tiny",
        source="made up",
        note="four images",
        shape={"image_shape": [1, 2], "channels": 1, "max_value": 16},
        class_names=("a", "b"),
        labels=[0, 1, 0, 1],
        samples=bytes([16, 0, 0, 16, 9, 1, 1, 9]),
    )


@cache
def _results() -> dict[str, dict[str, Any]]:
    labels, rows = [0, 1], [[0.75, 0.25], [0.25, 0.75]]
    layer = ({"inputs": 2, "units": 2}, "softmax", floats(1, 0, 0, 1), floats(0, 0))
    return {
        "metrics.json": artifacts.build_metrics(labels, labels, rows, ("a", "b"), 1.0),
        "holdout.json": artifacts.build_holdout([2, 3], labels, rows),
        "model.json": artifacts.build_model(dataset().shape, floats(8, 8), floats(8, 8), [layer]),
        "loss_curve.json": artifacts.build_loss_curve([0.5], [0.2876820724517809], [1.0], [1.0], None),
    }


def payloads(
    run_id: str | None, created: str = CREATED, label: str | None = None, epoch: int = 1, planned: int = 1
) -> dict[str, dict[str, Any]]:
    """Every JSON file of the run but the data set and the manifest."""
    results = _results()
    if epoch > 1:
        losses, ones = [0.5] * epoch, [1.0] * epoch
        curve = artifacts.build_loss_curve(losses, [0.2876820724517809] * epoch, ones, ones, None)
        results = results | {"loss_curve.json": curve}
    summary = artifacts.build_run_summary(
        results,
        dataset(),
        run_id=run_id,
        label=label,
        created=created,
        synthetic=True,
        command="digit-classifier train",
        config={"model": "logistic", "epochs": planned},
        config_origin={"model": "flag", "epochs": "flag"},
        total_seconds=0.5,
        training_seconds=0.25,
        environment={"python": "3.11.7"},
        training_labels=[0, 1],
    )
    return {**results, "run_summary.json": summary}


def tiny_files(created: str = CREATED, label: str | None = None) -> Files:
    """What a small run is published from."""
    return payloads(None, created, label), {"confusion_matrix.png": picture()}, dataset()


def tiny_run(run_id: str | None, created: str = CREATED, label: str | None = None) -> dict[str, bytes]:
    """Sealed files of a small run."""
    return dict(seal(*tiny_files(created, label), run_id=run_id).files)


def shared_data() -> dict[str, bytes]:
    """The data set's file name under datasets/, and its text."""
    shared = seal(*tiny_files(), run_id=RUN_ID).shared
    assert shared
    return {shared.name: shared.text()}


def publish(claim: Claim, label: str | None = None, created: str = CREATED) -> Path:
    return claim.publish(*tiny_files(created, label)).directory


def smallest_files(created: str = CREATED, epoch: int = 1, planned: int = 1) -> Files:
    """The fewest files that make a run the index can list: each costs the fault tests dozens of trials."""
    contents = payloads(None, created, None, epoch, planned)
    return {name: contents[name] for name in ("metrics.json", "run_summary.json")}, {}, dataset()


def smallest_flat_run(created: str = CREATED) -> dict[str, bytes]:
    """The same for a flat run, without even its data set."""
    contents, pictures, _ = smallest_files(created)
    return dict(seal(contents, pictures, run_id=None).files)
