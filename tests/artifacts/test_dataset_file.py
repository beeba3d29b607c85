"""The file of a data set: what its digest covers, its two versions, and files that promise what they do not hold."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import tracemalloc
import zlib
from dataclasses import replace

import pytest

from digit_classifier.artifacts import DATASET, PlainDataset, build_dataset, plain_dataset
from digit_classifier.errors import ArtifactError

GREY = PlainDataset(
    name="tiny",
    title="Tiny",
    source="made up",
    note="",
    shape={"image_shape": [1, 2], "channels": 1, "max_value": 16},
    class_names=("a", "b"),
    labels=[0, 1],
    samples=bytes([16, 0, 0, 16]),
)
COLOUR = replace(GREY, shape={**GREY.shape, "channels": 3}, samples=bytes(range(12)))
TABLE = replace(GREY, shape={"feature_names": ["x", "y"]}, samples=struct.pack("<4f", 0.1, -2.5, 3.0, 1e-8))


def test_digests_cover_the_canonical_bytes() -> None:
    labels = struct.pack("<2q", 0, 1)
    for data, head in (
        (GREY, "((2, 1, 2), 16, ('a', 'b'))"),  # as the first version wrote it: no channels
        (COLOUR, "((2, 3, 1, 2), 16, ('a', 'b'))"),
        (TABLE, "((2, 2), 'table', ('x', 'y'), ('a', 'b'))"),
    ):
        assert data.sha256 == hashlib.sha256(head.encode() + bytes(data.samples) + labels).hexdigest()


@pytest.mark.parametrize("data", [GREY, COLOUR, TABLE], ids=["grey", "colour", "table"])
def test_samples_are_packed_by_zlib_and_read_back(data: PlainDataset) -> None:
    payload = json.loads(json.dumps(build_dataset(data)))
    DATASET.validate(payload)
    assert payload["schema_version"] == 2
    assert zlib.decompress(base64.b64decode(payload["samples"])) == bytes(data.samples)
    read = plain_dataset(payload)
    assert (read.sha256, bytes(read.samples), list(read.labels)) == (data.sha256, bytes(data.samples), [0, 1])


def test_what_runs_say_of_the_data_is_not_in_the_file() -> None:
    other = replace(GREY, title="Another", source="elsewhere", note="?", tone="light")
    assert build_dataset(other) == build_dataset(GREY)


def test_version_1_is_still_read() -> None:
    payload = {
        "schema_version": 1,
        **{key: getattr(GREY, key) for key in ("name", "title", "source", "note", "sha256")},
        "image_shape": [1, 2],
        "max_value": 16,
        "class_names": ["a", "b"],
        "labels": [0, 1],
        "pixels": base64.b64encode(GREY.samples).decode(),
    }
    DATASET.validate(payload)
    assert plain_dataset(payload).sha256 == GREY.sha256


BOMB = zlib.compress(bytes(200_000_000), 9)  # 0.2 MB that become 200


@pytest.mark.parametrize(
    ("packed", "expected"),
    [
        (BOMB, "expected 4 bytes when unpacked, got 5 bytes"),
        (zlib.compress(bytes(5)), "expected 4 bytes when unpacked, got 5 bytes"),
        (zlib.compress(bytes(3)), "expected 4 bytes when unpacked, got 3 bytes"),
        (zlib.compress(bytes(4)) + b"more", "expected 4 bytes when unpacked"),
        (zlib.compress(bytes(4))[:-2], "expected 4 bytes when unpacked"),
        (zlib.compress(bytes(4))[2:], "expected bytes compressed by zlib"),
        (b"", "expected 4 bytes when unpacked, got 0 bytes"),
    ],
    ids=["bomb", "more", "fewer", "trailing", "torn", "no header", "empty"],
)
def test_no_more_is_unpacked_than_the_labels_imply(packed: bytes, expected: str) -> None:
    payload = build_dataset(GREY) | {"samples": base64.b64encode(packed).decode()}
    tracemalloc.start()
    try:
        with pytest.raises(ArtifactError) as caught:
            DATASET.validate(payload)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert peak < 20_000_000


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_features_are_finite(value: float) -> None:
    with pytest.raises(ArtifactError, match=r"dataset\.samples"):
        replace(TABLE, samples=struct.pack("<4f", 0, 1, value, 2)).check()


def test_pixels_above_the_largest_value_are_refused() -> None:
    with pytest.raises(ArtifactError, match=r"dataset\.samples: expected 0\.\.16, got 17"):
        replace(GREY, samples=bytes([0, 17, 0, 1])).check()
