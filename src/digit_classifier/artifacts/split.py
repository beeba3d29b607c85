"""split.json: which samples belong together, where a run held out whole groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import Payload, require
from digit_classifier.artifacts.schema import COUNT, arr, check_payload, document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["SPLIT", "build_split", "validate_split_payload"]


SCHEMA = document("split", {"groups": arr(COUNT, 2)})


def build_split(groups: Sequence[int]) -> Payload:
    """split.json: the number of its group for every sample of the data set; groups count from 0."""
    return {"schema_version": 1, "groups": list(groups)}


def validate_split_payload(payload: Payload) -> None:
    """Check split.json."""
    check_payload(payload, SCHEMA, "split")
    count = len(set(payload["groups"]))
    require(max(payload["groups"]) == count - 1, "split.groups", f"0..{count - 1}, each of them", payload["groups"])


def _of(results: Results) -> Payload:
    return build_split(results.groups or [])


SPLIT = Artifact("split.json", SCHEMA, build_split, validate_split_payload, _of, "split", "grouped", compared=False)
