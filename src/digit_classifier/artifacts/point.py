"""points.jsonl: what a sweep has trained, a line for each point as it ends, and what several of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.plan import STATE
from digit_classifier.artifacts.rules import BASE64, RUN_ID, Payload, check_line, from_base64, require, to_base64
from digit_classifier.artifacts.run_summary import FACT, KEY, SETTING
from digit_classifier.artifacts.schema import (
    FLAG,
    SHA256,
    UNIT,
    arr,
    check_payload,
    document,
    integer,
    line,
    mapping,
    nullable,
    number,
    obj,
    text,
)
from digit_classifier.artifacts.sweep import MAX_AXES
from digit_classifier.errors import ArtifactError
from digit_classifier.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "POINT",
    "build_point",
    "held_out_ids",
    "held_out_map",
    "hits_within",
    "labels_text",
    "labels_within",
    "validate_point_payload",
]

FAILURE_LIMIT = 300
ENVIRONMENT_KEY = text(12, 12, "^[0-9a-f]{12}$", "12 lower-case hexadecimal digits")
RESULT = obj(
    {
        "accuracy": UNIT,
        "train_accuracy": UNIT,
        "macro_f1": UNIT,
        "log_loss": number(0),
        "epochs": integer(1),
        "training": integer(1),  # samples
        "holdout": integer(1),
        "parameters": integer(1),
        "results_digest": SHA256,
        "split": SHA256,  # of an earlier line
        "predicted": BASE64,  # a byte per held-out sample, two above 256 classes
        "run": nullable(RUN_ID),
    }
)
SCHEMA = document(
    "point",
    {},
    optional={
        # A line is one of three: an environment, a split, or a point.
        "environment": ENVIRONMENT_KEY,
        "facts": mapping(KEY, FACT),
        "split": SHA256,
        "held_out": BASE64,  # a bit per sample of the data set, the first sample in the lowest bit of the first byte
        "recipe_digest": SHA256,
        "values": arr(SETTING, 0, MAX_AXES),
        "random_state": STATE,
        "split_state": nullable(STATE),
        "confirming": FLAG,
        "seconds": number(0, 10**9),
        "result": nullable(RESULT),
        "failure": nullable(line(1, FAILURE_LIMIT)),
    },
)
KINDS = {
    "facts": {"environment", "facts"},
    "held_out": {"split", "held_out"},
    "recipe_digest": {
        *("recipe_digest", "values", "random_state", "split_state", "confirming", "seconds", "result", "failure"),
        "environment",
    },
}


def failure_text(came: str) -> str:
    """What went wrong with a point, as it is recorded."""
    return clean_text(came, FAILURE_LIMIT) or "an error without a text"


def build_point(**keys: object) -> Payload:
    """One line of points.jsonl."""
    return {"schema_version": 1, **keys}


def validate_point_payload(payload: Payload) -> None:
    """Check a line of points.jsonl by itself: its kind, and that a point has a result or failed."""
    check_payload(payload, SCHEMA, "point")
    kind = next((kind for kind in KINDS if kind in payload), None)
    require(kind is not None, "point", "an environment, a split or a point", payload)
    wanted = KINDS[str(kind)] | {"schema_version"}
    came, optional = set(payload), {"environment"} if kind == "recipe_digest" else set()
    require(
        came <= wanted and wanted - optional <= came, "point", f"the keys {', '.join(sorted(wanted))}", sorted(came)
    )
    if kind == "recipe_digest":
        require(
            (payload["result"] is None) != (payload["failure"] is None), "point.failure", "a result or a failure", None
        )
        if payload["failure"] is not None:
            check_line(payload["failure"], FAILURE_LIMIT, "point.failure")
    elif kind == "held_out":
        from_base64(payload["held_out"], None, "point.held_out")


def held_out_map(ids: Sequence[int], samples: int) -> str:
    """Which of the samples are held out, a bit for each, in base64."""
    bits = bytearray(-(-samples // 8))
    for sample in ids:
        bits[sample >> 3] |= 1 << (sample & 7)
    return to_base64(bytes(bits))


def held_out_ids(held_out: str, samples: int) -> list[int]:
    """The samples of a map, ascending; ArtifactError unless it is of that many."""
    bits = from_base64(held_out, -(-samples // 8), "point.held_out")
    ids = [8 * place + bit for place, byte in enumerate(bits) if byte for bit in range(8) if byte >> bit & 1]
    require(not ids or ids[-1] < samples, "point.held_out", f"samples below {samples}", ids[-1:])
    return ids


def labels_text(labels: Sequence[int], classes: int) -> str:
    """Class indices in base64: a byte for each, two, little-endian, above 256 classes."""
    wide = classes > 256
    return to_base64(b"".join(label.to_bytes(2, "little") for label in labels) if wide else bytes(labels))


def labels_within(predicted: str, count: int, classes: int) -> Sequence[int]:
    """The class indices in base64; ArtifactError unless there are `count`, all of them classes."""
    wide = 2 if classes > 256 else 1
    raw = from_base64(predicted, count * wide, "point.result.predicted")
    labels = memoryview(raw).cast("H").tolist() if wide == 2 and _LITTLE else _labels(raw, wide)
    if labels and max(labels) >= classes:
        raise ArtifactError(f"point.result.predicted: expected classes below {classes}, got {max(labels)}")
    return labels


def hits_within(line: Payload, ids: Sequence[int], labels: Sequence[int], classes: int) -> bytes:
    """1 for each held-out sample that a point got right, 0 for the others; ArtifactError unless they are its accuracy.

    `ids` are the held-out samples, `labels` those of the whole data set.
    """
    predicted = labels_within(line["result"]["predicted"], len(ids), classes)
    hits = bytes(label == labels[sample] for label, sample in zip(predicted, ids, strict=True))
    share, stated = sum(hits) / max(1, len(hits)), line["result"]["accuracy"]
    where = f"point {line['recipe_digest'][:12]}: result.accuracy"
    require(abs(share - stated) < 1e-9, where, f"{share:g}, that of its predictions", stated)
    return hits


_LITTLE = memoryview(b"\1\0").cast("H")[0] == 1


def _labels(raw: bytes, wide: int) -> Sequence[int]:
    if wide == 1:
        return raw
    return [int.from_bytes(raw[place : place + 2], "little") for place in range(0, len(raw), 2)]


POINT = Artifact("point.json", SCHEMA, build_point, validate_point_payload, compared=False)
