"""manifest.json: size and sha256 of every file of a run."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import CREATED, FILE_NAME, RUN_ID, Payload, require
from digit_classifier.artifacts.schema import COUNT, SHA256, check_payload, document, mapping, nullable, obj

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MANIFEST", "build_manifest", "validate_manifest_payload"]


SCHEMA = document(
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
    """Check manifest.json; whether the files are as it says is checked where they are read."""
    check_payload(payload, SCHEMA, "manifest")
    files = payload["files"]
    require("manifest.json" not in files, "manifest.files['manifest.json']", "every file but itself", "manifest.json")


MANIFEST = Artifact("manifest.json", SCHEMA, build_manifest, validate_manifest_payload, compared=False)
