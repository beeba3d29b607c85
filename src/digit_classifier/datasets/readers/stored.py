"""The data set that runs share, `datasets/NAME-DIGEST.json`: what its digest covers, and nothing else."""

from __future__ import annotations

import base64
import binascii
import json
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import limits
from digit_classifier.datasets.judge.arrays import check_size
from digit_classifier.datasets.judge.source import Source
from digit_classifier.datasets.readers import Found
from digit_classifier.datasets.readers.files import inflated, read_content, readable_name, unreadable
from digit_classifier.errors import show

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.datasets.readers import Asked

VERSIONS = (1, 2)
MOST = 1_000_000  # commas or brackets: so many values would be no data set of ours
ANOTHER = "another copy of it, or the file that it was made of"


def read_stored(path: Path, asked: Asked) -> Found:  # noqa: ARG001 - as every reader
    """Samples, labels and names; the judge's digest of them must be the one that the file states."""
    content = read_content(path)
    data = content.data
    if max(data.count(sign) for sign in (b",", b"[", b"{")) > MOST:
        raise _not_ours(path.name, "another JSON file")
    try:
        payload = json.loads(data)
        if payload.get("schema_version") not in VERSIONS:
            raise _not_ours(path.name, f"schema_version {show(payload.get('schema_version'))}")
        found = _found(payload, path.name)
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError, UnicodeDecodeError) as error:
        raise _not_ours(path.name, show(str(error))) from error
    except json.JSONDecodeError as error:
        raise _not_ours(path.name, f"no JSON ({error.msg} in line {error.lineno})") from error
    found.files = [content.file]
    return found


def _found(payload: dict[str, Any], where: str) -> Found:
    labels, features = _labels(payload["labels"], where), payload.get("feature_names")
    if features is not None:
        sample: list[int] = [len(_texts(features, where))]
    else:
        sample = [_whole(payload.get("channels", 1), where), *(_whole(side, where) for side in payload["image_shape"])]
    shape = (len(labels), *sample)
    check_size(shape, Source(where))
    size = prod(shape) * (1 if features is None else 4)
    text = payload["pixels" if payload["schema_version"] == 1 else "samples"]
    try:
        packed = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise _not_ours(where, "samples that are no base64") from error
    values = packed if payload["schema_version"] == 1 else inflated(packed, size, where)
    if len(values) != size:
        raise unreadable(where, f"{size:,} bytes of samples", f"{len(values):,}", ANOTHER)
    return Found(
        np.frombuffer(values, "u1" if features is None else "<f4").reshape(shape),
        labels,
        class_names=_texts(payload["class_names"], where),
        feature_names=features,
        max_value=payload["max_value"] if features is None else None,
        channels="first" if features is None else None,
        name=str(payload["name"])[:40],
        title=str(payload.get("title") or readable_name(str(payload["name"])))[: limits.TITLE],
        source=str(payload.get("source", "")),
        note=str(payload.get("note", "")),
        sha256=str(payload["sha256"]),
        sample_names=[f"{where} {number}" for number in range(len(labels))],
    )


def _labels(labels: Any, where: str) -> np.ndarray[Any, Any]:
    if not isinstance(labels, list) or any(type(each) is not int for each in labels):
        raise _not_ours(where, "labels that are no list of whole numbers")
    return np.array(labels, np.int64)


def _texts(names: Any, where: str) -> list[str]:
    if not isinstance(names, list) or any(not isinstance(each, str) for each in names):
        raise _not_ours(where, "names that are no list of texts")
    return names


def _whole(side: Any, where: str) -> int:
    if type(side) is not int or not 1 <= side <= limits.SIDE:
        raise _not_ours(where, f"a side of {show(side)}")
    return side


def _not_ours(where: str, came: str) -> Exception:
    return unreadable(where, "the data set of a run", came, ANOTHER)
