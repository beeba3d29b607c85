"""Which samples of a large data set go along into one file: as many as a mail can carry."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from digit_classifier.artifacts import build_dataset, plain_dataset
from digit_classifier.artifacts.dataset import LEVEL, bytes_of
from digit_classifier.store.json import decode, encode
from digit_classifier.store.layout import MAX_DATASET_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from digit_classifier.artifacts import Payload, PlainDataset

BUDGET = 4_000_000  # bytes of packed samples; a third more as text


def within_budget(text: bytes, wanted: Iterable[int], budget: int = BUDGET) -> tuple[bytes, str | None]:
    """A data set's file with as many of its samples as fit, and which: JSON with their ids; None where all do.

    Those in `wanted` come first, in that order. Those that are left out are zeros; labels, names and the digest of the
    whole stay.
    """
    payload = decode(text, "a data set", max_bytes=MAX_DATASET_BYTES)
    data = plain_dataset(payload)
    packed = len(zlib.compress(data.samples, LEVEL))
    if packed <= budget:
        return text, None
    order = list(dict.fromkeys(wanted))
    known = set(order)
    order += [sample_id for sample_id in range(len(data.labels)) if sample_id not in known]
    count = len(order) * budget // packed
    while True:
        kept = sorted(order[:count])
        part = build_dataset(_with_only(data, kept)) | {"sha256": payload["sha256"]}
        if len(part["samples"]) <= budget * 4 // 3 or not kept:
            return encode(part), json.dumps(kept, separators=(",", ":"))
        count = count * 9 // 10


def wanted_by_run(run: Mapping[str, Payload]) -> Iterator[int]:
    """The samples of predictions.json, then mistakes of the hold-out, and the others of it.

    A synthetic run may have neither file.
    """
    yield from (sample["sample_id"] for sample in run.get("predictions.json", {"samples": []})["samples"])
    if (holdout := run.get("holdout.json")) is None:
        return
    rows = list(zip(holdout["sample_ids"], holdout["true_labels"], holdout["predicted_labels"], strict=True))
    yield from (sample_id for sample_id, true, predicted in rows if true != predicted)
    yield from holdout["sample_ids"]


def wanted_by_sweep(sweep: Payload) -> Iterator[int]:
    """The unstable samples of each setting, and those that were never right."""
    for each in sweep["stability"]:
        for kind in ("unstable", "never_right"):
            yield from each[kind]["sample_id"]


def _with_only(data: PlainDataset, kept: Sequence[int]) -> PlainDataset:
    size = bytes_of(data.shape)
    samples = bytearray(len(data.samples))
    for sample_id in kept:
        samples[sample_id * size : (sample_id + 1) * size] = data.samples[sample_id * size : (sample_id + 1) * size]
    return replace(data, samples=bytes(samples))
