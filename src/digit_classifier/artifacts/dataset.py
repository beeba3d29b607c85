"""dataset.json: the data set a run was trained on, whole, so that a page can show any sample of it."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import (
    BASE64,
    CLASS_INDEX,
    CLASS_NAMES,
    IMAGE_SHAPE,
    MAX_VALUE,
    NAME,
    Payload,
    check_below,
    check_class_names,
    check_line,
    from_base64,
    require,
    to_base64,
)
from digit_classifier.artifacts.schema import SHA256, arr, check_payload, document, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["DATASET", "build_dataset", "dataset_file", "split_sha256", "validate_dataset_payload"]

PROSE = {"title": 200, "source": 300, "note": 300}  # one line each
DESCRIPTION = {"name": NAME, **{key: line(0, limit) for key, limit in PROSE.items()}}
SCHEMA = document(
    "dataset",
    {
        **DESCRIPTION,
        "image_shape": IMAGE_SHAPE,
        "max_value": MAX_VALUE,
        "class_names": CLASS_NAMES,
        "labels": arr(CLASS_INDEX, 1),
        "pixels": BASE64,
        "sha256": SHA256,
    },
)


def build_dataset(
    name: str,
    title: str,
    source: str,
    note: str,
    image_shape: Sequence[int],
    max_value: int,
    class_names: Sequence[str],
    labels: Sequence[int],
    pixels: bytes,
) -> Payload:
    """dataset.json: one byte per pixel, image after image, row by row."""
    payload: Payload = {
        "schema_version": 1,
        "name": name,
        "title": title,
        "source": source,
        "note": note,
        "image_shape": list(image_shape),
        "max_value": max_value,
        "class_names": list(class_names),
        "labels": list(labels),
        "pixels": to_base64(pixels),
    }
    return payload | {"sha256": dataset_sha256(payload, pixels)}


def dataset_sha256(payload: Payload, pixels: bytes) -> str:
    """Digest of shape, pixels, labels and class names, equal to `Dataset.sha256` of the arrays."""
    labels = payload["labels"]
    shape = (len(labels), *payload["image_shape"])
    digest = hashlib.sha256(repr((shape, payload["max_value"], tuple(payload["class_names"]))).encode())
    digest.update(pixels)
    digest.update(struct.pack(f"<{len(labels)}q", *labels))
    return digest.hexdigest()


def split_sha256(dataset_digest: str, holdout_ids: Sequence[int]) -> str:
    """Digest of which samples are held out, equal to `Split.sha256` of the arrays."""
    return hashlib.sha256(dataset_digest.encode() + struct.pack(f"<{len(holdout_ids)}q", *holdout_ids)).hexdigest()


def dataset_file(name: str, digest: str, run_id: str | None) -> str:
    """File name of a data set: shared by the runs of a root (under datasets/), `dataset.json` beside a flat run."""
    return "dataset.json" if run_id is None else f"{name}-{digest[:12]}.json"


def validate_dataset_payload(payload: Payload) -> None:
    """Check dataset.json; its sha256 must follow from pixels and labels."""
    check_payload(payload, SCHEMA, "dataset")
    for key, limit in PROSE.items():
        check_line(payload[key], limit, f"dataset.{key}")
    check_class_names(payload["class_names"], "dataset.class_names")
    check_below(payload["labels"], len(payload["class_names"]), "dataset.labels")
    height, width = payload["image_shape"]
    pixels = from_base64(payload["pixels"], len(payload["labels"]) * height * width, "dataset.pixels")
    brightest = max(pixels)
    require(brightest <= payload["max_value"], "dataset.pixels", f"0..{payload['max_value']}", brightest)
    digest = dataset_sha256(payload, pixels)
    require(payload["sha256"] == digest, "dataset.sha256", digest, payload["sha256"])


def _of(results: Results) -> Payload:
    return build_dataset(
        results.name,
        results.title,
        results.source,
        results.note,
        results.image_shape,
        results.max_value,
        results.class_names,
        results.labels,
        results.pixels,
    )


DATASET = Artifact("dataset.json", SCHEMA, build_dataset, validate_dataset_payload, _of, compared=False)
