"""dataset.json: the data set a run was trained on, whole, so that a page can show any sample of it.

It holds what its digest covers and nothing else: two runs of the same data share one file.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import (
    BASE64,
    CLASS_INDEX,
    CLASS_NAMES,
    IMAGE_SHAPE,
    MAX_VALUE,
    NAME,
    SHAPE,
    Payload,
    check_below,
    check_class_names,
    check_line,
    check_shape,
    float32_numbers,
    from_base64,
    require,
    shape_of,
    shortest_floats,
    size_of,
    to_base64,
)
from digit_classifier.artifacts.schema import SHA256, arr, check, check_payload, document, line, versions
from digit_classifier.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DATASET",
    "PlainDataset",
    "build_dataset",
    "dataset_file",
    "plain_dataset",
    "split_sha256",
    "validate_dataset_payload",
]

PROSE = {"title": 200, "source": 300, "note": 300}  # one line each
DESCRIPTION = {"name": NAME, **{key: line(0, limit) for key, limit in PROSE.items()}}
KEYS = {"name": NAME, "class_names": CLASS_NAMES, "labels": arr(CLASS_INDEX, 1)}
SCHEMA = versions(
    document(
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
    ),
    document("dataset", {**KEYS, "samples": BASE64, "sha256": SHA256}, optional=SHAPE, version=2),
)
LEVEL = 6  # of zlib
PART = 2**20  # bytes checked at a time, so that no copy of all of them is made


@dataclass(frozen=True, kw_only=True, eq=False)
class PlainDataset:
    """A data set in plain values: what its file holds, and what its runs say of it."""

    name: str
    title: str
    source: str
    note: str
    shape: Payload  # what a sample is: image_shape, channels and max_value; or feature_names
    class_names: Sequence[str]
    labels: Sequence[int]  # one class index per sample
    # Sample after sample: a byte per pixel, by channel, row and column; or float32, little-endian
    samples: bytes | memoryview
    tone: str = "ink"
    origin: Payload | None = None

    @cached_property
    def sha256(self) -> str:
        """Digest of shape, samples, labels and names, equal to `Dataset.sha256` of the arrays."""
        count, names = len(self.labels), tuple(self.class_names)
        if "feature_names" in self.shape:
            features = tuple(self.shape["feature_names"])
            head: tuple[object, ...] = ((count, len(features)), "table", features, names)
        else:
            channels = self.shape.get("channels", 1)
            layout = (count, *([channels] if channels > 1 else []), *self.shape["image_shape"])
            head = (layout, self.shape["max_value"], names)
        digest = hashlib.sha256(repr(head).encode())
        digest.update(self.samples)
        digest.update(struct.pack(f"<{count}q", *self.labels))
        return digest.hexdigest()

    def sample(self, sample_id: int) -> list[int] | list[float]:
        """The numbers of one sample."""
        count = size_of(self.shape)
        if "feature_names" in self.shape:
            return shortest_floats(bytes(self.samples[4 * sample_id * count : 4 * (sample_id + 1) * count]))
        return list(self.samples[sample_id * count : (sample_id + 1) * count])

    def check(self) -> None:
        """ArtifactError at the first rule that these values break."""
        where = "dataset"
        stated = {"name": self.name, "title": self.title, "source": self.source, "note": self.note, **self.shape}
        stated |= {"class_names": list(self.class_names), "labels": list(self.labels)}
        for key, schema in {**DESCRIPTION, **KEYS, **SHAPE}.items():
            if key in stated:
                check(stated[key], schema, f"{where}.{key}")
        for key, limit in PROSE.items():
            check_line(stated[key], limit, f"{where}.{key}")
        check_shape(self.shape, where)
        check_class_names(self.class_names, f"{where}.class_names")
        check_below(self.labels, len(self.class_names), f"{where}.labels")
        wanted = len(self.labels) * bytes_of(self.shape)
        require(len(self.samples) == wanted, f"{where}.samples", f"{wanted} bytes", f"{len(self.samples)} bytes")
        if "max_value" in self.shape:
            most = self.shape["max_value"]
            allowed = bytes(range(most + 1))
            for first in range(0, wanted, PART):
                above = bytes(self.samples[first : first + PART]).translate(None, allowed)  # what is left
                require(not above, f"{where}.samples", f"0..{most}", above[0] if above else None)
        else:
            for first in range(0, wanted, PART):
                float32_numbers(bytes(self.samples[first : first + PART]), f"{where}.samples")


def bytes_of(shape: Payload) -> int:
    """Bytes of a sample before they are packed."""
    return size_of(shape) * (4 if "feature_names" in shape else 1)


def build_dataset(data: PlainDataset) -> Payload:
    """dataset.json of a data set."""
    return {
        "schema_version": 2,
        "name": data.name,
        **shape_of(data.shape),
        "class_names": list(data.class_names),
        "labels": list(data.labels),
        "samples": to_base64(zlib.compress(data.samples, LEVEL)),
        "sha256": data.sha256,
    }


def plain_dataset(payload: Payload) -> PlainDataset:
    """The data set of a dataset.json of any version that fits its schema; ArtifactError if its samples cannot be read.

    As many bytes are unpacked as shape and labels imply, whatever the file holds.
    """
    shape = shape_of(payload)
    size = len(payload["labels"]) * bytes_of(shape)
    if payload["schema_version"] == 1:
        samples = from_base64(payload["pixels"], size, "dataset.pixels")
    else:
        samples = _inflated(from_base64(payload["samples"], None, "dataset.samples"), size)
    return PlainDataset(
        name=payload["name"],
        **{key: payload.get(key, "") for key in PROSE},
        shape=shape,
        class_names=payload["class_names"],
        labels=payload["labels"],
        samples=samples,
    )


def _inflated(packed: bytes, size: int) -> bytes:
    inflate = zlib.decompressobj()
    try:
        samples = inflate.decompress(packed, size + 1)
    except zlib.error as error:
        raise ArtifactError(f"dataset.samples: expected bytes compressed by zlib, got others ({error})") from error
    if len(samples) != size or not inflate.eof or inflate.unused_data:
        came = f"{len(samples)} bytes, or a torn end"
        raise ArtifactError(f"dataset.samples: expected {size} bytes when unpacked, got {came}")
    return samples


def split_sha256(dataset_digest: str, holdout_ids: Sequence[int], groups: Sequence[int] | None = None) -> str:
    """Digest of which samples are held out, and of the groups that decided it; equal to `Split.sha256`."""
    digest = hashlib.sha256(dataset_digest.encode() + struct.pack(f"<{len(holdout_ids)}q", *holdout_ids))
    if groups is not None:
        digest.update(struct.pack(f"<{len(groups)}q", *groups))
    return digest.hexdigest()


def dataset_file(name: str, digest: str, run_id: str | None) -> str:
    """File name of a data set: shared by the runs of a root (under datasets/), `dataset.json` beside a flat run."""
    return "dataset.json" if run_id is None else f"{name}-{digest[:12]}.json"


def validate_dataset_payload(payload: Payload) -> None:
    """Check dataset.json; its sha256 must follow from samples and labels."""
    check_payload(payload, SCHEMA, "dataset")
    check_shape(payload, "dataset")
    data = plain_dataset(payload)
    data.check()
    require(payload["sha256"] == data.sha256, "dataset.sha256", data.sha256, payload["sha256"])


DATASET = Artifact("dataset.json", SCHEMA, build_dataset, validate_dataset_payload, compared=False)
