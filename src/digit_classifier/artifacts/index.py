"""What the store knows: the files of a run, and the runs of an artifacts root."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from digit_classifier.artifacts.architecture import hidden_units
from digit_classifier.artifacts.replay import MARK, check_mark
from digit_classifier.artifacts.rules import CREATED, FILE_NAME, NAME, RUN_ID, Payload, check_line, require
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
    mapping,
    nullable,
    obj,
)
from digit_classifier.text import LABEL_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MANIFEST = document(
    "manifest",
    {
        "run_id": nullable(RUN_ID),
        "created": CREATED,
        "results_digest": SHA256,
        "files": mapping(FILE_NAME, obj({"bytes": COUNT, "sha256": SHA256})),
    },
)


def build_manifest(run_id: str | None, created: str, results_digest: str, files: Mapping[str, bytes]) -> Payload:
    """manifest.json: size and digest of every file of the run but itself."""
    return {
        "schema_version": 1,
        "run_id": run_id,
        "created": created,
        "results_digest": results_digest,
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        },
    }


def validate_manifest_payload(payload: Payload) -> None:
    """Check manifest.json; whether the files are as it says is for their reader to see."""
    check_payload(payload, MANIFEST, "manifest")
    files = payload["files"]
    require("manifest.json" not in files, "manifest.files['manifest.json']", "every file but itself", "manifest.json")


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
    optional={"interrupted": FLAG, "replay": MARK},
)
INDEX = document("index", {"generation": COUNT, "latest": nullable(RUN_ID), "runs": arr(ENTRY)})


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
        "manifest_sha256": manifest_sha256,
    }


def build_index(generation: int, latest: str | None, runs: Sequence[Payload]) -> Payload:
    """index.json: the runs, newest publication first."""
    return {"schema_version": 1, "generation": generation, "latest": latest, "runs": list(runs)}


def validate_index_payload(payload: Payload) -> None:
    """Check index.json: each run is listed once, the latest among them."""
    check_payload(payload, INDEX, "index")
    seen: set[str] = set()
    for index, run in enumerate(payload["runs"]):
        require(run["run_id"] not in seen, f"index.runs[{index}].run_id", "a run listed only once", run["run_id"])
        seen.add(run["run_id"])
        if run["label"] is not None:
            check_line(run["label"], LABEL_LIMIT, f"index.runs[{index}].label")
        if "replay" in run:
            check_mark(run["replay"], f"index.runs[{index}].replay")
    latest = payload["latest"]
    require(
        latest in seen if seen else latest is None, "index.latest", "one of the runs, null if there is none", latest
    )
