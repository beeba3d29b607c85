"""index.json, the newest runs of an artifacts root, and index-NNNN.json, its segments: the runs before them."""

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
    text,
    versions,
)
from digit_classifier.text import LABEL_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "INDEX",
    "SEGMENT",
    "SEGMENT_RUNS",
    "build_index",
    "build_index_entry",
    "build_segment",
    "upgraded_index",
    "validate_index_payload",
    "validate_index_segment_payload",
]

SEGMENT_RUNS = 1000  # at most; so a page that wants older runs reads them by the thousand


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
SEGMENT_FILE = text(15, 20, r"^index-[0-9]{4,9}\.json$", "a file name such as index-0001.json")
REFERENCE = obj(
    {
        "file": SEGMENT_FILE,
        "runs": integer(1, SEGMENT_RUNS),
        "real": integer(0, SEGMENT_RUNS),  # of them: the others are synthetic samples
        "lowest": RUN_ID,  # of its run ids in the order of text, so that a run is looked for where it can be
        "highest": RUN_ID,
        "sha256": SHA256,
    }
)
SCHEMA = versions(
    document("index", {"generation": COUNT, "latest": nullable(RUN_ID), "runs": arr(ENTRY)}),
    document(
        "index",
        {
            "generation": COUNT,
            "latest": nullable(RUN_ID),
            "count": COUNT,
            "runs": arr(ENTRY),
            "segments": arr(REFERENCE),
        },
        version=2,
    ),
)
SEGMENT_SCHEMA = document("index_segment", {"runs": arr(ENTRY, 1, SEGMENT_RUNS)})


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


def build_index(
    generation: int, latest: str | None, runs: Sequence[Payload], segments: Sequence[Payload] = ()
) -> Payload:
    """index.json: the newest runs, newest publication first, and where the ones before them are listed."""
    return {
        "schema_version": 2,
        "generation": generation,
        "latest": latest,
        "count": len(runs) + sum(each["runs"] for each in segments),
        "runs": list(runs),
        "segments": list(segments),
    }


def upgraded_index(payload: Payload) -> Payload:
    """index.json as the newest version would say it: the first one had all runs in it."""
    if payload["schema_version"] == 1:
        return build_index(payload["generation"], payload["latest"], payload["runs"])
    return payload


def build_segment(runs: Sequence[Payload]) -> Payload:
    """index-NNNN.json: runs that were published one after the other, newest first."""
    return {"schema_version": 1, "runs": list(runs)}


def validate_index_payload(payload: Payload) -> None:
    """Check index.json: each run and each segment is listed once, the latest among the runs, and all are counted."""
    check_payload(payload, SCHEMA, "index")
    seen = _check_runs(payload["runs"], "index")
    latest = payload["latest"]
    require(
        latest in seen if seen else latest is None, "index.latest", "one of the runs, null if there is none", latest
    )
    if payload["schema_version"] == 1:
        return
    segments = payload["segments"]
    count = len(seen) + sum(each["runs"] for each in segments)
    require(payload["count"] == count, "index.count", f"{count}, of runs and segments", payload["count"])
    require(bool(seen) or not segments, "index.runs", "the newest runs, before any segments", payload["runs"])
    files: set[str] = set()
    for index, each in enumerate(segments):
        where = f"index.segments[{index}]"
        require(each["file"] not in files, f"{where}.file", "a segment listed only once", each["file"])
        require(each["real"] <= each["runs"], f"{where}.real", f"at most {each['runs']}", each["real"])
        require(each["lowest"] <= each["highest"], f"{where}.lowest", f"{each['highest']} or below", each["lowest"])
        files.add(each["file"])


def validate_index_segment_payload(payload: Payload) -> None:
    """Check index-NNNN.json: each run is listed once."""
    check_payload(payload, SEGMENT_SCHEMA, "index_segment")
    _check_runs(payload["runs"], "index_segment")


def _check_runs(runs: Sequence[Payload], where: str) -> set[str]:
    seen: set[str] = set()
    for index, run in enumerate(runs):
        require(run["run_id"] not in seen, f"{where}.runs[{index}].run_id", "a run listed only once", run["run_id"])
        seen.add(run["run_id"])
        if run["label"] is not None:
            check_line(run["label"], LABEL_LIMIT, f"{where}.runs[{index}].label")
        if "replay" in run:
            check_mark(run["replay"], f"{where}.runs[{index}].replay")
        if "note" in run:
            check_note(run["note"], f"{where}.runs[{index}].note")
    return seen


INDEX = Artifact("index.json", SCHEMA, build_index, validate_index_payload, compared=False)
SEGMENT = Artifact("index_segment.json", SEGMENT_SCHEMA, build_segment, validate_index_segment_payload, compared=False)
