"""index.json: the runs of an artifacts root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.architecture import hidden_units
from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.note import TEXT, check_note
from digit_classifier.artifacts.replay import MARK, check_mark
from digit_classifier.artifacts.rules import CREATED, NAME, RUN_ID, Payload, check_line, require
from digit_classifier.artifacts.schema import (
    COUNT,
    FLAG,
    SHA256,
    UNIT,
    arr,
    check_payload,
    document,
    integer,
    line,
    nullable,
    obj,
)
from digit_classifier.text import LABEL_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["INDEX", "build_index", "build_index_entry", "validate_index_payload"]


ENTRY = obj(
    {
        "run_id": RUN_ID,
        "label": nullable(line(1, LABEL_LIMIT)),
        "created": CREATED,
        "model": NAME,
        "channels": arr(integer(1), 0, 31),
        "hidden_sizes": arr(integer(1), 0, 31),
        "parameters": integer(1),
        "accuracy": UNIT,
        "macro_f1": UNIT,
        "synthetic": FLAG,
        "diverged": FLAG,
        "manifest_sha256": SHA256,
    },
    optional={"interrupted": FLAG, "sweep": RUN_ID, "replay": MARK, "note": TEXT},
)
SCHEMA = document("index", {"generation": COUNT, "latest": nullable(RUN_ID), "runs": arr(ENTRY)})


def build_index_entry(summary: Payload, metrics: Payload, manifest_sha256: str) -> Payload:
    """A run's line in index.json, from its run_summary.json and metrics.json."""
    interrupted = {"interrupted": True} if "interrupted" in summary else {}
    return {
        **{key: summary[key] for key in ("run_id", "label", "created", "synthetic")},
        "model": summary["model"]["name"],
        **hidden_units(summary["model"]["layers"]),
        "parameters": summary["model"]["parameters"],
        **{key: metrics[key] for key in ("accuracy", "macro_f1")},
        "diverged": summary["diverged"] is not None,
        **interrupted,
        **({"sweep": summary["sweep"]} if "sweep" in summary else {}),
        "manifest_sha256": manifest_sha256,
    }


def build_index(generation: int, latest: str | None, runs: Sequence[Payload]) -> Payload:
    """index.json: the runs, newest publication first."""
    return {"schema_version": 1, "generation": generation, "latest": latest, "runs": list(runs)}


def validate_index_payload(payload: Payload) -> None:
    """Check index.json: each run is listed once, the latest among them."""
    check_payload(payload, SCHEMA, "index")
    seen: set[str] = set()
    for index, run in enumerate(payload["runs"]):
        require(run["run_id"] not in seen, f"index.runs[{index}].run_id", "a run listed only once", run["run_id"])
        seen.add(run["run_id"])
        if run["label"] is not None:
            check_line(run["label"], LABEL_LIMIT, f"index.runs[{index}].label")
        if "replay" in run:
            check_mark(run["replay"], f"index.runs[{index}].replay")
        if "note" in run:
            check_note(run["note"], f"index.runs[{index}].note")
    latest = payload["latest"]
    require(
        latest in seen if seen else latest is None, "index.latest", "one of the runs, null if there is none", latest
    )


INDEX = Artifact("index.json", SCHEMA, build_index, validate_index_payload, compared=False)
